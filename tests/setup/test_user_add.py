"""`holdfast user add` and `migrate`: accounts before the first start."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from typer.testing import CliRunner

from holdfast.cli import app
from tests.setup.processes import run


async def add(
    folder: Path, *words: str, password: str = "correct horse battery"
) -> tuple[int, str, str]:
    env = {"HOLDFAST_DATA_DIR": str(folder)}  # neither carrier nor public URL is needed for it
    return await run("user", "add", *words, env=env, stdin=password.encode() + b"\n")


async def test_account_is_added_with_its_skills_and_no_readable_password(tmp_path: Path) -> None:
    flags = ("--name", "Dana Reyes", "--role", "supervisor", "--skills", '{"safety": 4}')
    status, out, errors = await add(tmp_path, "Dana", *flags)
    assert (status, errors) == (0, "")
    assert "Dana Reyes can sign in as dana" in out
    with sqlite3.connect(tmp_path / "holdfast.db") as connection:
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute("select * from account").fetchone())
    assert row["role"] == "supervisor"
    assert row["password_hash"].startswith("$argon2id$")
    assert "correct horse" not in str(row)
    status, _, errors = await add(tmp_path, "dana", "--name", "Dana Two")
    assert (status, "taken" in errors) == (1, True)


def test_what_cannot_be_an_account_is_refused_with_words(tmp_path: Path) -> None:
    for words, password, says in (
        (("x", "--name", "X", "--role", "king"), "correct horse battery", "supervisor"),
        (("x", "--name", "X", "--skills", '{"en": 9}'), "correct horse battery", "levels 1-5"),
        (("x", "--name", "X"), "short", "12 characters"),
        (("x", "--name", " "), "correct horse battery", "empty"),
    ):
        env = {"HOLDFAST_DATA_DIR": str(tmp_path)}
        result = CliRunner().invoke(app, ["user", "add", *words], input=password, env=env)
        assert result.exit_code == 1
        assert says in result.output
        assert result.output.count("\n") == 1
    assert not (tmp_path / "holdfast.db").exists()


async def test_migrate_brings_an_empty_folder_to_this_version(tmp_path: Path) -> None:
    status, out, _ = await run("migrate", env={"HOLDFAST_DATA_DIR": str(tmp_path / "new")})
    assert status == 0
    assert "at revision 0" in out
    status, _, errors = await run("migrate", env={"HOLDFAST_DATABASE_URL": "oracle://x"})
    assert (status, errors.count("\n")) == (1, 1)
