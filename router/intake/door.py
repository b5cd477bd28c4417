"""The one door in: record, then enqueue.

Every arrival is written to the database first and put into the live index second. When the
index is away the record alone holds the contact: callers hear the hold loop, and the next wait
request or the sweep (router/rebuild.py) puts it into the index. While the record takes nothing, the
spool holds the arrivals (router/intake/spool.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from router.admission import Admission, Arrival
from router.centre import Centre
from router.core.arrivals import Call, Text
from router.core.model import LiveContact, Reply
from router.core.severity import Severity
from router.core.skills import Skills
from router.intake.automatic_answer import ClosedAnswer
from router.intake.calls import REDIAL_WINDOW_MS, CallIntake, Recorded
from router.intake.texts import TextIntake
from router.triage.learned import Weights

__all__ = ["REDIAL_WINDOW_MS", "Arrival", "Call", "Intake", "Recorded", "Text"]


class Intake:
    """One instance for all channels: `calls`, and texts and mails through `texts`."""

    def __init__(
        self,
        centre: Centre,
        weights: Weights | None = None,
    ) -> None:
        """`weights`: for reading texts; the shipped ones if none are given."""
        self._desk = Admission(centre, weights)
        self._closed = ClosedAnswer(centre.config, centre.clock)
        self.calls = CallIntake(centre, self._desk)
        self._texts = TextIntake(centre, self._desk, self._closed)

    def when_behind(self, tell: Callable[[], None]) -> None:
        """`tell` is called when only the record took a contact or message."""
        self._desk.on_behind = tell

    def on_duty(self, crew: Callable[[], Sequence[Skills]]) -> None:
        """Skills of the agents who are ready: a text's words ask only for skills that one of them
        has. Without this, words ask for no skill."""
        self._desk.crew = crew

    def answers_by(self, wake: Mapping[str, Callable[[], None]]) -> None:
        """The channels that can answer automatically after hours, and how to wake their senders."""
        self._closed.wake = wake

    async def text(self, text: Text, now: int) -> Arrival | None:
        """A text or mail came in. None: it was here before (same key).

        Raises:
            RecordUnavailable: nothing was accepted.
        """
        return await self._texts.text(text, now)

    def word_patterns(self) -> tuple[str, ...]:
        """The words and phrases that triage finds in the `spoken` text."""
        return self._desk.verdicts.word_patterns()

    def urgent(self, text: str) -> bool:
        """Whether it contains words that mean S1 or S2 on any line."""
        return self._desk.verdicts.urgent(text)

    async def announce_missed(self, now: int) -> int:
        """Messages that the record took and the index never heard of; returns how many."""
        return await self._texts.announce_missed(now)

    async def change_severity(
        self,
        contact_id: str,
        severity: Severity,
        rule: str,
        by: str,
        *,
        mine: bool = False,
        audit: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Raises or lowers a contact; see Admission.change_severity."""
        return await self._desk.change_severity(
            contact_id, severity, rule, by, mine=mine, audit=audit
        )

    async def undo_severity(
        self,
        contact_id: str,
        by: str,
        *,
        within_ms: int,
        mine: bool,
        audit: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Undoes what `by` said last; see Admission.undo_severity."""
        return await self._desk.undo_severity(
            contact_id, by, within_ms=within_ms, mine=mine, audit=audit
        )

    async def glance(
        self,
        agent: str,
        contact_id: str,
        fence: str,
        severity: Severity,
        rule: str,
        audit: Mapping[str, Any] | None = None,
    ) -> Reply:
        """What an unsure contact is; see Admission.glance."""
        return await self._desk.glance(agent, contact_id, fence, severity, rule, audit)

    def call_id(self, carrier_id: str) -> str:
        """The contact of a call at the carrier."""
        return self.calls.contact_id(carrier_id)

    async def fault_told(self, contact_id: str, words: str, now: int) -> None:
        """Puts the fault that the carrier reports for a call on its incident's timeline, once.

        Raises:
            RecordUnavailable: it was not written.
        """
        await self.calls.fault_told(contact_id, words, now)

    async def dialled(self, carrier_id: str) -> str | None:
        """The contact of a call that we dialled; None: the record knows of none."""
        return await self.calls.dialled(carrier_id)

    async def call(self, call: Call, now: int) -> Arrival:
        """A call came in; see CallIntake.call."""
        return await self.calls.call(call, now)

    async def menu_answered(self, contact_id: str, digit: str | None) -> Reply | None:
        """The key pressed in the line's menu; see CallIntake.menu_answered."""
        return await self.calls.menu_answered(contact_id, digit)

    async def known_call(self, contact_id: str) -> LiveContact | None:
        """A call as last recorded; None when the record has never heard of it."""
        return await self.calls.known_call(contact_id)

    async def readmit(self, live: LiveContact, *, force: bool = False) -> Reply | None:
        """Puts a recorded call back into the index; see CallIntake.readmit."""
        return await self.calls.readmit(live, force=force)
