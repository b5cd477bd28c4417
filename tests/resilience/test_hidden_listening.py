"""A centre that hides listening: what an agent's desk gets, and what stands in the audit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from holdfast.desk.hub import Hub, Page
from holdfast.desk.page_kinds import PAGE_KINDS
from router.records import schema
from router.records.database import Database
from tests.kit.acts import Floor, floor_in, supervised


def at_desk(floor: Floor) -> Page:
    """The page of the agent who talks."""
    page = Page(floor.people["priya"], PAGE_KINDS["desk"], "conn-of-priya")
    floor.house[Hub].join(page)
    got(page)
    return page


def got(page: Page) -> list[dict[str, Any]]:
    found = []
    while not page.outbox.empty():
        found.append(msgspec.json.decode(page.outbox.get_nowait() or b"{}"))
    return found


async def sit(floor: Floor, mode: str) -> None:
    assert (await floor.asks("sit_beside", "desk", "dana", mode=mode)).ok
    await floor.settled()


async def audited(floor: Floor) -> list[tuple[str, str]]:
    a = schema.audit.c
    async with Database.read(floor.database) as connection:
        rows = await connection.execute(select(a.action, a.detail).order_by(a.id))
    return [(r.action, r.detail.split(" from ")[0]) for r in rows if r.action.endswith("_beside")]


async def test_who_listens_unseen_is_in_no_message_to_the_agent_and_in_the_audit(
    store_url: str, tmp_path: Path
) -> None:
    async with floor_in(supervised, store_url, tmp_path) as floor:
        config = floor.house.centre.config
        config.value = msgspec.structs.replace(config.value, hide_listening=True)
        page, hub, contact = at_desk(floor), floor.house[Hub], floor.facts["contact"]
        dana = floor.people["dana"].id

        def beside(messages: list[dict[str, Any]]) -> list[list[str]]:
            """How somebody sits there, as each message about the call says."""
            puts = [m["put"]["contacts"] for m in messages if m.get("put", {}).get("contacts")]
            return [[one["mode"] for one in put[contact]["beside"]] for put in puts]

        await sit(floor, "listen")
        messages = got(page)
        assert not any("contacts" in m["put"] or m["why"] for m in messages)  # not even its moment
        assert hub.view.desk(page.account.id)["contacts"][contact]["beside"] == []
        (on_board,) = hub.view.board("dana")["contacts"][contact]["beside"]
        assert (on_board["agent"], on_board["mode"], on_board["hidden"]) == (dana, "listen", True)
        (own,) = hub.view.desk(dana)["contacts"][contact]["beside"]
        assert own["hidden"]
        hears = {"who": dana, "role": "beside", "hears": {"mos": 4.3}, "heard": None}
        hub.view.sound = lambda _contact: {"agent": {}, "caller": {}, "others": [hears]}
        (how,) = hub.view.board("dana")["contacts"][contact]["sound"]["others"]
        assert how["who"] == dana
        assert hub.view.desk(page.account.id)["contacts"][contact]["sound"]["others"] == []
        hub.view.sound = lambda _contact: None

        await sit(floor, "whisper")
        assert beside(got(page))[-1] == ["whisper"]
        await sit(floor, "listen")
        messages = got(page)
        assert beside(messages)[-1] == []
        assert not any(m["why"] for m in messages)
        assert (await floor.asks("leave_beside", "desk", "dana")).ok
        await floor.settled()
        assert not any(dana in str(m) or m.get("put", {}).get("contacts") for m in got(page))
        assert await audited(floor) == [
            ("contact.sat_beside", "listen, hidden"),
            ("contact.sat_beside", "whisper"),
            ("contact.sat_beside", "listen, hidden"),
            ("contact.left_beside", "listen, hidden,"),
        ]


async def test_where_nothing_is_hidden_the_agent_sees_who_listens(
    store_url: str, tmp_path: Path
) -> None:
    async with floor_in(supervised, store_url, tmp_path) as floor:
        page = at_desk(floor)
        await sit(floor, "listen")
        assert any(m.get("name") == "contact.sat_beside" for m in got(page))
        assert await audited(floor) == [("contact.sat_beside", "listen")]


async def test_whoever_asked_for_help_sees_who_listens_though_listening_is_hidden(
    store_url: str, tmp_path: Path
) -> None:
    async with floor_in(supervised, store_url, tmp_path) as floor:
        config = floor.house.centre.config
        config.value = msgspec.structs.replace(config.value, hide_listening=True)
        page, contact = at_desk(floor), floor.facts["contact"]
        assert (await floor.asks("help_ask", "desk")).ok
        await floor.settled()
        await sit(floor, "listen")
        desk = floor.house[Hub].view.desk(page.account.id)
        assert [one["mode"] for one in desk["contacts"][contact]["beside"]] == ["listen"]
        me, view = page.account.id, floor.house[Hub].view
        (request,) = view.helps.of(me, me, view.few).values()
        assert (request["seen"]["how"], request["seen"]["name"]) == ("listened", "Dana")
        assert await audited(floor) == [("contact.sat_beside", "listen")]
