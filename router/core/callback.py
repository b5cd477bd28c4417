"""A promised call after one of its tries has ended: what comes next. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from router.core.config import CallbackRules
from router.core.contact import MESSAGE_LEFT, Outcome
from router.core.hours import Opening
from router.core.model import LiveContact
from router.core.severity import Severity

CALLER = "caller"
"""Asked for by the caller, by a key while they waited."""
VOICEMAIL = "voicemail"
"""Left a message where nobody answered."""


class Kind(StrEnum):
    """How a promise came to be; the words are `callbackKinds` of static/strings."""

    KEY = "key"
    """A waiting caller pressed the key."""
    VOICEMAIL = "voicemail"
    """They reached the voicemail."""
    GAVE_UP = "gave_up"
    """They hung up while they waited."""
    DROPPED = "dropped"
    """Their call was lost after it was answered."""
    AGAIN = "again"
    """An earlier promise had not reached them."""
    SCHEDULED = "scheduled"
    """A person promised it for a certain time."""
    PERSON = "person"
    """A person promised it for as soon as somebody is free."""


def kind_of(by: str, not_before: int | None, after: LiveContact | None) -> Kind:
    """Of a promise that `by` (an account, CALLER or VOICEMAIL) asks for, after this contact."""
    if by == CALLER:
        return Kind.KEY
    if by == VOICEMAIL:
        return Kind.VOICEMAIL
    if after is None:
        return Kind.PERSON if not_before is None else Kind.SCHEDULED
    if after.callback is not None and after.answered_at is None:
        return Kind.AGAIN
    return Kind.DROPPED if after.outcome == Outcome.DROPPED else Kind.GAVE_UP


THEY_CALLED = "called_themselves"
CALLED_OFF = "cancelled"
"""At a person's word."""
MOVED = "moved"
"""To another time, by a person; the next contact of it comes then."""
NOT_NEEDED = "not_needed"
"""Whoever had their contact said so: the party was reached."""
BUSY, BUSY_FREE = "busy", 2
"""So often a line that is busy with us is no try."""
NEVER_DIALLED = "never_dialled"
"""Cause of such a try in the record; the index, which gave it up in time, cannot know."""
NEVER_DIALLED_FREE = 2
"""So often a try that never came to the carrier is no try: whoever was to dial it had died."""
UNCLEAR = "unclear"
"""The carrier did not say whether it dialled: nobody dials again without a person's word."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The promise has been kept, or is no longer needed."""

    state: str
    cause: str


@dataclass(frozen=True, slots=True)
class Again:
    """Another try, not before this moment (ms). `counts`: the ended one was a try. `window`: in the
    next hours in which they are called, not in these. `dialled`: the carrier was asked for it."""

    not_before: int
    counts: bool = True
    window: bool = False
    dialled: bool = True


@dataclass(frozen=True, slots=True)
class GaveUp:
    """Tried often enough: a person decides."""


Move = Closed | Again | GaveUp

WROTE = {"sms": "a text was sent", "email": "a mail was sent"}
"""What the centre did by itself after the last try, by channel."""


def count_from(live: LiveContact, moment: float) -> None:
    """Its target counts from this moment (ms); its place stays."""
    before = live.arrived_at if live.due_from is None else live.due_from
    live.due_from = None if moment == live.arrived_at else moment
    if live.answer_by is not None:
        live.answer_by += moment - before


def counts_from(live: LiveContact, now: int) -> float:
    """From when the target of a promised call counts, or of their own call in its stead: what it
    has stood for does not."""
    begin = live.arrived_at if live.due_from is None else live.due_from
    if live.held_from is not None:
        begin += max(0, now - max(live.held_from, begin))
    return min(begin, now)


def opens_after(opening: Opening, live: LiveContact, moments: Iterable[float]) -> int | None:
    """The opening before which its target does not count: it was closed to them at the first of
    these moments (ms) at which it was."""
    severity = Severity(live.severity)
    found = (opening.opens_for(live.queue, severity, int(moment)) for moment in moments)
    return next((at for at in found if at is not None), None)


def rings_from(opening: Opening, live: LiveContact, moment: int) -> int | None:
    """Whoever left a message while we were closed is called when we open, and not at night: the
    moment (ms) before which nobody is rung for it. None: at once. What people promise, or ask for
    by a key while they wait, is not held: the centre is there for them."""
    if live.callback is None or live.callback.by != VOICEMAIL:
        return None
    return opens_after(opening, live, [moment])


def busy_with_us(live: LiveContact) -> bool:
    """Their line was busy because they were on it with us: no try, as long as that is rare."""
    promise = live.callback
    return promise is not None and live.with_us and promise.busy < BUSY_FREE


def last_try(live: LiveContact) -> bool:
    """True if nothing follows this try automatically."""
    promise = live.callback
    if promise is None or busy_with_us(live):
        return False
    return promise.tried >= promise.tries or live.cause == UNCLEAR


def next_move(
    live: LiveContact, rules: CallbackRules, *, they_called: bool, dialled: bool = True
) -> Move:
    """What follows an ended try. `they_called`: meanwhile the person called us. `dialled`: the
    carrier was asked for it, or may have been.

    `rules` may have changed since the first try: the number of tries is that of the promise, so
    that what the caller was told stays true.
    """
    assert live.callback is not None
    ended = int(live.ended_at or live.state_at or live.arrived_at)
    if live.cause == MESSAGE_LEFT and not they_called and not last_try(live):
        return _after(live, rules, ended)  # a machine is nobody
    if live.answered_at is not None:
        return Closed("reached", live.outcome or "")
    if live.cause == NOT_NEEDED:
        return Closed("reached", NOT_NEEDED)
    if live.cause == MOVED and not they_called:
        return Again(int(live.not_before or ended), counts=False)
    if live.outcome == "cancelled":
        return Closed("cancelled", live.cause or "")
    if they_called:
        return Closed("cancelled", THEY_CALLED)
    if not dialled and live.callback.undialled < NEVER_DIALLED_FREE:
        return Again(ended, counts=False, dialled=False)
    if busy_with_us(live):  # it stands until that contact is over
        return Again(ended + rules.busy_again_ms, counts=False)
    if last_try(live):
        return GaveUp()
    return _after(live, rules, ended)


def _after(live: LiveContact, rules: CallbackRules, ended: int) -> Again:
    assert live.callback is not None
    gap = rules.again_ms(live.severity, live.callback.tried)
    return Again(ended, window=True) if gap is None else Again(ended + gap)


def next_action(live: LiveContact, *, mail: bool, wrote: str | None = None) -> str:
    """What its owner has to do once the last try has reached nobody. `mail`: an address is known;
    `wrote`: on which channel they were written to by rule. No details: their name, or their masked
    number."""
    who = live.who.get("name") or live.who.get("address") or "them"
    tries = live.callback.tried if live.callback is not None else 1
    calls = "1 call" if tries == 1 else f"{tries} calls"
    if wrote is not None:
        return f"Reach {who}: not reached, {calls}; {WROTE[wrote]}"[:140]
    if live.severity <= Severity.S3:
        return f"Reach {who}: not reached, {calls}"[:140]
    if mail:
        return f"Mail {who}: not reached by telephone, {calls}"[:140]
    return f"Reach {who}: not reached, {calls}; no mail address is known"[:140]
