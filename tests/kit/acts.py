"""Every intent of the desk, done in one process on a real index, with a record that goes away at a
chosen access; and the scenes in which there is something to do."""

from __future__ import annotations

import itertools
import json
import re
import typing
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from holdfast.app import house_of
from holdfast.clips import ClipFiles, Clips
from holdfast.clock import now_ms
from holdfast.desk.desk import Desk
from holdfast.desk.guard import SessionGuard
from holdfast.desk.hub import Hub, Page
from holdfast.desk.pace import Pace
from holdfast.desk.page_kinds import PAGE_KINDS
from holdfast.desk.socket import DeskSocket
from holdfast.desk.topics import INTENTS
from holdfast.parts import House
from holdfast.parts.roles import built
from holdfast.role import Role
from holdfast.settings.engine_settings import engine_settings
from holdfast.settings.environment import Settings, load, static_dir
from router.callbacks.immediate import CallbackOrder, Callbacks
from router.callbacks.not_needed import NotNeeded
from router.callbacks.scheduled import CallbackRequest, ScheduledCallbacks
from router.centre import Centre
from router.core.arrivals import Call, Text
from router.core.current import Current
from router.core.model import Chosen, Grounds
from router.core.severity import Channel, Severity
from router.core.summary import Sentence
from router.incidents.at_work import index_of, tell_of
from router.incidents.filing import Filings
from router.incidents.hand_off import HandOffs, Offer
from router.incidents.life import IncidentLife
from router.incidents.merging import Merge
from router.incidents.next_actions import NextActions, Plan
from router.incidents.party_facts import By, PartyFacts
from router.incidents.restricting import Restricting, Restriction
from router.incidents.summary import Order as SummaryOrder
from router.incidents.summary import Summaries
from router.intake.door import Intake
from router.live.engine import Engine, decode_step
from router.recorder import Recorder
from router.records import accounts, hand_offs, next_actions, people, schema
from router.records.accounts import Account
from router.records.database import Database, RecordUnavailable
from router.records.ids import derived_id
from tests.kit.record import new_sqlite, with_statements_of_others
from tests.kit.store import CONFIG

CARD = CONFIG.cards[0]
EMERGENCY, SUPPORT, PERSON = "+12065550100", "+12065550101", "+12065550177"
SKILLS = {"safety": 5, "vet": 5, "en": 5, "es": 5}
UNTOLD = {"search_doc", "search_due", "answer", "audit", "meta", "event", "session", "early"}
"""Tables that do not show what was done, follow from others, or are the audit itself."""
UNEQUAL = {"live", "step", "touched_at", "content", "digest", "sha256"}
"""Columns that depend on a clock, and the contact as the index has it, which is checked there."""
_numbers = itertools.count(1)


