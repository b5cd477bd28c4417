"""The intents: everything a page may ask for.

An intent is declared where it is carried out, with its shape, its permission and its line in the
audit. An intent that no topic declares does not exist; tests walk the list. Expected refusals are
replies with a code and words, never exceptions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec

from holdfast.http.access import Permission
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
Sure = Annotated[tuple[Word, ...], msgspec.Meta(max_length=4)]
"""Codes of refusals (router.records.asks_first) that the person read, and means it all the same."""
Count = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]


class Refused(Exception):
    """An intent that cannot be done: a code of the protocol and words for the person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @classmethod
    def by(cls, reply: Reply, words: Mapping[str, str]) -> Refused:
        """A refusal by the index, in `words` by its code, or else in its own."""
        own = reply.text[:1].upper() + reply.text[1:].rstrip(".") + "."
        return cls(reply.code, words.get(reply.code) or own)


class Form(msgspec.Struct, frozen=True):
    """The fields that a page sends with an intent."""


class Nothing(Form, frozen=True):
    """No fields beyond the intent itself."""


class ContactForm(Form, frozen=True):
    contact: Id


class AgentForm(Form, frozen=True):
    agent: Id


class ToAgentForm(ContactForm, frozen=True):
    """A contact, and the agent whom it is to reach."""

    agent: Id


MOST_SKILLS = 8


def needs_of(skills: dict[str, int]) -> dict[str, int]:
    """Skills that somebody is to have, checked.

    Raises:
        Refused: bad_request.
    """
    if not 0 < len(skills) <= MOST_SKILLS or any(not 1 <= v <= 5 for v in skills.values()):
        raise Refused("bad_request", f"1 to {MOST_SKILLS} skills, each of level 1 to 5.")
    return skills


class SwitchForm(ContactForm, frozen=True):
    """Something about a contact that is on or off."""

    on: bool


class IncidentForm(Form, frozen=True):
    incident: Id


@dataclass(frozen=True, slots=True)
class Intent:
    """One `do` of the protocol."""

    form: type[Form]
    permission: Permission
    desk_only: bool
    audit: tuple[str, ...]
    """Actions of the lines that it writes; `*` stands for any ending."""


INTENTS: dict[str, Intent] = {}
"""Filled by the decorator; all of them are there once holdfast.desk.topics is imported."""

IntentHandler = Callable[[Any, Any], Awaitable[Result]]
"""The page and the form in, the result out; what cannot be done is Refused."""
_Method = TypeVar("_Method", bound=Callable[..., Awaitable[Result]])


def intent(
    do: str,
    form: type[Form] = Nothing,
    permission: Permission = Permission.DESK_USE,
    *,
    audit: str | tuple[str, ...] = (),
    desk_only: bool = True,
) -> Callable[[_Method], _Method]:
    """Declares a method of a topic as the handler of an intent, which makes the intent exist.

    Args:
        audit: the action of the line that it writes, or several.
        desk_only: refused on a board.
    """

    def declare(method: _Method) -> _Method:
        if do in INTENTS:
            raise ValueError(f"two handlers of the intent {do}")
        actions = (audit,) if isinstance(audit, str) else audit
        INTENTS[do] = Intent(form, permission, desk_only, actions)
        method.__dict__[_DO] = do
        return method

    return declare


_DO = "intent"


def handlers(topic: object) -> dict[str, IntentHandler]:
    """The handlers that a topic declares, by intent."""
    methods = ((name, getattr(type(topic), name, None)) for name in dir(type(topic)))
    return {
        method.__dict__[_DO]: getattr(topic, name)
        for name, method in methods
        if callable(method) and _DO in getattr(method, "__dict__", {})
    }


WORDS = {
    "caller_gone": "The caller hung up.",
    "too_late": "Too late: the offer has gone to somebody else or back in line.",
    "taken": "Somebody else took it.",
    "not_yours": "This is not in your hands.",
    "no_sound": "Your sound is not connected; the call goes on to somebody else. "
    "Check the microphone, then press Ready.",
    "unknown": "This is already over.",
}


def done(reply: Reply) -> Result:
    """The reply of a step as the page's answer.

    Raises:
        Refused: the index refused it; in words.
    """
    if not reply.ok:
        raise Refused.by(reply, WORDS)
    return {}


def said(page: Any, action: str, subject: str, **more: Any) -> dict[str, Any]:
    """The person at whose word a step is taken: put into the step, whose fold writes the audit line
    (router/records/audit.py). Nothing is written if the step changed nothing."""
    return {"by": page.account.id, "action": action, "subject": subject, **more}


EXACT = frozenset(
    {
        "contact",
        "incident",
        "address",
        "agent",
        "note",
        "key",
        "fence",
        "filing",
        "help",
        "goes",
        "hand_off",
        "question",
        "department",
        "one",
        "party",
        "stays",
        "summary",
        "before",
        "correction",
        "through",
    }
)
"""Refuses ids that are not valid. Words are taken without characters that no record can hold."""


def read(form: type[Form], raw: dict[str, Any]) -> Form:
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
