"""Severities set by people: at a glance while a contact rings, in hand, from the board; what triage
learns from them; and their list for supervisors."""

from __future__ import annotations

from typing import Any

from holdfast.clock import now_ms
from holdfast.desk.corrections_sheet import sheet
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import Count, Form, Id, Key, Refused, Result, Word, done, intent, said
from holdfast.http.access import Permission
from router.centre import Centre
from router.core.display import excerpt
from router.core.model import LiveContact, Reply
from router.core.severity import Severity
from router.intake.door import Intake
from router.records import accounts, audit, corrections, sight
from router.records.corrections import NEVER
from router.records.ids import new_id
from router.records.severity_words import HOW

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


class SeverityForm(Form, frozen=True):
    """`kind`, when lowering: "never" (an emergency) or "over" now."""

    contact: Id
    severity: Count
    kind: Word = ""


class GlanceForm(Form, frozen=True):
    """For an unsure contact that rings here: 1 emergency, 2 urgent, 4 neither; `kind` as above."""

    contact: Id
    fence: Key
    severity: Count
    kind: Word = ""


class UndoForm(Form, frozen=True):
    """`correction`: the id under which the change was kept, if it was."""

    contact: Id
    correction: Id | None = None


class CorrectionsForm(Form, frozen=True):
    days: Count = 7


class Severities:
    """Handlers of severity, glance, undo and corrections."""

    def __init__(self, centre: Centre, hub: Hub, intake: Intake) -> None:
        self._database = centre.database
        self._hub = hub
        self._intake = intake

    @intent(
        "severity",
        SeverityForm,
        Permission.SEVERITY_SET,
        audit="severity.set_to_*",
        desk_only=False,
    )
    async def _severity(self, page: Page, form: SeverityForm) -> Result:
        severity = _known(form.severity)
        live = self._hub.view.contacts.get(form.contact)
        _fits(live, severity, form.kind)
        by = _by(page, form.contact, f"severity.set_to_{int(severity)}", form.kind)
        reply = await self._intake.change_severity(
            form.contact,
            severity,
            _rule(page, form.kind),
            page.account.id,
            mine=not page.kind.steers,
            audit=by,
        )
        return self._said(reply, by)

    @intent("glance", GlanceForm, Permission.SEVERITY_SET, audit="severity.glanced_to_*")
    async def _glance(self, page: Page, form: GlanceForm) -> Result:
        severity = _known(form.severity)
        if severity not in GLANCED:
            raise Refused("bad_request", "The quick answer is 1, 2 or 4.")
        live = self._hub.view.contacts.get(form.contact)
        _fits(live, severity, form.kind)
        by = _by(page, form.contact, f"severity.glanced_to_{int(severity)}", form.kind)
        reply = await self._intake.glance(
            page.account.id,
            form.contact,
            form.fence,
            severity,
            _rule(page, form.kind or "glance"),
            audit=by,
        )
        result = self._said(reply, by)
        taken = reply.contact is not None and reply.contact.agent == page.account.id
        return result | {"taken": taken}

    def _said(self, reply: Reply, by: dict[str, Any]) -> Result:
        """The audit line and the correction for triage are written with the step, or not at all;
        neither if nothing changed. The index says what the severity was: the page may be behind."""
        done(reply)
        contact = reply.contact
        if contact is None or contact.before is None:
            return {"correction": None}
        if contact.incident is not None:
            self._hub.incident_changed(contact.incident)
        was, severity = contact.before.severity, contact.severity
        learnt = corrections.learnt(contact.channel, was, severity, by["kind"])
        return {"correction": by["correction"] if learnt else None}

    @intent(
        "severity_undo",
        UndoForm,
        Permission.SEVERITY_SET,
        audit="severity.undone_to_*",
        desk_only=False,
    )
    async def _undo(self, page: Page, form: UndoForm) -> Result:
        """Undoes what this person last said of it, unless somebody has said otherwise since."""
        reply = await self._intake.undo_severity(
            form.contact,
            page.account.id,
            within_ms=UNDO_MS,
            mine=not page.kind.steers,
            audit=said(page, "severity.undone_to_*", form.contact, takes_back=form.correction),
        )
        if not reply.ok:
            code = reply.code if reply.code in NOT_UNDONE else "too_late"
            raise Refused(code, NOT_UNDONE[code])
        if reply.contact is None:
            return {}
        if reply.contact.incident is not None:
            self._hub.incident_changed(reply.contact.incident)
        return {}

    @intent("corrections", CorrectionsForm, Permission.QUEUE_STEER, desk_only=False)
    async def _corrections(self, page: Page, form: CorrectionsForm) -> Result:
        return await self.listed(form.days, page.account.id)

    async def listed(self, days: int, reader: str, letters: int | None = LETTERS) -> dict[str, Any]:
        """Corrections of the last `days` days, newest first, with how many messages there were;
        none of an incident that is restricted to others than `reader`.
        letters: how many of each one's words, on one line; None: all of them.

        Raises:
            Refused: a span that no page shows.
        """
        if days not in DAYS:
            raise Refused("bad_request", "The last 7 or 90 days.")
        since = now_ms() - days * DAY_MS
        async with self._database.read() as connection:
            rows = await corrections.listed(connection, since)
            triaged = await corrections.triaged(connection, since)
            names = await accounts.names(connection)
            hidden = await sight.hidden_from(connection, {row.incident for row in rows}, reader)
        rows = [row for row in rows if row.incident not in hidden]
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
        found = await self.listed(days, by, letters=None)
        async with self._database.write() as connection:
            await audit.append(
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
        raise Refused("bad_request", "Only a severity that is lowered can be “never an emergency”.")
    if kind == "over" and live is not None and severity < live.severity:
        raise Refused("bad_request", "Only a severity that is lowered can be “over now”.")


def _rule(page: Page, how: str) -> str:
    """The rule as the card shows it; the timeline derives it from the words of `how`."""
    return f"{HOW[how]}, said {page.account.name}" if how else f"set by {page.account.name}"


def _by(page: Page, contact: str, action: str, kind: str) -> dict[str, Any]:
    return said(page, action, contact, correction=new_id("k"), kind=kind)
