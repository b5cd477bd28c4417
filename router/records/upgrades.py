"""The tables, brought to this version of the code (Alembic, `migrations/versions`).

A worker starts a hundred times for each upgrade: one that finds its own revision does not load
Alembic nor the fifteen steps.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
_TABLE = "alembic_version"


class OtherVersion(Exception):
    """The tables were made by a version that this code does not know."""


def head_revision() -> str:
    """The newest revision that this code knows: its file's name begins with it."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def current_revision(connection: Connection) -> str | None:
    """The revision of the tables; None: there are none yet."""
    if not inspect(connection).has_table(_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {_TABLE}")).scalar()


def upgrade(connection: Connection) -> None:
    """Takes the steps that are missing, in the transaction of `connection`.

    Raises:
        OtherVersion: a newer version made the tables.
    """
    if current_revision(connection) == head_revision():
        return
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(steps_on(connection), "head")
    except CommandError as error:
        raise OtherVersion(str(error)) from error


def steps_on(connection: Connection) -> Config:
    """What Alembic's commands take: our steps, on `connection`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
