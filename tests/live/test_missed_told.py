"""What pages say and are told about missed offers (desk-protocol.md, `selftest`, `make_ready`)."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from holdfast.desk.hub import Hub, Page
from holdfast.desk.page_kinds import PAGE_KINDS
from router.core.model import Chosen, LiveAgent
from tests.kit.acts import Floor, floor_in, missed, talking, waiting


async def priya(floor: Floor) -> LiveAgent:
    me = floor.people["priya"].id
    return next(one for one in (await floor.engine.snapshot()).agents if one.id == me)


def opened(floor: Floor, login: str, view: str) -> Page:
    page = Page(floor.people[login], PAGE_KINDS[view], f"conn-{login}-{view}")
    floor.house[Hub].join(page)
    return page


def notices(page: Page) -> list[tuple[str, str]]:
    found = []
    while not page.outbox.empty():
        message = msgspec.json.decode(page.outbox.get_nowait() or b"{}")
        if message.get("type") == "notice":
            found.append((message["code"], message["text"]))
    return found


@pytest.mark.parametrize("active", [False, True])
async def test_the_page_says_whether_they_were_active(
    store_url: str, tmp_path: Path, active: bool
) -> None:
    async with floor_in(missed, store_url, tmp_path) as floor:
        assert (await priya(floor)).miss is not None
        floor.facts["of selftest"] = {"passed": True, "active": active}
        assert (await floor.asks("selftest", "desk")).ok
        now = await priya(floor)
        assert (now.miss, now.testing) == (None, None)
        assert (now.missed_at is None) == active


async def test_a_supervisor_makes_ready_and_the_desk_says_who_did(
    store_url: str, tmp_path: Path
) -> None:
    async with floor_in(waiting, store_url, tmp_path) as floor:
        assert not (await floor.asks("make_ready", "desk")).ok  # not an agent themselves
        desk = opened(floor, "priya", "desk")
        assert (await floor.asks("make_ready", "board")).ok
        dana = floor.people["dana"]
        assert (await priya(floor)).choice == Chosen(ready=True, by=dana.id)
        assert ("agent.made_ready", f"{dana.name} made you ready.") in notices(desk)


async def test_who_is_in_a_call_is_not_made_ready_and_it_says_why(
    store_url: str, tmp_path: Path
) -> None:
    async with floor_in(talking, store_url, tmp_path) as floor:
        me = floor.people["priya"].id
        await floor.engine.step("agent_choice", agent=me, choice=Chosen(reason="lunch"))
        told = await floor.asks("make_ready", "board")
        assert not told.ok
        assert "somebody at their desk" in told.text


async def test_boards_are_alarmed_about_the_only_one(store_url: str, tmp_path: Path) -> None:
    async with floor_in(missed, store_url, tmp_path) as floor:
        await floor.engine.step("configure", cfg={"asked": ["vet=3"]})
        me = floor.people["priya"].id
        board = opened(floor, "dana", "board")
        for _ in range(3):  # the third one while they are active would pause anybody else
            await floor.engine.step("selftest", agent=me, passed=True, active=True, detail="")
            await missed(floor)
        await floor.engine.step("selftest", agent=me, passed=True, active=True, detail="")
        await floor.settled()
        assert (await priya(floor)).choice.ready
        words = dict(notices(board))["agent.only_one"]
        assert words == (
            "Priya misses offers and was not paused: nobody else who is ready has vet 3+."
            " Make somebody ready."
        )
