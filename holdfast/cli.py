"""Runs a Holdfast centre, checks it, and manages its accounts and its record."""

from __future__ import annotations

import asyncio
import atexit
import gc
import os
import signal
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from holdfast.accounts.audit_commands import audit_app
from holdfast.accounts.commands import fail, user_app
from holdfast.lab.triage_command import triage_app
from holdfast.recovery.incident_commands import incidents_app
from holdfast.recovery.spool_commands import spool_app
from holdfast.settings.environment import (
    SettingsError,
    default_config_path,
    load,
    load_config,
    load_record,
    static_dir,
)

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
app.add_typer(user_app, name="user")
app.add_typer(spool_app, name="spool")
app.add_typer(audit_app, name="audit")
app.add_typer(incidents_app, name="incidents")
app.add_typer(triage_app, name="triage")


def _run_parent(*, demo: bool, role: str = "all") -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing is started yet; then the parent's own
    from holdfast.host.footing import ParentError
    from holdfast.processes.parent import Parent

    try:
        status = Parent(load(demo=demo), role).run()
    except (SettingsError, ParentError) as error:
        fail(str(error))
    raise typer.Exit(status)


@app.command()
def demo(
    tls: Annotated[
        bool,
        typer.Option("--tls", help="https on all interfaces, with a self-signed certificate"),
    ] = False,
    account: Annotated[
        str,
        typer.Option("--account", help="small: with the limits of a trial account; or full"),
    ] = "full",
) -> None:
    """The whole centre on this machine, with a sandbox carrier in place of a real one."""
    if account not in ("full", "small"):
        fail("--account must be full or small.")
    os.environ["SANDBOX_ACCOUNT"] = account
    if tls:
        from holdfast.http.selfsigned import settings_for_tls

        try:
            os.environ.update(settings_for_tls(load(demo=True)))
        except (SettingsError, OSError) as error:
            fail(str(error))
    _run_parent(demo=True)


@app.command()
def serve(
    role: Annotated[
        str,
        typer.Option(
            "--role",
            help="all; web: all but the sound; media: sound; router: timers and the record",
        ),
    ] = "all",
) -> None:
    """The centre with a real carrier account (see docs/settings.md)."""
    from holdfast.role import Role

    if role not in list(Role):
        fail(f"--role must be one of: {', '.join(Role)}.")
    if Role(role) is Role.ROUTER:
        _run_router()
    if Role(role) is Role.MEDIA:
        _run_media()
    _run_parent(demo=False, role=role)


def _run_media() -> NoReturn:
    from holdfast import logs
    from holdfast.host.footing import ParentError
    from holdfast.processes.media import run
    from holdfast.settings.environment import load

    try:
        settings = load(demo=False)
        if not settings.redis_url:
            fail("HOLDFAST_REDIS_URL is not set. This process needs the centre's store: set it.")
        if not settings.media_url:
            fail("HOLDFAST_MEDIA_URL is not set. The carrier opens streams there: docs/media.md.")
        logs.configure(os.environ.get("HOLDFAST_LOG", "info"))
        run(settings)
    except (SettingsError, ParentError) as error:
        fail(str(error))
    raise typer.Exit


@app.command()
def router() -> None:
    """The same as serve --role router; HOLDFAST_REDIS_URL names the shared store."""
    _run_router()


def _run_router() -> NoReturn:
    from holdfast import logs
    from holdfast.processes.router import RouterProcess

    url = os.environ.get("HOLDFAST_REDIS_URL", "")
    if not url:
        fail("HOLDFAST_REDIS_URL is not set. A router process needs the centre's store: set it.")
    logs.configure(os.environ.get("HOLDFAST_LOG", "info"))
    named = os.environ.get("HOLDFAST_CONFIG")
    path = Path(named) if named else default_config_path()
    try:
        config = load_config(path)
        database, _ = load_record()
        asyncio.run(RouterProcess(url, database, config, path).run())
    except SettingsError as error:
        fail(str(error))
    raise typer.Exit


@app.command()
def migrate() -> None:
    """Upgrades the database to this version."""
    from holdfast.host.data_folder import private
    from router.records.database import Database, RecordUnavailable

    async def work() -> str:
        url, data_dir = load_record()
        private(data_dir)
        database = Database(url)
        try:
            return await database.migrate()
        finally:
            await database.close()

    try:
        typer.echo(f"holdfast: the database is at revision {asyncio.run(work())}")
    except (SettingsError, RecordUnavailable, OSError) as error:
        fail(str(error))


@app.command()
def reload() -> None:
    """Makes the running centre read its configuration file again: all of it applies, or nothing."""
    from holdfast.processes.reload_command import ReloadError, reload_running

    data_dir = Path(os.environ.get("HOLDFAST_DATA_DIR") or "var").resolve()
    try:
        typer.echo(reload_running(data_dir))
    except ReloadError as error:
        fail(str(error))


