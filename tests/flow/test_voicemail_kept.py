"""What a caller left is kept, though the database is away when the carrier tells of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.flow.conftest import short_config
from tests.flow.test_after_hours import SUPPORT, closed_hours, promises_to
from tests.flow.test_database_away import locked
from tests.kit.centre import Centre, running_centre

CALLER = "+12065550491"


@pytest_asyncio.fixture(loop_scope="session")
async def closed(tmp_path: Path) -> AsyncIterator[Centre]:
    """A centre whose general queue is closed."""
    config = short_config(tmp_path)
    text = config.read_text().replace('voicemail = "2m"', 'voicemail = "2s"')
    text = text.replace(
        "[queues.general]",
        '[queues.general]\ncalendar = "office"\nafter_hours = { S3 = "message", S4 = "message" }',
    )
    config.write_text(text + closed_hours())
    async with running_centre(tmp_path / "data", HOLDFAST_CONFIG=str(config)) as centre:
        yield centre


async def test_a_message_that_comes_while_the_database_is_away_makes_its_callback(
    closed: Centre,
) -> None:
    call = await closed.sandbox.call(from_=CALLER, to=SUPPORT, keys=["3"], talk="tone", hz=440)
    await closed.until_rows(
        "select state from contact where state != 'ended'", [("voicemail",)], 30
    )
    spool = closed.data_dir / "spool"
    with locked(closed):
        await closed.sandbox.wait_for(call, "record.kept")
        async with asyncio.timeout(60):
            while not list(spool.glob("*.voicemail")):
                await asyncio.sleep(0.05)
    await closed.until_rows(promises_to(CALLER), [(1,)])
    await closed.until_rows(
        "select count(*) from message where text like 'left a message%'", [(1,)]
    )
