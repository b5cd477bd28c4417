"""`holdfast user list | edit | password | end`, before a running centre and its open pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from tests.setup.processes import Tree, good, run, run_here, tree

PASSWORD, NEW = "correct horse battery", "another long password"
pytestmark = pytest.mark.asyncio(loop_scope="module")
HEADERS = {"X-Holdfast": "1"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tree]:
    folder = tmp_path_factory.mktemp("users")
    async with tree("serve", folder, good(folder)) as started:
        yield started


async def command(centre: Tree, *words: str, stdin: str = "") -> tuple[int, str, str]:
    """A process of its own, as people start it: once for each of the four."""
    env = {"HOLDFAST_DATA_DIR": str(centre.folder)}
    return await run("user", *words, env=env, stdin=stdin.encode() + b"\n")


async def user(centre: Tree, *words: str, stdin: str = "") -> tuple[int, str, str]:
    env = {"HOLDFAST_DATA_DIR": str(centre.folder)}
    return await run_here("user", *words, env=env, stdin=f"{stdin}\n")


async def sign_in(session: aiohttp.ClientSession, centre: Tree, login: str, password: str) -> int:
    form = {"login": login, "password": password}
    async with session.post(f"{centre.url}/api/login", json=form, headers=HEADERS) as answer:
        return answer.status


async def me(session: aiohttp.ClientSession, centre: Tree) -> dict[str, object] | int:
    async with session.get(f"{centre.url}/api/me") as answer:
        return (await answer.json())["me"] if answer.status == 200 else answer.status


async def page(session: aiohttp.ClientSession, centre: Tree) -> aiohttp.ClientWebSocketResponse:
    """An open board or desk."""
    async with session.post(f"{centre.url}/api/desk/ticket", headers=HEADERS) as answer:
        ticket = (await answer.json())["ticket"]
    where = f"{centre.url}/api/desk/ws?ticket={ticket}&view=desk"
    return await session.ws_connect(where, headers={"Origin": centre.url})


async def until_closed(ws: aiohttp.ClientWebSocketResponse) -> None:
    async with asyncio.timeout(60):
        async for _ in ws:
            pass


def browser() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))


async def test_a_new_password_ends_every_session_and_page(centre: Tree) -> None:
    await user(centre, "add", "lena", "--name", "Lena Ito", stdin=PASSWORD)
    async with browser() as here:
        assert await sign_in(here, centre, "lena", PASSWORD) == 200
        ws = await page(here, centre)
        status, out, _ = await command(centre, "password", "LENA", stdin=NEW)
        assert (status, "signed out everywhere" in out) == (0, True)
        await until_closed(ws)
        assert await me(here, centre) == 401
        assert await sign_in(here, centre, "lena", PASSWORD) == 401
        assert await sign_in(here, centre, "lena", NEW) == 200


async def test_an_account_that_ends_closes_its_pages_and_may_be_opened_again(
    centre: Tree,
) -> None:
    await user(centre, "add", "omar", "--name", "Omar Haddad", stdin=PASSWORD)
    async with browser() as here:
        assert await sign_in(here, centre, "omar", PASSWORD) == 200
        ws = await page(here, centre)
        assert (await command(centre, "end", "omar"))[0] == 0
        await until_closed(ws)
        assert await me(here, centre) == 401
        assert await sign_in(here, centre, "omar", PASSWORD) == 401
        assert (await user(centre, "edit", "omar", "--reopen"))[0] == 0
        assert await me(here, centre) == 401  # the older session stays ended
        assert await sign_in(here, centre, "omar", PASSWORD) == 200


async def test_name_skills_and_role_are_changed_and_a_new_role_signs_out(centre: Tree) -> None:
    await user(centre, "add", "lee", "--name", "Lee", stdin=PASSWORD)
    await user(centre, "add", "ivy", "--name", "Ivy", "--role", "admin", stdin=PASSWORD)
    async with browser() as here:
        assert await sign_in(here, centre, "ivy", PASSWORD) == 200
        flags = ("--name", "Ivy Chen", "--skills", '{"vet": 4}', "--shift", "Mon-Fri 09:00-17:00")
        flags += ("--team", "Night  shift", "--lead", "lee")
        status, out, errors = await command(centre, "edit", "ivy", *flags)
        assert (status, errors, "Ivy Chen" in out) == (0, "", True)
        found = await me(here, centre)
        assert isinstance(found, dict)
        assert (found["name"], found["role"]) == ("Ivy Chen", "admin")
        await user(centre, "edit", "ivy", "--role", "agent")
        assert await me(here, centre) == 401  # rights end at once
    _, out, _ = await user(centre, "list", "--json")
    [row] = [row for row in json.loads(out) if row["login"] == "ivy"]
    assert row.pop("lead") is not None
    assert row == {
        "login": "ivy", "name": "Ivy Chen", "role": "agent", "skills": {"vet": 4},
        "active": True, "stage": "full", "contract_from": None, "contract_to": None, "buddy": None,
        "shift": "Mon-Fri 09:00-17:00", "team": "Night shift",
    }  # fmt: skip


async def test_everybody_is_listed_with_who_has_ended(centre: Tree) -> None:
    flags = ("--name", "Zoë Marchetti", "--skills", '{"es": 5}', "--contract-to", "2030-01-31")
    await user(centre, "add", "zoe", *flags, stdin=PASSWORD)
    await user(centre, "end", "zoe")
    status, out, errors = await command(centre, "list")
    assert (status, errors) == (0, "")
    [line] = [line for line in out.splitlines() if line.startswith("zoe")]
    assert line.split("  ")[0] == "zoe"
    for word in ("Zoë Marchetti", "agent", "es 5", "ended", "2030-01-31"):
        assert word in line
    assert "$argon2" not in out


async def test_what_cannot_be_done_is_refused_in_one_line(centre: Tree) -> None:
    await user(centre, "add", "noor", "--name", "Noor", stdin=PASSWORD)
    for words, stdin, says in (
        (("password", "nobody"), NEW, "no account 'nobody'"),
        (("password", "noor"), "short", "12 characters"),
        (("end", "nobody"), "", "no account"),
        (("edit", "noor", "--role", "king"), "", "supervisor"),
        (("edit", "noor", "--skills", "[]"), "", "levels 1-5"),
        (("edit", "noor", "--name", " "), "", "empty"),
        (("edit", "noor", "--stage", "wizard"), "", "wizard"),
    ):
        status, _, errors = await user(centre, *words, stdin=stdin)
        assert (status, errors.count("\n"), says in errors) == (1, 1, True), (words, errors)
    async with browser() as here:
        assert await sign_in(here, centre, "noor", PASSWORD) == 200
