"""The steps that all channels share at the door: the line, the place, a new contact, its way into
the index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import structlog

from router.centre import Centre
from router.core import asking, ladder
from router.core.caller import app_of
from router.core.config import Config, Line
from router.core.display import mask
from router.core.durations import duration_ms
from router.core.model import Grounds, LiveContact, Reply
from router.core.reladder import home_of, rehouse
from router.core.restricted import only
from router.core.severity import BY_RULE, Channel, Severity, answer_by, score
from router.core.skills import Skills
from router.core.triage import Verdict
from router.live.engine import IndexLost, IndexUnavailable
from router.records import incident_ratings, people
from router.records.database import Transaction
from router.triage.learned import Weights
from router.verdicts import Verdicts, grounds_of

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Arrival:
    """The outcome. `reply` is None when only the record took it (index away)."""

    contact_id: str
    contact: LiveContact
    line: Line
    new: bool
    reply: Reply | None


class Admission:
    """Knows lines, words and targets from the configuration; writes no record itself."""

    def __init__(
        self,
        centre: Centre,
        weights: Weights | None = None,
    ) -> None:
        """If no weights are given, texts are read by the shipped ones."""
        self._clock = centre.clock
        self._database = centre.database
        self._engine = centre.engine
        self._current = centre.config
        self.account = centre.account
        self.verdicts = Verdicts(centre.config, weights or Weights())
        self.crew: Callable[[], Sequence[Skills]] = tuple
        """Skills of those who are on duty."""
        self.on_behind: Callable[[], None] = lambda: None
        """Told when only the record took a contact: somebody has to bring it into the index."""

    @property
    def config(self) -> Config:
        return self._current.value

    @property
    def targets(self) -> dict[Severity, dict[Channel, int]]:
        """Answer targets, ms."""
        return self._current.targets

    def reopens_from(self, now: int) -> int:
        """An incident that was closed since this moment opens again when its party comes."""
        return now - duration_ms(self.config.incidents.reopened_within)

    def after_hours(self, queue: str, severity: Severity) -> str | None:
        """What happens to such a caller now: wait, message, on_call; None: the queue is open for
        them."""
        return self._current.opening.after_hours(queue, severity, self._clock())

    def ladder(
        self,
        queue: str,
        severity: Severity,
        channel: Channel,
        asks: Sequence[str] = (),
        crew: Sequence[Skills] | None = None,
    ) -> str:
        """The ladder as the engine reads it; after hours it may end outside. `asks`: skills
        required on top at first, limited to those that somebody on duty (`crew`, if the asker knows
        it) has; the others only rank."""
        outside = channel is Channel.VOICE and self.after_hours(queue, severity) == "on_call"
        steps = self.config.steps(queue, severity, outside=outside)
        if asks:
            needed = asking.met(asks, steps[0], self.crew() if crew is None else crew)
            ranks = [skill for skill in asks if skill not in needed]
            steps = asking.narrowed(steps, needed, self.config.asking_ms(severity), ranks)
        return ladder.text(steps)

    def may_call(self, number: str) -> bool:
        """Whether the dialling rule allows it."""
        return self._current.dialling.refusal(number) is None

    def line_for(self, address: str) -> Line:
        """The line of one of our numbers or mail addresses; the first line if it is unknown."""
        wanted = app_of(address)[1].casefold()
        for line in self.config.lines:
            if wanted in (line.number, line.mail.casefold()):
                return line
        return self.config.lines[0]

    def asking(
        self,
        verdict: Verdict,
        line: Line,
        known: tuple[str | None, Iterable[tuple[str, bool]]] = (None, ()),
        *,
        chose: str = "",
    ) -> Verdict:
        """The verdict with the language that the contact needs, if any (router/core/asking.py)."""
        queue, words = verdict.queue, verdict.asks
        language = asking.spoken(self.config, line, queue, words, known, chose=chose)
        trades = [skill for skill in verdict.asks if skill in asking.TRADES]
        asks = asking.in_order([*trades, *([language] if language else [])])
        return replace(verdict, asks=asks)

    def known_queue(self, verdict: Verdict, line: Line) -> Verdict:
        """The verdict, in the line's own queue if a reload removed its queue."""
        queue = home_of(self.config, verdict.queue, line.name)
        return replace(verdict, queue=queue)

    def line_named(self, name: str) -> Line:
        """The line of that name; the first line if the configuration no longer has it."""
        return next((x for x in self.config.lines if x.name == name), self.config.lines[0])

    async def change_severity(
        self,
        contact_id: str,
        severity: Severity,
        rule: str,
        by: str,
        grounds: Grounds | None = None,
        *,
        own: Severity | None = None,
        mine: bool = False,
        audit: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Raises or lowers the severity, or confirms an unsure one: the place is computed again
        from the original arrival. `by` is the person who said so, or BY_RULE; a person's judgement
        of a contact holds for its incident too. `grounds`: of a severity decided by the party's
        words. own: what it is by itself, if its incident lent it this severity. mine: only if `by`
        has the contact in hand."""
        live = await self._engine.look(contact_id)
        if live is None:
            return Reply(ok=False, code="unknown", text="no such contact")
        more = {"own": own, "mine": mine, "audit": audit}
        return await self._change(live, severity, rule, by, grounds, **more)

    async def undo_severity(
        self,
        contact_id: str,
        by: str,
        *,
        within_ms: int,
        mine: bool,
        audit: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Undoes what `by` last said of its severity, unless another person or worse words have
        changed it since. mine: a contact that somebody else has in hand is not lowered."""
        live = await self._engine.look(contact_id)
        before = live.before if live is not None else None
        if live is None or before is None or before.by != by:
            return Reply(ok=False, code="too_late", text="there is nothing of theirs to undo")
        severity = Severity(before.severity)
        undo: dict[str, object] = {"undoes": before.at, "undo_ms": within_ms, "mine": mine}
        if audit is not None:
            action = audit["action"].replace("*", str(before.severity))
            undo["audit"] = {**audit, "action": action}
        return await self._change(live, severity, before.rule, by, before.grounds, **undo)

    async def _change(
        self,
        live: LiveContact,
        severity: Severity,
        rule: str,
        by: str,
        grounds: Grounds | None,
        **undo: object,
    ) -> Reply:
        reply = await self._engine.step(
            "severity",
            contact=live.id,
            severity=int(severity),
            rule=rule,
            by=by,
            grounds=grounds and msgspec.to_builtins(grounds),
            **self.judgement(
                live.line, live.queue, Channel(live.channel), severity, live.asks or ""
            ),
            **undo,
        )
        if reply.ok and by != BY_RULE:
            await self._confirmed(live.id, severity, reply, by)
        return reply

    async def glance(
        self,
        agent: str,
        contact_id: str,
        fence: str,
        severity: Severity,
        rule: str,
        audit: Mapping[str, Any] | None = None,
    ) -> Reply:
        """The agent at whom an unsure contact rings says what it is, in one step: as an S1 it is
        theirs at once if they may take it; otherwise it goes on, and they are free again."""
        live = await self._engine.look(contact_id)
        if live is None:
            return Reply(ok=False, code="too_late", text="no such contact")
        return await self._engine.step(
            "glance",
            agent=agent,
            contact=contact_id,
            fence=fence,
            severity=int(severity),
            rule=rule,
            audit=audit,
            **self.judgement(
                live.line, live.queue, Channel(live.channel), severity, live.asks or ""
            ),
        )

    async def _confirmed(self, contact_id: str, severity: Severity, reply: Reply, by: str) -> None:
        """They say what the contact is already: no step tells its incident, which may be less.
        (What a step changes reaches the incident with it: records/incident_steps.py.)

        Raises:
            RecordUnavailable: nothing was changed.
        """
        if reply.contact is not None:
            return
        async with self._database.write() as connection:
            await incident_ratings.rate_incident(
                connection, contact_id, int(severity), int(reply.now), lowers=False, author=by
            )

    def judgement(
        self, line: str, queue: str, channel: Channel, severity: Severity | int, asks: str = ""
    ) -> dict[str, object]:
        """Everything the index needs to place a contact again at this severity; `asks` as it keeps
        it."""
        severity = Severity(severity)
        home = self.line_named(line).queue
        target_ms = self.targets[severity][channel]
        skills = tuple(filter(None, asks.split(",")))
        crew = self.crew() if skills else ()
        ladders = {
            name: self.ladder(name, severity, channel, skills, crew) for name in self.config.queues
        }
        if severity is Severity.S1 and not self._current.agreed:
            ladders.setdefault(queue, ladders[home])  # it stays there, and is served
        return {
            "target_ms": target_ms,
            "ageing_ms": self.config.ageing * target_ms,
            "ladders": ladders,
            "home": home if self._current.agreed or severity is Severity.S1 else None,
            "wrapup_ms": duration_ms(self.config.queues[home].wrapup),
        }

    def triage_fields(
        self, channel: Channel, verdict: Verdict, arrived_at: int, due_from: float | None = None
    ) -> dict[str, object]:
        """What a verdict means for a contact: needs, wrap-up, place, answer target. `due_from`: as
        the contact has it."""
        begin = arrived_at if due_from is None else int(due_from)
        return {
            "severity": int(verdict.severity),
            "own": None if verdict.own is None else int(verdict.own),
            "queue": verdict.queue,
            "rule": verdict.rule,
            "after_hours": channel is Channel.VOICE
            and not self._current.opening.is_open(verdict.queue, self._clock()),
            "grounds": grounds_of(verdict),
            "asks": ",".join(verdict.asks),
            "ladder": self.ladder(verdict.queue, verdict.severity, channel, verdict.asks),
            "promote_at": self.config.promote_at(arrived_at, verdict.severity, channel),
            "promote_ms": self.targets[Severity.S2][channel],
            "wrapup_ms": duration_ms(self.config.queues[verdict.queue].wrapup),
            "score": score(arrived_at, verdict.severity, channel, self.targets),
            "answer_by": answer_by(begin, verdict.severity, channel, self.targets),
        }

    def contact(
        self,
        contact_id: str,
        channel: Channel,
        line: Line,
        verdict: Verdict,
        person: people.Person,
        *,
        arrived_at: int,
        now: int,
    ) -> LiveContact:
        """A waiting contact; `arrived_at` gives its place, `now` is when it really came."""
        fields = self.triage_fields(channel, verdict, arrived_at)
        fields["asks"] = fields["asks"] or None
        live = msgspec.convert(
            {"id": contact_id, "channel": str(channel), "arrived_at": arrived_at, **fields},
            LiveContact,
        )
        live.line = line.name
        live.rang_at = now
        live.units = 0
        masked = mask(person.kind, person.value)
        live.party = person.party or None
        live.who = {"name": person.name or masked, "address": masked, "role": "caller"}
        return live

    @staticmethod
    async def attach(
        connection: Transaction, live: LiveContact, incident: people.IncidentRef
    ) -> None:
        """Attaches the contact to its incident, whose owner is asked first. Who they are in it is
        known with it."""
        if live.party:
            role = await people.role_in(connection, incident.id, live.party)
            live.who["role"] = role or live.who["role"]
        live.incident, live.incident_no = incident.id, incident.word
        live.only = only(incident.only)
        live.named = live.named or incident.owner
        if live.about is None:
            live.about = incident.title

    async def enqueue(
        self, live: LiveContact, line: Line, new: bool, *, inline: bool, force: bool = False
    ) -> Arrival:
        """Puts it into the index at its place; if the index is away, only the record holds it."""
        rehouse(live, self.config, moves=self._current.agreed)
        try:
            reply = await self._engine.step(
                "enqueue", contact=msgspec.to_builtins(live), inline=inline, force=force
            )
        except (IndexLost, IndexUnavailable) as error:
            log.warning("contact.index_away", contact=live.id, error=type(error).__name__)
            self.on_behind()
            return Arrival(live.id, live, line, new, None)
        return Arrival(live.id, reply.contact or live, line, new, reply)
