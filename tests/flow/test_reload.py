"""The configuration changes while people wait: all of it, or nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest_asyncio

from tests.flow.conftest import short_config
from tests.kit.centre import PASSWORD, Centre, running_centre
from tests.kit.desk import desk
from tests.setup.processes import run

NOBODY = '[queues.general]\nword = "General"\nneeds = ["diving>=5"]\n'
ANYBODY = '[queues.general]\nword = "All else"\nneeds = []\n'


@pytest_asyncio.fixture(loop_scope="session")
async def own(tmp_path: Path) -> AsyncIterator[Centre]:
    """A centre whose general queue nobody here can serve."""
    path = short_config(tmp_path)
    text = path.read_text()
    assert '[queues.general]\nword = "General"\nneeds = []\n' in text
    path.write_text(text.replace('[queues.general]\nword = "General"\nneeds = []\n', NOBODY))
    async with running_centre(tmp_path / "data", HOLDFAST_CONFIG=str(path)) as centre:
        yield centre


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
        await own.until_rows("select count(*) from contact", [(1,)])

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
    await own.until_rows("select count(*) from contact", [(1,)])
    async with desk(own) as agent:
        edit(own, NOBODY, ANYBODY)
        own.kill_worker()
        await own.until_ready()
        await agent.close()
        await agent.connect()
        assert (await agent.offered())["queue"] == "general"


async def test_only_an_admin_may_reload_by_the_api(own: Centre) -> None:
    async def ask(login: str) -> tuple[int, dict[str, object]]:
        headers = {"X-Holdfast": "1"}
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            body = {"login": login, "password": PASSWORD}
            async with session.post(f"{own.url}/api/login", json=body, headers=headers) as answer:
                assert answer.status == 200
            url = f"{own.url}/api/config/reload"
            async with session.post(url, json={}, headers=headers) as answer:
                return answer.status, await answer.json()

    edit(own, NOBODY, ANYBODY)
    assert (await ask("dana"))[0] == 403
    assert await ask("ada") == (
        200,
        {
            "changed": ["queues.general.needs", "queues.general.word"],
            "later": [],
            "warnings": [],
            "moved": [],
        },
    )
    edit(own, ANYBODY, ANYBODY.replace("needs", "need"))
    status, told = await ask("ada")
    assert status == 422
    assert "queues.general.need" in str(told)
    await own.until_rows(
        "select action, detail from audit where action = 'config.reloaded'",
        [("config.reloaded", "queues.general.needs, queues.general.word")],
    )
