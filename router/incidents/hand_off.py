"""An incident is handed off: offered in five parts, asked about, said back and accepted, or not.

The rule is in router/core/hand_off.py. Each act is one transaction with its line in the audit: the
incident is held, then the hand-off's id and state are the fence. Nobody but whoever accepts it
moves the owner here, and the next action only with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from router.centre import Centre
from router.core import hand_off as rule
from router.core.departments import Department
from router.core.durations import duration_ms
from router.core.hand_off import Act, GoneWhy, HandOffState, Member
from router.core.incident import HANDED_OFF
from router.core.incident_status import News
from router.core.model import Reply
from router.core.next_action import fault as unplannable
from router.core.said_back import first_action, missing
from router.core.severity import Severity
from router.core.skills import parse_need
from router.core.terms import day_of, floor_of
from router.core.terms import works_here as is_here
from router.incidents.replies import NOBODY, UNKNOWN, held_open, works_here
from router.records import accounts, audit, drafts, hand_offs, incident_changes, next_actions
from router.records.database import Transaction, once_more
from router.records.ids import derived_id

OFFERED, OPENED, HEARD = "hand_off.offered", "hand_off.opened", "hand_off.heard"
PASSED = "hand_off.passed"
ASKED, ANSWERED = "hand_off.asked", "hand_off.answered"
ACCEPTED, RETURNED, WITHDRAWN = (
    f"{hand_offs.ACTION}{state}"
    for state in (HandOffState.ACCEPTED, HandOffState.RETURNED, HandOffState.WITHDRAWN)
)
"""Actions of the audit; the detail is the id of the hand-off, or of the question."""

NOT_OWNER = Reply(
    ok=False, code="not_yours", text="only its owner hands an incident off. Take it first, if you"
    " are to",
)  # fmt: skip
HANDED = Reply(
    ok=False, code="too_late", text="it is being handed off already. Look to whom; nothing was"
    " changed",
)  # fmt: skip
NOT_FOR_YOU = Reply(ok=False, code="not_yours", text="this was not handed off to you")
NOT_SENT = Reply(
    ok=False, code="not_yours", text="only who handed it off, or owns the incident, does that"
)
SAY_IT = Reply(ok=False, code="bad_request", text="say it back in your words first")
SAY_MORE = {
    "actions": Reply(
        ok=False, code="bad_request", text="say also what you do next, with a word of the actions;"
        " nothing was changed",
    ),
    "what_if": Reply(
        ok=False, code="bad_request", text="say also what you do if it gets worse, with a word of"
        " the what-if; nothing was changed",
    ),
}  # fmt: skip
"""By what a read-back does not say (router.core.said_back)."""
SAY_WHEN = Reply(
    ok=False, code="bad_request", text="say by when you do the first of its actions; nothing was"
    " changed",
)  # fmt: skip
SAY_WHY = Reply(ok=False, code="bad_request", text="say why")
TOO_LONG = Reply(ok=False, code="bad_request", text="that is too long; say it in fewer words")
IN_TRAINING = Reply(
    ok=False, code="not_ready", text="they are in training, and it is too severe for that. Choose"
    " somebody else; it stays with its owner",
)  # fmt: skip
TOO_SEVERE = Reply(
    ok=False, code="not_ready", text="it is too severe by now for your stage of training. Return"
    " it, and say so",
)  # fmt: skip
MILDEST = 4
NO_MORE = Reply(ok=False, code="too_late", text="its time is over. It is back with who sent it")


@dataclass(frozen=True, slots=True)
class Offer:
    """`agent` or `department`: to whom; `parts`: router.core.hand_off.PARTS; `within`: ms;
    `instead_of`: the one that the page showed and that this replaces, None: none."""

    incident: str
    by: str
    key: str
    parts: Mapping[str, str]
    within: int
    agent: str | None = None
    department: str | None = None
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: the hand-off as it was before, for who is to be told."""

    reply: Reply
    row: Any = None


