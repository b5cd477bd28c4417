"""Summaries in the record: versions that never change, drafts, what is exported, and merges."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from router.core.redaction import joined
from router.core.summary import REDACTED, Content, Sentence, digest_of, read
from router.incidents.filing import Filings, Undo
from router.incidents.merging import Merge
from router.incidents.summary import EXPORTED, SAVED, Draft, Order, Saved, Summaries
from router.live.engine import Engine
from router.records import accounts, people, schema, summaries
from router.records.database import Database
from tests.kit.hand_offs import staff
from tests.kit.store import centre_of
from tests.records.test_incident_changes import incident_of
from tests.records.test_records import NOW

ROOM = 50
NOTE = Sentence("happened", "Maya said: 15 pieces.", "n1", "note", "30 Nov 21:04 PST")
THINKS = Sentence("next", "It will be fine.")


def lines_of(content: Content) -> int:
    return sum(len(one.text) // 50 + 1 for one in content.sentences)


class Desk:
    """People who write a summary of one incident."""

    def __init__(self, database: Database, who: dict[str, str], of: people.IncidentRef) -> None:
        self.database, self.who, self.of = database, who, of
        centre = centre_of(database, Engine("unix:///nowhere.sock"))
        self.room = Summaries(centre, lines_of, ROOM)

    def order(self, *said: Sentence, by: str = "Elena", **more: Any) -> Order:
        given = {"hide": [], "key": f"k {by} {len(said)}", "before": None} | more
        of = given.pop("of", self.of.id)
        return Order(of, list(said), by=self.who[by], by_name=by, **given)

    async def save(self, *said: Sentence, at: int = NOW, **more: Any) -> Saved:
        return await self.room.save(self.order(*said, **more), at)

    async def version(self, saved: Saved, of: str | None = None) -> Content:
        async with self.database.read() as connection:
            row = await summaries.by_id(connection, of or self.of.id, saved.id)
        assert digest_of(row.content) == row.digest
        return read(row.content)

    async def numbers(self, of: str | None = None) -> list[tuple[int, int]]:
        async with self.database.read() as connection:
            rows = await summaries.versions(connection, of or self.of.id)
        return [(row.incident_number, row.number) for row in rows]

    async def acts(self) -> list[tuple[str, str]]:
        a = schema.audit.c
        async with self.database.read() as connection:
            rows = await connection.execute(select(a.action, a.detail).order_by(a.id))
        return [(row.action, row.detail) for row in rows if row.action.startswith("summary.")]


@pytest.fixture
async def desk(database: Database) -> Desk:
    return Desk(database, await staff(database), await incident_of(database, "+12065550142"))


async def named(desk: Desk, name: str) -> None:
    async with desk.database.write() as connection:
        await connection.execute(schema.party.update().values(name=name))


async def test_a_version_holds_all_that_its_page_shows_and_never_changes(desk: Desk) -> None:
    await named(desk, "Maya Torres")
    first = await desk.save(NOTE, THINKS)
    assert (first.reply.ok, first.number) == (True, 1)
    content = await desk.version(first)
    assert (content.head.number, content.head.saved_by) == (f"INC-{desk.of.number}", "Elena")
    thinks = content.sentences[1]
    assert (thinks.by, thinks.by_name, thinks.source) == (desk.who["Elena"], "Elena", "assessment")
    assert joined(content.redacted[0]) == "The caller said: 15 pieces."
    await named(desk, "Somebody Else")
    second = await desk.save(
        NOTE, THINKS, Sentence("did", "We called."), by="Priya", before=first.id, at=NOW + 1
    )
    assert (second.number, await desk.numbers()) == (
        2, [(desk.of.number, 2), (desk.of.number, 1)],
    )  # fmt: skip
    assert await desk.version(first) == content
    later = await desk.version(second)
    assert later.sentences[1] == thinks, "whoever wrote it first said it"
    assert later.sentences[2].by_name == "Priya"
    assert [detail for _, detail in await desk.acts()] == [
        "v1 2 sentences, 2 taken out", "v2 3 sentences, 1 taken out",  # the title is its number
    ]  # fmt: skip


async def test_two_at_once_are_one_version_and_a_word_to_the_other(desk: Desk) -> None:
    both = await asyncio.gather(
        desk.save(NOTE, by="Elena"), desk.save(NOTE, THINKS, by="Priya"), return_exceptions=False
    )
    codes = sorted(one.reply.code for one in both)
    assert codes == ["", "too_late"]
    [late] = [one for one in both if not one.reply.ok]
    assert "saved version 1 meanwhile. What you wrote is kept" in late.reply.text
    assert await desk.numbers() == [(desk.of.number, 1)]
    assert len(await desk.acts()) == 1


async def test_the_same_request_twice_is_one(desk: Desk) -> None:
    first = await desk.save(NOTE)
    again = await desk.save(NOTE, at=NOW + 5)
    assert (again.reply.duplicate, again.id, again.number) == (True, first.id, 1)
    assert len(await desk.acts()) == 1


async def test_what_is_no_page_is_not_saved_and_what_was_written_is_kept(desk: Desk) -> None:
    many = [Sentence("did", "We called once more. " * 9, "n1")] * 20
    draft = Draft(many, ["Blue Gate"])
    reply, content = await desk.room.keep(desk.order(*many), draft, NOW)
    assert (reply.ok, lines_of(content) > ROOM) == (True, True)
    refused = await desk.save(*many)
    assert refused.reply.code == "too_long"
    assert f"one page has {ROOM}" in refused.reply.text
    assert (await desk.save()).reply.code == "bad_request"
    assert await desk.acts() == []
    async with desk.database.read() as connection:
        kept = await summaries.draft_of(connection, desk.of.id, desk.who["Elena"])
        others = await summaries.draft_of(connection, desk.of.id, desk.who["Priya"])
    assert (msgspec.json.decode(kept, type=Draft), others) == (draft, "")
    assert (await desk.save(NOTE)).reply.ok
    async with desk.database.read() as connection:
        assert await summaries.draft_of(connection, desk.of.id, desk.who["Elena"]) == ""


async def test_no_incident_has_no_summary(desk: Desk) -> None:
    assert (await desk.save(NOTE, of="i-none")).reply.code == "unknown"
    reply, _ = await desk.room.keep(desk.order(NOTE, of="i-none"), Draft([NOTE]), NOW)
    assert reply.code == "unknown"


async def test_a_version_stays_with_the_incident_in_which_it_was_written(desk: Desk) -> None:
    other = await incident_of(desk.database, "+12065550199")
    mine, theirs = await desk.save(NOTE), await desk.save(THINKS, of=other.id, by="Priya")
    filings = Filings(desk.database, _told)
    merge = Merge(desk.of.id, other.id, desk.who["Elena"], "merge")
    assert (await filings.merge(merge, NOW + 1)).reply.ok
    both = [(desk.of.number, 1), (other.number, 1)]
    assert sorted(await desk.numbers()) == sorted(both)
    assert sorted(await desk.numbers(other.id)) == sorted(both), "its old id leads there, too"
    assert (await desk.version(theirs)).head.number == f"INC-{other.number}"
    newest = max(mine.id, theirs.id, key=[theirs.id, mine.id].index)
    third = await desk.save(NOTE, THINKS, before=newest, of=other.id, at=NOW + 2)
    if not third.reply.ok:  # both are of the same moment: the other one is the newest
        newest = theirs.id if newest == mine.id else mine.id
        third = await desk.save(NOTE, THINKS, before=newest, of=other.id, at=NOW + 2)
    assert third.number == 2
    assert (await desk.version(third)).head.number == f"INC-{desk.of.number}"
    undone = await filings.undo(Undo(merge.id, desk.who["Elena"]), NOW + 3)
    assert undone.reply.ok
    assert await desk.numbers() == [(desk.of.number, 2), (desk.of.number, 1)]
    assert await desk.numbers(other.id) == [(other.number, 1)]
    async with desk.database.read() as connection:
        assert await summaries.by_id(connection, desk.of.id, theirs.id) is None


async def test_an_export_has_its_line_and_other_bytes_than_the_first_are_told(desk: Desk) -> None:
    saved = await desk.save(NOTE)
    me = desk.who["Elena"]
    async with desk.database.read() as connection:
        row = await summaries.by_id(connection, desk.of.id, saved.id)
    for digest, differs in (("aa", False), ("aa", False), ("bb", True)):
        done = await desk.room.export(desk.of.id, row, REDACTED, digest, me, NOW + 1)
        assert (done.first is not None) == differs
    acts = await desk.acts()
    assert [action for action, _ in acts] == [SAVED, EXPORTED, EXPORTED, EXPORTED]
    assert [detail for _, detail in acts[1:]] == [
        "v1 redacted sha256:aa", "v1 redacted sha256:aa",
        "v1 redacted sha256:bb, not the bytes of the first export",
    ]  # fmt: skip


async def test_who_is_known_is_taken_out_with_every_address_and_by_hand(desk: Desk) -> None:
    await named(desk, "Maya Torres")
    async with desk.database.write() as connection:
        row = schema.incident
        await connection.execute(
            row.update().where(row.c.id == desk.of.id).values(
                title="Maya Torres called", booking="HF-88-1920", place="12 Rose Court",
            )
        )  # fmt: skip
        names = list((await accounts.names(connection)).values())
    said = Sentence("about", "206 555 0142, HF 88 1920, 12 rose court, Elena, the blue gate.", "n1")
    content = await desk.version(await desk.save(said, hide=["Blue Gate"]))
    assert names
    assert [joined(parts) for parts in content.redacted] == [
        "[number], [booking], [address], an agent, the [taken out].", "The caller called",
        "[address]",
    ]  # fmt: skip


async def _told(*_args: Any) -> None:
    return None
