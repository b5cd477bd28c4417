"""Nothing of a restricted incident is told to, or done by, whoever is not on its list: each intent
that names it, by whichever of its fields, in the scene in which others may do it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from channels.voice.voicemail import KEY
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import INTENTS
from holdfast.desk.page_kinds import PAGE_KINDS
from holdfast.desk.sight import BY_PLACE, NAMES, OF_THE_CONTACT, PEOPLE, READS, Sight
from holdfast.http.access import ROLES, Permission
from router.core.restricted import kept
from router.records import filings, messages, stays
from tests.kit import acts
from tests.kit.acts import Floor, floor_in
from tests.resilience.test_others_contacts import TABLE, fields_of, name, strangers

NOTHING_OF_IT = {
    "agent": "a person", "next": "with its incident", "party": "with its incident",
    "one": "with its incident", "address": "with its incident", "note": "made by the page",
    "card": "of the configuration", "line": "of the configuration", "help": "an agent's request",
    "summary": "with its incident, or words", "correction": "with its contact", "key": "its own",
    "people": "accounts", "hand_offs": "", "before": "what the page showed", "fence": "its own",
    "department": "of the configuration", "interpreter": "of the configuration",
    "back": "with its filing", "contacts": "with its incident", "notes": "with its incident",
}  # fmt: skip
"""Fields with an id, or a word of somebody's, that lead to no incident by themselves, and why."""


def _ids() -> set[str]:
    """Fields whose type is that of an id."""
    found = set()
    for intent in INTENTS.values():
        for field in msgspec.structs.fields(intent.form):
            words = repr(msgspec.inspect.type_info(field.type))
            if "max_length=32)" in words or ("max_length=64)" in words and "min_length=1" in words):
                found.add(field.name)
    return found


def test_each_field_with_an_id_leads_to_an_incident_or_is_said_not_to() -> None:
    """A new intent whose form names something of an incident says so in `NAMES`."""
    assert sorted(_ids() - set(NAMES) - set(NOTHING_OF_IT)) == []
    assert set(INTENTS) >= BY_PLACE | OF_THE_CONTACT | READS
    assert set(PEOPLE) <= set(NOTHING_OF_IT)


async def restrict(floor: Floor) -> None:
    """To somebody else, all incidents of the scene; the index knows."""
    await floor.settled()
    async with floor.database.write() as connection:
        named = {floor.facts[one] for one in ("incident", "stays", "goes") if one in floor.facts}
        for one in {await stays.root(connection, it) for it in named if it}:
            await filings.change(connection, one, only=kept(["lea"]))
    for live in (await floor.engine.snapshot()).contacts:
        await floor.engine.step("describe", contact=live.id, only={"lea": True})
    await floor.settled()


def _named(do: str) -> bool:
    return bool(set(INTENTS[name(do)].form.__struct_fields__) & set(NAMES))


ROWS = {do: row for do, row in TABLE.items() if _named(do)}


@pytest.mark.parametrize("scene", sorted({row.scene.__name__ for row in ROWS.values()}))
async def test_whoever_is_not_on_the_list_is_refused_and_it_is_written_down(
    scene: str, store_url: str, tmp_path: Path
) -> None:
    rows = {do: row for do, row in ROWS.items() if row.scene.__name__ == scene}
    async with floor_in(getattr(acts, scene), store_url, tmp_path) as floor:
        await strangers(floor)
        await restrict(floor)
        before, refused = await floor.picture(), 0
        for do, row in rows.items():
            if name(do) in BY_PLACE:
                continue
            may = INTENTS[name(do)].permission in ROLES["agent"]
            who = "noah" if may else "ada"
            told = await floor.asks(name(do), "desk", who, **fields_of(floor, row))
            assert (do, told.code) == (do, "restricted"), told.text
            refused += 1
        assert await floor.picture() == before
        lines = [line for line in await floor.signed() if line[1] == "incident.refused"]
        assert len(lines) == refused
        assert {line[0] for line in lines} <= {"noah", "ada"}


async def test_whoever_has_a_contact_of_it_works_that_one_and_sees_nothing_else(
    store_url: str, tmp_path: Path
) -> None:
    async with floor_in(acts.restricted, store_url, tmp_path) as floor:
        opened = await floor.asks("open", "desk", "priya")
        assert (opened.ok, opened.result["title"]) == (True, "Restricted")
        assert opened.result["restricted"] == {"whole": False, "people": []}
        assert {one["contact"] for one in opened.result["timeline"]} <= {floor.facts["contact"]}
        for do in ("add_party", "merge_look", "summary", "plan_next", "reveal"):
            assert (await floor.asks(do, "desk", "priya")).code == "restricted", do
        assert (await floor.asks("note", "desk", "priya")).ok
        assert (await floor.asks("hang_up", "desk", "priya")).ok


