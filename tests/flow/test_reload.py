"""The configuration changes while people wait: all of it, or nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.flow.conftest import short_config
from tests.kit.centre import PASSWORD, Centre, running_centre
from tests.kit.desk import desk
from tests.setup.processes import run

NOBODY = '[queues.general]\nword = "General"\nneeds = ["diving>=5"]\n'
ANYBODY = '[queues.general]\nword = "All else"\nneeds = []\n'
WAITS = "select count(*) from contact where state != 'ended'"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def known(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """A centre whose general queue nobody here can serve."""
    folder = tmp_path_factory.mktemp("reload")
    path = short_config(folder)
    text = path.read_text()
    assert '[queues.general]\nword = "General"\nneeds = []\n' in text
    path.write_text(text.replace('[queues.general]\nword = "General"\nneeds = []\n', NOBODY))
    async with running_centre(folder / "data", HOLDFAST_CONFIG=str(path)) as centre:
        yield centre


@pytest_asyncio.fixture(loop_scope="session")
async def own(known: Centre) -> AsyncIterator[Centre]:
    """Afterwards the file is as it was, and counts; nobody waits."""
    path = Path(known.env["HOLDFAST_CONFIG"])
    text = path.read_text()
    yield known
    path.write_text(text)
    assert (await ask(known, "ada"))[0] == 200
    await known.end_everything()


async def ask(centre: Centre, login: str) -> tuple[int, dict[str, Any]]:
    """Status and answer, when they ask for a reload by the API."""
    headers = {"X-Holdfast": "1"}
    async with aiohttp.ClientSession(
        centre.url, cookie_jar=aiohttp.CookieJar(unsafe=True), headers=headers
    ) as session:
        async with session.post(
            "/api/login", json={"login": login, "password": PASSWORD}
        ) as answer:
            assert answer.status == 200
        async with session.post("/api/config/reload", json={}) as answer:
            return answer.status, await answer.json()


def edit(centre: Centre, old: str, new: str) -> None:
    path = Path(centre.env["HOLDFAST_CONFIG"])
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


async def test_a_good_file_counts_for_those_who_wait_a_faulty_one_changes_nothing(
    own: Centre,
) -> None:
    async with desk(own) as agent:
        await own.sandbox.text("where is my invoice", from_="+12065550421", to="+12065550101")
        await own.until_rows(WAITS, [(1,)])

        edit(own, NOBODY, ANYBODY.replace("[]", '["vet>=9"]'))
        edit(own, 'ring_text = "60s"', 'ring_text = "soon"')
        status, _, errors = await run("reload", env=own.env)
        assert status == 1
        assert "queues.general.needs" in errors
        assert "timing.ring_text" in errors
        assert "Nothing was changed." in errors
        assert agent.contacts == {}
        assert "General" in [queue["word"] for queue in agent.centre_words["queues"]]

        edit(own, 'ring_text = "soon"', 'ring_text = "45s"')
        edit(own, '["vet>=9"]', "[]")
        status, words, errors = await run("reload", env=own.env)
        assert (status, errors) == (0, "")
        assert "queues.general.needs, queues.general.word, timing.ring_text" in words
        contact = await agent.offered()
        assert contact["offer"]["expires"] - contact["state_at"] == 45_000
        assert "All else" in [queue["word"] for queue in agent.centre_words["queues"]]
        status, words, _ = await run("reload", env=own.env)
        assert "there is nothing to do" in words
        assert "warning" not in words

        edit(own, ANYBODY, NOBODY)
        status, words, _ = await run("reload", env=own.env)
        assert "warning: queues.general: no agent has diving>=5" in words
        edit(own, NOBODY, ANYBODY)
        await run("reload", env=own.env)

        edit(own, 'ring_text = "45s"', 'ring_text = "soon"')
        own.kill_worker()
        await own.until_ready()
        await agent.close()
        await agent.connect()
        assert "All else" in [queue["word"] for queue in agent.centre_words["queues"]]
        await agent.until_state(contact["id"], "offered")
    assert "the last good one" in own.words()


async def test_who_waits_follows_a_file_that_changed_while_the_worker_was_away(own: Centre) -> None:
    await own.sandbox.text("and my refund", from_="+12065550422", to="+12065550101")
    await own.until_rows(WAITS, [(1,)])
    async with desk(own) as agent:
        edit(own, NOBODY, ANYBODY)
        own.kill_worker()
        await own.until_ready()
        await agent.close()
        await agent.connect()
        assert (await agent.offered())["queue"] == "general"


async def test_only_an_admin_may_reload_by_the_api(own: Centre) -> None:
    reloaded = "select detail from audit where action = 'config.reloaded' order by id"
    before = await own.rows(reloaded)
    edit(own, NOBODY, ANYBODY)
    assert (await ask(own, "dana"))[0] == 403
    assert await ask(own, "ada") == (
        200,
        {
            "changed": ["queues.general.needs", "queues.general.word"],
            "later": [],
            "warnings": [],
            "moved": [],
        },
    )
    edit(own, ANYBODY, ANYBODY.replace("needs", "need"))
    status, told = await ask(own, "ada")
    assert status == 422
    assert "queues.general.need" in str(told)
    line = ("queues.general.needs, queues.general.word",)
    await own.until_rows(reloaded, [*before, line])