def over(row: Any, names: Mapping[str, str]) -> Reply:
    """Why nothing can be done with it any more."""
    if row.state == HandOffState.ACCEPTED:
        who = names.get(row.ended_by, "somebody else")
        return Reply(ok=False, code="taken", text=f"{who} has accepted it")
    words = {
        HandOffState.EXPIRED: NO_MORE.text,
        HandOffState.RETURNED: "it was returned",
        HandOffState.WITHDRAWN: "it was taken back"
        if row.cause != GoneWhy.CLOSED
        else "the incident was resolved",
        HandOffState.OVERTAKEN: "the incident was given to somebody meanwhile",
    }[HandOffState(row.state)]
    return Reply(ok=False, code="too_late", text=f"{words}; nothing was changed")


class HandOffs:
    """Everything raises RecordUnavailable: nothing was changed."""

    def __init__(self, centre: Centre) -> None:
        self._database = centre.database
        self._current = centre.config

    # Who -----------------------------------------------------------------------------------------

    def departments(self) -> list[Department]:
        return list(self._current.value.hand_off.to)

    def words(self) -> dict[str, str]:
        """Of the departments, by name."""
        return {one.name: one.word for one in self.departments()}

    async def members(
        self, connection: Transaction, now: int
    ) -> Callable[[str | None, int], frozenset[str]]:
        """Who belongs to a department, by its name and the incident's severity: nobody in training
        for whom that is too severe."""
        today = day_of(now, self._current.value.zone)
        everybody = [
            Member(one.id, one.skills, one.terms.team, self._floor(one))
            for one in await accounts.all_accounts(connection)
            if is_here(one.terms, active=one.active, today=today)
        ]
        known = {one.name: one for one in self.departments()}

        def of(name: str | None, severity: int) -> frozenset[str]:
            one = known.get(name or "")
            if one is None:
                return frozenset()
            skill = parse_need(one.skill) if one.skill else None
            return rule.members(everybody, skill=skill, team=one.team, severity=severity)

        return of

    def may_own(self, account: accounts.Account, severity: int) -> bool:
        """Whether it is not too severe for their stage of training."""
        return rule.may_own(self._floor(account), severity)

    def _floor(self, account: accounts.Account) -> int:
        return floor_of(account.terms, self._current.value)

    def opens_at(self, department: Department, now: int) -> int | None:
        """When it opens; None: it is open, or opens no more."""
        calendar = self._current.opening.named(department.calendar)
        return None if calendar is None or calendar.open_at(now) else calendar.next_open(now)

    def closes_at(self, department: Department, now: int) -> int | None:
        """When it closes today; None: it is shut, or never closes."""
        calendar = self._current.opening.named(department.calendar)
        return calendar.next_close(now) if calendar and calendar.open_at(now) else None

    async def _is_for(self, connection: Transaction, row: Any, agent: str, now: int) -> bool:
        if row.agent is not None:
            return bool(row.agent == agent)
        known = (await self.members(connection, now))(row.department, MILDEST)
        return agent in known and agent != row.sender

    # Offered -------------------------------------------------------------------------------------

    async def offer(self, order: Offer, now: int) -> Done:
        """Refused for whoever does not own it, while another is offered that the page did not show,
        or to nobody. Twice is once."""
        return await once_more(lambda: self._offer(order, now))

    async def _offer(self, order: Offer, now: int) -> Done:
        chosen = next((one for one in self.departments() if one.name == order.department), None)
        if (order.agent is None) == (chosen is None):
            return Done(Reply(ok=False, code="bad_request", text="say to whom"))
        within = order.within
        if chosen is not None and chosen.answers_within:
            within = duration_ms(chosen.answers_within)
        if wrong := rule.fault(order.parts, within):
            return Done(Reply(ok=False, code="bad_request", text=wrong))
        to = order.agent or order.department or ""
        new = derived_id(
            "o", order.by, order.key, order.incident, to, *order.parts.values(), str(order.within)
        )
        async with self._database.write() as connection:
            if isinstance(row := await held_open(connection, order.incident), Reply):
                return Done(row)
            if await hand_offs.by_id(connection, new) is not None:
                return Done(Reply(duplicate=True))
            known = await hand_offs.open_of(connection, row.id)
            if (known and known.id) != order.instead_of:
                return Done(HANDED)
            if row.owner != order.by:
                return Done(NOT_OWNER)
            if order.agent == order.by:
                return Done(Reply(ok=False, code="bad_request", text="it is yours already"))
            if order.agent and not await works_here(connection, order.agent, self._current, now):
                return Done(NOBODY)
            if order.agent and not await self._trained(connection, order.agent, row.severity):
                return Done(IN_TRAINING)
            if known is not None:
                await hand_offs.end(
                    connection, known, Act.WITHDRAW, now, by=order.by, cause=GoneWhy.ANOTHER
                )
            opens = self.opens_at(chosen, now) if chosen is not None else None
            urgent = self._current.value.incidents.hand_off_within.ms(Severity.S1)
            await hand_offs.hear_all(connection, row.id, order.by, now)
            await hand_offs.add(
                connection,
                {
                    "id": new, "incident": row.id, "sender": order.by, "agent": order.agent,
                    "department": order.department, "severity": row.severity, **order.parts,
                    "made_at": now, "due_at": rule.due(now, within, opens), "opens_at": opens,
                    "urgent_ms": urgent,
                },
            )  # fmt: skip
            await drafts.keep(connection, row.id, "", order.by, "", now)
            await audit.append(
                connection, actor=order.by, action=OFFERED, subject=row.id, now=now, detail=new
            )
        return Done(Reply(), known)

    # Answered ------------------------------------------------------------------------------------

    async def accept(
        self,
        hand_off: str,
        by: str,
        words: str,
        now: int,
        *,
        does_next: bool = True,
        due: int | None = None,
    ) -> Done:
        """Said back, it is theirs: the owner moves, and with it what is next, if they do it
        (`does_next`). If nobody said what is next, the first of its actions is, by `due` (ms),
        which they choose. Refused at its deadline, for whoever it is not for, without words of what
        is to be done and of the what-if, and without `due` where that is needed."""
        if not words:
            return Done(SAY_IT)
        if len(words) > rule.READ_BACK_LETTERS:
            return Done(TOO_LONG)
        return await once_more(lambda: self._accept(hand_off, by, words, now, does_next, due))

    async def _accept(
        self, hand_off: str, by: str, words: str, now: int, does_next: bool, due: int | None
    ) -> Done:
        async with self._database.write() as connection:
            row, incident = await self._held(connection, hand_off)
            if row is None:
                return Done(UNKNOWN)
            if not await self._is_for(connection, row, by, now):
                return Done(NOT_FOR_YOU)
            if row.state == HandOffState.ACCEPTED and (row.ended_by, row.words) == (by, words):
                return Done(Reply(duplicate=True), row)
            if row.state != HandOffState.OFFERED:
                return Done(over(row, await accounts.names(connection)), row)
            if not rule.in_time(row.due_at, now):
                return Done(NO_MORE, row)
            if not await works_here(connection, by, self._current, now):
                return Done(NOBODY)
            if not await self._trained(connection, by, incident.severity):
                return Done(TOO_SEVERE, row)
            if part := missing(words, {"actions": row.actions, "what_if": row.what_if}):
                return Done(SAY_MORE[part], row)
            known = await next_actions.open_of(connection, incident.id)
            first = None if next_actions.is_said(known) else self.proposed(row, now)[0]
            if first is not None and due is None:
                return Done(SAY_WHEN, row)
            if first is not None and (wrong := unplannable(first, due or 0, now)):
                return Done(Reply(ok=False, code="bad_request", text=wrong), row)
            if incident.owner != by:
                await incident_changes.give(
                    connection, incident.id, now, incident, to=by, author=by, why=HANDED_OFF
                )
            await incident_changes.news(
                connection, incident.id, now, News.TAKEN, row=incident, author=by
            )
            if does_next:
                await next_actions.hand_on(connection, incident.id, by)
            if first is not None:
                await next_actions.plan(
                    connection,
                    {
                        "id": derived_id("x", "next", row.id), "incident": incident.id,
                        "what": first, "agent": by, "due_at": due, "made_by": by, "made_at": now,
                    },
                )  # fmt: skip
            await drafts.keep(connection, incident.id, row.id, by, "", now)
            await hand_offs.end(connection, row, Act.ACCEPT, now, by=by, words=words)
        return Done(Reply(), row)

    def proposed(self, row: Any, now: int) -> tuple[str, int | None]:
        """The first of its actions, as what is next, and its moment if it names one."""
        return first_action(row.actions, now, self._current.value.zone)

    async def _trained(self, connection: Transaction, agent: str, severity: int) -> bool:
        account = await accounts.by_id(connection, agent)
        return account is not None and self.may_own(account, severity)

    async def give_back(self, hand_off: str, by: str, words: str, now: int) -> Done:
        """Whoever it is for cannot, and says why. Of a department the others go on."""
        if not words:
            return Done(SAY_WHY)
        if len(words) > rule.LINE_LETTERS:
            return Done(TOO_LONG)
        return await once_more(lambda: self._give_back(hand_off, by, words, now))

    async def _give_back(self, hand_off: str, by: str, words: str, now: int) -> Done:
        async with self._database.write() as connection:
            row, _ = await self._held(connection, hand_off)
            if row is not None and row.department and row.state == HandOffState.OFFERED:
                if not await self._is_for(connection, row, by, now):
                    return Done(NOT_FOR_YOU)
                if not await hand_offs.pass_by(connection, row, by, words, now):
                    return Done(Reply(duplicate=True), row)
                await self._note(connection, row, by, PASSED, now)
                return Done(Reply(), row)
        return await self._end(hand_off, Act.RETURN, by, now, words, NOT_FOR_YOU, self._is_for)

    async def take_back(self, hand_off: str, by: str, now: int) -> Done:
        """Its sender, or the owner, has it back before anybody accepted it."""
        return await once_more(
            lambda: self._end(hand_off, Act.WITHDRAW, by, now, "", NOT_SENT, self._sent)
        )

    async def _sent(self, connection: Transaction, row: Any, agent: str, now: int) -> bool:
        """Whether they handed it off, or own it by now."""
        held = await incident_changes.held(connection, row.incident)
        return agent in (row.sender, held.owner)

    async def _end(
        self,
        hand_off: str,
        act: Act,
        by: str,
        now: int,
        words: str,
        no: Reply,
        may: Callable[..., Any],
    ) -> Done:
        async with self._database.write() as connection:
            row, _ = await self._held(connection, hand_off)
            if row is None:
                return Done(UNKNOWN)
            if not await may(connection, row, by, now):
                return Done(no)
            if row.state != HandOffState.OFFERED:
                same = rule.after(HandOffState.OFFERED, act) == row.state
                if same and (row.ended_by, row.words) == (by, words):
                    return Done(Reply(duplicate=True), row)
                return Done(over(row, await accounts.names(connection)), row)
            await hand_offs.end(connection, row, act, now, by=by, words=words)
        return Done(Reply(), row)

    # Read, asked, told ---------------------------------------------------------------------------

    async def opened(self, hand_off: str, by: str, now: int) -> Done:
        """A receiver has it before them; the first one is noted."""
        async with self._database.write() as connection:
            row, _ = await self._held(connection, hand_off)
            if row is None:
                return Done(UNKNOWN)
            if not await self._is_for(connection, row, by, now):
                return Done(NOT_FOR_YOU)
            if not await hand_offs.open_at(connection, row, by, now):
                return Done(Reply(duplicate=True), row)
            await self._note(connection, row, by, OPENED, now)
        return Done(Reply(), row)

    async def heard(self, hand_off: str, by: str, now: int) -> Done:
        """Its sender has read how it ended: their desk need not show it any more."""
        async with self._database.write() as connection:
            row, _ = await self._held(connection, hand_off)
            if row is None:
                return Done(UNKNOWN)
            if row.sender != by:
                return Done(NOT_SENT)
            if not await hand_offs.hear(connection, row, now):
                return Done(Reply(duplicate=True), row)
            await self._note(connection, row, by, HEARD, now)
        return Done(Reply(), row)

    async def ask(self, hand_off: str, by: str, words: str, key: str, now: int) -> Done:
        """A receiver asks its sender; the deadline goes on."""
        if not words:
            return Done(Reply(ok=False, code="bad_request", text="say what you want to know"))
        if len(words) > rule.LINE_LETTERS:
            return Done(TOO_LONG)
        new = derived_id("q", by, key, hand_off, words)
        async with self._database.write() as connection:
            row, _ = await self._held(connection, hand_off)
            if row is None:
                return Done(UNKNOWN)
            if not await self._is_for(connection, row, by, now):
                return Done(NOT_FOR_YOU)
            if await hand_offs.question_by_id(connection, new) is not None:
                return Done(Reply(duplicate=True), row)
            if row.state != HandOffState.OFFERED:
                return Done(over(row, await accounts.names(connection)), row)
            values = {
                "id": new, "hand_off": row.id, "incident": row.incident, "asked_by": by,
                "asked_at": now, "question": words,
            }  # fmt: skip
            await hand_offs.ask(connection, values)
            await self._note(connection, row, by, ASKED, now, new)
        return Done(Reply(), row)

    async def answer(self, question: str, by: str, words: str, now: int) -> Done:
        """Its sender, or the owner, answers once."""
        if not words:
            return Done(Reply(ok=False, code="bad_request", text="say the answer"))
        if len(words) > rule.LINE_LETTERS:
            return Done(TOO_LONG)
        async with self._database.write() as connection:
            found = await hand_offs.question_by_id(connection, question)
            row, incident = await self._held(connection, found.hand_off if found else "")
            if row is None:
                return Done(UNKNOWN)
            found = await hand_offs.question_by_id(connection, question)
            if by not in (row.sender, incident.owner):
                return Done(NOT_SENT)
            if found.answered_at is not None:
                same = (found.answered_by, found.answer) == (by, words)
                late = Reply(ok=False, code="too_late", text="it was answered already")
                return Done(Reply(duplicate=True) if same else late, row)
            await hand_offs.answer(connection, question, by, words, now)
            await self._note(connection, row, by, ANSWERED, now, question)
        return Done(Reply(), row)

    async def keep(self, incident: str, hand_off: str, by: str, text: str, now: int) -> Reply:
        """What is begun and not sent, as its page keeps it; no words: nothing is."""
        async with self._database.write() as connection:
            if await incident_changes.held(connection, incident) is None:
                return UNKNOWN
            await drafts.keep(connection, incident, hand_off, by, text, now)
        return Reply()

    # By the rule ---------------------------------------------------------------------------------

    async def expire(self, hand_off: str, now: int) -> Done:
        """Nobody accepted it in time. Not ok: it is over, or due later by now."""
        return await once_more(lambda: self._by_rule(hand_off, Act.EXPIRE, now))

    async def left(self, hand_off: str, now: int, why: GoneWhy = GoneWhy.LEFT) -> Done:
        """The one person it was for is no longer here, or everybody who is here cannot: it is back
        at once."""
        return await once_more(lambda: self._by_rule(hand_off, Act.RETURN, now, why))

    async def _by_rule(self, hand_off: str, act: Act, now: int, cause: str = "") -> Done:
        async with self._database.write() as connection:
            row, _ = await self._held(connection, hand_off)
            if row is None or (act is Act.EXPIRE and rule.in_time(row.due_at, now)):
                return Done(UNKNOWN)
            done = await hand_offs.end(connection, row, act, now, cause=cause)
        return Done(Reply() if done else UNKNOWN, row)

    # ---------------------------------------------------------------------------------------------

    async def _held(self, connection: Transaction, hand_off: str) -> tuple[Any, Any]:
        """The hand-off and its incident, which nobody else changes until this transaction ends.
        None: there is none."""
        found = await hand_offs.by_id(connection, hand_off)
        if found is None:
            return None, None
        incident = await incident_changes.held(connection, found.incident)
        return await hand_offs.by_id(connection, hand_off), incident

    async def _note(
        self, connection: Transaction, row: Any, by: str, action: str, now: int, detail: str = ""
    ) -> None:
        await audit.append(
            connection, actor=by, action=action, subject=row.incident, now=now,
            detail=detail or row.id,
        )  # fmt: skip
