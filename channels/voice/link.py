"""The voice link: one pure function says what the carrier should do with a call now.

It answers voice, menu, wait, resume and fallback, and fills REST updates. Being asked twice gives
the same document under the same epoch (but for the stream token's expiry) and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from channels.twilio import twiml
from channels.voice.outside import OutsideCalls
from channels.voice.prompts import Prompts
from channels.voice.streams import Door
from router.core.model import LiveContact
from router.core.said import key_in_words
from router.core.sentences import MINUTES, POSITIONS
from router.core.states import BEYOND, OVER, State


def wait_said(wait_ms: float) -> tuple[str, Mapping[str, object]]:
    """The sentence for a wait: never less than it is, but for the longest."""
    if wait_ms <= 45_000:
        return "wait_short", {}
    if wait_ms <= 60_000:
        return "wait_one", {}
    minutes = next((m for m in MINUTES if wait_ms <= m * 60_000), MINUTES[-1])
    return "wait", {"minutes": minutes}


@dataclass(frozen=True, slots=True)
class VoiceLink:
    """Builds the documents. public_url has no slash at its end."""

    public_url: str
    key: bytes = field(repr=False)
    prompts: Prompts
    callback_key: Callable[[], str] = str
    """Pressed while waiting: "call me back"; empty = it is not offered."""
    outside: OutsideCalls | None = None
    stream_url: Callable[[str], str | None] = lambda _name: ""
    """See Door."""

    def url(self, path: str) -> str:
        return f"{self.public_url}/twilio/voice{path}"

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
        if contact.state in OVER or contact.caller == "gone":
            return twiml.hang_up()
        if contact.state == State.IN_MENU:
            line = self.prompts.of(contact.line)
            names = ("greeting", "notice", "menu") if turn == 0 else ("menu",)
            return twiml.menu(
                self.prompts.parts(said for name in names for said in line.say(name)),
                self.url("/menu"),
                fallthrough_url=self.url("/menu?none=1"),
            )
        if stream and self.stream_url(contact.id) is None:
            return self.soon(contact)
        if stream:  # also of a caller who was handed over and is joined with a number by us
            return self.stream(contact, now_ms, greets=turn == 0)
        if contact.state in BEYOND and self.outside is not None:
            return self.outside.again(contact, now_ms)
        may_ask = bool(self.callback_key()) and contact.severity > 1 and not contact.no_call
        recorded = not contact.provisional  # else nothing can be promised yet
        return self.waiting(contact, place, turn, wait_ms, callback=may_ask and recorded)

    def soon(self, contact: LiveContact) -> str:
        """They should have a stream, and nobody carries sound now: a few words, and they ask again
        at once. Without them the carrier would come back as quickly as it can, for ever."""
        return twiml.hold_loop(
            self.prompts.says(contact, ("please_hold", {})), None, self.url("/wait?n=1")
        )

    def stream(self, contact: LiveContact, now_ms: int, *, greets: bool = False) -> str:
        """The two-way media stream under the contact's link epoch. `greets`: nothing was said
        to them yet, so the greeting is played in it."""
        epoch = int(contact.link_epoch)
        return Door(self.public_url, self.key, self.stream_url).stream(
            contact.id,
            epoch,
            contact.carrier_id or "",
            self.url(f"/resume?c={contact.id}&e={epoch}"),
            now_ms,
            {"greets": contact.line} if greets else None,
        )

    def waiting(
        self,
        contact: LiveContact,
        place: int | None,
        turn: int,
        wait_ms: float | None = None,
        *,
        callback: bool = False,
    ) -> str:
        """One turn of the hold loop: greeting, place and wait every second turn, music always.

        callback: they may press a key to be called back; it is said with the place.
        """
        parts: list[twiml.Part] = []
        if turn == 0:
            line = self.prompts.of(contact.line)
            parts += self.prompts.parts([*line.say("greeting"), *line.say("notice")])
        said: list[tuple[str, Mapping[str, object]]] = []
        if place is not None and turn % 2 == 0:
            said.append(("position", {"place": place}) if place <= POSITIONS else ("more", {}))
            if wait_ms is not None:
                said.append(wait_said(wait_ms))
            if callback:
                said.append(("call_me_back", {"key": key_in_words(self.callback_key())}))
        elif turn > 0:
            said.append(("please_hold", {}))
        parts += self.prompts.says(contact, *said)
        return twiml.hold_loop(
            [*parts, *self.prompts.music(self.prompts.for_(contact))],
            self.url(f"/key?n={turn + 1}") if callback else None,
            self.url(f"/wait?n={turn + 1}"),
        )

    def promised(self, contact: LiveContact | None) -> str:
        """A caller who asked to be called back may hang up; we do it for them."""
        saying = self.prompts.for_(contact) if contact else self.prompts.of("")
        return twiml.say_and_hang_up(self.prompts.parts(saying.say("called_back")))

    def parting(self, contact: LiveContact | None) -> str:
        """Words that need nobody here for three minutes. None: it is not known who they are."""
        saying = self.prompts.for_(contact) if contact else self.prompts.of("")
        words, again = (
            [twiml.Words(it.words, it.tag, it.voice) for it in saying.say(key) if it.words]
            for key in ("restart", "please_hold")
        )
        then = self.url("/wait?n=1")
        for heard, repeated in ((words, again), (words, []), (words[:1], [])):
            document = twiml.stay_on_the_line(heard, repeated, then)
            if len(document) <= twiml.INLINE_LIMIT:  # long words of a centre's own
                break
        return document

    def message(self, contact: LiveContact) -> str:
        """What is left on a machine: it plays to its end, and the call is over."""
        return twiml.say_and_hang_up(self.prompts.says(contact, ("machine_message", {})))

    def static_loop(self) -> str:
        """For the worst moment: needs no store, no record, and asks again."""
        return twiml.hold_loop(self.prompts.music(self.prompts.of("")), None, self.url("/wait?n=1"))
