"""How an incident ends and begins again.

A closed incident has no contact that is not over and no promised call: closing is refused while it
has one, and whatever begins in a closed one opens it (`goes_on`, inside the transaction that
records the contact). It then is as severe as that contact is by itself; what it was is history.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from router.centre import Centre
from router.core.incident import CLOSED, kept_open_by
from router.core.incident_status import News, Status, may_say
from router.core.model import Reply
from router.core.severity import BY_RULE, Severity
from router.incidents.replies import OVERTAKEN, UNKNOWN, held_open
from router.records import audit, incident_changes, incident_ratings, next_actions, people
from router.records.database import Transaction
from router.records.people import IncidentRef

ENDED, REOPENED, SETTLED = "incident.closed", "incident.reopened", "incident.settled"
"""Actions of the audit."""

SAID, JUDGED = "incident.status_said", "incident.severity_set_to_"
"""The same, of what a person says of it; their detail is the status, and the severity before."""

ALIVE = "alive"
"""The cause of a refusal: a contact of it is not over, or a call is promised."""
CLOSED_ALREADY = Reply(ok=False, code="not_ready", text="This incident is closed already.")
OPEN_ALREADY = Reply(ok=False, code="not_ready", text="This incident is open already.")


NOT_SAID = Reply(ok=False, code="bad_request", text="that is no status that a person says")


@dataclass(frozen=True, slots=True)
class Said:
    """`before`: the status that the page showed; `words`: why, or empty."""

    incident: str
    status: str
    before: str
    by: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """`severity` 1 to 4; `before`: the one that the page showed; `words`: the reason."""

    incident: str
    severity: int
    before: int
    by: str
    words: str


async def found_for(
    connection: Transaction, party: str, reopens_from: int, reader: str | None = None
) -> IncidentRef | None:
    """The incident that a new contact of this party belongs to: an open one, otherwise the one
    that was closed last since `reopens_from` (ms). None: it begins one. `reader`: of a call of
    ours, who makes it: they get into no incident that is restricted to others."""
    found = await people.open_incident_of(connection, party, reader)
    return found or await incident_changes.lately_closed_of(connection, party, reopens_from, reader)


async def goes_on(
    connection: Transaction,
    incident: str,
    now: int,
    *,
    severity: int,
    contact: str,
    raises_to: int | None = None,
    ours: bool = False,
    by: str = "",
) -> None:
    """A contact begins in an incident, or its party writes again: the incident is touched, and
    raised if it was milder. If it was closed, it is open again, with this severity and no other.

    Args:
        severity: of the contact by itself, without what an incident lent it.
        raises_to: how far it raises an open one, if that is another severity.
        ours: a call of ours, which raises nothing.
        by: the account that began it; empty: its party did.
    """
    raised = int(Severity.S4 if ours else severity if raises_to is None else raises_to)
    if await incident_changes.touch(
        connection, incident, now, raised, contact_id=contact, heard=not ours
    ):
        await incident_changes.reopen(
            connection, incident, now, severity=int(severity), author=by, contact_id=contact
        )
    if ours and by:
        await incident_changes.news(connection, incident, now, News.TAKEN, author=by)


def severity_of(incident: IncidentRef) -> tuple[Severity, int | None]:
    """The severity of a call of ours in this incident, and what it is by itself.

    An open incident lends the call its own severity, and gets none of it back. A closed one lends
    nothing: the call is an S3, whatever line they once reached.
    """
    if not incident.open:
        return Severity.S3, None
    return Severity(incident.severity), int(Severity.S4)


class IncidentLife:
    """Closes and reopens at a person's word; each time with its line in the audit."""

    def __init__(self, centre: Centre, catch_up: Callable[[], Awaitable[None]]) -> None:
        """`catch_up` returns once the record knows what has ended, or soon."""
        self._database = centre.database
        self._catch_up = catch_up

    async def close(self, incident: str, by: str, reason: str, words: str, now: int) -> Reply:
        """Refused, in words, while a contact of it is not over or a call is promised.

        Raises:
            RecordUnavailable: nothing was changed.
        """
        reply = await self._close(incident, by, reason, words, now)
        if reply.cause == ALIVE:  # it may have ended a moment ago
            await self._catch_up()
            reply = await self._close(incident, by, reason, words, now)
        return reply

    async def _close(self, incident: str, by: str, reason: str, words: str, now: int) -> Reply:
        async with self._database.write() as connection:
            row = await incident_changes.held(connection, incident)
            if row is None:
                return UNKNOWN
            if row.state == CLOSED:
                return CLOSED_ALREADY
            incident = row.id
            contacts, promised = await incident_changes.alive(connection, incident)
            why = kept_open_by(contacts, promised=promised)
            if why is not None:
                words = f"Not closed. {why}"
                return Reply(ok=False, code="not_ready", cause=ALIVE, text=words)
            await incident_changes.close(
                connection, incident, now, severity=row.severity, author=by, why=reason, words=words
            )
            await audit.append(
                connection, actor=by, action=ENDED, subject=incident, now=now, detail=reason
            )
        return Reply()

    async def reopen(self, incident: str, by: str, now: int) -> Reply:
        """It is as severe as it was.

        Raises:
            RecordUnavailable: nothing was changed.
        """
        async with self._database.write() as connection:
            row = await incident_changes.held(connection, incident)
            if row is None:
                return UNKNOWN
            if row.state != CLOSED:
                return OPEN_ALREADY
            await undo(connection, row.id, row.severity, by, now)
        return Reply()

    async def say(self, order: Said, now: int) -> Reply:
        """A person says what it waits for, or that it waits no more. Refused (`too_late`) if its
        status is another one than the page showed, or it is closed. Twice is once.

        Raises:
            RecordUnavailable: nothing was changed.
        """
        async with self._database.write() as connection:
            if isinstance(row := await held_open(connection, order.incident), Reply):
                return row
            if row.status == order.status:
                return Reply(duplicate=True)
            if row.status != order.before:
                return OVERTAKEN
            if not may_say(row.status, order.status):
                return NOT_SAID
            words = order.words or None
            await incident_changes.put_status(
                connection, order.incident, now, row, Status(order.status), author=order.by,
                words=words,
            )  # fmt: skip
            await audit.append(
                connection, actor=order.by, action=SAID, subject=order.incident, now=now,
                detail=order.status,
            )  # fmt: skip
        return Reply()

    async def judge(self, order: Judged, now: int) -> Reply:
        """A person says how severe it is, and why; what its contacts are stays as it is. Refused as
        `say` is.

        Raises:
            RecordUnavailable: nothing was changed.
        """
        async with self._database.write() as connection:
            if isinstance(row := await held_open(connection, order.incident), Reply):
                return row
            if row.severity == order.severity:
                return Reply(duplicate=True)
            if row.severity != order.before:
                return OVERTAKEN
            await incident_ratings.judge(
                connection, order.incident, order.severity, now, author=order.by, words=order.words
            )
            await audit.append(
                connection, actor=order.by, action=f"{JUDGED}{order.severity}",
                subject=order.incident, now=now, detail=f"S{row.severity}",
            )  # fmt: skip
        return Reply()

    async def settle(self, before: int, now: int) -> list[str]:
        """Closes for good what was resolved before this moment: whoever comes later begins a new
        incident, which is linked to it. Returns which.

        Raises:
            RecordUnavailable: the next look does it.
        """
        async with self._database.read() as connection:
            found = [row.id for row in await incident_changes.settled(connection, before)]
        done = []
        for incident in found:
            async with self._database.write() as connection:
                row = await incident_changes.held(connection, incident)
                if row.status != Status.RESOLVED:
                    continue  # somebody came, or was quicker
                if await incident_changes.news(connection, incident, now, News.SETTLED, row=row):
                    await audit.append(
                        connection, actor=BY_RULE, action=SETTLED, subject=incident, now=now
                    )
                    done.append(incident)
        return done


async def undo(
    connection: Transaction, incident: str, severity: int, by: str, now: int, *, touch: bool = True
) -> None:
    """A person opens a closed incident again; what was next in it is so again."""
    await next_actions.again(connection, incident)
    await incident_changes.reopen(
        connection, incident, now, severity=severity, author=by, touch=touch
    )
    await audit.append(connection, actor=by, action=REOPENED, subject=incident, now=now)
