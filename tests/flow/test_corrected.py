"""It says why and how sure; doubt costs a glance; what people correct is kept, and undone."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.flow.conftest import short_config
from tests.kit.centre import PASSWORD, Centre, running_centre
from tests.kit.desk import DeskClient, desk
from tests.kit.doubt import doubted, emergency, with_second_opinion

SUPPORT = "+12065550101"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def asked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """A centre that asks the model."""
    folder = tmp_path_factory.mktemp("asked")
    config = with_second_opinion(short_config(folder))
    async with running_centre(folder / "data", HOLDFAST_CONFIG=str(config)) as centre:
        yield centre


@pytest_asyncio.fixture(loop_scope="session")
async def centre(asked: Centre) -> AsyncIterator[Centre]:
    yield asked
    await asked.until_ready()
    await asked.end_everything()


async def in_hand(agent: DeskClient, centre: Centre, person: str, words: str) -> str:
    await centre.sandbox.text(words, from_=person, to=SUPPORT)
    contact = await agent.accept()
    await agent.until_state(contact, "active")
    return contact


async def listed(centre: Centre, days: int = 7) -> dict[str, Any]:
    async with desk(centre, "dana", view="board") as board:
        found: dict[str, Any] = await board.do("corrections", days=days)
        return found


async def said_of(centre: Centre, contact: str, action: str) -> None:
    """Waits until the record has what was said, and with it the correction."""
    line = f"from audit where subject = '{contact}' and action = '{action}'"
    await centre.until_rows(f"select count(*) {line}", [(1,)])


async def events_of(agent: DeskClient, contact: str) -> list[str]:
    incident = agent.contacts[contact]["incident"]
    document = await agent.do("open", incident=incident)
    return [line["text"] for line in document["timeline"] if line["kind"] == "event"]


async def test_why_and_how_sure_stand_at_offer_and_timeline_and_survive(centre: Centre) -> None:
    async with desk(centre) as agent:
        await centre.sandbox.text(emergency(), from_="+12065550601", to=SUPPORT)
        offer = await agent.offered()
        grounds = offer["grounds"]
        assert offer["severity"] == 1
        assert grounds["why"]
        assert 1 <= grounds["sure"] <= 99
        assert not grounds.get("unsure")
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        words = " ".join(f"“{word}”" for word in grounds["why"])
        because = f"S1 because {words} · {grounds['sure']} % sure"
        await centre.until_rows(
            f"select count(*) from event where contact = '{contact}' and name = 'contact.queued'",
            [(1,)],
        )
        assert because in await events_of(agent, contact)
        document = await agent.do("open", incident=offer["incident"])
        [message] = [line for line in document["timeline"] if line["kind"] == "message"]
        assert message["decided"] == grounds["why"]
    centre.kill_worker()
    await centre.until_ready()
    async with desk(centre, "dana", view="board") as board:
        await board.until(lambda: contact in board.contacts)
        assert board.contacts[contact]["grounds"] == grounds
        centre.kill_store()  # the index is built anew from the record
        await centre.until_ready()
    async with desk(centre, "dana", view="board") as board:
        await board.until(lambda: contact in board.contacts)
        assert board.contacts[contact]["grounds"] == grounds


async def test_a_rule_of_the_centre_has_its_name_and_no_figure(centre: Centre) -> None:
    async with desk(centre) as agent:
        await centre.sandbox.text("he ate xylitol", from_="+12065550602", to=SUPPORT)
        offer = await agent.offered()
        assert offer["severity"] == 1
        assert "xylitol" in offer["rule"]
        grounds = offer["grounds"]
        assert grounds["why"]


async def test_a_glance_that_says_emergency_takes_it_and_teaches(centre: Centre) -> None:
    async with desk(centre) as agent:
        await centre.sandbox.text(doubted(), from_="+12065550603", to=SUPPORT)
        offer = await agent.offered()
        assert offer["severity"] == 2
        assert offer["grounds"]["unsure"] is True
        contact, fence = offer["id"], offer["offer"]["fence"]
        done = await agent.do("glance", contact=contact, fence=fence, severity=1)
        assert done["taken"] is True
        assert done["correction"]
        live = await agent.until_state(contact, "active")
        assert (live["severity"], live["grounds"]) == (1, None)
        await said_of(centre, contact, "severity.glanced_to_1")
        [row] = [r for r in (await listed(centre))["rows"] if r["id"] == done["correction"]]
        assert (row["was"], row["is"], row["kind"], row["text"]) == (2, 1, "raised", doubted())
        assert row["by"] == "Priya Nair"
        await centre.until_rows(
            "select action from audit where subject = "
            f"'{contact}' and action like 'severity.%' order by id",
            [("severity.glanced_to_1",)],
        )
        told = [line for line in await events_of(agent, contact) if "raised S2 → S1" in line]
        assert told == ["severity raised S2 → S1 by Priya Nair: at a glance"]


@pytest.mark.parametrize(("kind", "kept"), [("never", ["never"]), ("over", [])])
async def test_a_glance_that_says_not_goes_on_and_frees(
    centre: Centre, kind: str, kept: list[str]
) -> None:
    person = {"never": "+12065550604", "over": "+12065550605"}[kind]
    async with desk(centre) as agent:
        await centre.sandbox.text(doubted(), from_=person, to=SUPPORT)
        offer = await agent.offered()
        contact, fence = offer["id"], offer["offer"]["fence"]
        done = await agent.do("glance", contact=contact, fence=fence, severity=4, kind=kind)
        assert done["taken"] is False
        await agent.until(lambda: agent.agent()["state"] == "ready")
        await said_of(centre, contact, "severity.glanced_to_4")
        rows = (await listed(centre))["rows"]
        assert [row["kind"] for row in rows if row["id"] == done["correction"]] == kept
        again = await agent.offered()  # alone: it comes back after the cool-down
        assert (again["id"], again["severity"]) == (contact, 4)
        assert await agent.code_of("glance", contact=contact, fence=fence, severity=1) is not None


async def test_in_hand_raised_lowered_and_undone(centre: Centre) -> None:
    async with desk(centre) as agent:
        contact = await in_hand(agent, centre, "+12065550606", "where is my receipt")
        before = dict(agent.contacts[contact])
        raised = await agent.do("severity", contact=contact, severity=1)
        assert raised["correction"]
        await agent.until(lambda: agent.contacts[contact]["severity"] == 1)
        await agent.do("severity_undo", contact=contact, correction=raised["correction"])
        await agent.until(lambda: agent.contacts[contact]["severity"] == before["severity"])
        assert agent.contacts[contact]["rule"] == before["rule"]
        assert agent.contacts[contact]["score"] == before["score"]
        await said_of(centre, contact, f"severity.undone_to_{before['severity']}")
        ids = [row["id"] for row in (await listed(centre))["rows"]]
        assert raised["correction"] not in ids
        await agent.do("severity", contact=contact, severity=2)
        over = await agent.do("severity", contact=contact, severity=4, kind="over")
        assert over["correction"] is None
        assert await agent.code_of("severity", contact=contact, severity=1, kind="never") == (
            "bad_request"
        )
        await agent.until(lambda: agent.contacts[contact]["severity"] == 4)
        assert agent.contacts[contact]["rule"] == f"over now, said {agent.me['name']}"


async def test_nobody_undoes_what_somebody_else_said(centre: Centre) -> None:
    async with desk(centre) as agent, desk(centre, "dana", view="board") as board:
        contact = await in_hand(agent, centre, "+12065550607", "where is my invoice")
        done = await agent.do("severity", contact=contact, severity=1)
        undo = {"contact": contact, "correction": done["correction"]}
        await board.until(lambda: board.contacts[contact]["severity"] == 1)
        assert await board.code_of("severity_undo", **undo) == "too_late"
        await board.do("severity", contact=contact, severity=2)
        await agent.until(lambda: agent.contacts[contact]["severity"] == 2)
        assert await agent.code_of("severity_undo", **undo) == "too_late"
        assert agent.contacts[contact]["severity"] == 2


async def test_only_supervisors_see_the_list(centre: Centre) -> None:
    async with desk(centre) as agent:
        assert await agent.code_of("corrections", days=7) == "not_allowed"
    async with desk(centre, "dana", view="board") as board:
        assert await board.code_of("corrections", days=3) == "bad_request"
        assert (await board.do("corrections", days=90))["triaged"] >= 1


async def sheet(centre: Centre, login: str, days: str) -> tuple[int, str]:
    jar, headers = aiohttp.CookieJar(unsafe=True), {"X-Holdfast": "1"}
    async with aiohttp.ClientSession(cookie_jar=jar, headers=headers) as session:
        who = {"login": login, "password": PASSWORD}
        async with session.post(f"{centre.url}/api/login", json=who) as answer:
            assert answer.status == 200
        url = f"{centre.url}/api/corrections.csv?days={days}"
        async with session.get(url) as answer:
            return answer.status, await answer.text()


async def account_of(centre: Centre, login: str) -> str:
    async with desk(centre, login, view="board") as board:
        return str(board.me["id"])


async def test_a_long_mail_is_one_line_of_the_list_and_whole_in_the_spreadsheet(
    centre: Centre,
) -> None:
    words = "where is my parcel " + "and another word " * 60
    async with desk(centre) as agent:
        contact = await in_hand(agent, centre, "+12065550609", words)
        done = await agent.do("severity", contact=contact, severity=1)
    await said_of(centre, contact, "severity.set_to_1")
    [row] = [row for row in (await listed(centre))["rows"] if row["id"] == done["correction"]]
    assert len(row["text"]) < 400
    assert row["text"].startswith("where is my parcel and")
    _, text = await sheet(centre, "dana", "90")
    [mine] = [row for row in csv.DictReader(text.splitlines()) if row["id"] == done["correction"]]
    assert mine["words"] == words.strip()


async def test_the_spreadsheet_holds_the_list_and_no_formula(centre: Centre) -> None:
    words = '=HYPERLINK("http://x","pay")'
    async with desk(centre) as agent:
        contact = await in_hand(agent, centre, "+12065550608", words)
        done = await agent.do("severity", contact=contact, severity=1)
        assert done["correction"]
        await said_of(centre, contact, "severity.set_to_1")
        status, text = await sheet(centre, "dana", "7")
        assert status == 200
        rows = list(csv.DictReader(text.splitlines()))
        assert len(rows) == len((await listed(centre))["rows"])
        [mine] = [row for row in rows if "HYPERLINK" in row["words"]]
        assert mine["words"] == f"'{words}"
        assert (mine["was"], mine["is"], mine["kind"]) == ("S3", "S1", "raised")
        assert mine["id"] == done["correction"]
        assert datetime.fromisoformat(mine["when (UTC)"]).year >= 2026
        assert (await sheet(centre, "priya", "7"))[0] == 403
        for days in ("x", "", "-7", "9" * 5000, "٧", "07"):
            assert (await sheet(centre, "dana", days))[0] == 400
    await centre.until_rows(
        "select actor from audit where action = 'corrections.exported' and detail = '7 days'",
        [(await account_of(centre, "dana"),)],
    )
    assert "HYPERLINK" not in "".join(centre.log)
