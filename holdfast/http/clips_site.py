"""Clips that callers hear, for the carrier: public, and the same for ever."""

from __future__ import annotations

from aiohttp import web

from holdfast.clips import Clips
from holdfast.http.access import Open, Route

FOR_EVER = "public, max-age=31536000, immutable"
SILENCE = (
    b"RIFF\xc4\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x07\x00\x01\x00@\x1f\x00\x00@\x1f\x00\x00"
    b"\x01\x00\x08\x00data\xa0\x00\x00\x00" + b"\xff" * 160
)
"""20 ms: a carrier that finds no sound may end the call."""


class ClipsSite:
    """`GET /clips/{name}`, and `/clips/{digest}/{name}` for ours."""

    def __init__(self, clips: Clips) -> None:
        self._clips = clips

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/clips/{name}", self.clip, Open.PUBLIC, "A sound that callers hear"),
            Route("GET", "/clips/{digest}/{name}", self.clip, Open.PUBLIC, "The same, of ours"),
        ]

    async def clip(self, request: web.Request) -> web.StreamResponse:
        """An address that we do not know is answered, too: a caller is listening."""
        found = self._clips.at(request.path)
        if found is None:
            return web.Response(
                body=SILENCE, content_type="audio/wav", headers={"Cache-Control": "no-store"}
            )
        return web.Response(
            body=found, content_type="audio/wav", headers={"Cache-Control": FOR_EVER}
        )