class Away(Database):
    """A record that goes away: from a given access on, or during a commit."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.accesses: list[str] = []
        self.down_at: int | None = None
        self.lost_at: int | None = None

    def watch(self, down_at: int | None = None, lost_at: int | None = None) -> None:
        """Starts to count here; None: the record stays."""
        self.accesses, self.down_at, self.lost_at = [], down_at, lost_at

    def _next(self, kind: str) -> int:
        number = len(self.accesses)
        self.accesses.append(kind)
        down = self.down_at is not None and number >= self.down_at
        if down or (self.lost_at is not None and number > self.lost_at):
            raise RecordUnavailable("away")
        return number

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        number = self._next("write")
        async with super().write() as connection:
            yield connection
        if number == self.lost_at:
            lost = RecordUnavailable("lost")
            lost.unclear = True
            raise lost

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        self._next("read")
        async with super().read() as connection:
            yield connection


@dataclass
class Answer:
    """The answer that a page got."""

    ok: bool
    text: str
    code: str = ""
    result: dict[str, Any] = field(default_factory=dict)


@dataclass
class Floor:
    """One centre with an agent at a desk and a supervisor at a board."""

    house: House
    database: Away
    engine: Engine
    people: dict[str, Account]
    facts: dict[str, Any] = field(default_factory=dict)
    """What an intent may need: contact, fence, incident, address."""
    last: str = "0-0"

    async def settled(self) -> None:
        """Waits until the record has every step and pages show the present state."""
        await self.house[Recorder].drain()
        for step_id, raw in await self.engine.read(self.last, count=1000):
            self.house[Hub].on_step(step_id, decode_step(raw))
            self.last = step_id

    async def picture(self) -> dict[str, Any]:
        """The state of index and record, without the audit."""
        await self.settled()
        found = msgspec.to_builtins(await self.engine.snapshot())
        picture: dict[str, Any] = {
            "contacts": sorted(found["contacts"], key=lambda c: c["id"]),
            "agents": sorted(found["agents"], key=lambda a: a["id"]),
            "reserve": found["reserve"],
            "abandoned": sorted(self.house[Hub].view.abandoned.shown),
        }
        async with Database.read(self.database) as connection:
            for table in schema.metadata.sorted_tables:
                if table.name not in UNTOLD:
                    rows = (await connection.execute(select(table))).all()
                    picture[table.name] = sorted(_row(table.name, row) for row in rows)
        return picture

    async def lines(self) -> list[str]:
        """The audited actions of these two."""
        a = schema.audit.c
        async with Database.read(self.database) as connection:
            rows = await connection.execute(select(a.action, a.actor).order_by(a.id))
        here = {account.id for account in self.people.values()}
        return [row.action for row in rows if row.actor in here]

    async def signed(self) -> list[tuple[str, str, str]]:
        """The audited acts of these people: who, what, to what."""
        a = schema.audit.c
        async with Database.read(self.database) as connection:
            rows = await connection.execute(select(a.actor, a.action, a.subject).order_by(a.id))
        logins = {account.id: login for login, account in self.people.items()}
        return [(logins[r.actor], r.action, r.subject) for r in rows if r.actor in logins]

    async def asks(self, do: str, view: str, who: str | None = None, **fields: Any) -> Answer:
        """The intent as a page sends it, filled in from the scene; `who`: by their login."""
        account = self.people[who or ("priya" if view == "desk" else "dana")]
        page = Page(account, PAGE_KINDS[view], f"conn-{account.login}")
        hub = self.house[Hub]
        hub.join(page)
        socket = DeskSocket(hub, self.house[Desk], self.house[SessionGuard])
        raw = {"do": do, "id": 1} | self.filled(do) | fields
        await socket._do(page, raw, Pace(lambda: 0.0))
        while not page.outbox.empty():
            message = msgspec.json.decode(page.outbox.get_nowait() or b"{}")
            if message.get("type") == "reply":
                error = message.get("error", {})
                told = (message["ok"], error.get("message", ""), error.get("code", ""))
                return Answer(*told, message.get("result") or {})
        raise AssertionError(f"{do} was not answered")

    def filled(self, do: str) -> dict[str, Any]:
        """A field of the intent: what the scene has by that name, otherwise a value of its kind."""
        form, found = INTENTS[do].form, {}
        hints = typing.get_type_hints(form)
        for info in msgspec.structs.fields(form):
            if info.name in self.facts:
                found[info.name] = self.facts[info.name]
            elif info.required:
                found[info.name] = {bool: True, int: 1, float: 1.0}.get(hints[info.name], "words")
        return found | self.facts.get(f"of {do}", {})


MOMENT, ID = re.compile(r"\d{12,}(\.\d+)?"), re.compile(r"\b[a-z]{1,2}[0-9a-f]{20}\b")


def alike(picture: dict[str, Any]) -> dict[str, list[str]]:
    """The state without moments and ids, which differ in each centre."""
    found = {}
    for name, rows in picture.items():
        texts = [json.dumps(row, sort_keys=True) for row in rows] if isinstance(rows, list) else []
        found[name] = sorted(MOMENT.sub("0", ID.sub("id", text)) for text in texts)
    return found


def _row(table: str, row: Any) -> str:
    values = {k: v for k, v in row._mapping.items() if k not in UNEQUAL}
    return json.dumps(values, default=str, sort_keys=True)


Scene = Callable[[Floor], Awaitable[None]]


async def _call(floor: Floor, to: str = EMERGENCY) -> str:
    arrival = await floor.house[Intake].call(Call("CA1", PERSON, to), now_ms())
    floor.facts |= {"contact": arrival.contact_id, "incident": arrival.contact.incident}
    return arrival.contact_id


async def _ready(floor: Floor) -> None:
    await floor.engine.step(
        "agent_choice", agent=floor.people["priya"].id, choice=Chosen(ready=True)
    )
    live = await floor.engine.look(floor.facts["contact"])
    if live is not None and live.offer is not None:
        floor.facts["fence"] = live.offer.fence


async def _take(floor: Floor) -> None:
    await _ready(floor)
    who = {"agent": floor.people["priya"].id, "contact": floor.facts["contact"]}
    assert (await floor.engine.step("accept", fence=floor.facts["fence"], **who)).ok
    await floor.engine.step("connected", **who)


async def waiting(floor: Floor) -> None:
    await _call(floor)


async def ringing(floor: Floor) -> None:
    await _call(floor)
    await _ready(floor)


async def talking(floor: Floor) -> None:
    await _call(floor)
    await floor.engine.step(
        "stream_started", contact=floor.facts["contact"], link_epoch=1, proc="media-1"
    )
    await _take(floor)


async def supervised(floor: Floor) -> None:
    """An agent talks; the supervisor is at a desk of their own, and not ready."""
    await talking(floor)
    dana = floor.people["dana"]
    desk = {"id": dana.id, "name": dana.name, "skills": SKILLS, "supervisor": True}
    await floor.engine.step("agent_online", agent=desk, conn="conn-dana")
    await floor.engine.step("agent_media", agent=dana.id, media="up", proc="media-1")


async def beside(floor: Floor) -> None:
    """The supervisor listens to them."""
    await supervised(floor)
    who = {"agent": floor.people["dana"].id, "contact": floor.facts["contact"]}
    assert (await floor.engine.step("sit_beside", mode="listen", **who)).ok


async def _cora(floor: Floor, *, ready: bool = False) -> str:
    """A colleague at a desk."""
    desk = {"id": "u" + "c" * 20, "name": "Cora", "skills": SKILLS}
    await floor.engine.step("agent_online", agent=desk, conn="conn-cora")
    if ready:
        await floor.engine.step("agent_choice", agent=desk["id"], choice=Chosen(ready=True))
    await floor.engine.step("agent_media", agent=desk["id"], media="up", proc="media-1")
    floor.facts["of consult"] = {"agent": desk["id"]}
    return str(desk["id"])


async def accompanied(floor: Floor) -> None:
    """An agent talks, and a colleague has room."""
    await talking(floor)
    await _cora(floor)


async def advised(floor: Floor) -> None:
    """An agent talks with a colleague whom they asked in; the caller hears music."""
    await talking(floor)
    who = {"contact": floor.facts["contact"]}
    cora, priya = await _cora(floor), floor.people["priya"].id
    assert (await floor.engine.step("consult", agent=priya, to_agent=cora, **who)).ok
    assert (await floor.engine.step("consult_answer", agent=cora, **who)).ok


async def asked_in(floor: Floor) -> None:
    """A colleague talks and asks an agent in."""
    contact = await _call(floor)
    cora, priya = await _cora(floor, ready=True), floor.people["priya"].id
    live = await floor.engine.look(contact)
    assert live is not None
    assert live.offer is not None
    who = {"agent": cora, "contact": contact}
    assert (await floor.engine.step("accept", fence=live.offer.fence, **who)).ok
    await floor.engine.step("connected", **who)
    assert (await floor.engine.step("consult", to_agent=priya, **who)).ok


async def handed_on(floor: Floor) -> None:
    """An agent has handed a call on."""
    await advised(floor)
    who = {"agent": floor.people["priya"].id, "contact": floor.facts["contact"]}
    assert (await floor.engine.step("consult_hand_over", **who)).ok


async def asked_for_help(floor: Floor) -> None:
    await talking(floor)
    reply = await floor.engine.step("help_ask", agent=floor.people["priya"].id, lead=None)
    assert reply.help is not None
    floor.facts["help"] = reply.help.id


async def wrapping(floor: Floor) -> None:
    await talking(floor)
    await floor.engine.step("caller_gone", contact=floor.facts["contact"], cause="hung_up")


async def gave_up(floor: Floor) -> None:
    await _call(floor)
    await floor.engine.step("caller_gone", contact=floor.facts["contact"], cause="hung_up")


async def called(floor: Floor) -> None:
    """An agent has called somebody, who answered."""
    await gave_up(floor)
    await floor.settled()
    async with floor.database.read() as connection:
        row = (await connection.execute(select(schema.address))).one()
    me = floor.people["priya"].id
    order = CallbackOrder(me, floor.facts["incident"], row.id, "key-called")
    assert (await floor.house[Callbacks].order(order, now_ms())).ok
    contact = derived_id("c", "callback", me, "key-called")
    await floor.engine.step("stream_started", contact=contact, link_epoch=1, proc="media-1")
    await floor.engine.step("connected", contact=contact, agent=me)
    floor.facts["contact"] = contact


async def missed(floor: Floor) -> None:
    """The desk tests itself because its agent missed an offer."""
    await ringing(floor)
    assert floor.engine.now is not None
    me = floor.people["priya"].id
    for _ in range(12):
        floor.engine.now += 5_000
        await floor.engine.beat("agent_seen", agent=me, conn="conn-priya")
        await floor.engine.beat("tick")
        agents = {agent.id: agent for agent in (await floor.engine.snapshot()).agents}
        if agents[me].testing is not None:
            return


async def declined(floor: Floor) -> None:
    """It waits; both agents have declined it and are free."""
    await ringing(floor)
    dana = floor.people["dana"]
    desk = {"id": dana.id, "name": dana.name, "skills": SKILLS, "supervisor": True}
    await floor.engine.step("agent_online", agent=desk, conn="conn-dana")
    await floor.engine.step("agent_media", agent=dana.id, media="up", proc="media-1")
    for login in ("priya", "dana"):
        me = floor.people[login].id
        await floor.engine.step("agent_choice", agent=me, choice=Chosen(ready=True))
        live = await floor.engine.look(floor.facts["contact"])
        if live is not None and live.offer is not None and me in live.offer.agents:
            ids = {"agent": me, "contact": live.id, "fence": live.offer.fence}
            assert (await floor.engine.step("decline", **ids)).ok


async def text_waits(floor: Floor) -> None:
    text = Text(Channel.SMS, "sms:1", PERSON, SUPPORT, "the parcel came")
    arrival = await floor.house[Intake].text(text, now_ms())
    assert arrival is not None
    floor.facts |= {"contact": arrival.contact_id, "incident": arrival.contact.incident}


async def text_in_hand(floor: Floor) -> None:
    await text_waits(floor)
    await _take(floor)


async def text_aside(floor: Floor) -> None:
    await text_in_hand(floor)
    await floor.engine.step(
        "park", agent=floor.people["priya"].id, contact=floor.facts["contact"], until=None
    )


async def text_unsure(floor: Floor) -> None:
    await text_waits(floor)
    await floor.house[Intake]._desk.change_severity(
        floor.facts["contact"], Severity.S2, "unsure", "rule", Grounds(unsure=True)
    )
    await _ready(floor)


async def text_said(floor: Floor) -> None:
    """The agent set its severity a moment ago."""
    await text_in_hand(floor)
    await floor.house[Intake].change_severity(
        floor.facts["contact"], Severity.S1, "worse", floor.people["priya"].id
    )


async def promised(floor: Floor) -> None:
    await gave_up(floor)
    await floor.settled()
    wish = CallbackRequest(
        floor.facts["incident"], "k", "caller", "caller", after=floor.facts["contact"]
    )
    reply = await floor.house[ScheduledCallbacks].request_callback(wish, now_ms())
    assert reply.contact is not None
    floor.facts["contact"] = reply.contact.id


async def standing(floor: Floor) -> None:
    """They talk; a call to them is promised, and stands meanwhile."""
    await talking(floor)
    await floor.settled()
    wish = CallbackRequest(
        floor.facts["incident"], "k", "caller", "caller", after=floor.facts["contact"]
    )
    reply = await floor.house[ScheduledCallbacks].request_callback(wish, now_ms())
    assert reply.contact is not None
    assert reply.contact.stands is not None
    call, floor.facts["contact"] = floor.facts["contact"], reply.contact.id
    floor.facts["of not_needed"] = {"through": call}


async def unneeded(floor: Floor) -> None:
    """The agent who talks with them has said a moment ago that the promised call is not needed."""
    await standing(floor)
    floor.engine.now = now_ms()
    through = floor.facts["of not_needed"]["through"]
    who = floor.people["priya"].id
    said = floor.house[NotNeeded].say(floor.facts["contact"], who, through, steers=False)
    assert (await said).ok


async def closed(floor: Floor) -> None:
    """Their incident is closed."""
    await gave_up(floor)
    await floor.settled()
    life, by = floor.house[IncidentLife], floor.people["dana"].id
    assert (await life.close(floor.facts["incident"], by, "resolved", "", now_ms())).ok


async def poisoned(floor: Floor) -> None:
    """An incident of a type that has a card."""
    await gave_up(floor)
    async with floor.database.write() as connection:
        await connection.execute(update(schema.incident).values(kind=CARD.kinds[0]))


async def planned(floor: Floor) -> None:
    """Something has to happen next in an incident whose caller gave up."""
    await gave_up(floor)
    await floor.settled()
    of, by = floor.facts["incident"], floor.people["priya"].id
    plan = Plan(of, "call them", by, now_ms() + 60_000, by, "key-planned")
    assert (await NextActions(floor.house.centre).plan(plan, now_ms())).ok
    async with floor.database.read() as connection:
        found = await next_actions.open_of(connection, of)
    assert found is not None
    floor.facts["next"] = found.id


async def twice_reached(floor: Floor) -> None:
    """A caller who gave up has a second number, where nothing ever came from."""
    await gave_up(floor)
    await floor.settled()
    async with floor.database.read() as connection:
        row = (await connection.execute(select(schema.address))).one()
    by = By(floor.facts["incident"], floor.people["priya"].id, now_ms())
    facts = PartyFacts(floor.house.centre)
    assert (await facts.add_address(by, row.party, "phone", "+12065550166")).ok
    floor.facts["second"] = derived_id("d", "phone", "+12065550166")


async def dropped(floor: Floor) -> None:
    """... which was removed again."""
    await twice_reached(floor)
    async with floor.database.read() as connection:
        row = (await connection.execute(select(schema.address).limit(1))).one()
    by = By(floor.facts["incident"], floor.people["priya"].id, now_ms())
    assert (await PartyFacts(floor.house.centre).drop(by, row.party, floor.facts["second"])).ok


async def twins(floor: Floor) -> None:
    """Two incidents of one person; a second person is in the first, and a third was merged into
    it."""
    await gave_up(floor)
    await floor.settled()
    of, by = floor.facts["incident"], floor.people["priya"].id
    async with floor.database.write() as connection:
        row = (await connection.execute(select(schema.address))).one()
        mail = await people.find_or_make(connection, "email", "maya@example.com", now_ms())
        await people.add_party(connection, of, mail.party)
        other, third = [
            await people.open_incident(connection, name, 3, row.party, "caller", now_ms())
            for name in ("the other", "a third")
        ]
    merge = Merge(of, third.id, by, "key-twins")
    assert (await Filings.of(floor.house.centre).merge(merge, now_ms())).reply.ok
    floor.facts |= {
        "other": other.id, "stays": of, "goes": other.id, "filing": merge.id, "next": None,
        "of move_contacts": {"contacts": [floor.facts["contact"]], "to": other.id},
        "of join_parties": {"one": row.party, "party": mail.party},
    }  # fmt: skip


async def summarised(floor: Floor) -> None:
    """An incident has a summary."""
    await gave_up(floor)
    await floor.settled()
    of, me = floor.facts["incident"], floor.people["priya"]
    said = [Sentence("about", "They called and hung up.")]
    order = SummaryOrder(of, said, [], me.id, me.name, "key-summary", None)
    room = Summaries(floor.house.centre, lambda _content: 1, 50)
    floor.facts["summary"] = (await room.save(order, now_ms())).id


async def restricted(floor: Floor) -> None:
    """The agent has a call of an incident that is restricted to somebody else."""
    await supervised(floor)
    await floor.settled()
    of = floor.facts["incident"]
    async with floor.database.write() as connection:
        lea = await accounts.add(
            connection, login="lea", name="Lea", role="agent", password_hash="x",
            skills={}, now=1,
        )  # fmt: skip
        assert lea is not None
        await people.hand_on(connection, of, lea.id)
    order = Restriction(of, (lea.id,), (), "about one of us", lea.id)
    assert (await Restricting(floor.house.centre).restrict(order, now_ms())).reply.ok
    await tell_of(floor.database, [of], index_of(floor.house.centre))
    await floor.settled()


HANDED = {
    "reason": "her liver", "summary": "Luna ate gum", "actions": "call the vet at 14:38",
    "what_if": "her sugar drops: Harbor", "questions": "",
}  # fmt: skip


async def _owned(floor: Floor, login: str) -> None:
    """An incident whose caller gave up is theirs; the agent and the supervisor are at desks."""
    await supervised(floor)
    await floor.engine.step("caller_gone", contact=floor.facts["contact"], cause="hung_up")
    await floor.settled()
    async with floor.database.write() as connection:
        await people.hand_on(connection, floor.facts["incident"], floor.people[login].id)


async def owned(floor: Floor) -> None:
    """It is the agent's."""
    await _owned(floor, "priya")


