"""`holdfast audit list | verify`: who did what, and whether anybody has changed that since."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from holdfast.accounts.commands import fail
from holdfast.settings.environment import SettingsError

audit_app = typer.Typer(no_args_is_help=True, help="The audit trail: who did what.")


@audit_app.callback()
def _commands() -> None:
    """The audit trail: who did what."""


SINCE = "A day (2026-11-29), or a span until now (30m, 12h, 7d)"


@audit_app.command(name="list")
def list_lines(
    by: Annotated[str, typer.Option(help="Login of who did it")] = "",
    of: Annotated[str, typer.Option(help="What it was done to: INC-20419, a login, an id")] = "",
    action: Annotated[
        str, typer.Option(help="Part of the action's name: beside, severity, account")
    ] = "",
    since: Annotated[str, typer.Option(help=SINCE)] = "",
    newest: Annotated[int, typer.Option(min=1, max=100_000, help="So many at most")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object a line")] = False,
) -> None:
    """Lists lines of the audit, the newest last, in universal time. It only reads."""
    from holdfast.clock import now_ms
    from holdfast.host.record import NoRecord, opened_record
    from router.records import accounts, audit_lines
    from router.records.database import RecordUnavailable

    begin = _since(since, now_ms())

    async def work() -> list[audit_lines.Line]:
        async with opened_record() as database, database.read() as connection:
            account = await accounts.by_login(connection, by.casefold()) if by else None
            if by and account is None:
                fail(f"no account has the login {by!r}")
            subjects = await audit_lines.subjects_of(connection, of) if of else None
            if subjects == ():
                fail(f"no such incident: {of}")
            wanted = audit_lines.Wanted(
                account.id if account else None, subjects, action, begin, newest
            )
            return await audit_lines.lines(connection, wanted)

    try:
        found = asyncio.run(work())
    except (SettingsError, NoRecord, RecordUnavailable) as error:
        fail(str(error))
    for line in found:
        if as_json:
            typer.echo(json.dumps(asdict(line), ensure_ascii=False))
        else:
            at = datetime.fromtimestamp(line.at / 1000, UTC)
            words = (f"{at:%Y-%m-%d %H:%M:%S}", line.by, line.action, line.of, line.detail)
            typer.echo("  ".join(word for word in words if word))
    if not found and not as_json:
        typer.echo("holdfast: no such line")


def _since(text: str, now: int) -> int:
    """The moment, ms; 0 for an empty text."""
    if not text:
        return 0
    if span := re.fullmatch(r"(\d{1,6})([mhd])", text):
        unit = {"m": "minutes", "h": "hours", "d": "days"}[span[2]]
        return now - int(timedelta(**{unit: int(span[1])}).total_seconds() * 1000)
    try:
        begin = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        fail(f"--since {text!r}: a day such as 2026-11-29, or a span such as 12h")
    return int(begin.timestamp() * 1000)


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
