"""An incident is handed off at a desk, and accepted at another (docs/incidents.md, Hand-off)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Annotated, Any

import msgspec

from holdfast.clock import now_ms
from holdfast.desk.hand_off_news import tell
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import (
    Form,
    Id,
    IncidentForm,
    Key,
    Moment,
    Nothing,
    Refused,
    Result,
    Word,
    intent,
)
from router.centre import Centre
from router.core.bidi import isolated
from router.core.durations import duration_ms
from router.core.hand_off import LETTERS, LINE_LETTERS, READ_BACK_LETTERS, GoneWhy
from router.core.incident import SEVERITY
from router.core.restricted import may_see
from router.core.severity import Severity
from router.core.states import AgentState
from router.core.terms import day_of, works_here
from router.incidents.hand_off import (
    ACCEPTED,
    ANSWERED,
    ASKED,
    HEARD,
    MILDEST,
    OFFERED,
    OPENED,
    PASSED,
    RETURNED,
    WITHDRAWN,
    Done,
    HandOffs,
    Offer,
)
from router.records import (
    accounts,
    drafts,
    hand_offs,
    incident_changes,
    next_actions,
    people,
    sight,
)
from router.records.contact_words import Words
from router.records.lines.hand_offs import shown

Line = Annotated[str, msgspec.Meta(max_length=4 * LINE_LETTERS)]
Part = Annotated[str, msgspec.Meta(max_length=4 * max(LETTERS.values()))]


class OfferForm(IncidentForm, frozen=True):
    """`agent` or `department`: to whom; then the five parts; `within`: ms; `before`: the hand-off
    that the page showed and that this one replaces, None: none."""

    reason: Part
    summary: Part
    actions: Part
    what_if: Part
    within: Moment
    key: Key
    questions: Part = ""
    agent: Id = ""
    department: Word = ""
    before: Id | None = None


class HandOffForm(Form, frozen=True):
    hand_off: Id


class AcceptForm(HandOffForm, frozen=True):
    """`words`: the read-back. `does_next`: what is next is theirs to do, too. `due`: by when they
    do the first of its actions, ms; None: somebody said what is next."""

    words: Annotated[str, msgspec.Meta(max_length=4 * READ_BACK_LETTERS)]
    does_next: bool = True
    due: Moment | None = None


class DraftForm(IncidentForm, frozen=True):
    """`hand_off`: what is said back of it; empty: a hand-off that is begun, as its page has it."""

    text: Annotated[str, msgspec.Meta(max_length=20_000)]
    hand_off: Id = ""


class WordsForm(HandOffForm, frozen=True):
    words: Line


class AskForm(WordsForm, frozen=True):
    key: Key


class AnswerForm(Form, frozen=True):
    question: Id
    words: Line


class HandingOff:
    """Handlers of hand_off, hand_off_to, hand_offs and of what is done with one."""

    def __init__(
        self, centre: Centre, hub: Hub, room: HandOffs,
        given: Callable[[str], None] = lambda _incident: None,
    ) -> None:  # fmt: skip
        """`given`: hears of each incident that somebody has now."""
        self._given = given
        self._database = centre.database
        self._current = centre.config
        self._hub = hub
        self._room = room

    # To whom -------------------------------------------------------------------------------------

    @intent("hand_off_to", IncidentForm)
    async def _to(self, page: Page, form: IncidentForm) -> Result:
        """To whom it can go, within how long by severity, and why it is so severe."""
        now = now_ms()
        today = day_of(now, self._current.value.zone)
        async with self._database.read() as connection:
            known = await accounts.all_accounts(connection)
            members = await self._room.members(connection, now)
            history = await incident_changes.history(connection, form.incident)
            draft = await drafts.kept(connection, form.incident, "", page.account.id)
            held = await people.incident_by_id(connection, form.incident)
            only = await sight.list_of(connection, form.incident)
        severity = held.severity if held is not None else MILDEST
        colleagues = [
            self._person(one, severity)
            for one in sorted(known, key=lambda one: (one.name.casefold(), one.id))
            if works_here(one.terms, active=one.active, today=today)
            and may_see(only, one.id)
            and one.id != page.account.id
        ]
        within = self._current.value.incidents.hand_off_within
        said = [row.words for row in history if row.what == SEVERITY and row.words]
        return {
            "people": colleagues,
            "departments": [
                self._department(one, members(one.name, severity) - {page.account.id}, now)
                for one in self._room.departments()
            ],
            "within": [within.ms(level) for level in Severity],
            "reason": isolated(said[-1]) if said else "",
            "draft": draft,
        }

    def _person(self, account: accounts.Account, severity: int) -> dict[str, Any]:
        live = self._hub.view.agents.get(account.id)
        here = live is not None and live.state != AgentState.OFFLINE
        return {
            "id": account.id,
            "name": isolated(account.name),
            "state": live.state if here and live else AgentState.OFFLINE,
            "since": live.state_at if here and live else None,
            "until": live.shift_to if here and live else None,
            "skills": account.skills,
            "may": self._room.may_own(account, severity),
            "role": account.role,
        }

    def _department(self, one: Any, members: frozenset[str], now: int) -> dict[str, Any]:
        states = [live.state for it in members if (live := self._hub.view.agents.get(it))]
        return {
            "name": one.name,
            "word": one.word,
            "of": len(members),
            "here": sum(state != AgentState.OFFLINE for state in states),
            "ready": sum(state == AgentState.READY for state in states),
            "opens_at": self._room.opens_at(one, now),
            "closes_at": self._room.closes_at(one, now),
            "within": duration_ms(one.answers_within) if one.answers_within else None,
        }

    # Mine ----------------------------------------------------------------------------------------

    @intent("hand_offs", Nothing)
    async def _mine(self, page: Page, _form: Nothing) -> Result:
        """What is handed off to me, and what I handed off: that waits, or whose end I have not
        read. Pages ask again when they are told (`hand_offs_changed`)."""
        me, now = page.account.id, now_ms()
        async with self._database.read() as connection:
            names = await accounts.names(connection)
            offered = await hand_offs.offered(connection)
            unheard = await hand_offs.unheard_of(connection, me)
            members = await self._room.members(connection, now)
            passed = await hand_offs.passed_by(connection, [row.id for row in offered])
            for_me = [
                row
                for row in offered
                if not any(one.agent == me for one in passed[row.id])
                and me in ((row.agent,) if row.agent else members(row.department, row.severity_now))
                and me != row.sender
            ]
            mine = [row for row in offered if me in (row.sender, row.owner) and row not in for_me]
            hidden = await sight.hidden_from(
                connection, {row.root for row in (*mine, *unheard)}, me
            )
            heard = [row for row in unheard if _is_news(row, me) and row.root not in hidden]
            rows = [*for_me, *(row for row in mine if row.root not in hidden), *heard]
            asked = await hand_offs.questions_of(connection, [row.id for row in rows])
            roots = {row.root for row in for_me}
            begun = await drafts.kept_in(connection, roots, me)
            nexts = await next_actions.open_in(connection, roots)
        words = Words(departments=self._room.words())

        def told(row: Any) -> dict[str, Any]:
            known = nexts.get(row.root)
            what, due = self._room.proposed(row, now)
            return shown(row, asked[row.id], names, words) | {
                "incident": row.root,
                "number": f"INC-{row.number}",
                "title": isolated(row.title),
                "severity": row.severity_now,
                "next": next_actions.shown(known, names) if next_actions.is_said(known) else None,
                "plans": None
                if next_actions.is_said(known)
                else {"what": isolated(what), "due": due},
                "draft": begun.get(row.id, ""),
            }

        return {
            "incoming": [told(row) for row in for_me],
            "outgoing": [told(row) for row in rows[len(for_me) :]],
        }

    # Acts ----------------------------------------------------------------------------------------

    @intent("hand_off", OfferForm, audit=(OFFERED, WITHDRAWN))
    async def _offer(self, page: Page, form: OfferForm) -> Result:
        if form.agent and form.agent != page.account.id:
            live = self._hub.view.agents.get(form.agent)
            if live is None or live.state == AgentState.OFFLINE:
                raise Refused(
                    "not_ready", "They are at no desk. Choose somebody who is here; it stays yours."
                )
        order = Offer(
            form.incident,
            page.account.id,
            form.key,
            {name: _tidy(getattr(form, name)) for name in LETTERS},
            form.within,
            form.agent or None,
            form.department or None,
            form.before,
        )
        done = await self._room.offer(order, now_ms())
        self._hub.incident_changed(form.incident)
        self._tell(page, (form.agent or None,))
        return await self._told(done, page)

    @intent("draft_hand_off", DraftForm)
    async def _draft(self, page: Page, form: DraftForm) -> Result:
        done = await self._room.keep(
            form.incident, form.hand_off, page.account.id, form.text, now_ms()
        )
        if not done.ok:
            raise Refused.by(done, {})
        return {}

    @intent("accept_hand_off", AcceptForm, audit=ACCEPTED)
    async def _accept(self, page: Page, form: AcceptForm) -> Result:
        done = await self._room.accept(
            form.hand_off, page.account.id, _tidy(form.words), now_ms(), does_next=form.does_next,
            due=form.due,
        )  # fmt: skip
        if done.reply.ok and done.row is not None:
            self._given(done.row.incident)
        found = await self._told(done, page)
        self._hub.mine_changed()
        return found

    @intent("return_hand_off", WordsForm, audit=(RETURNED, PASSED))
    async def _return(self, page: Page, form: WordsForm) -> Result:
        done = await self._room.give_back(
            form.hand_off, page.account.id, _one_line(form.words), now_ms()
        )
        return await self._told(done, page)

    @intent("take_back_hand_off", HandOffForm, audit=WITHDRAWN)
    async def _take_back(self, page: Page, form: HandOffForm) -> Result:
        return await self._told(
            await self._room.take_back(form.hand_off, page.account.id, now_ms()), page
        )

    @intent("open_hand_off", HandOffForm, audit=OPENED)
    async def _open(self, page: Page, form: HandOffForm) -> Result:
        return await self._told(
            await self._room.opened(form.hand_off, page.account.id, now_ms()), page
        )

    @intent("read_hand_off", HandOffForm, audit=HEARD)
    async def _read(self, page: Page, form: HandOffForm) -> Result:
        """Its sender has read how it ended."""
        return await self._told(
            await self._room.heard(form.hand_off, page.account.id, now_ms()), page
        )

    @intent("ask_hand_off", AskForm, audit=ASKED)
    async def _ask(self, page: Page, form: AskForm) -> Result:
        done = await self._room.ask(
            form.hand_off, page.account.id, _one_line(form.words), form.key, now_ms()
        )
        return await self._told(done, page)

    @intent("answer_hand_off", AnswerForm, audit=ANSWERED)
    async def _answer(self, page: Page, form: AnswerForm) -> Result:
        done = await self._room.answer(
            form.question, page.account.id, _one_line(form.words), now_ms()
        )
        return await self._told(done, page)

    async def _told(self, done: Done, page: Page) -> Result:
        """Refused, too: somebody else was quicker, and their pages are behind."""
        row = done.row
        if row is not None:
            self._hub.incident_changed(row.incident)
        self._tell(page, row and (row.sender, row.agent))
        if not done.reply.ok:
            raise Refused.by(done.reply, {})
        return {}

    def _tell(self, page: Page, whose: Collection[str | None] | None) -> None:
        """Their pages ask again; a department's (one of them None) are everybody's."""
        whose = (*(whose or ()), page.account.id)
        tell(self._hub.pages(), None if None in whose else [one for one in whose if one])


def _is_news(row: Any, me: str) -> bool:
    """Whether its sender is to be told how it ended: not what they did themselves."""
    return bool(row.ended_by != me) and row.cause != GoneWhy.ANOTHER


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _tidy(text: str) -> str:
    """Without empty lines and spaces around; lines stay."""
    return "\n".join(line for part in text.splitlines() if (line := " ".join(part.split())))