async def _handed(floor: Floor, sender: str, to: str) -> None:
    await _owned(floor, sender)
    room, of = HandOffs(floor.house.centre), floor.facts["incident"]
    by, agent = floor.people[sender].id, floor.people[to].id
    order = Offer(of, by, "key-handed", HANDED, 3_600_000, agent)
    assert (await room.offer(order, now_ms())).reply.ok
    async with floor.database.read() as connection:
        row = await hand_offs.last_of(connection, of)
    assert row is not None
    floor.facts["hand_off"] = row.id


async def handed_to_me(floor: Floor) -> None:
    """The supervisor's incident is handed off to the agent."""
    await _handed(floor, "dana", "priya")


async def handed_away(floor: Floor) -> None:
    """The agent's incident is handed off to the supervisor, who has asked something."""
    await _handed(floor, "priya", "dana")
    room, asks = HandOffs(floor.house.centre), floor.people["dana"].id
    row = floor.facts["hand_off"]
    assert (await room.ask(row, asks, "who pays?", "key-asked", now_ms())).reply.ok
    async with floor.database.read() as connection:
        floor.facts["question"] = (await hand_offs.questions_of(connection, [row]))[row][0].id


async def handed_back(floor: Floor) -> None:
    """... and was returned."""
    await handed_away(floor)
    room, by = HandOffs(floor.house.centre), floor.people["dana"].id
    assert (await room.give_back(floor.facts["hand_off"], by, "busy", now_ms())).reply.ok