@app.command(name="check-config")
def check_config(path: Annotated[Path | None, typer.Argument()] = None) -> None:
    """Checks a configuration file, with the clips that it names, and reports every fault."""
    from holdfast.clips import ClipFiles
    from holdfast.settings.clip_check import with_clips

    named = os.environ.get("HOLDFAST_CONFIG")
    chosen = path or (Path(named) if named else default_config_path())
    try:
        config = with_clips(ClipFiles(chosen, static_dir()), load_config)(chosen)
    except SettingsError as error:
        fail(str(error))
    typer.echo(
        f"holdfast: {chosen} is valid: {len(config.lines)} lines, {len(config.queues)} queues"
    )


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="For programs")] = False) -> None:
    """What waits and talks at this moment, and which processes carry sound."""
    from holdfast.host.store import socket_path
    from holdfast.processes.status_command import run
    from holdfast.settings.environment import load_record, secret

    try:
        _, data_dir = load_record()
        url = secret(os.environ, "HOLDFAST_REDIS_URL", []) or f"unix://{socket_path(data_dir)}"
    except SettingsError as error:
        fail(str(error))
    code, words = asyncio.run(run(url, as_json=as_json))
    typer.echo(words, err=code != 0)
    raise typer.Exit(code)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs")] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Check the set-up of `holdfast demo`")
    ] = False,
    call: Annotated[
        str | None,
        typer.Option("--call", metavar="NUMBER", help="Also make one real call to your own number"),
    ] = None,
) -> None:
    """Checks the whole set-up and prints the fix beside each fault."""
    from holdfast.doctor import examine, show

    checks = asyncio.run(examine(dict(os.environ), demo=demo))
    if call is not None:
        from holdfast.doctor.call import prove

        checks += asyncio.run(prove(dict(os.environ), call, demo=demo))
    raise typer.Exit(show(checks, as_json=as_json))


@app.command()
def recount(
    day: Annotated[
        str | None, typer.Argument(metavar="[DAY]", help="Such as 2026-11-20; today if omitted")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs")] = False,
    config: Annotated[Path | None, typer.Option(help="Names the zone")] = None,
) -> None:
    """Counts a day again from the event log and compares it with what was counted as it happened.

    docs/figures.md says what each word counts. Ends with 1 if a figure differs.
    """
    import json

    from holdfast.host.record import NoRecord
    from holdfast.lab.recount import compared
    from router.records.database import RecordUnavailable

    named = os.environ.get("HOLDFAST_CONFIG")
    chosen = config or (Path(named) if named else default_config_path())
    try:
        found = asyncio.run(compared(day, load_config(chosen)))
    except (SettingsError, NoRecord, ValueError, RecordUnavailable) as error:
        fail(str(error))
    typer.echo(json.dumps(found.as_data()) if as_json else found.as_text())
    raise typer.Exit(1 if found.differences else 0)


@app.command()
def replay(
    path: Annotated[Path, typer.Argument(metavar="TRACE.jsonl")],
    config: Annotated[Path | None, typer.Option(help="Targets, times and capacity")] = None,
) -> None:
    """Runs a trace through the real engine in virtual time; prints each decision as a JSON line."""
    from holdfast.lab.own_store import TrialError, run_replay

    try:
        asyncio.run(run_replay(path, config or default_config_path(), typer.echo))
    except (SettingsError, TrialError) as error:
        fail(str(error))


@app.command()
def simulate(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO.toml", help="A file, or the name of a shipped one")
    ] = "surge",
    rule: Annotated[str, typer.Option(help="ours, strict, linear or fifo")] = "ours",
    compare: Annotated[
        bool, typer.Option("--compare", help="Run all rules with the same people")
    ] = False,
    runs: Annotated[
        int | None, typer.Option("--runs", "--days", min=1, help="Independent repetitions")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed draws other people")] = None,
    pickup: Annotated[
        str | None, typer.Option(help="Delay until an agent accepts: zero, or a distribution")
    ] = None,
    from_records: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="The people and agents of a recorded day (2026-11-20)"),
    ] = None,
    agents: Annotated[
        int | None,
        typer.Option(min=1, help="With --from-records: compare that day with this many agents"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs")] = False,
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Bars with intervals")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Queues, targets and times")] = None,
) -> None:
    """Simulates a day on the real engine, in virtual time: what would have happened?

    docs/simulation.md says how scenarios are written and what the figures mean.
    """
    from holdfast.lab import simulate as room
    from holdfast.lab.own_store import TrialError

    named = os.environ.get("HOLDFAST_CONFIG")
    chosen = config or (Path(named) if named else default_config_path())
    was = ""
    try:
        settings = load_config(chosen)
        if from_records is not None:
            from holdfast.lab.recorded_day import recorded

            first = 1 if seed is None else seed
            day = asyncio.run(recorded(from_records, settings, agents, runs or 1, first))
            if agents is not None and not as_json:  # beside the staff it had, with the same people
                before = asyncio.run(recorded(from_records, settings, None, runs or 1, first))
                before.desk = room.with_pickup(before.desk, pickup)
                was = room.run(before, rule=rule, compare=compare, as_json=False, picture_path=None)
                day.recorded = None  # printed above
        elif agents is not None:
            fail("--agents needs --from-records: a scenario file sets its own agents")
        else:
            found = room.load_scenario(room.find_scenario(scenario), settings)
            day = room.day_of(found, settings, runs=runs, seed=seed)
        day.desk = room.with_pickup(day.desk, pickup)
        told = room.run(day, rule=rule, compare=compare, as_json=as_json, picture_path=picture)
    except (SettingsError, TrialError) as error:
        fail(str(error))
    typer.echo(f"{was}\n\n{told}" if was else told)


def main() -> None:
    """Entry point. At the end nothing is looked through once more: it is a third of a command."""
    atexit.register(gc.freeze)
    app()


if __name__ == "__main__":
    main()
