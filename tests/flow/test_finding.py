"""An incident that nobody has in hand is found and called back; who gave up is on a list."""

from __future__ import annotations

import asyncio

import aiohttp

from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk


async def closed_text(centre: Centre, person: str, words: str) -> None:
    """A text that somebody took and closed."""
    async with desk(centre, "tomas") as agent:
        await centre.sandbox.text(words, from_=person, to="+12065550101")
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await agent.do("close", contact=contact, disposition="resolved", anyway=True)
        await agent.until(lambda: contact not in agent.contacts)
    await centre.until_rows(
        "select c.state from contact c join address a on a.id = c.address "
        f"where a.value = '{person}'",
        [("ended",)],
    )


async def test_a_paused_agent_finds_a_closed_incident_by_digits_and_calls_back(
    centre: Centre,
) -> None:
    person = "+12065550481"
    await closed_text(centre, person, "the parrot flew away")
    await centre.sandbox.person(person, answer="answers", ring_ms=100, talk="tone", hz=440)
    async with desk(centre, sound=False) as agent:
        await agent.do("pause", reason="break")
        await agent.until(lambda: agent.agent().get("state") == "paused")
        (row,) = (await agent.do("incidents", q="206 555 0481"))["rows"]
        assert (row["who"], row["channels"]) == ("+1 206 ••• 0481", ["sms"])
        assert (row["open_contacts"], row["owner_name"]) == (0, "Tomás Vega")
        assert row["last"]["outcome"] == "handled"
        for words in (row["number"], "PARROT flew", "0481"):
            assert [r["id"] for r in (await agent.do("incidents", q=words))["rows"]] == [row["id"]]
        assert row["id"] in [r["id"] for r in (await agent.do("incidents"))["rows"]]
        mine = (await agent.do("incidents", filter="mine", q="0481"))["rows"]
        assert mine == []

        incident = await agent.do("open", incident=row["id"])
        await agent.do("note", incident=row["id"], note="note-0481", text="calling them back")
        await agent.until(
            lambda: agent.incident and agent.incident["timeline"][-1]["text"] == "calling them back"
        )
        order = {
            "incident": row["id"], "address": incident["parties"][0]["addresses"][0]["id"],
        }  # fmt: skip
        assert await agent.code_of("callback", **order, key="callback-0481-a") == "no_sound"
        await agent.sound()
        await agent.do("callback", **order, key="callback-0481")
        call = await agent.until(
            lambda: next((c for c in agent.contacts.values() if c["direction"] == "out"), None)
        )
        await agent.until_state(call["id"], "active")
        async with asyncio.timeout(60):
            while abs(agent.ear.hertz() - 440) > 8:
                await asyncio.sleep(0.1)
        await agent.do("hang_up", contact=call["id"])
        await agent.do(
            "wrapped", contact=call["id"], disposition="resolved", comment="", anyway=True
        )
        await agent.until(lambda: agent.agent()["state"] == "paused")


async def test_incidents_over_http_page_by_page_and_nonsense_is_refused(centre: Centre) -> None:
    await closed_text(centre, "+12065550482", "hamster 100% gone")
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        await DeskClient(centre, session).sign_in("priya")

        async def ask(**query: str) -> tuple[int, dict[str, object]]:
            async with session.get(f"{centre.url}/api/incidents", params=query) as answer:
                return answer.status, await answer.json()

        status, found = await ask(q="hamster 100%")
        assert status == 200
        assert [row["who"] for row in found["rows"]] == ["+1 206 ••• 0482"]
        assert found["next"] is None
        for query in (
            {"filter": "all"}, {"before": "x"}, {"before": "1"}, {"q": "x" * 101}
        ):  # fmt: skip
            assert (await ask(**query))[0] == 400, query