SCENES: list[Scene] = [
    waiting, ringing, declined, talking, supervised, beside, accompanied, advised, asked_in,
    handed_on, wrapping, gave_up, called, missed,
    text_waits, text_in_hand, text_aside, text_unsure, text_said, promised, standing, unneeded,
    closed, planned, poisoned, twice_reached, dropped, twins, asked_for_help,
    summarised, owned, handed_to_me, handed_away, handed_back, restricted,
]  # fmt: skip

READS = {
    "snapshot", "open", "peek", "incidents", "corrections", "why", "waiting", "transfer_targets",
    "last_called", "dial_check", "figure", "rtc_state", "relays", "agent_day", "sound_places",
    "mine", "open_incidents", "callbacks", "colleagues", "merge_look", "undo_look", "snippets",
    "hand_offs", "hand_off_to", "guidance_followed", "callbacks_kept", "summary", "summary_version",
}  # fmt: skip
"""Intents that change nothing."""
LOOKS = {"reveal"}
"""They change nothing, and each has its line."""


@cache
def _settings() -> Settings:
    """Of every floor, but for its folder: the configuration is read once."""
    return load(demo=True, environment={})


class _KnownClips(ClipFiles):
    """Sixty files, read once for all floors."""

    read = cache(ClipFiles.read)


