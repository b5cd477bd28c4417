"""`holdfast audit verify`: was the audit changed after it was written?"""

from __future__ import annotations

import asyncio

import typer

from holdfast.accounts.commands import fail
from holdfast.settings.environment import SettingsError, load_record

audit_app = typer.Typer(no_args_is_help=True, help="The audit trail: who did what.")


@audit_app.callback()
def _commands() -> None:
    """The audit trail: who did what."""


@audit_app.command()
def verify() -> None:
    """Checks the whole hash chain and names the first line that was changed, added or removed."""
    from holdfast.host.data_folder import no_record
    from router.records import audit
    from router.records.database import Database, RecordUnavailable
    from router.records.upgrades import head_revision

    async def work() -> tuple[int, str | None]:
        url, data_dir = load_record()
        if no_record(url):
            fail(f"there is no record in {data_dir} yet")
        database = Database(url)
        try:
            if await database.revision() != head_revision():
                fail("the database belongs to another version. Run: holdfast migrate")
            async with database.read() as connection:
                return await audit.verify(connection)
        finally:
            await database.close()

    try:
        count, fault = asyncio.run(work())
    except (SettingsError, RecordUnavailable) as error:
        fail(str(error))
    if fault is not None:
        fail(
            f"the audit was altered: {fault}. The {count} lines before it are unchanged."
            " What to do now: docs/runbook.md, The audit was altered."
        )
    typer.echo(f"holdfast: the audit is intact: {count} lines")
