"""`holdfast audit verify`: was the audit changed after it was written?"""

from __future__ import annotations

import asyncio

import typer

from holdfast.accounts.commands import fail
from holdfast.settings.environment import SettingsError

audit_app = typer.Typer(no_args_is_help=True, help="The audit trail: who did what.")


@audit_app.callback()
def _commands() -> None:
    """The audit trail: who did what."""


@audit_app.command()
def verify() -> None:
    """Checks the whole hash chain and names the first line that was changed, added or removed."""
    from holdfast.host.record import NoRecord, opened_record
    from router.records import audit
    from router.records.database import RecordUnavailable

    async def work() -> tuple[int, str | None]:
        async with opened_record() as database, database.read() as connection:
            return await audit.verify(connection)

    try:
        count, fault = asyncio.run(work())
    except (SettingsError, NoRecord, RecordUnavailable) as error:
        fail(str(error))
    if fault is not None:
        fail(
            f"the audit was altered: {fault}. The {count} lines before it are unchanged."
            " What to do now: docs/runbook.md, The audit was altered."
        )
    typer.echo(f"holdfast: the audit is intact: {count} lines")