async def test_nothing_of_it_is_given_to_somebody_who_is_not_on_its_list(
    store_url: str, tmp_path: Path
) -> None:
    async with floor_in(acts.gave_up, store_url, tmp_path) as floor:
        await strangers(floor)
        priya = floor.people["priya"].id
        assert (await floor.asks("restrict", "desk", "priya", people=[priya])).ok
        for do in ("give_incident", "plan_next", "hand_off"):
            told = await floor.asks(do, "desk", "priya", agent=floor.people["noah"].id)
            assert told.code == "not_listed", do
        told = await floor.asks("plan_next", "desk", "priya", agent=priya)
        assert told.ok, told.text


async def test_a_voicemail_of_it_is_heard_by_those_on_its_list_alone(
    store_url: str, tmp_path: Path
) -> None:
    """Whoever had the incident open before knows the address of the sound."""
    async with floor_in(acts.gave_up, store_url, tmp_path) as floor:
        await strangers(floor)
        await floor.settled()
        async with floor.database.write() as connection:
            await messages.add(
                connection, key=f"{KEY}RE1", contact=floor.facts["contact"],
                incident=floor.facts["incident"], text="x", channel="voice", direction="in",
                status="received", at=1,
            )  # fmt: skip
        sight = Sight(floor.house.centre, floor.house[Hub])
        priya, noah = floor.people["priya"].id, floor.people["noah"].id
        assert await sight.hears(noah, f"{KEY}RE1")
        assert (await floor.asks("restrict", "desk", "priya", people=[priya])).ok
        assert not await sight.hears(noah, f"{KEY}RE1")
        assert await sight.hears(priya, f"{KEY}RE1")
        assert await sight.hears(noah, f"{KEY}RE2")
        assert "incident.refused" in [line[1] for line in await floor.signed()]


async def test_each_time_somebody_on_the_list_opens_it_is_written_down(
    store_url: str, tmp_path: Path
) -> None:
    async with floor_in(acts.gave_up, store_url, tmp_path) as floor:
        priya = floor.people["priya"].id
        assert (await floor.asks("restrict", "desk", "priya", people=[priya])).ok
        for do in ("open", "peek", "open"):
            assert (await floor.asks(do, "desk", "priya")).ok
        read = [line for line in await floor.signed() if line[1] == "incident.read"]
        assert read == [("priya", "incident.read", floor.facts["incident"])] * 3
        assert Permission.INCIDENT_RESTRICT in ROLES["agent"]


async def test_a_supervisor_opens_one_of_which_nothing_waits_by_itself_and_an_agent_does_not(
    store_url: str, tmp_path: Path
) -> None:
    async with floor_in(acts.gave_up, store_url, tmp_path) as floor:
        await strangers(floor)
        priya, of = floor.people["priya"].id, floor.facts["incident"]
        assert (await floor.asks("restrict", "desk", "priya", people=[priya])).ok
        order = {"contact": None, "incident": of, "reason": "Priya is away"}
        assert (await floor.asks("open_restricted", "desk", "noah", **order)).code == "not_allowed"
        assert (await floor.asks("open_restricted", "board", "dana", **order)).ok
        assert (await floor.asks("open", "board", "dana")).ok


async def test_what_is_not_restricted_is_opened_by_no_reason_and_alarms_nobody(
    store_url: str, tmp_path: Path
) -> None:
    async with floor_in(acts.gave_up, store_url, tmp_path) as floor:
        board = Page(floor.people["dana"], PAGE_KINDS["board"], "conn-of-dana")
        floor.house[Hub].join(board)
        order = {"contact": None, "incident": floor.facts["incident"], "reason": "to look"}
        assert (await floor.asks("open_restricted", "board", "dana", **order)).ok
        said = [message async for message in _sent(board)]
        assert [one for one in said if one.get("code") == "incident.let_in"] == []


async def _sent(page: Page) -> AsyncIterator[dict[str, Any]]:
    while not page.outbox.empty():
        yield msgspec.json.decode(page.outbox.get_nowait() or b"{}")
