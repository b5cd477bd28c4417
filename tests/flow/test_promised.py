"""Promised calls through the whole centre: asked for, dialled, tried again, called off (who dies in
between: test_dialled_once.py)."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from redis.asyncio import Redis

from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk

SUPPORT = "+12065550101"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def order_for(agent: DeskClient, centre: Centre, person: str) -> dict[str, Any]:
    """A closed text of this person; his incident and telephone, as the intents want them."""
    await centre.sandbox.text("please call me later", from_=person, to=SUPPORT)
    text = await agent.accept()
    incident = await agent.do("open", incident=agent.contacts[text]["incident"])
    await agent.do("close", contact=text, disposition="resolved", anyway=True)
    await agent.until(lambda: text not in agent.contacts)
    return {
        "incident": incident["id"],
        "address": incident["parties"][0]["addresses"][0]["id"],
    }


def promised(page: DeskClient) -> dict[str, Any] | None:
    return next((c for c in page.contacts.values() if c["callback"]), None)


async def dialled(centre: Centre, person: str) -> list[dict[str, Any]]:
    return [call for call in await centre.sandbox.calls() if call["to"] == person]


async def test_called_back_later_by_whoever_takes_it(centre: Centre) -> None:
    person = "+12065550701"
    await centre.sandbox.person(person, answer="answers", ring_ms=200, talk="tone", hz=440)
    async with desk(centre, "dana", view="board") as board, desk(centre) as agent:
        order = await order_for(agent, centre, person)
        at = now_ms() + 2_500
        await agent.do("request_callback", **order, key="later-0701", at=at)
        row = await board.until(lambda: promised(board))
        assert (row["state"], row["not_before"], row["direction"]) == ("scheduled", at, "out")
        assert row["callback"]["by_name"] == "Priya Nair"
        again = await agent.code_of("request_callback", **order, key="later-0701-b", at=at)
        assert again == "taken"
        offer = await agent.offered()
        assert (offer["id"], offer["queued_at"] >= at) == (row["id"], True)
        assert await dialled(centre, person) == []
        before = now_ms()
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await centre.until_rows(
            f"select count(*) from contact where id = '{contact}' and answered_at > 0", [(1,)]
        )
        told = (await agent.do("open", incident=order["incident"]))["timeline"]
        asked, made = [e for e in told if e["contact"] == contact and e["kind"] == "call"]
        assert asked["at"] < before  # when it was promised, and still in these words
        assert asked["text"].startswith("callback promised to")
        assert made["at"] >= before  # when it was dialled, not when it was promised
        assert "answered after" in made["text"]
        assert "promised: asked for by Priya Nair" in made["text"]
        (call,) = await dialled(centre, person)
        assert call["from"] == SUPPORT
        async with asyncio.timeout(60):
            while abs(agent.ear.hertz() - 440) > 8:
                await asyncio.sleep(0.1)
        await agent.do("hang_up", contact=contact)
        await agent.do("wrapped", contact=contact, disposition="resolved", comment="", anyway=True)
    await centre.until_rows(
        f"select state, tried from callback where incident = '{order['incident']}'",
        [("reached", 1)],
    )


async def test_who_presses_a_key_keeps_the_place_and_is_called(centre: Centre) -> None:
    first, second = "+12065550702", "+12065550703"
    await centre.sandbox.person(first, answer="answers", ring_ms=100, talk="tone", hz=440)
    async with desk(centre, "dana", view="board") as board:
        call = await centre.sandbox.call(from_=first, to=SUPPORT)
        await centre.sandbox.wait_for(call, "play.started")
        await centre.sandbox.press(call, "4")  # the menu
        waiting = await board.until(
            lambda: next((c for c in board.contacts.values() if c["state"] == "queued"), None)
        )
        other = await centre.sandbox.call(from_=second, to=SUPPORT)
        await centre.sandbox.wait_for(other, "play.started")
        await centre.sandbox.press(other, "4")
        await board.until(
            lambda: [c["state"] for c in board.contacts.values()] == ["queued", "queued"]
        )
        await centre.sandbox.wait_for(call, "play.started", n=2)
        await centre.sandbox.press(call, "1")
        row = await board.until(lambda: promised(board))
        assert (row["state"], row["arrived_at"]) == ("queued", waiting["arrived_at"])
        assert (row["score"], row["severity"]) == (waiting["score"], 4)
        await centre.sandbox.wait_for(call, "completed")  # it is said first
        assert waiting["id"] not in board.contacts
        assert waiting["incident"] not in board.abandoned  # he gave nothing up
        async with desk(centre) as agent:
            offer = await agent.offered()
            assert offer["id"] == row["id"]
            contact = await agent.accept()
            await agent.until_state(contact, "active")
            assert len(await dialled(centre, first)) == 1
            await agent.do("hang_up", contact=contact)
            await agent.do(
                "wrapped", contact=contact, disposition="resolved", comment="", anyway=True
            )
    await centre.until_rows(
        f"select outcome from contact where id = '{waiting['id']}'", [("callback",)]
    )


async def test_an_emergency_is_never_told_to_hang_up(centre: Centre) -> None:
    call = await centre.sandbox.call(from_="+12065550704")
    await centre.sandbox.wait_for(call, "play.started", n=3)
    line = (await centre.sandbox.look(call))["timeline"]
    assert not [one for one in line if "press" in one.get("what", "")]
    await centre.sandbox.press(call, "1")
    assert await centre.rows("select 1 from callback where asked_by = 'caller'") in ([], [(1,)])


async def test_not_reached_is_tried_again_and_then_a_person_decides(centre: Centre) -> None:
    person = "+12065550705"
    await centre.sandbox.person(person, answer="busy", ring_ms=100)
    async with desk(centre, "dana", view="board") as board, desk(centre) as agent:
        order = await order_for(agent, centre, person)
        await agent.do("request_callback", **order, key="later-0705")
        tries = []
        for _ in range(3):
            tries.append(await agent.accept())
            await agent.until(lambda: tries[-1] not in agent.contacts)
        assert len(set(tries)) == 3
        row = await board.until(lambda: board.abandoned.get(order["incident"]))
        assert (row["kind"], row["tries"]) == ("callback", 3)
        assert len(await dialled(centre, person)) == 3
        await board.do("abandoned_callback", incident=order["incident"])
        await board.until(lambda: order["incident"] not in board.abandoned)
        again = await agent.offered()
        assert again["callback"]["by_name"] == "Dana Reyes"
        await agent.do("decline", contact=again["id"], fence=again["offer"]["fence"])
        await board.do("cancel_callback", contact=again["id"], reason="off")
        await board.until(lambda: order["incident"] in board.abandoned)
    await centre.until_rows(
        f"select state from callback where incident = '{order['incident']}' order by made_at",
        [("gave_up",), ("cancelled",)],
    )


async def test_who_gave_up_is_called_at_his_place(centre: Centre) -> None:
    person = "+12065550706"
    await centre.sandbox.person(person, answer="answers", ring_ms=100)
    async with desk(centre, "dana", view="board") as board:
        call = await centre.sandbox.call(from_=person)
        waiting = await board.until(lambda: next(iter(board.contacts.values()), None))
        await centre.sandbox.hang_up(call)
        row = await board.until(
            lambda: next((r for r in board.abandoned.values() if "0706" in str(r["who"])), None)
        )
        await board.do("abandoned_callback", incident=row["incident"])
        promise = await board.until(lambda: promised(board))
        assert promise["arrived_at"] == waiting["arrived_at"]
        assert promise["severity"] == 1
        await board.until(lambda: row["incident"] not in board.abandoned)
        async with desk(centre) as agent:
            contact = await agent.accept()
            await agent.until_state(contact, "active")


async def test_who_calls_himself_takes_the_place_and_is_not_called(centre: Centre) -> None:
    person = "+12065550707"
    async with desk(centre, "dana", view="board") as board, desk(centre) as agent:
        order = await order_for(agent, centre, person)
        await agent.do("pause", reason="break")
        await agent.do("request_callback", **order, key="later-0707")
        promise = await board.until(lambda: promised(board))
        assert promise["state"] == "queued"
        await centre.sandbox.call(from_=person)
        call = await board.until(
            lambda: next((c for c in board.contacts.values() if c["direction"] == "in"), None)
        )
        await board.until(lambda: promise["id"] not in board.contacts)
        assert call["arrived_at"] == promise["arrived_at"]
        assert "place kept" in call["rule"]
    await centre.until_rows(
        f"select state, cause from callback where incident = '{order['incident']}'",
        [("cancelled", "called_themselves")],
    )
    assert await dialled(centre, person) == []


async def test_call_back_keeps_the_promise_that_waits(centre: Centre) -> None:
    person = "+12065550708"
    await centre.sandbox.person(person, answer="answers", ring_ms=100)
    async with desk(centre) as agent:
        order = await order_for(agent, centre, person)
        kept = await agent.do("request_callback", **order, key="later-0708", at=now_ms() + 600_000)
        await agent.do("callback", **order, key="callback-0708")
        await agent.until_state(kept["contact"], "active")
        assert len(await dialled(centre, person)) == 1


async def test_promised_calls_survive_flushall_and_a_restart(centre: Centre) -> None:
    person, other = "+12065550709", "+12065550710"
    async with desk(centre, "dana", view="board") as board:
        async with desk(centre) as agent:
            for who, at in ((person, None), (other, now_ms() + 600_000)):
                order = await order_for(agent, centre, who)
                await agent.do("pause", reason="break")
                await agent.do("request_callback", **order, key=f"later-{who}", at=at)
                if who == person:
                    offered = await board.until(lambda: promised(board))
                    assert offered["state"] == "queued"
                    await agent.do("ready")
                    await agent.offered()
                    await agent.do(
                        "decline",
                        contact=offered["id"],
                        fence=agent.contacts[offered["id"]]["offer"]["fence"],
                    )
                    await agent.until(lambda: agent.offer() is None)  # news after the answer
            await board.until(lambda: len(board.contacts) == 2)
            before = {c["id"]: (c["state"], c["score"]) for c in board.contacts.values()}
        await centre.until_rows("select count(*) from contact where state != 'ended'", [(2,)])
        redis = Redis.from_url(centre.redis_url)
        await redis.flushall()
        await redis.aclose()
        await board.until(lambda: "index.rebuilt" in board.events or board.seq == 1)
        centre.kill_worker()
        await centre.until_ready()
        await board.close()
        await board.connect("board")
        await board.until(lambda: len(board.contacts) == 2)
        after = {
            c["id"]: ("queued" if c["state"] == "offered" else c["state"], c["score"])
            for c in board.contacts.values()
        }
        assert after == {
            k: ("queued" if s == "offered" else s, score) for k, (s, score) in before.items()
        }


async def test_of_an_s1_that_nobody_reached_they_are_written_to_once(centre: Centre) -> None:
    person = "+12065550712"
    await centre.sandbox.person(person, answer="busy", ring_ms=50)
    async with desk(centre) as agent:
        await centre.sandbox.text("my dog is not breathing", from_=person, to=SUPPORT)
        text = await agent.accept()
        incident = await agent.do("open", incident=agent.contacts[text]["incident"])
        await agent.do("close", contact=text, disposition="resolved", anyway=True)
        address = incident["parties"][0]["addresses"][0]["id"]
        of = {"incident": incident["id"], "address": address}
        await agent.do("request_callback", **of, key="last-0712")
        for _ in range(4):
            contact = await agent.accept()
            await agent.until(lambda contact=contact: contact not in agent.contacts)
        ours = f"incident = '{incident['id']}' and key like 'not_reached:%'"
        await centre.until_rows(f"select status from message where {ours}", [("delivered",)])
        (told,) = [t for t in await centre.sandbox.texts(person) if t["direction"] != "inbound"]
        assert f"Reference {incident['number']}" in told["body"]
        line = (await agent.do("open", incident=incident["id"]))["timeline"]
        (letter,) = [it for it in line if it["kind"] == "message" and it["direction"] == "out"]
        assert letter["who"] == "us"
        assert len(await dialled(centre, person)) == 4
