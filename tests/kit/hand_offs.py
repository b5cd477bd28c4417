"""Hand-offs on a record: people, an incident, and random orders of all that can cross."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select, text

from router.core.current import Current
from router.core.departments import Department, HandOffRules
from router.core.hand_off import ROWS, HandOffState
from router.core.model import Reply
from router.core.terms import Terms
from router.incidents.hand_off import Done, HandOffs, Offer
from router.incidents.life import IncidentLife, Judged
from router.incidents.ownership import Gift, Ownership
from router.live.engine import Engine
from router.records import accounts, hand_offs, people, schema
from router.records.database import Database
from tests.kit.record import new_sqlite
from tests.kit.store import CONFIG, centre_of

NOW = 1_800_000_000_000
SECOND, MINUTE = 1_000, 60_000
PARTS = {
    "reason": "Her liver can fail within hours.",
    "summary": "Luna, Labrador, ate 15 pieces of xylitol gum at 13:40.",
    "actions": "14:38 call Dr. Novak for the blood result.",
    "what_if": "Sugar below 60 again: Dr. Novak moves her to Harbor.",
    "questions": "",
}
BACK = "Luna ate gum. I call Dr. Novak at 14:38; if her sugar drops she goes to Harbor."
TO = [
    Department(name="tier2", word="Any tier 2", skill="vet>=4"),
    Department(name="claims", word="Claims", team="claims", calendar="office", answers_within="4h"),
]
OFFICE = {"zone": "UTC", "week": {"mon-fri": ["09:00-18:00"]}}


def current_of(**more: Any) -> Current:
    """The shipped configuration with these departments."""
    raw = msgspec.to_builtins(CONFIG) | {
        "hand_off": msgspec.to_builtins(HandOffRules(to=TO)),
        "calendars": {"office": OFFICE},
        **more,
    }
    return Current(msgspec.convert(raw, type(CONFIG)))


async def staff(database: Database) -> dict[str, str]:
    """Elena; Priya and Omar, who are tier 2; Cleo of claims; Dana, who leads Elena."""
    found = {}
    async with database.write() as connection:
        for name, role, skills, terms in (
            ("Dana", "supervisor", {}, Terms()),
            ("Elena", "agent", {"vet": 2}, Terms()),
            ("Priya", "agent", {"vet": 5}, Terms()),
            ("Omar", "agent", {"vet": 4}, Terms()),
            ("Cleo", "agent", {}, Terms(team="claims")),
        ):
            made = await accounts.add(
                connection, login=name.lower(), name=name, role=role, password_hash="x",
                skills=skills, now=NOW, terms=terms,
            )  # fmt: skip
            found[name] = made.id
        await accounts.set_terms(connection, found["Elena"], Terms(lead=found["Dana"]))
    return found


async def incident_of(
    database: Database, owner: str | None, number: str = "+12065550142", severity: int = 1
) -> people.IncidentRef:
    async with database.write() as connection:
        person = await people.find_or_make(connection, "phone", number, NOW)
        made = await people.open_incident(
            connection, f"About {number}", severity, person.party, "caller", NOW
        )
        if owner is not None:
            await people.hand_on(connection, made.id, owner)
        return made


def offer_of(incident: people.IncidentRef | str, by: str, to: str | None, **more: Any) -> Offer:
    given: dict[str, Any] = {
        "incident": incident if isinstance(incident, str) else incident.id,
        "by": by, "key": "k1", "parts": PARTS, "within": MINUTE, "agent": to, **more,
    }  # fmt: skip
    return Offer(**given)


async def row_of(database: Database, incident: str) -> Any:
    """Its newest hand-off."""
    async with database.read() as connection:
        return await hand_offs.last_of(connection, incident)


async def owner_of(database: Database, incident: str) -> str | None:
    async with database.read() as connection:
        found = await people.incident_by_id(connection, incident)
        assert found is not None
        one = schema.incident
        return (
            await connection.execute(select(one.c.owner).where(one.c.id == found.id))
        ).scalar_one()


ACTS = [
    *["offer"] * 3, *["accept"] * 2, "give_back", "take_back", "expire", "left",
    *["severity"] * 2, "give", "pass_on", "ask", "twice",
]  # fmt: skip
"""How often each happens."""

# Random orders --------------------------------------------------------------------------------


@dataclass
class Drive:
    """One incident; what it should be is kept beside it, by the page's words alone."""

    database: Database
    who: dict[str, str]
    incident: str
    dice: random.Random
    now: int = NOW
    done: int = 0

    def __post_init__(self) -> None:
        centre = centre_of(self.database, Engine("unix:///nowhere.sock"), config=current_of())
        self.room, self.ownership = HandOffs(centre), Ownership(centre)
        self.life = IncidentLife(centre, _nothing)
        self.counts: Counter[str] = Counter()

    async def act(self) -> None:
        """Something happens; the owner moves only by what may move it."""
        before = await owner_of(self.database, self.incident)
        row = await row_of(self.database, self.incident)
        self.now += self.dice.choice([1, 500, 5 * SECOND, 40 * SECOND])
        name = self.dice.choice(ACTS)
        reply, owner = await getattr(self, f"_{name}")(before, row)
        self.counts[name if reply.ok else f"{name} refused"] += 1
        after = await owner_of(self.database, self.incident)
        moves = reply.ok and not reply.duplicate and owner is not None
        assert after == (owner if moves else before), (name, reply, before, after)
        assert after == before or name in ("accept", "give", "pass_on"), name
        self.done += 1
        await self._sound(row)

    async def _sound(self, before: Any) -> None:
        async with self.database.read() as connection:
            rows = await hand_offs.history(connection, self.incident)
        assert sum(row.state == HandOffState.OFFERED for row in rows) <= 1
        now = {row.id: row for row in rows}
        if before is not None:
            after = now[before.id]
            legal = {before.state, *ROWS[HandOffState(before.state)].then.values()}
            assert after.state in legal, (before.state, after.state)
            assert after.due_at <= before.due_at

    def _one(self) -> str:
        return self.who[self.dice.choice(["Elena", "Priya", "Omar"])]

    async def _offer(self, owner: str | None, row: Any) -> tuple[Reply, str | None]:
        shown = row.id if row is not None and row.state == HandOffState.OFFERED else None
        instead = self.dice.choice([shown, shown, None])
        to, group = self.dice.choice([(self._one(), None), (None, "tier2")])
        by = self.dice.choice([owner or "", owner or "", self._one()])
        order = offer_of(
            self.incident, by, to, department=group, instead_of=instead, key=str(self.done),
            within=self.dice.choice([MINUTE, 5 * MINUTE]),
        )  # fmt: skip
        return (await self.room.offer(order, self.now)).reply, None

    async def _accept(self, _owner: str | None, row: Any) -> tuple[Reply, str | None]:
        by = self._one()
        if row is None:
            return Reply(ok=False), None
        return (await self.room.accept(row.id, by, BACK, self.now, due=self.now + MINUTE)).reply, by

    async def _twice(self, _owner: str | None, row: Any) -> tuple[Reply, str | None]:
        if row is None or row.state != HandOffState.ACCEPTED:
            return Reply(ok=False), None
        found = (await self.room.accept(row.id, row.ended_by, row.words, self.now)).reply
        assert found.duplicate
        return found, None

    async def _give_back(self, _owner: str | None, row: Any) -> tuple[Reply, str | None]:
        if row is None:
            return Reply(ok=False), None
        return (await self.room.give_back(row.id, self._one(), "busy", self.now)).reply, None

    async def _take_back(self, _owner: str | None, row: Any) -> tuple[Reply, str | None]:
        if row is None:
            return Reply(ok=False), None
        return (await self.room.take_back(row.id, self._one(), self.now)).reply, None

    async def _expire(self, _owner: str | None, row: Any) -> tuple[Reply, str | None]:
        if row is None:
            return Reply(ok=False), None
        return (await self.room.expire(row.id, self.now)).reply, None

    async def _left(self, _owner: str | None, row: Any) -> tuple[Reply, str | None]:
        if row is None or row.agent is None:
            return Reply(ok=False), None
        return (await self.room.left(row.id, self.now)).reply, None

    async def _ask(self, _owner: str | None, row: Any) -> tuple[Reply, str | None]:
        if row is None:
            return Reply(ok=False), None
        key = str(self.done)
        return (await self.room.ask(row.id, self._one(), "Who pays?", key, self.now)).reply, None

    async def _severity(self, _owner: str | None, _row: Any) -> tuple[Reply, str | None]:
        async with self.database.read() as connection:
            asked = text("select severity from incident where id = :id")
            was = (await connection.execute(asked, {"id": self.incident})).scalar_one()
        said = self.dice.choice([1, 2, 3, 4])
        order = Judged(self.incident, said, was, self._one(), "it looks so")
        return await self.life.judge(order, self.now), None

    async def _give(self, owner: str | None, _row: Any) -> tuple[Reply, str | None]:
        to = self._one()
        return await self.ownership.give(Gift(self.incident, to, self._one(), owner), self.now), to

    async def _pass_on(self, owner: str | None, _row: Any) -> tuple[Reply, str | None]:
        to = self.who["Dana"]
        if owner is None or owner == to:
            return Reply(ok=False), None
        changed = await self.ownership.pass_on(owner, to, [self.incident], self.now, "left")
        return Reply(ok=bool(changed)), to


async def _nothing() -> None:
    return None


async def drive(folder: Path, seed: int, acts: int) -> dict[str, Any]:
    """Random acts on one incident; what happened, by its name."""
    database = await new_sqlite(folder / f"hand-offs-{seed}.db")
    try:
        who = await staff(database)
        incident = await incident_of(database, who["Elena"], severity=3)
        drives = Drive(database, who, incident.id, random.Random(seed))
        for _ in range(acts):
            await drives.act()
    finally:
        await database.close()
    return dict(sorted(drives.counts.items()))


async def accepted(room: HandOffs, row: Any, by: str, at: int, **more: Any) -> Done:
    """Said back, with an hour for what is next."""
    return await room.accept(row.id, by, BACK, at, **{"due": at + 60 * MINUTE} | more)
