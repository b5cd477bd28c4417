"""A buddy may listen to their own trainee and whisper to them, and to nobody else."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from holdfast.desk.hub import Hub, Page
from holdfast.desk.page_kinds import PAGE_KINDS
from tests.kit.acts import SKILLS, Floor, floor_in, talking
from tests.resilience.test_others_contacts import strangers


async def with_buddy(floor: Floor, login: str | None) -> str:
    """The agent who talks has this buddy; the call."""
    await talking(floor)
    await floor.settled()
    await strangers(floor)
    await known(floor, login)
    return str(floor.facts["contact"])


async def known(floor: Floor, buddy: str | None) -> None:
    """The account of the agent who talks says that this is their buddy."""
    me = floor.people["priya"]
    desk = {
        "id": me.id,
        "name": me.name,
        "skills": SKILLS,
        "buddy": buddy and floor.people[buddy].id,
    }
    await floor.engine.step("agent_online", agent=desk, conn="conn-priya")
    await floor.settled()


@pytest.mark.parametrize(
    ("buddy", "may"),
    [("noah", {"listen": "", "whisper": "", "barge": "not_allowed"}),
     (None, dict.fromkeys(("listen", "whisper", "barge"), "not_allowed")),
     ("dana", dict.fromkeys(("listen", "whisper", "barge"), "not_allowed"))],
)  # fmt: skip
async def test_what_an_agent_may_do_beside_another(
    buddy: str | None, may: dict[str, str], store_url: str, tmp_path: Path
) -> None:
    async with floor_in(nothing, store_url, tmp_path) as floor:
        contact = await with_buddy(floor, buddy)
        for mode, code in may.items():
            told = await floor.asks("sit_beside", "desk", "noah", contact=contact, mode=mode)
            assert (mode, told.code) == (mode, code)
        assert (await floor.asks("take_call", "desk", "noah")).code == "not_allowed"
        sits = not may["listen"]
        left = await floor.asks("leave_beside", "desk", "noah")
        await floor.settled()
        assert left.ok == sits, left.code
        lines = [(who, what) for who, what, _ in await floor.signed() if what.endswith("_beside")]
        sat = [("noah", "contact.sat_beside")] * 2 + [("noah", "contact.left_beside")]
        assert lines == (sat if sits else [])


def iter_of(page: Page) -> list[bytes]:
    """What the page was sent."""
    found = []
    while not page.outbox.empty():
        found.append(page.outbox.get_nowait() or b"{}")
    return found


async def nothing(_floor: Floor) -> None:
    """Nobody has called yet."""


async def test_a_new_buddys_desk_gets_the_call_at_once_and_the_one_before_loses_it(
    store_url: str, tmp_path: Path
) -> None:
    async with floor_in(nothing, store_url, tmp_path) as floor:
        contact = await with_buddy(floor, "noah")
        pages = {
            login: Page(floor.people[login], PAGE_KINDS["desk"], f"conn-{login}")
            for login in ("noah", "ada")
        }
        for page in pages.values():
            floor.house[Hub].join(page)
            iter_of(page)
        await known(floor, "ada")
        told = {
            login: [m for raw in iter_of(page) if (m := msgspec.json.decode(raw)).get("put")
                    or m.get("drop")]
            for login, page in pages.items()
        }  # fmt: skip
        assert [m["drop"] for m in told["noah"]] == [{"contacts": [contact]}]
        assert [m["put"]["contacts"][contact]["trainee"] for m in told["ada"]] == ["Priya"]


async def test_only_the_desk_of_the_buddy_gets_the_trainees_call_and_only_while_they_talk(
    store_url: str, tmp_path: Path
) -> None:
    async with floor_in(nothing, store_url, tmp_path) as floor:
        contact = await with_buddy(floor, "noah")
        view, people = floor.house[Hub].view, floor.people
        shown = {login: view.desk(people[login].id)["contacts"] for login in ("noah", "priya")}
        assert shown["noah"][contact]["trainee"] == "Priya"
        assert shown["priya"][contact]["trainee"] is None
        names = [shown[login][contact]["agent_name"] for login in ("noah", "priya")]
        assert names == ["Priya", None]  # whoever sits beside reads with whom
        for login in ("ada", "dana"):
            assert contact not in view.desk(people[login].id)["contacts"]
        assert (await floor.asks("sit_beside", "desk", "noah", contact=contact, mode="listen")).ok
        await floor.settled()
        page = Page(people["noah"], PAGE_KINDS["desk"], "conn-noah")
        floor.house[Hub].join(page)
        await floor.engine.step("hold", agent=people["priya"].id, contact=contact, on=True)
        await floor.engine.step("return", agent=people["priya"].id, contact=contact)
        await floor.settled()
        told = [msgspec.json.decode(raw) for raw in iter_of(page)]
        words = [m["text"] for m in told if m.get("code") == "contact.left_beside"]
        assert words == ["You hear the call no more: Priya has it no longer."]
        await floor.engine.step("hang_up", agent=people["priya"].id, contact=contact)
        await floor.settled()
        assert contact not in view.desk(people["noah"].id)["contacts"]
