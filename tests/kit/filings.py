"""Random merges, moves, splits and joins on a record, and their undoing: is all as it was?"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from sqlalchemy import select

from router.core.model import LiveContact
from router.core.terms import Terms
from router.incidents.filing import Filings, Undo
from router.incidents.joining import Join
from router.incidents.merging import Merge
from router.incidents.moving import Move
from router.incidents.next_actions import NextActions, Plan
from router.live.engine import Engine
from router.records import (
    accounts,
    callbacks,
    contacts,
    drafts,
    figures,
    incidents,
    messages,
    next_actions,
    people,
    schema,
    stays,
)
from router.records.database import Database
from router.records.filings import AtWork
from tests.kit.record import new_sqlite
from tests.kit.store import centre_of

NOW = 1_800_000_000_000
HELD = (
    schema.incident, schema.contact, schema.message, schema.note, schema.callback, schema.draft,
    schema.next_action, schema.incident_party, schema.party, schema.address,
)  # fmt: skip
"""Everything that belongs to somebody or to an incident."""


@dataclass
class Drive:
    """Some incidents with people, contacts, notes and next actions, and whoever puts them right."""

    database: Database
    rng: random.Random
    by: str = ""
    now: int = NOW
    known: dict[str, int] = field(default_factory=dict)
    """Every incident there ever was: its number."""
    standing: list[str] = field(default_factory=list)
    """Acts that are not undone, oldest first."""
    counts: dict[str, int] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    """The incident of each contact that is not over, as the index was told last."""

    def __post_init__(self) -> None:
        self.filings = Filings(self.database, self._tell)

    async def _tell(self, it: AtWork) -> None:
        self.told[it.contact] = it.incident

    async def fill(self, many: int) -> None:
        """`many` incidents; every third person is in two of them."""
        async with self.database.write() as connection:
            made = await accounts.add(
                connection, login="elena", name="Elena", role="agent", password_hash="x",
                skills={}, now=NOW, terms=Terms(),
            )  # fmt: skip
            assert made
            self.by = made.id
        actions = NextActions(centre_of(self.database, Engine("unix:///nowhere.sock")))
        for n in range(many):
            async with self.database.write() as connection:
                name = f"Person {n}" if n % 2 else None
                person = await people.find_or_make(
                    connection, "phone", f"+1206555{n:04d}", NOW, name
                )
                mail = await people.find_or_make(
                    connection, "email", f"p{n // 3}@example.com", NOW, None
                )
                incident = await people.open_incident(
                    connection, f"Number {n}", 1 + n % 4, person.party, "owner", NOW + n
                )
                await people.add_party(connection, incident.id, mail.party, "sitter")
                self.known[incident.id] = incident.number
                for at, who in ((0, person), (1, mail), (2, person)):
                    await self._contact(connection, incident, f"c{n}-{at}", who, n)
                await messages.save_note(
                    connection, f"note-{n:04d}", incident=incident.id, contact=None,
                    author=self.by, text="by itself", offset_ms=None, now=NOW + n,
                )  # fmt: skip
            if n % 3:
                plan = Plan(incident.id, f"Call {n}", self.by, NOW + 60_000, self.by, f"k{n}")
                assert (await actions.plan(plan, NOW)).ok
        self.now = NOW + many

    async def _contact(
        self,
        connection: object,
        incident: people.IncidentRef,
        name: str,
        who: people.Person,
        n: int,
    ) -> None:
        channel = "voice" if who.kind == "phone" else "email"
        live = msgspec.convert(
            {"id": name, "channel": channel, "severity": 2 + n % 3, "arrived_at": NOW + n,
             "score": 1, "line": "support", "queue": "general", "incident": incident.id,
             "incident_no": incident.word, "party": who.party,
             "state": "ended" if n % 2 else "active"},
            LiveContact,
        )  # fmt: skip
        assert await contacts.admit(
            connection,
            live,
            party=who.party,
            address=who.address,
            our_address="+12065550100",  # type: ignore[arg-type]
        )
        await messages.add(
            connection, key=f"m-{name}", contact=name, incident=incident.id, channel=channel,  # type: ignore[arg-type]
            direction="in", text=f"words of {name}", status="received", at=NOW + n,
        )  # fmt: skip
        await messages.save_note(
            connection, f"note-{name}", incident=incident.id, contact=name, author=self.by,  # type: ignore[arg-type]
            text="of it", offset_ms=None, now=NOW + n,
        )  # fmt: skip
        if channel == "voice" and n % 4 == 0:
            await callbacks.add(
                connection, callback_id=f"b-{name}", incident_id=incident.id,  # type: ignore[arg-type]
                address=who.address, contact_id=name, asked_by=self.by, why="",
                kind="scheduled", not_before=None, now=NOW + n,
            )  # fmt: skip
        await drafts.save(connection, incident.id, name, self.by, "begun", NOW)  # type: ignore[arg-type]

    async def held(self, first: set[str]) -> list[str]:
        """All that belongs to somebody, without incidents that began since and were found to be one
        with those they came from."""
        whole = []
        async with self.database.read() as connection:
            for table in HELD:
                for row in (await connection.execute(select(table).order_by(*table.c))).all():
                    of = row.id if table is schema.incident else getattr(row, "incident", None)
                    if of is None or of in first:
                        whole.append(f"{table.name} {tuple(row)!r}")
        return whole

    async def counted(self) -> dict[str, object]:
        """What lists and figures say."""
        async with self.database.read() as connection:
            rows, _ = await incidents.find(connection, {}, reader="u1")
            told = await figures.described(connection, [f"c{n}-0" for n in range(40)], {})
            mine, _ = await next_actions.of_agent(connection, self.by, {})
        return {
            "found": [(row["id"], row["severity"], row["open_contacts"]) for row in rows],
            "of": sorted((name, one["incident_no"]) for name, one in told.items()),
            "mine": sorted((row["id"], bool(row["next"])) for row in mine),
        }

    async def step(self) -> None:
        """One act, or one that is undone."""
        self.now += 1
        what = self.rng.choices(
            ("merge", "move", "split", "note_alone", "join", "undo"), (4, 3, 2, 1, 2, 5)
        )
        await getattr(self, f"_{what[0]}")()

    async def _merge(self) -> None:
        stays_, goes = self.rng.sample(sorted(self.known), 2)
        async with self.database.read() as connection:
            here, there = [await stays.root(connection, one) for one in (stays_, goes)]
            plans = [await next_actions.open_of(connection, one) for one in (here, there)]
        known = [one.id for one in plans if one]
        order = Merge(
            here, there, self.by, str(self.now), self.rng.choice(known) if known else None
        )
        self._note("merge", (await self.filings.merge(order, self.now)).reply.ok, order.id)

    async def _pick(self) -> tuple[str, str, list[str], list[str]]:
        """An incident, another, and what is in the first."""
        one, other = self.rng.sample(sorted(self.known), 2)
        async with self.database.read() as connection:
            rows = await contacts.by_incident(connection, one)
            notes = await messages.notes_of(connection, one)
        alone = [row.id for row in notes if row.contact is None]
        return one, other, [row.id for row in rows], alone

    async def _move(self, to: bool = True) -> None:
        one, other, of, _ = await self._pick()
        some = tuple(self.rng.sample(of, self.rng.randint(1, len(of)))) if of else ()
        order = Move(one, some, (), other if to else None, self.by, str(self.now))
        done = await self.filings.move(order, self.now)
        if done.at is not None and done.at not in self.known:
            async with self.database.read() as connection:
                made = await people.incident_by_id(connection, done.at)
            assert made is not None
            self.known[done.at] = made.number
        self._note("move" if to else "split", done.reply.ok, order.id)

    async def _split(self) -> None:
        await self._move(to=False)

    async def _note_alone(self) -> None:
        one, other, _, notes = await self._pick()
        order = Move(one, (), tuple(notes[:1]), other, self.by, str(self.now))
        self._note("note", (await self.filings.move(order, self.now)).reply.ok, order.id)

    async def _join(self) -> None:
        one = self.rng.choice(sorted(self.known))
        async with self.database.read() as connection:
            link = schema.incident_party
            rows = await connection.execute(
                select(link.c.party).where(stays.of(link.c.incident, one)).distinct()
            )
            found = sorted(rows.scalars())
        if len(found) > 1:
            order = Join(one, *self.rng.sample(found, 2), self.by, str(self.now))
            self._note("join", (await self.filings.join(order, self.now)).reply.ok, order.id)

    async def _undo(self) -> None:
        if self.standing:
            await self._undo_one(self.rng.choice(self.standing))

    async def _undo_one(self, act: str) -> bool:
        done = (await self.filings.undo(Undo(act, self.by), self.now)).reply
        assert done.ok or done.code == "not_ready", done
        self._count("undo" if done.ok else "undo refused")
        if done.ok:
            self.standing.remove(act)
        return done.ok

    def _note(self, what: str, ok: bool, act: str) -> None:
        self._count(what if ok else f"{what} refused")
        if ok:
            self.standing.append(act)

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    async def answers(self) -> None:
        """Every reference there ever was leads to an incident that is open or closed, by its number
        and by its id to the same; and every contact is in exactly one of those that are found."""
        async with self.database.read() as connection:
            for name, number in self.known.items():
                by_id = await people.incident_by_id(connection, name)
                by_number = await people.incident_by_number(connection, number)
                assert by_id is not None, name
                assert by_number is not None
                assert by_id.id == by_number.id
                assert by_id.open, name
            asked = select(schema.incident.c.id).where(schema.incident.c.stays.is_(None))
            tops = list((await connection.execute(asked)).scalars())
            in_all = [row.id for one in tops for row in await contacts.by_incident(connection, one)]
            asked = select(schema.contact.c.id)
            assert sorted(in_all) == sorted((await connection.execute(asked)).scalars())
            for one in tops:
                many = select(schema.next_action.c.id).where(
                    stays.of(schema.next_action.c.incident, one), schema.IS_NEXT
                )
                assert len((await connection.execute(many)).all()) <= 1

    async def undo_all(self) -> None:
        """The last first."""
        while self.standing:
            self.now += 1
            before = len(self.standing)
            for act in reversed(list(self.standing)):
                await self._undo_one(act)
            assert len(self.standing) < before, "none of them can be undone"


async def drive(folder: Path, seed: int, acts: int, *, many: int = 12) -> dict[str, object]:
    """So many random acts, then all is undone. Fails if a reference is lost or anything is not as
    it was."""
    database = await new_sqlite(folder / f"filings-{seed}.db")
    try:
        one = Drive(database, random.Random(seed))
        await one.fill(many)
        first = set(one.known)
        before, counted = await one.held(first), await one.counted()
        for _ in range(acts):
            await one.step()
            await one.answers()
        await one.undo_all()
        await one.answers()
        after, counted_after = await one.held(first), await one.counted()
    finally:
        await database.close()
    return {
        "acts": one.counts,
        "state": _hash(before),
        "state_equal": _hash(after) == _hash(before),
        "differs": sorted(set(before) ^ set(after))[:10],
        "figures_equal": counted_after == counted,
    }


def _hash(rows: list[str]) -> str:
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