async def test_who_gave_up_stands_on_the_board_until_somebody_has_spoken_with_him(
    centre: Centre,
) -> None:
    person = "+12065550483"
    async with desk(centre, "dana", view="board") as board, desk(centre, sound=False) as agent:
        await agent.do("pause", reason="break")

        def row() -> dict[str, object] | None:
            ours = (r for r in board.abandoned.values() if r["who"]["address"].endswith("0483"))
            return next(ours, None)

        for tries in (1, 2):
            call = await centre.sandbox.call(from_=person)
            await board.until(
                lambda: any(c["who"]["address"].endswith("0483") for c in board.contacts.values())
            )
            assert row() is None  # he waits again
            await centre.sandbox.hang_up(call)
            found = await board.until(row)
            assert found["tries"] == tries
        await centre.until_rows(
            "select count(*) from contact c join address a on a.id = c.address "
            f"where a.value = '{person}' and c.outcome = 'abandoned'",
            [(2,)],
        )
        wanted = {"q": "0483", "filter": "abandoned"}
        (listed,) = (await agent.do("incidents", **wanted))["rows"]
        assert listed["id"] == found["incident"]
        assert listed["last"]["outcome"] == "abandoned"

        centre.kill_worker()
        await centre.until_ready()
        for client in (board, agent):
            await client.close()
        await board.connect("board")
        await board.until(lambda: (r := row()) and r["tries"] == 2)
        await agent.connect()
        await agent.sound()

        await centre.sandbox.person(person, answer="no-answer", ring_ms=100)
        incident = await agent.do("open", incident=listed["id"])
        order = {
            "incident": listed["id"], "address": incident["parties"][0]["addresses"][0]["id"],
        }  # fmt: skip
        await agent.do("callback", **order, key="callback-0483-a")
        await agent.until(lambda: agent.agent()["state"] == "dialing")
        await agent.until(lambda: agent.agent()["state"] == "paused")
        assert row()
        await centre.sandbox.person(person, answer="answers", ring_ms=100, talk="tone", hz=440)
        await agent.do("callback", **order, key="callback-0483-b")
        await agent.until(lambda: agent.agent()["state"] == "talking")
        await board.until(lambda: row() is None)
        assert (await agent.do("incidents", **wanted))["rows"] == []
        (call,) = agent.contacts
        await agent.do("hang_up", contact=call)
        await agent.do("wrapped", contact=call, disposition="resolved", comment="", anyway=True)


async def test_a_caller_who_needs_nobody_any_more_is_marked_done(centre: Centre) -> None:
    async with desk(centre, "dana", view="board") as board:
        call = await centre.sandbox.call(from_="+12065550484")
        await centre.sandbox.wait_for(call, "play.started")
        await centre.sandbox.hang_up(call)
        row = await board.until(
            lambda: next(
                (r for r in board.abandoned.values() if r["who"]["address"].endswith("0484")), None
            )
        )
        await board.do("abandoned_done", incident=row["incident"])
        await board.until(lambda: row["incident"] not in board.abandoned)
        assert await board.code_of("abandoned_done", incident=row["incident"]) == "too_late"
    await centre.until_rows(
        f"select action from audit where subject = '{row['incident']}'", [("abandoned.done",)]
    )


async def test_who_called_the_support_line_is_called_back_from_it(centre: Centre) -> None:
    person = "+12065550485"
    await centre.sandbox.person(person, answer="answers", ring_ms=100, talk="tone", hz=440)
    async with desk(centre) as agent:
        await centre.sandbox.text("the gate was left open", from_=person, to="+12065550101")
        offer = await agent.offered()
        incident = await agent.do("open", incident=offer["incident"])  # as the page does
        assert incident["owner"] is None
        contact = await agent.accept()
        await agent.until(lambda: agent.incident and agent.incident["owner"] is not None)
        assert agent.incident["owner_name"] == "Priya Nair"
        await agent.do("close", contact=contact, disposition="resolved", anyway=True)
        address = incident["parties"][0]["addresses"][0]["id"]
        await agent.do("callback", incident=incident["id"], address=address, key="callback-0485")
        call = await agent.until(
            lambda: next((c for c in agent.contacts.values() if c["direction"] == "out"), None)
        )
        assert call["line"] == "support"
        await agent.until_state(call["id"], "active")
        assert [c["from"] for c in await centre.sandbox.calls(live=True)] == ["+12065550101"]
