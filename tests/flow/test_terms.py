"""A trainee is offered no emergency; a contract that ends closes the door, never a call."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from router.core.model import LiveAgent
from router.live.engine import Engine
from tests.kit.centre import PASSWORD, Centre
from tests.kit.desk import DeskClient, desk
from tests.setup.processes import run


async def terms(centre: Centre, login: str, **change: str) -> dict[str, Any]:
    """By the API, as an administrator."""
    jar = aiohttp.CookieJar(unsafe=True)
    headers = {"X-Holdfast": "1"}
    async with aiohttp.ClientSession(cookie_jar=jar, headers=headers) as session:
        who = {"login": "ada", "password": PASSWORD}
        async with session.post(f"{centre.url}/api/login", json=who) as answer:
            assert answer.status == 200
        async with session.get(f"{centre.url}/api/accounts") as answer:
            account = next(a for a in await answer.json() if a["login"] == login)
        url = f"{centre.url}/api/accounts/{account['id']}"
        async with session.patch(url, json={"stage": "king"}) as answer:
            assert answer.status == 400
        async with session.patch(url, json=change) as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, Any] = await answer.json()
            return found


def day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


async def test_a_trainee_gets_reports_and_no_emergency(centre: Centre) -> None:
    try:
        async with desk(centre, "dana", view="board") as board, desk(centre, "noah") as noah:
            await terms(centre, "noah", stage="trainee", shift="Mon-Sun 00:00-00:00")
            await noah.until(lambda: noah.agent().get("stage"))
            assert noah.agent()["stage"] == {"word": "in training", "floor": 2}
            assert noah.agent()["shift"]["from"] < noah.agent()["shift"]["to"]
            assert noah.agent()["shift"]["outside"] is False
            call = await centre.sandbox.call(from_="+12065550901")
            live = await board.until(lambda: next(iter(board.contacts.values()), None))
            why = await board.do("why", contact=live["id"])
            (kept,) = [k for k in why["kept_from"] if k["cause"] == "training"]
            assert kept["floor"] == 2
            assert "Noah Kim" in kept["names"]
            await centre.sandbox.text(
                "where is my invoice", from_="+12065550912", to="+12065550101"
            )
            offer = await noah.offered()
            assert (offer["channel"], offer["severity"]) == ("sms", 3)
            await centre.sandbox.hang_up(call)
    finally:
        await terms(centre, "noah", stage="full", shift="")


async def agent(engine: Engine, name: str) -> LiveAgent:
    return next(one for one in (await engine.snapshot()).agents if one.id == name)


async def test_the_next_shift_follows_while_he_stays_signed_in(centre: Centre) -> None:
    engine = Engine(centre.redis_url)
    try:
        async with desk(centre, "noah") as noah:
            await terms(centre, "noah", shift="Mon-Sun 00:00-00:00")
            await noah.until(lambda: noah.agent().get("shift"))
            known = await agent(engine, noah.agent()["id"])
            who = {"id": known.id, "name": known.name, "skills": known.skills, "floor": 0}
            over = {"shift_from": 1, "shift_to": 2}
            await engine.step("agent_online", agent={**who, **over}, conn=known.conn)
            async with asyncio.timeout(60):
                while (known := await agent(engine, known.id)).shift_to == 2:
                    await asyncio.sleep(0.1)
            assert (known.shift_to or 0) > 1000 * datetime.now(UTC).timestamp()
            shifts = [
                one["shift"]
                for message in noah.heard
                for one in message.get("put", {}).get("agents", {}).values()
            ]
            over = {"from": 1, "to": 2, "outside": True}
            assert over in shifts  # meanwhile the page was told so: it has no rule of its own
    finally:
        await engine.close()
        await terms(centre, "noah", shift="")


async def test_a_contract_that_ends_closes_sign_in_and_no_call(centre: Centre) -> None:
    try:
        async with desk(centre, "tomas") as agent:
            await centre.sandbox.call(from_="+12065550903")
            contact = await agent.accept()
            await agent.until_state(contact, "active")
            await terms(centre, "tomas", contract_to=day(-1))
            await agent.until(lambda: any(n["code"] == "signed_out" for n in agent.notices))
            assert agent.contacts[contact]["state"] == "active"
            await agent.do("hang_up", contact=contact)
            await agent.do(
                "wrapped", contact=contact, disposition="resolved", comment="", anyway=True
            )
        async with aiohttp.ClientSession(headers={"X-Holdfast": "1"}) as session:
            who = {"login": "tomas", "password": PASSWORD}
            async with session.post(f"{centre.url}/api/login", json=who) as answer:
                assert answer.status == 403
                assert "ended on" in (await answer.json())["error"]["message"]
    finally:
        await terms(centre, "tomas", contract_to="")
    async with desk(centre, "tomas", sound=False):
        pass


async def test_an_account_is_edited_from_the_command_line(centre: Centre) -> None:
    env = {"HOLDFAST_DATA_DIR": str(centre.data_dir)}
    status, out, errors = await run("user", "edit", "noah", "--stage", "junior", env=env)
    assert (status, errors) == (0, "")
    assert "Noah Kim" in out
    async with desk(centre, "noah", sound=False) as noah:
        await noah.until(lambda: (noah.agent().get("stage") or {}).get("floor") == 1)
    assert (await run("user", "edit", "noah", "--stage", "king", env=env))[0] == 1
    assert (await run("user", "edit", "nobody", env=env))[0] == 1
    await run("user", "edit", "noah", "--stage", "full", env=env)


async def test_a_buddy_is_named_by_login_and_whispers_to_their_trainee(centre: Centre) -> None:
    env = {"HOLDFAST_DATA_DIR": str(centre.data_dir)}
    for wrong in ("noah", "nobody"):
        status, _, errors = await run("user", "edit", "noah", "--buddy", wrong, env=env)
        assert (status, "themselves" in errors or "nobody" in errors) == (1, True)
    try:
        async with desk(centre, "noah") as trainee:
            who = {"from_": "+12065551481", "to": "+12065550101", "keys": ["3"]}
            await centre.sandbox.call(talk="tone", hz=440, **who)
            contact = await trainee.accept()
            await trainee.until_state(contact, "active")
            async with desk(centre, "tomas", sound=False) as buddy:
                await buddy.sound(1000)
                at_once = ("--buddy", "Tomas", "--stage", "junior")  # both desks stay open
                status, out, errors = await run("user", "edit", "noah", *at_once, env=env)
                says = "Tomás Vega is their buddy, from this moment"
                assert (status, errors, says in out) == (0, "", True), out
                await buddy.until(lambda: buddy.contacts.get(contact))
                await edited(centre, "", "nobody is their buddy any more, from this moment")
                await buddy.until(lambda: contact not in buddy.contacts)
                await edited(centre, "Tomas", says)
                theirs = await buddy.until(lambda: buddy.contacts.get(contact))
                assert theirs["trainee"] == "Noah Kim"
                await buddy.do("sit_beside", contact=contact, mode="whisper")
                await until_tone(trainee, 1000)
                assert trainee.contacts[contact]["beside"][0]["name"] == "Tomás Vega"
                await edited(centre, "", "from this moment")  # with the call still going on
                await trainee.until(lambda: not trainee.contacts[contact]["beside"])
                await buddy.until(lambda: contact not in buddy.contacts)
                told = [it["text"] for it in buddy.notices if it["code"] == "contact.left_beside"]
                assert told == [
                    "You hear the call no more: you are not the buddy of Noah Kim any longer."
                ]
        await run("user", "edit", "noah", "--stage", "full", env=env)
        await edited(centre, "Tomas", "as soon as they are in training")
    finally:
        await run("user", "edit", "noah", "--buddy", "", "--stage", "full", env=env)


async def edited(centre: Centre, buddy: str, says: str) -> None:
    """Noah has this buddy from now on, or nobody; the command says from when."""
    env = {"HOLDFAST_DATA_DIR": str(centre.data_dir)}
    status, out, errors = await run("user", "edit", "noah", "--buddy", buddy, env=env)
    assert (status, errors, says in out) == (0, "", True), out


async def until_tone(page: DeskClient, hertz: float) -> None:
    """They hear it beside the caller."""
    async with asyncio.timeout(60):
        while hertz not in page.ear.tones(440, hertz):
            await asyncio.sleep(0.05)
