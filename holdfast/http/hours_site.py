"""Hours, and the messages of callers whom nobody could take."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from channels.twilio.errors import CarrierError
from channels.voice.voicemail import KEY, Sounds
from holdfast.clock import now_ms
from holdfast.http.access import Permission, Route
from holdfast.http.web import ACCOUNT, problem
from router.core.current import Current

log = structlog.get_logger()

RESTRICTED = "This message is restricted to a few people, and you are not among them."


class HoursSite:
    """`GET /api/hours`, `GET /api/voicemail/{recording}`."""

    def __init__(
        self, current: Current, sounds: Sounds, hears: Callable[[str, str], Awaitable[bool]]
    ) -> None:
        """`hears`: whether an account may hear the message with this key."""
        self._hears = hears
        self._current = current
        self._sounds = sounds

    def routes(self) -> list[Route]:
        return [
            Route(
                "GET", "/api/hours", self.hours, Permission.DESK_USE, "Queues with hours: open now?"
            ),
            Route(
                "GET",
                "/api/voicemail/{recording}",
                self.recording,
                Permission.DESK_USE,
                "The sound of a message that a caller left",
            ),
        ]

    async def hours(self, request: web.Request) -> web.StreamResponse:
        """By queue: open now, why not, and the next changes (ms since 1970)."""
        now = now_ms()
        return web.json_response({"now": now, "queues": self._current.opening.told(now)})

    async def recording(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["recording"]
        if not await self._hears(request[ACCOUNT].id, f"{KEY}{name}"):
            return problem(403, "restricted", RESTRICTED)
        try:
            sound = await self._sounds.of(name)
        except CarrierError as error:
            log.warning("voicemail.not_fetched", error=type(error).__name__)
            return problem(502, "not_ready", "The carrier has not given this message yet.")
        if sound is None:
            return problem(404, "unknown", "No such message.")
        return web.Response(
            body=sound, content_type="audio/wav", headers={"Cache-Control": "private, max-age=3600"}
        )
