"""What a page may ask for: every intent with its permission and its shape.

An intent that is not listed here does not exist; a test walks the list. Expected refusals are
replies with a code and words, never exceptions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from holdfast.access import Permission
from router.core.model import Reply
from router.core.text import clean

Result = dict[str, Any]

Id = Annotated[str, msgspec.Meta(max_length=32)]
"""An id of ours: contact, incident, address."""
Key = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
"""An id that the page made, or a word of the configuration."""
Word = Annotated[str, msgspec.Meta(max_length=64)]
Words = Annotated[str, msgspec.Meta(max_length=20_000)]
Moment = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
"""ms since 1970; larger than any day, smaller than what a page's number or a column holds."""
Count = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]


class Refused(Exception):
    """An intent that cannot be done: a code of the protocol and words for the person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @classmethod
    def by(cls, reply: Reply, words: Mapping[str, str]) -> Refused:
        """What the index refused, in `words` by its code, else in its own."""
        own = reply.text[:1].upper() + reply.text[1:].rstrip(".") + "."
        return cls(reply.code, words.get(reply.code) or own)


class _Form(msgspec.Struct, frozen=True):
    pass


class Nothing(_Form, frozen=True):
    pass


class PauseForm(_Form, frozen=True):
    reason: Word = "break"


class ContactForm(_Form, frozen=True):
    contact: Id


class OfferForm(_Form, frozen=True):
    contact: Id
    fence: Key


class HoldForm(_Form, frozen=True):
    contact: Id
    on: bool


class DigitsForm(_Form, frozen=True):
    contact: Id
    digits: str


class WrappedForm(_Form, frozen=True):
    contact: Id
    disposition: Word
    comment: str = ""


class NoteForm(_Form, frozen=True):
    incident: Id | None
    """None: of a call that the record has not taken yet; it is found by its contact."""
    note: Key
    text: str
    contact: Id | None = None
    ago_ms: Count = 0
    """How long ago it was begun: one that could not be saved at once keeps its moment."""


class DraftForm(_Form, frozen=True):
    incident: Id
    contact: Id
    text: str


class ReplyForm(_Form, frozen=True):
    contact: Id
    text: Words
    key: Key
    then: str = "wait"
    disposition: Word | None = None


class CloseForm(_Form, frozen=True):
    contact: Id
    disposition: Word = ""
    comment: str = ""


class CallbackForm(_Form, frozen=True):
    incident: Id
    address: Id
    key: Key


class CallbackLaterForm(_Form, frozen=True):
    """`at`: None = as soon as somebody is free."""

    incident: Id
    address: Id
    key: Key
    at: Moment | None = None


class SeverityForm(_Form, frozen=True):
    """`kind` of one that is lowered: "never" (an emergency) or "over" now."""

    contact: Id
    severity: Count
    kind: Word = ""


class GlanceForm(_Form, frozen=True):
    """Of an unsure one that rings here: 1 emergency, 2 urgent, 4 not; `kind` as above."""

    contact: Id
    fence: Key
    severity: Count
    kind: Word = ""


class UndoForm(_Form, frozen=True):
    """`correction`: what the change was kept as, if it was."""

    contact: Id
    correction: Id | None = None


class CorrectionsForm(_Form, frozen=True):
    days: Count = 7


class OpenForm(_Form, frozen=True):
    incident: Id | None = None


class PeekForm(_Form, frozen=True):
    incident: Id


class FindForm(_Form, frozen=True):
    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    filter: Word = ""
    before: Word = ""


class GaveUpForm(_Form, frozen=True):
    incident: Id


class TitleForm(_Form, frozen=True):
    incident: Id
    title: str


class SelfTestForm(_Form, frozen=True):
    passed: bool
    detail: Word = ""


class AssignForm(_Form, frozen=True):
    contact: Id
    agent: Id


class ParkForm(_Form, frozen=True):
    """`until`: None = until the party writes, at most as long as an answer waits."""

    contact: Id
    until: Moment | None = None


class TransferForm(_Form, frozen=True):
    """To one of: an agent, a queue, skills (name -> least level), a number outside (its name in
    the configuration, or typed)."""

    contact: Id
    agent: Id | None = None
    queue: Word | None = None
    skills: dict[Word, Count] | None = None
    number: Word | None = None


class ReserveForm(_Form, frozen=True):
    agents: Count


class RtcForm(_Form, frozen=True):
    sdp: str
    epoch: Moment = 0


class RtcStateForm(_Form, frozen=True):
    state: str
    rtt_ms: float | None = None
    loss: float | None = None
    jitter_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """One `do` of the protocol."""

    form: type[_Form]
    permission: Permission
    desk_only: bool = True


INTENTS: dict[str, Intent] = {
    "snapshot": Intent(Nothing, Permission.DESK_USE, desk_only=False),
    "ready": Intent(Nothing, Permission.DESK_USE),
    "pause": Intent(PauseForm, Permission.DESK_USE),
    "accept": Intent(OfferForm, Permission.DESK_USE),
    "decline": Intent(OfferForm, Permission.DESK_USE),
    "hangup": Intent(ContactForm, Permission.DESK_USE),
    "hold": Intent(HoldForm, Permission.DESK_USE),
    "digits": Intent(DigitsForm, Permission.DESK_USE),
    "wrapped": Intent(WrappedForm, Permission.DESK_USE),
    "extend": Intent(ContactForm, Permission.DESK_USE),
    "note": Intent(NoteForm, Permission.DESK_USE),
    "draft": Intent(DraftForm, Permission.DESK_USE),
    "reply": Intent(ReplyForm, Permission.DESK_USE),
    "close": Intent(CloseForm, Permission.DESK_USE, desk_only=False),
    "callback": Intent(CallbackForm, Permission.DESK_USE),
    "callback_later": Intent(CallbackLaterForm, Permission.DESK_USE, desk_only=False),
    "callback_cancel": Intent(ContactForm, Permission.DESK_USE, desk_only=False),
    "gave_up_callback": Intent(GaveUpForm, Permission.QUEUE_STEER, desk_only=False),
    "severity": Intent(SeverityForm, Permission.SEVERITY_SET, desk_only=False),
    "severity_undo": Intent(UndoForm, Permission.SEVERITY_SET, desk_only=False),
    "glance": Intent(GlanceForm, Permission.SEVERITY_SET),
    "corrections": Intent(CorrectionsForm, Permission.QUEUE_STEER, desk_only=False),
    "open": Intent(OpenForm, Permission.DESK_USE, desk_only=False),
    "peek": Intent(PeekForm, Permission.DESK_USE),
    "incidents": Intent(FindForm, Permission.DESK_USE, desk_only=False),
    "gave_up_done": Intent(GaveUpForm, Permission.DESK_USE, desk_only=False),
    "title": Intent(TitleForm, Permission.DESK_USE),
    "why": Intent(ContactForm, Permission.DESK_USE, desk_only=False),
    "waiting": Intent(Nothing, Permission.DESK_USE, desk_only=False),
    "selftest": Intent(SelfTestForm, Permission.DESK_USE),
    "pull": Intent(ContactForm, Permission.DESK_USE, desk_only=False),
    "return": Intent(ContactForm, Permission.DESK_USE),
    "park": Intent(ParkForm, Permission.DESK_USE, desk_only=False),
    "unpark": Intent(ContactForm, Permission.DESK_USE, desk_only=False),
    "transfer": Intent(TransferForm, Permission.DESK_USE),
    "transfer_targets": Intent(ContactForm, Permission.DESK_USE),
    "assign": Intent(AssignForm, Permission.QUEUE_STEER, desk_only=False),
    "force_release": Intent(ContactForm, Permission.QUEUE_STEER, desk_only=False),
    "reserve": Intent(ReserveForm, Permission.QUEUE_STEER, desk_only=False),
    "rtc": Intent(RtcForm, Permission.DESK_USE),
    "rtc_state": Intent(RtcStateForm, Permission.DESK_USE),
}

IntentHandler = Callable[[Any, Any], Awaitable[Result]]


EXACT = frozenset(
    {"contact", "incident", "address", "agent", "note", "key", "fence", "before", "correction"}
)
"""Ids: what is no id is refused. Words are taken without what no record holds."""


def read(form: type[_Form], raw: dict[str, Any]) -> _Form:
    """The intent's fields.

    Raises:
        Refused: bad_request, with what is wrong.
    """
    for name in EXACT & raw.keys():
        if isinstance(raw[name], str) and clean(raw[name]) != raw[name]:
            raise Refused("bad_request", f"control characters in {name}")
    sane = {key: clean(value) if isinstance(value, str) else value for key, value in raw.items()}
    try:
        return msgspec.convert(sane, form)
    except msgspec.ValidationError as error:
        raise Refused("bad_request", str(error)) from error
