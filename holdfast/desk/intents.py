"""What a page may ask for: every intent with its permission and its shape.

An intent that is not listed here does not exist; a test walks the list. Expected refusals are
replies with a code and words, never exceptions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from holdfast.access import Permission

Result = dict[str, Any]


class Refused(Exception):
    """An intent that cannot be done: a code of the protocol and words for the person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class _Form(msgspec.Struct, frozen=True):
    pass


class Nothing(_Form, frozen=True):
    pass


class PauseForm(_Form, frozen=True):
    reason: str = "break"


class ContactForm(_Form, frozen=True):
    contact: str


class OfferForm(_Form, frozen=True):
    contact: str
    fence: str


class HoldForm(_Form, frozen=True):
    contact: str
    on: bool


class DigitsForm(_Form, frozen=True):
    contact: str
    digits: str


class WrappedForm(_Form, frozen=True):
    contact: str
    disposition: str
    comment: str = ""


class NoteForm(_Form, frozen=True):
    incident: str
    note: str
    text: str
    contact: str | None = None


class DraftForm(_Form, frozen=True):
    incident: str
    contact: str
    text: str


class ReplyForm(_Form, frozen=True):
    contact: str
    text: str
    key: str
    then: str = "wait"
    disposition: str | None = None


class CloseForm(_Form, frozen=True):
    contact: str
    disposition: str = ""
    comment: str = ""


class CallbackForm(_Form, frozen=True):
    incident: str
    address: str
    key: str


class SeverityForm(_Form, frozen=True):
    contact: str
    severity: int


class OpenForm(_Form, frozen=True):
    incident: str | None = None


class TitleForm(_Form, frozen=True):
    incident: str
    title: str


class RtcForm(_Form, frozen=True):
    sdp: str
    epoch: int = 0


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
    "close": Intent(CloseForm, Permission.DESK_USE),
    "callback": Intent(CallbackForm, Permission.DESK_USE),
    "severity": Intent(SeverityForm, Permission.SEVERITY_SET, desk_only=False),
    "open": Intent(OpenForm, Permission.DESK_USE, desk_only=False),
    "title": Intent(TitleForm, Permission.DESK_USE),
    "rtc": Intent(RtcForm, Permission.DESK_USE),
    "rtc_state": Intent(RtcStateForm, Permission.DESK_USE),
}

IntentHandler = Callable[[Any, Any], Awaitable[Result]]


def read(form: type[_Form], raw: dict[str, Any]) -> _Form:
    """The intent's fields.

    Raises:
        Refused: bad_request, with what is wrong.
    """
    try:
        return msgspec.convert(raw, form)
    except msgspec.ValidationError as error:
        raise Refused("bad_request", str(error)) from error
