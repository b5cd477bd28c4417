"""The database takes nothing: texts, STOP words and mails are answered as always, and are all there
once when it is back, though the worker was killed in between."""

from __future__ import annotations

import asyncio
import base64
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp

from tests.kit.centre import Centre
from tests.kit.sandbox import EMAIL_SECRET

PERSON, STOPPER, LINE = "+12065550231", "+12065550232", "+12065550101"
MAIL = b"From: Ada <ada.spool@mail.example>\r\nSubject: The carpet\r\n\r\nIt is ruined.\r\n"


@contextmanager
def locked(centre: Centre) -> Iterator[None]:
    """Somebody else holds the write lock: every write fails after its wait of 5 s."""
    connection = sqlite3.connect(centre.data_dir / "holdfast.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


async def mail(centre: Centre) -> int:
    given = base64.b64encode(f"inbound:{EMAIL_SECRET}".encode()).decode()
    headers = {"Authorization": f"Basic {given}", "X-Envelope-To": "help@holdfast.example"}
    url = f"{centre.url}/email/inbound"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=MAIL, headers=headers) as answer,
    ):
        return answer.status


async def ready(centre: Centre) -> dict[str, object]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{centre.url}/readyz") as answer,
    ):
        return dict(await answer.json())


async def test_nothing_is_lost_or_doubled_while_the_database_is_away(centre: Centre) -> None:
    spool = centre.data_dir / "spool"
    await centre.sandbox.fault(webhook_twice=1)
    with locked(centre):
        await centre.sandbox.text("spooled one", from_=PERSON, to=LINE)
        async with asyncio.timeout(60):  # the first waits for the lock, and is sent twice
            while len(list(spool.glob("*.sms"))) < 2:
                await asyncio.sleep(0.05)
        await centre.sandbox.text("spooled two", from_=PERSON, to=LINE)
        await centre.sandbox.text("STOP", from_=STOPPER, to=LINE)
        assert await mail(centre) == 200
        assert await mail(centre) == 200  # the sender is careful
        async with asyncio.timeout(60):
            while len(list(spool.glob("*.sms"))) < 4:
                await asyncio.sleep(0.05)
        assert (await ready(centre))["spool"] == 6
        assert await centre.rows("select count(*) from message where text like 'spooled%'") == [
            (0,)
        ]
        centre.kill_worker()
        await centre.sandbox.text("spooled three", from_=PERSON, to=LINE)
        async with asyncio.timeout(60):  # the next worker serves without the database
            while len(list(spool.glob("*.sms"))) < 5:
                await asyncio.sleep(0.05)
    await centre.until_ready(30)
    await centre.until_rows(
        "select text from message where text like 'spooled%' order by at",
        [("spooled one",), ("spooled two",), ("spooled three",)],
    )
    await centre.until_rows(
        f"select opted_out from address where value = '{STOPPER}'",
        [(1,)],
    )
    await centre.until_rows("select count(*) from message where subject = 'The carpet'", [(1,)])
    await centre.until_rows(
        f"""select count(*) from contact c join address a on a.id = c.address
        where a.value = '{PERSON}'""",
        [(1,)],
    )
    async with asyncio.timeout(60):
        while (await ready(centre))["spool"]:
            await asyncio.sleep(0.05)
    assert {path.name for path in spool.iterdir()} == {"aside", "reserve"}
    assert not list((spool / "aside").iterdir())
