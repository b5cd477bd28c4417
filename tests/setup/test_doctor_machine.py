"""Doctor, this machine: store, record, disk, media, mail, settings."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from holdfast.doctor import State, machine
from holdfast.doctor.store import live_store
from holdfast.host.store import find_server
from holdfast.settings.environment import DEMO_SECRET_KEY, default_config_path
from softphone import port
from tests.kit.centre import free_port
from tests.setup.conftest import Setup


@asynccontextmanager
async def store(folder: Path, *flags: str) -> AsyncIterator[str]:
    """A store of our own; its address."""
    path = folder / "s.sock"
    process = await asyncio.create_subprocess_exec(
        find_server(),
        *("--port", "0", "--unixsocket", str(path), "--dir", str(folder), *flags),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            async for line in process.stdout:
                if b"ready to accept" in line.lower():
                    break
        yield f"unix://{path}"
    finally:
        process.terminate()
        await process.communicate()


async def test_store_that_evicts_fails(setup: Setup, tmp_path: Path) -> None:
    flags = ("--maxmemory-policy", "allkeys-lru", "--appendonly", "yes")
    async with store(tmp_path, *flags) as url:
        outcome = await setup.only("store eviction", HOLDFAST_REDIS_URL=url)
    assert "allkeys-lru" in outcome.what
    assert "noeviction" in outcome.mend


async def test_store_that_keeps_nothing_fails(setup: Setup, tmp_path: Path) -> None:
    async with store(tmp_path, "--save", "", "--appendonly", "no") as url:
        outcome = await setup.only("store persistence", HOLDFAST_REDIS_URL=url)
    assert "appendonly yes" in outcome.mend


async def test_store_away_fails(setup: Setup, tmp_path: Path) -> None:
    outcome = await setup.only("store", HOLDFAST_REDIS_URL=f"unix://{tmp_path}/none.sock")
    assert "does not answer" in outcome.what


async def test_store_too_old_fails(setup: Setup) -> None:
    said = b"redis_version:6.2.14\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\n"

    async def old(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while header := await reader.readline():
            words = []
            for _ in range(int(header[1:])):
                size = int((await reader.readline())[1:])
                words.append((await reader.readexactly(size + 2))[:-2].upper())
            if words[0] == b"INFO":
                writer.write(b"$%d\r\n%s\r\n" % (len(said), said))
            else:
                writer.write(b"-ERR unknown command\r\n" if words[0] == b"HELLO" else b"+OK\r\n")
        writer.close()

    server = await asyncio.start_server(old, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        url = f"redis://127.0.0.1:{port}/0?protocol=2"
        outcome = await setup.only("store", HOLDFAST_REDIS_URL=url)
    assert "6.2.14 is too old" in outcome.what


async def test_embedded_store_is_looked_at_while_the_centre_runs(setup: Setup) -> None:
    found = await live_store(None, setup.centre.data_dir, True)
    assert [outcome.state for outcome in found] == [State.OK] * 3


async def test_database_of_another_revision_fails(setup: Setup, tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table alembic_version (version_num text)")
        connection.execute("insert into alembic_version values ('0000')")
    outcome = await setup.only("database", HOLDFAST_DATABASE_URL=f"sqlite:///{path}")
    assert "0000" in outcome.what
    assert "holdfast migrate" in outcome.mend


async def test_file_that_is_no_database_fails(setup: Setup, tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("this is a letter, not a database" * 100)
    await setup.only("database", HOLDFAST_DATABASE_URL=f"sqlite:///{path}")


async def test_database_server_away_fails(setup: Setup) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    await setup.only("database", HOLDFAST_DATABASE_URL=url)


async def test_doctor_makes_no_database(setup: Setup, tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    await setup.only("database", State.WARN, HOLDFAST_DATABASE_URL=f"sqlite:///{path}")
    assert not path.exists()


async def test_data_folder_that_cannot_be_written_fails(setup: Setup, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    outcome = await setup.only("data folder", HOLDFAST_DATA_DIR=str(tmp_path / "file"))
    assert "HOLDFAST_DATA_DIR" in outcome.mend


@pytest.mark.parametrize(("limit", "state"), [("DISK_FAIL", State.FAIL), ("DISK_WARN", State.WARN)])
async def test_full_disk(
    setup: Setup, limit: str, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, limit, 1 << 60)
    await setup.only("disk", state)


async def test_media_address_of_another_machine_warns(setup: Setup) -> None:
    outcome = await setup.only("media address", State.WARN, HOLDFAST_MEDIA_ADDRESS="192.0.2.7")
    assert "1:1" in outcome.mend


def test_loopback_media_behind_a_public_name_fails() -> None:
    outcome = machine.media_address("127.0.0.1", "https://desk.example.org")
    assert outcome.state is State.FAIL


async def test_a_small_buffer_for_sound_warns(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port, "BUFFER_BYTES", 1 << 30)
    outcome = await setup.only("sound buffer", State.WARN)
    assert "net.core.rmem_max" in outcome.mend


async def test_mail_server_away_fails(setup: Setup) -> None:
    outcome = await setup.only("mail", HOLDFAST_SMTP_URL=f"smtp://127.0.0.1:{free_port()}")
    assert "HOLDFAST_SMTP_URL" in outcome.mend


async def test_mail_not_set_up_is_said_so(setup: Setup) -> None:
    outcome = await setup.only("mail", State.WARN, HOLDFAST_SMTP_URL=None)
    assert "email is not set up" in outcome.what


async def test_mail_without_a_way_in_warns(setup: Setup) -> None:
    await setup.only("mail", State.WARN, HOLDFAST_EMAIL_SECRET=None)


async def test_unknown_setting_fails(setup: Setup) -> None:
    assert "HOLDFAST_PROT" in (await setup.only("settings", HOLDFAST_PROT="8080")).what


async def test_sample_secret_fails(setup: Setup) -> None:
    outcome = await setup.only("secrets", HOLDFAST_SECRET_KEY=DEMO_SECRET_KEY)
    assert "HOLDFAST_SECRET_KEY" in outcome.what
    assert DEMO_SECRET_KEY not in outcome.what + outcome.mend


async def test_wrong_key_in_the_configuration_fails(setup: Setup, tmp_path: Path) -> None:
    config = tmp_path / "holdfast.toml"
    config.write_text("zoen = 'UTC'\n" + default_config_path().read_text())
    outcome = await setup.only("configuration", HOLDFAST_CONFIG=str(config))
    assert "zoen" in outcome.what


async def test_nothing_set_gives_a_report_not_a_trace(setup: Setup, tmp_path: Path) -> None:
    empty: dict[str, str | None] = dict.fromkeys(setup.env)
    empty["HOLDFAST_DATA_DIR"] = str(tmp_path / "new")
    empty["TWILIO_API_BASE_URL"] = setup.carrier.url  # nobody outside is asked
    found = await setup.examine(**empty)
    assert found["settings"].state is State.FAIL
    assert found["credentials"].state is State.UNKNOWN
    assert not (tmp_path / "new").exists()
