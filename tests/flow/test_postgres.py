"""The whole centre with PostgreSQL as its record, in one flow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import psutil
import pytest
import pytest_asyncio

from tests.flow.conftest import short_config, until_heard
from tests.kit.centre import Centre, running_centre
from tests.kit.desk import desk, said
from tests.kit.postgres import running_postgres

PERSON, CALLER, LINE = "+12065550241", "+12065550242", "+12065550101"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_postgres() as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def on_postgres(tmp_path_factory: pytest.TempPathFactory, url: str) -> AsyncIterator[Centre]:
    folder = tmp_path_factory.mktemp("postgres")
    config = str(short_config(folder))
    async with running_centre(
        folder / "data", HOLDFAST_CONFIG=config, HOLDFAST_DATABASE_URL=url
    ) as centre:
        yield centre


async def test_call_text_and_a_killed_worker(on_postgres: Centre) -> None:
    centre = on_postgres
    async with desk(centre) as agent:
        await centre.sandbox.text("my receipt is missing", from_=PERSON, to=LINE)
        text = await agent.accept()
        await agent.do(
            "reply", contact=text, text="Here it is.", then="close", anyway=True, key="reply-pg-01"
        )
        await centre.until_rows(
            "select status from message where key = 'out:reply-pg-01'", [("delivered",)]
        )
        call = await centre.sandbox.call(talk="tone", hz=440, from_=CALLER)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await until_heard(centre, call, 700)
        centre.kill_worker()
        await agent.close()
        async with asyncio.timeout(60):
            while True:
                try:
                    await agent.connect()
                    break
                except (AssertionError, OSError):
                    await asyncio.sleep(0.1)
        await agent.sound(900)
        await until_heard(centre, call, 900)
        assert agent.contacts[contact]["state"] == "active"
        await agent.do("hang_up", contact=contact)
        await agent.until_state(contact, "wrapup")
        await agent.do(
            "wrapped", contact=contact, disposition="resolved", comment="ü ✓", anyway=True
        )
        await centre.until_rows(
            "select channel, state, outcome, disposition, comment from contact order by channel",
            [
                ("sms", "ended", "handled", None, None),
                ("voice", "ended", "handled", "resolved", "ü ✓"),
            ],
        )
        incident = await agent.do("open", incident=(await incidents(centre))[0])
        assert said(incident) == ["my receipt is missing", "Here it is."]
        assert "taken by Priya Nair" in [entry["text"] for entry in incident["timeline"]]
        assert not (centre.data_dir / "holdfast.db").exists()


async def incidents(centre: Centre) -> list[str]:
    return [row[0] for row in await centre.rows("select id from incident order by number")]


async def test_a_hung_server_loses_no_text(on_postgres: Centre, url: str) -> None:
    """It stops answering with its connections open; the worker is killed meanwhile."""
    centre = on_postgres
    port = url.rpartition(":")[2].partition("/")[0]
    mine = psutil.Process().children(recursive=True)
    main = next(p for p in mine if p.name() == "postgres" and port in p.cmdline())
    stopped = [main, *main.children(recursive=True)]
    for process in stopped:
        process.suspend()
    try:
        for n in range(3):
            await centre.sandbox.text(f"while it hung {n}", from_=PERSON, to=LINE)
        spool = centre.data_dir / "spool"
        async with asyncio.timeout(60):
            while len(list(spool.glob("*.sms"))) < 3:
                await asyncio.sleep(0.05)
        centre.kill_worker()
        await centre.sandbox.text("while it hung 3", from_=PERSON, to=LINE)
        async with asyncio.timeout(60):
            while len(list(spool.glob("*.sms"))) < 4:
                await asyncio.sleep(0.05)
    finally:
        for process in stopped:
            process.resume()
    await centre.until_ready(30)
    await centre.until_rows(
        "select text from message where text like 'while it hung%' order by at, text",
        [(f"while it hung {n}",) for n in range(4)],
        20,
    )
