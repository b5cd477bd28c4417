"""`holdfast incidents closed-by-upgrade | reopen`: incidents that an upgrade closed, and back.

Lists show no personal data: only number, severity and moments.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer

from holdfast.accounts.commands import fail
from holdfast.settings.environment import SettingsError

AT_ONCE = 200
"""Incidents in one transaction: a centre that runs goes on between two."""
WHAT_TO_DO = """
Nobody had touched them for seven days, and nothing kept them open. Each opens by itself when its
people call or write. To open them now:
  holdfast incidents reopen INC-20401 INC-20402   those that you name
  holdfast incidents reopen --closed-by-upgrade   all of these"""

T = TypeVar("T")
incidents_app = typer.Typer(
    no_args_is_help=True, help="Incidents that an upgrade closed, and how to reopen them."
)


@incidents_app.command(name="closed-by-upgrade")
def closed_by_upgrade() -> None:
    """Lists the incidents that an upgrade closed and that are still closed."""
    from router.records import incident_changes

    async def work(database: Any) -> list[Any]:
        async with database.read() as connection:
            return list(await incident_changes.closed_by_upgrade(connection))

    rows = _with_record(work)
    if not rows:
        typer.echo("holdfast: no incident is closed by an upgrade.")
        return
    for row in rows:
        typer.echo(f"INC-{row.number}  S{row.severity}  last touched {_moment(row.touched_at)}")
    typer.echo(WHAT_TO_DO)


@incidents_app.command(name="reopen")
def reopen(
    names: Annotated[list[str] | None, typer.Argument(metavar="[INC-n]...")] = None,
    by_upgrade: Annotated[
        bool, typer.Option("--closed-by-upgrade", help="All that an upgrade closed")
    ] = False,
) -> None:
    """Opens closed incidents again as they were: those that you name, or all that an upgrade
    closed. Each is written into the audit."""
    numbers = [_number(name) for name in names or ()]
    if by_upgrade == bool(numbers):
        fail("name incidents, such as INC-20401, or give --closed-by-upgrade. Nothing was done.")

    async def work(database: Any) -> int:
        from router.records import incident_changes, people

        async with database.read() as connection:
            if by_upgrade:
                ids = [row.id for row in await incident_changes.closed_by_upgrade(connection)]
            else:
                found = [await people.incident_by_number(connection, n) for n in numbers]
                unknown = [f"INC-{n}" for n, it in zip(numbers, found, strict=True) if it is None]
                if unknown:
                    fail(f"no such incident: {', '.join(unknown)}. Nothing was done.")
                ids = [it.id for it in found if it is not None]
        opened = 0
        for at in range(0, len(ids), AT_ONCE):
            async with database.write() as connection:
                for incident in ids[at : at + AT_ONCE]:
                    opened += await _reopened(connection, incident)
        return opened

    opened = _with_record(work)
    typer.echo(f"holdfast: {opened} reopened.")
    if len(numbers) > opened:
        typer.echo(f"holdfast: {len(numbers) - opened} were open already.")


async def _reopened(connection: Any, incident: str) -> bool:
    from holdfast.clock import now_ms
    from router.core.incident import CLOSED, OPERATOR
    from router.incidents.life import undo
    from router.records import incident_changes

    row = await incident_changes.held(connection, incident)
    if row is None or row.state != CLOSED:
        return False
    await undo(connection, incident, row.severity, OPERATOR, now_ms(), touch=False)
    return True


def _number(name: str) -> int:
    hit = re.fullmatch(r"(?:INC-)?(\d{1,9})", name.strip(), re.IGNORECASE)
    if hit is None:
        fail(f"{name!r} is not an incident such as INC-20401. Nothing was done.")
    return int(hit[1])


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _with_record(work: Callable[[Any], Awaitable[T]]) -> T:
    from holdfast.host.record import NoRecord, opened_record
    from router.records.database import RecordUnavailable

    async def run() -> T:
        async with opened_record() as database:
            return await work(database)

    try:
        return asyncio.run(run())
    except (SettingsError, NoRecord, RecordUnavailable) as error:
        fail(str(error))
