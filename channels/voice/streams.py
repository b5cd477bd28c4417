"""The way into this process for the carrier: addresses of webhooks, and documents of streams."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from channels.twilio import twiml
from channels.voice import token

TOKEN_LIFE_MS = 55_000


@dataclass(frozen=True, slots=True)
class Door:
    """public_url has no slash at its end."""

    public_url: str
    key: bytes = field(repr=False)
    stream_url: Callable[[str], str | None] = lambda _name: ""
    """Where streams of this name go; "": to public_url; None: nobody carries sound now, and no
    stream is to be opened."""

    def url(self, path: str) -> str:
        return f"{self.public_url}/twilio/voice{path}"

    def stream(
        self,
        name: str,
        epoch: int,
        call_sid: str,
        action: str,
        now_ms: int,
        more: Mapping[str, str] | None = None,
    ) -> str:
        """A two-way media stream under this name and epoch; when it ends, `action` is asked."""
        signed = token.mint(
            self.key, call_sid=call_sid, contact=name, epoch=epoch,
            expires_ms=now_ms + TOKEN_LIFE_MS,
        )  # fmt: skip
        return twiml.connect_stream(
            "ws"
            + (self.stream_url(name) or self.public_url).removeprefix("http")
            + "/twilio/stream",
            action,
            self.url("/status?stream=1"),
            {"contact": name, "epoch": str(epoch), "token": signed, **(more or {})},
        )
