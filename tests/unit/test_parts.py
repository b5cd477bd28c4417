"""A process is a list of parts by its role."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from holdfast import cli
from holdfast.parts import House, Part
from holdfast.parts.life import Process
from holdfast.parts.roles import PARTS, built, load
from holdfast.role import Role
from holdfast.settings.environment import default_config_path
from holdfast.settings.reload import ConfigFile
from router.core.current import Current
from router.live.engine import Engine
from router.live.step_feed import StepFeed
from router.records.database import Database, RecordUnavailable
from tests.kit.store import CONFIG, centre_of


def house(folder: Path) -> House:
    """Of a process without a store; its record is an empty file."""
    database = Database(f"sqlite:///{folder / 'record.db'}")
    centre = centre_of(database, Engine("unix:///nowhere"), config=Current(CONFIG))
    found = House(centre, ConfigFile(default_config_path()))
    found.keep(StepFeed, StepFeed(centre.engine, cast(Any, None), cast(Any, None)))
    return found


@pytest.mark.parametrize("role", list(Role))
def test_each_role_has_its_parts(role: Role) -> None:
    assert len(load(role)) == len(PARTS[role]) > 0


def test_a_role_that_nobody_knows_is_refused_with_those_there_are() -> None:
    answer = CliRunner().invoke(cli.app, ["serve", "--role", "brain"])
    assert answer.exit_code == 1
    assert "--role must be one of: all, web, router, media" in answer.output


def test_a_process_for_sound_needs_the_shared_store_and_its_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = {
        "HOLDFAST_PUBLIC_URL": "http://127.0.0.1:8080", "HOLDFAST_DATA_DIR": str(tmp_path),
        "HOLDFAST_SECRET_KEY": "k" * 32, "HOLDFAST_EMAIL_SECRET": "an email secret of a test",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "0" * 32,
    }  # fmt: skip
    monkeypatch.delenv("HOLDFAST_REDIS_URL", raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    answer = CliRunner().invoke(cli.app, ["serve", "--role", "media"])
    assert answer.exit_code == 1
    assert "HOLDFAST_REDIS_URL is not set" in answer.output
    monkeypatch.setenv("HOLDFAST_REDIS_URL", "redis://127.0.0.1:1")
    answer = CliRunner().invoke(cli.app, ["serve", "--role", "media"])
    assert answer.exit_code == 1
    assert "HOLDFAST_MEDIA_URL is not set" in answer.output


def test_a_router_needs_the_shared_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOLDFAST_REDIS_URL", raising=False)
    for words in (["serve", "--role", "router"], ["router"]):
        answer = CliRunner().invoke(cli.app, words)
        assert answer.exit_code == 1
        assert "HOLDFAST_REDIS_URL is not set" in answer.output


async def test_a_router_is_made_of_parts_of_the_same_list(tmp_path: Path) -> None:
    found = House(house(tmp_path).centre, ConfigFile(default_config_path()))
    parts = built(found, Role.ROUTER)
    assert [name for part in parts for name in part.tasks] == [
        "recorder", "deadlines", "feed", "sweeper", "reload",
    ]  # fmt: skip
    assert [route for part in parts for route in part.routes] == []
    await Process(found, parts).close(drained=False)


def test_two_tasks_of_one_name_are_refused(tmp_path: Path) -> None:
    async def nothing() -> None: ...

    with pytest.raises(ValueError, match="of one name: beat"):
        Process(house(tmp_path), [Part(tasks={"beat": nothing}), Part(tasks={"beat": nothing})])


@pytest.mark.parametrize(
    ("module", "role", "sound"),
    [
        ("holdfast.processes.router", Role.ROUTER, False),
        ("holdfast.app", Role.ALL, True),
        ("holdfast.app", Role.WEB, True),
        ("holdfast.processes.media", Role.MEDIA, True),
    ],
)
def test_a_process_loads_its_own_parts_and_a_template_has_loaded_all(
    module: str, role: Role, sound: bool
) -> None:
    """A router has no sound and no server; a copy of a template loses no time with imports."""
    names = [f"holdfast.parts.{name}" for name in PARTS[role]]
    more = "" if sound else "import holdfast.parts.roles as r; r.load(r.Role.ROUTER); "
    ask = f"import sys, {module}; {more}print([n in sys.modules for n in {names}], "
    ask += "[n in sys.modules for n in ('aiortc', 'aiohttp', 'channels.voice.link')])"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == f"{[True] * len(names)} {[sound] * 3}"


async def test_two_of_one_kind_and_none_are_faults(tmp_path: Path) -> None:
    found = house(tmp_path)
    with pytest.raises(ValueError, match="two of ConfigFile"):
        found.keep(ConfigFile, found[ConfigFile])
    with pytest.raises(LookupError, match="no part of this process has a Path"):
        found[Path]
    assert found.get(Path) is None


async def test_a_part_serves_runs_hears_and_ends_with_its_process(tmp_path: Path) -> None:
    """All that a new feature needs: one part, and no line elsewhere."""
    did: list[str] = []
    began = asyncio.Event()

    async def run() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            did.append("stopped")

    async def drain() -> None:
        did.append("drained")

    async def close() -> None:
        did.append("closed")

    found = house(tmp_path)
    part = Part(
        tasks={"mine": run},
        listeners=[lambda _id, _step: did.append("heard")],
        drain=drain,
        close=close,
    )
    process = Process(found, [part])
    async with process.running() as tasks:
        await began.wait()
        assert list(tasks) == ["mine"]
        for listener in found[StepFeed]._listeners:
            listener("1-0", cast(Any, None))
    await process.close(drained=True)
    assert did == ["heard", "stopped", "drained", "closed"]


async def test_what_cannot_be_drained_keeps_nobody_from_ending(tmp_path: Path) -> None:
    closed = []

    async def away() -> None:
        raise RecordUnavailable("away")

    async def close() -> None:
        closed.append(True)

    await Process(house(tmp_path), [Part(drain=away), Part(close=close)]).close(drained=True)
    assert closed == [True]
