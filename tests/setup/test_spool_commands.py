"""`holdfast spool list | again | show`, before a running centre and without one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from router.intake.spool_folder import ASIDE, WHY
from tests.setup.processes import Tree, good, run, run_here, tree

pytestmark = pytest.mark.asyncio(loop_scope="module")
NUMBER, WORDS = "+12065550177", "the dog is lame"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tree]:
    folder = tmp_path_factory.mktemp("aside")
    async with tree("serve", folder, good(folder)) as started:
        yield started


def put_aside(folder: Path, number: int, *, torn: bool = False) -> str:
    """As a worker leaves it that the record refused."""
    fields = {"From": NUMBER, "To": "+12065550101", "Body": WORDS, "MessageSid": f"SM{number:032}"}
    head = {"kind": "sms", "at": 1_795_000_000_000, "fields": fields, "size": 9 if torn else 0}
    name = f"1795000000000-{number:08}.sms"
    aside = folder / "spool" / ASIDE
    aside.mkdir(parents=True, exist_ok=True)
    (aside / name).write_bytes(json.dumps(head).encode() + b"\n")
    (aside / (name + WHY)).write_text("IntegrityError 23505")
    return name


async def command(folder: Path, *words: str) -> tuple[int, str, str]:
    """A process of its own, as people start it: once for each of the three."""
    return await run("spool", *words, env={"HOLDFAST_DATA_DIR": str(folder)})


async def spool(folder: Path, *words: str) -> tuple[int, str, str]:
    return await run_here("spool", *words, env={"HOLDFAST_DATA_DIR": str(folder)})


async def test_the_list_says_what_and_why_and_nothing_of_people(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    assert await spool(tmp_path, "list") == (0, "holdfast: nothing is set aside.\n", "")
    name = put_aside(tmp_path, 1)
    status, out, _ = await command(tmp_path, "list")
    assert status == 0
    line = out.splitlines()[0]
    assert line.startswith(f"{name}  a text, came 2026-11-18 11:06:40 UTC, ")
    assert line.endswith(" bytes: IntegrityError 23505")
    assert "holdfast spool again" in out
    assert NUMBER not in out
    assert WORDS not in out


async def test_one_is_shown_when_asked_for(tmp_path: Path) -> None:
    name = put_aside(tmp_path, 1)
    status, out, _ = await command(tmp_path, "show", name)
    assert status == 0
    assert NUMBER in out
    assert WORDS in out
    status, out, errors = await spool(tmp_path, "show", "../../etc/passwd")
    assert (status, out) == (1, "")
    assert "not set aside" in errors


async def test_without_a_centre_it_is_tried_at_the_start(tmp_path: Path) -> None:
    put_aside(tmp_path, 1)
    status, out, _ = await spool(tmp_path, "again")
    assert (status, out) == (0, "holdfast: 1 will be tried when the centre starts.\n")
    assert await spool(tmp_path, "list") == (0, "holdfast: nothing is set aside.\n", "")


async def test_a_name_that_is_not_there_does_nothing(tmp_path: Path) -> None:
    name = put_aside(tmp_path, 1)
    status, _, errors = await spool(tmp_path, "again", name, "nothing")
    assert status == 1
    assert "not set aside: nothing." in errors
    assert (tmp_path / "spool" / ASIDE / name).exists()


async def test_a_running_centre_records_what_it_can_and_says_what_it_cannot(centre: Tree) -> None:
    put_aside(centre.folder, 2)
    torn = put_aside(centre.folder, 3, torn=True)
    status, out, errors = await command(centre.folder, "again")
    assert (status, out) == (1, "holdfast: 1 recorded, 0 still being tried.\n")
    assert f"refused again: {torn}  a text" in errors
    assert errors.rstrip().endswith("torn")
    with sqlite3.connect(centre.folder / "holdfast.db") as database:
        rows = database.execute("select text from message where direction = 'in'").fetchall()
    assert rows == [(WORDS,)]
    status, out, _ = await spool(centre.folder, "list")
    assert (status, out.splitlines()[0].split()[0]) == (0, torn)


@pytest.mark.parametrize("words", [("list",), ("again",), ("show", "x")])
async def test_a_folder_that_cannot_be_read_is_said_in_words(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Another user's, say; here it leads to itself."""
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / ASIDE).symlink_to(tmp_path / "spool" / ASIDE)
    status, out, errors = await spool(tmp_path, *words)
    assert (status, out) == (1, "")
    assert "cannot be read: " in errors
    assert "Traceback" not in errors


async def test_a_folder_of_no_centre_is_not_called_empty(tmp_path: Path) -> None:
    status, out, errors = await spool(tmp_path / "elsewhere", "list")
    assert (status, out) == (1, "")
    assert "HOLDFAST_DATA_DIR" in errors
