"""What is done to accounts from a terminal: each act leaves its line in the audit, and only if it
changed something."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from holdfast.cli import app

PASSWORD, NEW = "correct horse battery", "another long password"


class Terminal:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def user(self, *words: str, password: str = PASSWORD) -> int:
        env = {"HOLDFAST_DATA_DIR": str(self.folder)}
        return CliRunner().invoke(app, ["user", *words], input=password, env=env).exit_code

    def lines(self) -> list[tuple[str, str, str]]:
        """Actor, action and the login of whom it is about."""
        asked = (
            "select actor, action, login from audit join account on account.id = subject"
            " order by audit.id"
        )
        with sqlite3.connect(self.folder / "holdfast.db") as connection:
            return list(connection.execute(asked))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one account, made once."""
    folder = tmp_path_factory.mktemp("accounts")
    assert Terminal(folder).user("add", "omar", "--name", "Omar Haddad") == 0
    return folder


@pytest.fixture
def terminal(made: Path, tmp_path: Path) -> Terminal:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return Terminal(tmp_path)


@pytest.mark.parametrize(
    ("words", "action"),
    [
        (("add", "lena", "--name", "Lena Ito", "--role", "admin"), "account.added"),
        (("password", "omar"), "account.password_set"),
        (("end", "omar"), "account.ended"),
        (("edit", "omar", "--name", "Omar H."), "account.edited"),
        (("edit", "omar", "--role", "admin", "--skills", '{"vet": 4}'), "account.edited"),
        (("edit", "omar", "--stage", "trainee"), "account.terms_set"),
    ],
)
def test_an_act_leaves_one_line(terminal: Terminal, words: tuple[str, ...], action: str) -> None:
    before = terminal.lines()
    assert terminal.user(*words, password=NEW) == 0
    assert terminal.lines() == [*before, ("command line", action, words[1])]


@pytest.mark.parametrize(
    "words",
    [
        ("add", "omar", "--name", "Another"),
        ("edit", "omar", "--name", "Omar Haddad", "--role", "agent"),
        ("edit", "omar", "--reopen"),
        ("edit", "omar", "--stage", "full"),
        ("end", "nobody"),
        ("password", "nobody"),
        ("list",),
    ],
)
def test_what_changes_nothing_leaves_none(terminal: Terminal, words: tuple[str, ...]) -> None:
    before = terminal.lines()
    terminal.user(*words)
    assert terminal.lines() == before


def test_an_account_ends_once_and_is_opened_again_once(terminal: Terminal) -> None:
    for words in (("end", "omar"), ("end", "omar"), *[("edit", "omar", "--reopen")] * 2):
        assert terminal.user(*words) == 0
    actions = [action for _, action, _ in terminal.lines()]
    assert actions == ["account.added", "account.ended", "account.reopened"]