@cache
def _clips() -> _KnownClips:
    return _KnownClips(_settings().config_path, static_dir())


@asynccontextmanager
async def floor_in(scene: Scene, url: str, folder: Path) -> AsyncIterator[Floor]:
    """A new centre in that scene."""
    number = next(_numbers)
    home = folder / f"floor{number}"
    home.mkdir()
    (await new_sqlite(home / "record.db")).url  # noqa: B018 - only the file is wanted
    record = f"sqlite:///{home / 'record.db'}"
    database = with_statements_of_others(Away(record))
    engine = Engine(url, f"acts{number}", now=now_ms())
    settings = replace(_settings(), data_dir=home, database_url=record)
    begun = house_of(settings, "unix:///nowhere", {"base_url": "http://127.0.0.1:1", "port": 1})
    await begun.centre.engine.close()
    await begun.centre.database.close()
    centre = Centre(database, engine, Current(CONFIG), now_ms, "AC1", "media-1")
    house = House(centre)
    house._things = begun._things
    house[Clips].files = _clips()
    parts = built(house, Role.ALL)
    people = {}
    async with database.write() as connection:
        for login, role in (("priya", "agent"), ("dana", "supervisor")):
            account = await accounts.add(
                connection, login=login, name=login.title(), role=role, password_hash="x",
                skills=SKILLS, now=1,
            )  # fmt: skip
            assert account is not None
            people[login] = account
    await engine.load()
    await engine.open_epoch(1, engine_settings(CONFIG), [], [])
    me = people["priya"].id
    desk = {"id": me, "name": "Priya", "skills": SKILLS}
    await engine.step("agent_online", agent=desk, conn="conn-priya")
    await engine.step("agent_media", agent=me, media="up", proc="media-1")
    floor = Floor(house, database, engine, people)
    floor.facts["of make_ready"] = {"agent": me}
    floor.facts["of sit_beside"] = {"mode": "whisper"}
    snapshot = await engine.snapshot()
    house[Hub].load(snapshot)
    floor.last = snapshot.last
    try:
        await scene(floor)
        await floor.settled()
        await _known(floor)
        database.watch()
        yield floor
    finally:
        for part in parts:
            if part.close is not None:
                await part.close()
        await engine.wipe()
        await engine.close()
        await database.close()


