"""`holdfast demo | serve | migrate | check-config | doctor | user add`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from holdfast.settings import SettingsError, default_config_path, load, load_config

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
user_app = typer.Typer(no_args_is_help=True, help="Accounts of people who sign in.")
app.add_typer(user_app, name="user")


def fail(message: str) -> None:
    """One clear line and a status that is not zero."""
    for line in message.splitlines():
        typer.echo(f"holdfast: {line}", err=True)
    raise typer.Exit(1)


def _run_parent(*, demo: bool) -> None:
    from holdfast.parent import Parent, ParentError

    try:
        raise typer.Exit(Parent(load(demo=demo)).run())
    except (SettingsError, ParentError) as error:
        fail(str(error))


@app.command()
def demo() -> None:
    """The whole centre on this machine, with a sandbox carrier in place of a real one."""
    _run_parent(demo=True)


@app.command()
def serve() -> None:
    """The centre with a real carrier account (see docs/settings.md)."""
    _run_parent(demo=False)


@app.command()
def migrate() -> None:
    """Brings the database to this version."""
    from router.records.database import Database, RecordUnavailable

    async def work() -> str:
        settings = load(demo=False)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        database = Database(settings.database_url)
        try:
            return await database.migrate()
        finally:
            await database.close()

    try:
        typer.echo(f"holdfast: the database is at revision {asyncio.run(work())}")
    except (SettingsError, RecordUnavailable, OSError) as error:
        fail(str(error))


@app.command(name="check-config")
def check_config(path: Annotated[Path | None, typer.Argument()] = None) -> None:
    """Reads a configuration file and tells every fault at once."""
    chosen = path or default_config_path()
    try:
        config = load_config(chosen)
    except SettingsError as error:
        fail(str(error))
    else:
        typer.echo(
            f"holdfast: {chosen} is good: {len(config.lines)} lines, {len(config.queues)} queues"
        )


@user_app.command(name="add")
def user_add(
    login: str,
    name: Annotated[str, typer.Option(help="Shown to colleagues")],
    role: Annotated[str, typer.Option(help="agent, supervisor or admin")] = "agent",
    skills: Annotated[str, typer.Option(help='JSON such as {"safety": 3, "en": 5}')] = "{}",
) -> None:
    """Adds an account; the password is asked for (or read from standard input)."""
    from holdfast.access import ROLES
    from holdfast.clock import now_ms
    from holdfast.security import Passwords
    from router.records import accounts
    from router.records.database import Database

    if role not in ROLES:
        fail(f"role {role!r}: choose one of {', '.join(ROLES)}")
    try:
        levels = json.loads(skills)
        assert isinstance(levels, dict)
        assert all(isinstance(v, int) and 1 <= v <= 5 for v in levels.values())
    except (ValueError, AssertionError):
        fail('skills: a JSON object of skill to level 1-5, such as {"safety": 3}')
    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    if len(password) < 12:
        fail("the password needs at least 12 characters")

    async def work() -> bool:
        settings = load(demo=False)
        database = Database(settings.database_url)
        try:
            await database.migrate()
            hashed = await Passwords().hash(password)
            async with database.write() as connection:
                added = await accounts.add(
                    connection,
                    login=login.strip().casefold(),
                    name=name,
                    role=role,
                    password_hash=hashed,
                    skills=levels,
                    now=now_ms(),
                )
            return added is not None
        finally:
            await database.close()

    try:
        if not asyncio.run(work()):
            fail(f"the login {login!r} is taken")
    except SettingsError as error:
        fail(str(error))
    typer.echo(f"holdfast: {name} can sign in as {login}")


def main() -> None:
    """Entry point."""
    app()


if __name__ == "__main__":
    main()
