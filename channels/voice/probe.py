"""One real call that proves how the carrier behaves (`holdfast doctor --call`).

Doctor makes a file in the data folder and dials; the carrier then asks here, and what it did is
written into that file. Without such a file nothing is answered: nobody else can use this.

    start -> (stream: signature, pings, sound) -> action -> (doctor redirects) -> target
          -> broken, which answers 500 -> fallback, which hangs up
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from channels.twilio import twiml

TOKEN = re.compile(r"[0-9a-f]{32}")
STEPS = ("start", "action", "next", "target", "broken", "fallback")
LISTEN_S = 2.5
"""How long the stream is listened to, and a pong waited for."""


def probe_file(folder: Path, token: str) -> Path:
    """Where the observations of one call stand, a line of JSON each."""
    return folder / "probe" / f"{token}.jsonl"


class Probe:
    """The centre's side. `slash`: judges an upgrade: exact, slash (signed with or without one more
    than was asked), or None."""

    def __init__(
        self, folder: Path, public_url: str, slash: Callable[[web.Request], str | None]
    ) -> None:
        self._folder = folder
        self._public_url = public_url
        self._slash = slash

    def hook(self, step: str, form: Mapping[str, str], query: Mapping[str, str]) -> tuple[int, str]:
        """Status and document for one signed request of the carrier."""
        token = query.get("t", "")
        seen = {"status": form.get("CallStatus", ""), "code": form.get("ErrorCode", "")}
        if step not in STEPS or not self._note(token, step, **seen):
            return 404, twiml.hang_up()
        if step == "start":
            return 200, twiml.connect_stream(
                "ws" + self._public_url.removeprefix("http") + "/twilio/probe-stream",
                self._url("action", token),
                None,
                {"t": token},
                next_url=self._url("next", token),
            )
        if step in ("action", "next"):
            return 200, twiml.pause_and_redirect(60, self._url("fallback", token))
        if step == "target":
            return 200, twiml.redirect(self._url("broken", token))
        return (500, "") if step == "broken" else (200, twiml.hang_up())

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Listens, pings, closes. Its first message names the call."""
        how = self._slash(request)
        if how is None:
            return web.Response(status=403, text="signature does not match")
        ws = web.WebSocketResponse(autoping=False, compress=False, max_msg_size=65_536)
        await ws.prepare(request)
        token, frames, pong = "", 0, False
        try:
            async with asyncio.timeout(LISTEN_S):
                async for message in ws:
                    if message.type is WSMsgType.PONG:
                        pong = True
                    elif message.type is WSMsgType.PING:
                        await ws.pong(message.data)
                    elif message.type is WSMsgType.TEXT:
                        read = _read(message.data)
                        frames += read.get("event") == "media"
                        if read.get("event") == "start" and not token:
                            token = str(read["start"].get("customParameters", {}).get("t", ""))
                            await ws.ping(b"holdfast")
        except TimeoutError:
            pass  # it was listened to long enough
        except (ConnectionResetError, KeyError, AttributeError):
            pass  # not a stream of the carrier's
        self._note(token, "stream", signature=how, pong=pong, frames=frames)
        await ws.close()
        return ws

    def _url(self, step: str, token: str) -> str:
        return f"{self._public_url}/twilio/probe/{step}?t={token}"

    def _note(self, token: str, step: str, **seen: Any) -> bool:
        """False: nobody asked for this call."""
        path = probe_file(self._folder, token)
        if not TOKEN.fullmatch(token) or not path.exists():
            return False
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, **seen}) + "\n")
        return True


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
