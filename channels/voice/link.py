"""The voice link: one pure function says what the carrier should do with a call now.

It answers voice, menu, wait, resume and fallback, and fills REST updates. Being asked twice gives
the same document under the same epoch (but for the stream token's expiry) and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from channels.twilio import twiml
from channels.voice import token
from channels.voice.outside import OutsideCalls
from router.core.model import LiveContact
from router.core.states import BEYOND, OVER, State

POSITIONS = 10
MINUTES = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 30)
"""Waits that there is a clip for."""


def minutes(wait_ms: float) -> int:
    """The clip's number: never less than the wait, but for the longest."""
    return next((m for m in MINUTES if wait_ms <= (m or 0.75) * 60_000), MINUTES[-1])


"""Positions with a prerecorded clip; behind it callers hear 'several people are before you'."""

CALL_ME_BACK = "You need not stay on the line. To be called back, press {key}: you keep your place."
PROMISED = (
    "Thank you. We will call you back on this number, and you keep your place. "
    "If it gets worse, call again at once. Goodbye."
)

TOKEN_LIFE_MS = 55_000


def _spoken(key: str) -> str:
    return {"*": "star", "#": "the pound key"}.get(key, key)


@dataclass(frozen=True, slots=True)
class Prompts:
    """Clips of a line, by name in static/audio."""

    greeting: tuple[str, ...] = ()
    menu: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VoiceLink:
    """Builds the documents. public_url has no slash at its end; `prompts` are those of a line."""

    public_url: str
    key: bytes = field(repr=False)
    prompts: Callable[[str], Prompts]
    callback_key: Callable[[], str] = str
    """Pressed while waiting: "call me back"; empty = it is not offered."""
    outside: OutsideCalls | None = None

    def url(self, path: str) -> str:
        return f"{self.public_url}/twilio/voice{path}"

    def clip(self, name: str) -> str:
        return f"{self.public_url}/static/audio/{name}.wav"

    def twiml_for(
        self,
        contact: LiveContact,
        *,
        stream: bool,
        place: int | None = None,
        turn: int = 0,
        now_ms: int,
        wait_ms: float | None = None,
    ) -> str:
        """The document for the caller now.

        Args:
            contact: as the index holds it.
            stream: an offer, a connection or a talk wants the caller's sound.
            place: their place in line, if they wait.
            wait_ms: how long they will wait, if that can be said truly.
            turn: turns of the hold loop so far; 0 = nothing was said to them yet.
        """
        prompts = self.prompts(contact.line)
        if contact.state in OVER or contact.caller == "gone":
            return twiml.hang_up()
        if contact.state == State.IN_MENU:
            names = (*prompts.greeting, *prompts.menu) if turn == 0 else prompts.menu
            return twiml.menu(
                [self.clip(name) for name in names],
                self.url("/menu"),
                fallthrough_url=self.url("/menu?none=1"),
            )
        if contact.state in BEYOND and self.outside is not None:
            return self.outside.again(contact, now_ms)
        if stream:
            return self.stream(contact, now_ms)
        may_ask = bool(self.callback_key()) and contact.severity > 1 and not contact.no_call
        recorded = not contact.provisional  # else nothing can be promised yet
        return self.waiting(prompts, place, turn, wait_ms, callback=may_ask and recorded)

    def stream(self, contact: LiveContact, now_ms: int) -> str:
        """The two-way media stream under the contact's link epoch."""
        epoch = int(contact.link_epoch)
        key = token.mint(
            self.key,
            call_sid=contact.carrier_id or "",
            contact=contact.id,
            epoch=epoch,
            expires_ms=now_ms + TOKEN_LIFE_MS,
        )
        return twiml.connect_stream(
            "ws" + self.public_url.removeprefix("http") + "/twilio/stream",
            self.url(f"/resume?c={contact.id}&e={epoch}"),
            self.url("/status?stream=1"),
            {"contact": contact.id, "epoch": str(epoch), "token": key},
        )

    def waiting(
        self,
        prompts: Prompts,
        place: int | None,
        turn: int,
        wait_ms: float | None = None,
        *,
        callback: bool = False,
    ) -> str:
        """One turn of the hold loop: greeting, place and wait every second turn, music always.

        callback: they may press a key to be called back; it is said with the place.
        """
        names: list[str] = []
        words: list[twiml.Words] = []
        if turn == 0:
            names += prompts.greeting
        if place is not None and turn % 2 == 0:
            names.append(f"position-en-{place}" if place <= POSITIONS else "more-en")
            if wait_ms is not None:
                names.append(f"wait-en-{minutes(wait_ms)}")
            if callback:
                words.append(twiml.Words(CALL_ME_BACK.format(key=_spoken(self.callback_key()))))
        elif turn > 0:
            names.append("please-hold-en")
        return twiml.hold_loop(
            [*(self.clip(name) for name in names), *words, self.clip("hold")],
            self.url(f"/key?n={turn + 1}") if callback else None,
            self.url(f"/wait?n={turn + 1}"),
        )

    def promised(self) -> str:
        """A caller who asked to be called back may hang up; we do it for them."""
        return twiml.say_and_hang_up((), PROMISED)

    def static_loop(self) -> str:
        """For the worst moment: needs no store, no record, and asks again."""
        return twiml.hold_loop([self.clip("hold")], None, self.url("/wait?n=1"))
