"""A correction, learned from the whole phrase book by the command, read by the running centre."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from holdfast.clock import now_ms
from router.records import corrections
from router.records.database import Database
from tests.flow.conftest import short_config
from tests.kit.centre import running_centre
from tests.kit.weights import CODE
from tests.setup.processes import COMMAND, ROOT, clean, run

LONG = os.environ.get("HOLDFAST_TEST_LONG") == "1"


@pytest.mark.skipif(not LONG, reason="reads the whole phrase book: make test-long")
async def test_what_was_corrected_is_read_so_from_the_reload_on(tmp_path: Path) -> None:
    path = short_config(tmp_path)
    path.write_text(path.read_text().replace("\nsecond_opinion = false", "\nsecond_opinion = true"))
    async with running_centre(tmp_path / "data", HOLDFAST_CONFIG=str(path)) as centre:
        severity = "select severity from contact order by arrived_at"
        await centre.sandbox.text(CODE, from_="+12065550411", to="+12065550101")
        await centre.until_rows(severity, [(3,)])
        database = Database(f"sqlite:///{centre.data_dir}/holdfast.db")
        async with database.write() as connection:
            contact = (await connection.exec_driver_sql("select id from contact")).scalar_one()
            await corrections.add(connection, contact, 3, 1, corrections.RAISED, "u1", now_ms())
        await database.close()
        learn = await asyncio.create_subprocess_exec(
            *COMMAND, "triage", "learn", "--take", env=clean(centre.env), cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await learn.communicate()
        assert learn.returncode == 0
        assert b"use them: holdfast reload" in out
        assert CODE.encode() not in out
        status, words, _ = await run("reload", env=centre.env)
        assert (status, "the weights of triage" in words) == (0, True)
        await centre.sandbox.text(CODE, from_="+12065550412", to="+12065550101")
        await centre.until_rows(severity, [(3,), (1,)])
        assert CODE not in centre.words()
