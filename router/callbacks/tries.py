"""The tries of a promised call: a contact each, and what closes the promise before one is made."""

from __future__ import annotations

import msgspec

from router.core.callback import MOVED, THEY_CALLED
from router.core.config import Config
from router.core.model import LiveContact
from router.core.restricted import only
from router.core.severity import Channel, Severity, Targets, answer_by, score
from router.core.states import NOT_MADE, State
from router.records import callbacks, contacts, people
from router.records.database import Transaction
from router.records.ids import derived_id


def next_try(
    before: LiveContact, promise: str, *, counts: bool, now: int, dialled: bool = True
) -> LiveContact:
    """The same promise again: its place, its ladder from the beginning, no agent assigned.
    `counts`: the one before was a try; `dialled`: it came to the carrier."""
    assert before.callback is not None
    tried, busy = before.callback.tried + counts, before.callback.busy + before.with_us
    undialled = before.callback.undialled + (not dialled)
    unique = str(tried) if counts else f"{tried} busy {busy}"
    if not dialled:
        unique = f"{tried} not dialled {undialled}"
    if before.cause == MOVED:
        unique = f"moved {before.id}"
    came = (before.cause or before.outcome or "").replace("-", "_")
    return LiveContact(
        id=derived_id("c", "callback", promise, unique),
        channel=before.channel,
        language=before.language,
        asks=before.asks,
        dir="out",
        severity=before.severity,
        own=before.own,
        arrived_at=before.arrived_at,
        rang_at=now,
        score=before.score,
        answer_by=before.answer_by,
        due_from=before.due_from,
        queue=before.queue,
        line=before.line,
        rule=before.rule,
        named=before.named,
        ladder=before.ladder,
        promote_at=before.promote_at,
        promote_ms=before.promote_ms,
        promoted_at=before.promoted_at,
        wrapup_ms=before.wrapup_ms,
        who=before.who,
        about=before.about,
        incident=before.incident,
        incident_no=before.incident_no,
        only=before.only,
        callback=msgspec.structs.replace(
            before.callback,
            tried=tried,
            busy=busy,
            undialled=undialled,
            instead=None,
            back_by=None,
            last=came if counts else before.callback.last,
        ),
    )


def counts_anew(live: LiveContact, moment: int, config: Config, targets: Targets) -> None:
    """Moved by a person: it counts from that moment (ms), as one that was promised for it does."""
    severity = Severity(live.severity)
    live.arrived_at, live.due_from = moment, None
    live.score = score(moment, severity, Channel.VOICE, targets)
    live.answer_by = answer_by(moment, severity, Channel.VOICE, targets)
    live.promoted_at = None
    live.promote_at = config.promote_at(moment, severity, Channel.VOICE)


async def into_incident(connection: Transaction, live: LiveContact, incident: str) -> None:
    """A further try is of the incident as that is by now: it may have been merged or restricted
    since the one before. The incident is held. It rings first at whoever was given this call,
    else at its owner."""
    await callbacks.hold_incident(connection, incident)
    found = await people.incident_by_id(connection, incident)
    if found is None:
        return
    assert live.callback is not None
    live.named = live.callback.given or found.owner or live.named
    live.incident, live.incident_no, live.only = found.id, found.word, only(found.only)


def wait_until(live: LiveContact, not_before: int | None, now: int) -> None:
    """Before its moment it is scheduled; nobody is on its line."""
    live.dir, live.link, live.not_before = "out", "none", not_before
    if live.who.get("role") == "caller":
        live.who = {**live.who, "role": "party"}
    if not_before is not None and not_before > now:
        live.state, live.until = State.SCHEDULED, not_before


async def they_called(connection: Transaction, party: str, now: int) -> LiveContact | None:
    """A party who was promised a call rings us, from whichever telephone: the promise is closed
    here, and in the index by `cancel_callback`. Nobody else's call closes it. Returns the contact
    that waited, with its place."""
    row = await callbacks.open_to(connection, party)
    live = await contacts.live_of(connection, row.contact) if row is not None else None
    if row is None or live is None or live.state not in NOT_MADE:
        return None
    await callbacks.close(connection, row.id, "cancelled", THEY_CALLED, now)
    await contacts.cancel_dial(connection, row.contact)
    return live