async def _known(floor: Floor) -> None:
    async with floor.database.read() as connection:
        rows = (await connection.execute(select(schema.address))).all()
    floor.facts |= {
        "address": rows[0].id if rows else "none", "agent": floor.people["priya"].id,
        "party": rows[0].party if rows else "none",
        "note": "note-00000001", "key": "key-000001", "title": "What it is", "severity": 1,
        "agents": 2, "state": "connected", "filter": "", "figure": "left",
        "of transfer": {"queue": "urgent", "agent": None},
        "of reply": {"text": "on my way", "then": "close", "disposition": None, "anyway": True},
        "of wrapped": {"disposition": CONFIG.dispositions[0].code, "anyway": True},
        "of dial": {"number": "206 555 0177"}, "of dial_check": {"number": "206 555 0177"},
        "of incident_status": {"status": "waiting_party", "before": "active"},
        "of incident_severity": {"severity": 3, "before": 1, "reason": "the vet says so"},
        "of incident_fact": {"name": "booking", "value": "88-1920", "before": ""},
        "of guidance_said": {"card": CARD.digest, "line": "what", "says": "asked", "words": "gum"},
        "of draft_summary": {"sentences": [{"section": "about", "text": "It is about Luna."}]},
        "of save_summary": {"sentences": [{"section": "about", "text": "It is about Luna."}]},
        "of export_summary": {"variant": "redacted"},
        "of close": {"anyway": True},
        "of move_callback": {"at": now_ms() + 3_600_000},
        "of give_callback": {"agent": floor.people["dana"].id},
        "of cancel_callback": {"anyway": True, "reason": "they wrote"},
        "of next_done": {"anyway": True},
        "of close_incident": {"reason": "resolved"},
        "of write_first": {"text": "how is she?", "role": "caller"},
        "of change_party": {
            "role": "sitter", "was_role": "caller", "name": "Maya", "was_name": "",
        },
        "of add_address": {"at": "206 555 0199"},
        "of drop_from": {"address": floor.facts.get("second")},
        "of put_back": {"address": floor.facts.get("second")},
        "of mark_unsafe": {"reason": "his wife reads it"},
        "of consent": {"what": "contact", "says": "yes"},
        "of add_party": {"at": "206 555 0188", "role": "vet"},
        "of restrict": {
            "people": [floor.people["priya"].id], "before": [], "reason": "about one of us",
        },
        "of open_restricted": {"reason": "nobody on its list is here"},
        "of give_incident": {"agent": floor.people["dana"].id, "before": None},
        "of hand_off": {
            "agent": floor.people["dana"].id, "department": "", "within": 60_000, "before": None,
        },
        "of accept_hand_off": {
            "words": "I call the vet at 14:38, and tell her and her sitter at once if it gets any"
            " worse than this",
            "due": now_ms() + 60_000,
        },
        "of plan_next": {
            "agent": floor.people["priya"].id, "due": now_ms() + 60_000, "before": None,
        },
    }  # fmt: skip


def declared(do: str, actions: list[str]) -> bool:
    """Has the intent declared that it writes these audit actions?"""
    patterns = INTENTS[do].audit
    return all(any(fnmatchcase(action, pattern) for pattern in patterns) for action in actions)
