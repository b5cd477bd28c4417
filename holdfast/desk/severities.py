"""How severe somebody says a contact is: at a glance while it rings, in hand, from the board; what
triage learns from that; and the list of it for supervisors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from holdfast.clock import now_ms
from holdfast.desk.corrections_sheet import sheet
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import (
    CorrectionsForm,
    GlanceForm,
    IntentHandler,
    Refused,
    Result,
    SeverityForm,
    UndoForm,
)
from router.core.masks import excerpt
from router.core.model import LiveContact, Reply
from router.core.severity import Severity
from router.intake import Intake
from router.records import accounts, corrections
from router.records.corrections import NEVER, RAISED
from router.records.database import Database
from router.records.told import HOW

UNDO_MS = 8_000
"""The page offers it for five seconds; a slow network has the rest."""
NOT_UNDONE = {
    "too_late": "Too late to undo that. Change the severity instead.",
    "not_yours": "Somebody else has it in hand now: nothing was lowered.",
}
DAYS = (7, 90)
DAY_MS = 86_400_000
GLANCED = (Severity.S1, Severity.S2, Severity.S4)
"""Emergency, urgent, not."""
LETTERS = 300
"""Of the words of each, in the list on the page."""


class Severities:
    """Handlers of severity, glance, undo and corrections; part of the desk."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        intake: Intake,
        done: Callable[[Reply], Result],
        names: Callable[[], Awaitable[dict[str, str]]],
    ) -> None:
        """`done` turns a reply into a result or words; `names` of accounts, by their ids."""
        self._database = database
        self._hub = hub
        self._intake = intake
        self._done = done
        self._names = names
        self.handlers: dict[str, IntentHandler] = {
            "severity": self._severity,
            "severity_undo": self._undo,
            "glance": self._glance,
            "corrections": self._corrections,
        }

    async def _severity(self, page: Page, form: SeverityForm) -> Result:
        severity = _known(form.severity)
        live = self._hub.view.contacts.get(form.contact)
        _fits(live, severity, form.kind)
        reply = await self._intake.change_severity(
            form.contact,
            severity,
            _rule(page, form.kind),
            page.account.id,
            mine=page.view == "desk",
        )
        return await self._said(page, reply, severity, form.kind, "set")

    async def _glance(self, page: Page, form: GlanceForm) -> Result:
        severity = _known(form.severity)
        if severity not in GLANCED:
            raise Refused("bad_request", "At a glance it is 1, 2 or 4.")
        live = self._hub.view.contacts.get(form.contact)
        _fits(live, severity, form.kind)
        reply = await self._intake.glance(
            page.account.id,
            form.contact,
            form.fence,
            severity,
            _rule(page, form.kind or "glance"),
        )
        result = await self._said(page, reply, severity, form.kind, "glanced")
        taken = reply.contact is not None and reply.contact.agent == page.account.id
        return result | {"taken": taken}

    async def _said(
        self, page: Page, reply: Reply, severity: Severity, kind: str, how: str
    ) -> Result:
        """Audit line and correction, together or not at all; neither where it was so already. What
        it was the index says: the page may be behind somebody else."""
        self._done(reply)
        contact = reply.contact
        if contact is None or contact.before is None:
            return {"correction": None}
        correction, was = None, contact.before.severity
        what = _correction(contact.channel, was, severity, kind)
        async with self._database.write() as connection:
            if what is not None:
                correction = await corrections.add(
                    connection, contact.id, was, severity, what, page.account.id, now_ms()
                )
            await accounts.audit(
                connection,
                actor=page.account.id,
                action=f"severity.{how}_to_{int(severity)}",
                subject=contact.id,
                detail=(what or "") if correction else "",
                now=now_ms(),
            )
        if contact.incident is not None:
            self._hub.incident_changed(contact.incident)
        return {"correction": correction}

    async def _undo(self, page: Page, form: UndoForm) -> Result:
        """What this person said last of it is undone, while nobody has said anything else."""
        reply = await self._intake.undo_severity(
            form.contact, page.account.id, within_ms=UNDO_MS, mine=page.view == "desk"
        )
        if not reply.ok:
            code = reply.code if reply.code in NOT_UNDONE else "too_late"
            raise Refused(code, NOT_UNDONE[code])
        if reply.contact is None:
            return {}
        async with self._database.write() as connection:
            if form.correction is not None:
                await corrections.take_back(
                    connection, form.correction, form.contact, page.account.id
                )
            await accounts.audit(
                connection,
                actor=page.account.id,
                action=f"severity.undone_to_{reply.contact.severity}",
                subject=form.contact,
                detail="",
                now=now_ms(),
            )
        if reply.contact.incident is not None:
            self._hub.incident_changed(reply.contact.incident)
        return {}

    async def _corrections(self, page: Page, form: CorrectionsForm) -> Result:
        return await self.listed(form.days)

    async def listed(self, days: int, letters: int | None = LETTERS) -> dict[str, Any]:
        """Corrections of the last `days` days, newest first, with how many messages there were.
        letters: so many of each one's words, on one line; None: all of them.

        Raises:
            Refused: a span that no page shows.
        """
        if days not in DAYS:
            raise Refused("bad_request", "The last 7 or 90 days.")
        since = now_ms() - days * DAY_MS
        async with self._database.read() as connection:
            rows = await corrections.listed(connection, since)
            triaged = await corrections.triaged(connection, since)
        names = await self._names()
        return {
            "days": days,
            "triaged": triaged,
            "rows": [
                {
                    "id": row.id,
                    "was": row.was,
                    "is": row.is_,
                    "kind": row.kind,
                    "text": row.text if letters is None else excerpt(row.text, letters),
                    "by": names.get(row.by, "somebody"),
                    "at": row.at,
                    "channel": row.channel,
                    "incident": row.incident,
                    "incident_no": f"INC-{row.number}",
                }
                for row in rows
            ],
        }

    async def csv(self, days: int, by: str) -> str:
        """The same list as a spreadsheet reads it, the words whole; the audit says who took it."""
        found = await self.listed(days, letters=None)
        async with self._database.write() as connection:
            await accounts.audit(
                connection,
                actor=by,
                action="corrections.exported",
                subject="corrections",
                detail=f"{days} days",
                now=now_ms(),
            )
        return sheet(found["rows"])


def _known(severity: int) -> Severity:
    if severity not in (1, 2, 3, 4):
        raise Refused("bad_request", "Severity is 1 to 4.")
    return Severity(severity)


def _fits(live: LiveContact | None, severity: Severity, kind: str) -> None:
    if kind not in ("", "over", NEVER):
        raise Refused("bad_request", "It is over now, or it never was an emergency.")
    if kind == NEVER and live is not None and severity <= live.severity:
        raise Refused("bad_request", "Only what is lowered was never an emergency.")
    if kind == "over" and live is not None and severity < live.severity:
        raise Refused("bad_request", "Only what is lowered is over now.")


def _rule(page: Page, how: str) -> str:
    """As the card shows it; the timeline tells it from the words of `how`."""
    return f"{HOW[how]}, said {page.account.name}" if how else f"set by {page.account.name}"


def _correction(channel: str, was: int, severity: int, kind: str) -> str | None:
    """What triage learns of it: that it was worse, or never was an emergency."""
    if channel == "voice" or severity == was:
        return None
    if severity > was:
        return NEVER if kind == NEVER else None
    return RAISED if kind == "" else None
