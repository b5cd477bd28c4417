"""The parent: what it starts it keeps alive, and ends; nothing is left."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from holdfast.host.store import SOCKET_LIMIT, find_server, socket_path
from holdfast.settings.environment import default_config_path
from tests.setup.processes import COMMAND, Tree, clean, gone, good, run, tree, until


def pid_of(folder: Path, name: str = "worker.pid") -> int:
    try:
        return int((folder / name).read_text())
    except (OSError, ValueError):
        return 0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tree]:
    """One centre for the tests that kill parts of it."""
    folder = tmp_path_factory.mktemp("life")
    async with tree("serve", folder, good(folder)) as started:
        yield started


@pytest.mark.parametrize(("name", "deep"), [("SIGINT", ""), ("SIGTERM", "long" * 30)])
async def test_one_signal_ends_everything_that_was_started(
    tmp_path: Path, name: str, deep: str
) -> None:
    """Also where the data folder's path is too long for a socket in it."""
    tmp_path /= deep
    tmp_path.mkdir(exist_ok=True)
    short = socket_path(tmp_path)
    assert len(os.fsencode(short)) <= SOCKET_LIMIT
    assert (tmp_path in short.parents) is not bool(deep)
    async with tree("serve", tmp_path, good(tmp_path)) as centre:
        members = centre.members()
        names = " ".join(" ".join(member.cmdline()) for member in members)
        assert len(members) == 4, names  # with the template, of which the worker is a copy
        assert "holdfast.processes.worker" in names
        assert socket_path(tmp_path).exists()
        centre.process.send_signal(getattr(signal, name))
        async with asyncio.timeout(60):
            assert await centre.process.wait() == 0, centre.words()
        assert gone(members), [m for m in members if m.is_running()]
        assert not socket_path(tmp_path).exists()
        assert "Traceback" not in centre.words()


async def test_kill_of_the_parent_ends_its_children_and_the_next_start_works(
    tmp_path: Path,
) -> None:
    env = good(tmp_path)
    async with tree("serve", tmp_path, env) as centre:
        members = centre.members()
        worker = psutil.Process(pid_of(tmp_path))
        centre.process.kill()
        await centre.process.wait()
        # At once, on the same port and folder: it waits for what is left, or replaces it.
        async with tree("serve", tmp_path, env) as again:
            assert gone([worker]), "the old worker is still there"
            assert await again.get() == 200
        await until(lambda: gone(members), "children of a killed parent end by themselves")


@pytest.mark.asyncio(loop_scope="module")
async def test_killed_worker_comes_back_and_requests_wait_instead_of_failing(
    centre: Tree,
) -> None:
    first = pid_of(centre.folder)
    os.kill(first, signal.SIGSTOP)  # nobody accepts from here on
    os.kill(first, signal.SIGKILL)
    await until(lambda: not psutil.pid_exists(first) or pid_of(centre.folder) != first, "it died")
    async with asyncio.timeout(60):
        answers = await asyncio.gather(*(centre.get() for _ in range(20)))
    assert answers == [200] * 20
    assert pid_of(centre.folder) not in (0, first)
    assert "worker ended (-9), restarting" in centre.words()


def template_of(centre: Tree) -> int:
    """The process of which workers are copies; 0: there is none."""
    for member in centre.members():
        with contextlib.suppress(psutil.Error):  # it ends in this moment
            if "--template" in member.cmdline() and member.pid != pid_of(centre.folder):
                return member.pid if member.status() != psutil.STATUS_ZOMBIE else 0
    return 0


def is_a_child(centre: Tree, pid: int) -> bool:
    try:
        return psutil.Process(pid).ppid() == centre.process.pid
    except psutil.Error:
        return False


@pytest.mark.asyncio(loop_scope="module")
async def test_each_worker_is_a_copy_that_the_parent_watches_and_outlives_its_template(
    centre: Tree,
) -> None:
    template, first = template_of(centre), pid_of(centre.folder)
    assert is_a_child(centre, template)
    assert is_a_child(centre, first)
    assert psutil.Process(template).num_threads() == 1, "a copy would have no other"
    os.kill(first, signal.SIGKILL)
    await until(lambda: pid_of(centre.folder) not in (0, first), "a new worker")
    second = pid_of(centre.folder)
    assert template_of(centre) == template, "the same is copied again"
    assert is_a_child(centre, second)
    assert await centre.get() == 200
    os.kill(template, signal.SIGKILL)
    await until(lambda: template_of(centre) not in (0, template), "one that died is replaced")
    assert pid_of(centre.folder) == second, "its worker goes on"
    assert await centre.get() == 200


@pytest.mark.asyncio(loop_scope="module")
async def test_worker_and_template_die_together(centre: Tree) -> None:
    template, first = template_of(centre), pid_of(centre.folder)
    for pid in (template, first):
        os.kill(pid, signal.SIGKILL)
    await until(lambda: pid_of(centre.folder) not in (0, first), "a new worker, with no template")
    assert await centre.get() == 200
    await until(lambda: template_of(centre) not in (0, template), "a new template")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_restart_that_is_asked_for_begins_from_the_start(centre: Tree) -> None:
    """What is installed may be newer than what the template has read."""
    template, first = template_of(centre), pid_of(centre.folder)
    centre.process.send_signal(signal.SIGHUP)
    await until(lambda: pid_of(centre.folder) not in (0, first), "a new worker")
    assert template_of(centre) not in (0, template), "it is a copy of a new one"
    assert is_a_child(centre, pid_of(centre.folder))
    assert await centre.get() == 200
    assert not psutil.pid_exists(template)


@pytest.mark.asyncio(loop_scope="module")
async def test_killed_store_comes_back_on_the_same_data(
    centre: Tree,
) -> None:
    first = pid_of(centre.folder, "store/store.pid")
    os.kill(first, signal.SIGKILL)
    await until(lambda: pid_of(centre.folder, "store/store.pid") not in (0, first), "a new store")
    async with asyncio.timeout(60):
        while await centre.get("/readyz") != 200:
            await asyncio.sleep(0.05)
    assert centre.process.returncode is None


async def test_store_left_over_by_a_crash_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir(parents=True)
    left = subprocess.Popen(
        [
            find_server(),
            *("--port", "0", "--unixsocket", str(socket_path(tmp_path)), "--dir", str(folder)),
            *("--save", "", "--logfile", str(tmp_path / "left.log")),
        ]
    )
    try:
        (folder / "store.pid").write_text(str(left.pid))
        await until(lambda: socket_path(tmp_path).exists(), "the left-over store listens")
        async with tree("serve", tmp_path, good(tmp_path)) as centre:
            assert left.wait(5) is not None
            assert pid_of(tmp_path, "store/store.pid") != left.pid
            assert await centre.get("/readyz") in (200, 503)
    finally:
        left.kill()
        left.wait()


@pytest.mark.asyncio(loop_scope="module")
async def test_second_holdfast_on_one_data_folder_is_refused(
    centre: Tree,
) -> None:
    store = pid_of(centre.folder, "store/store.pid")
    status, _, errors = await run("serve", env=good(centre.folder))
    assert status == 1
    assert f"Another holdfast (process {centre.process.pid})" in errors
    assert "HOLDFAST_DATA_DIR" in errors
    assert pid_of(centre.folder, "store/store.pid") == store
    assert await centre.get() == 200


async def test_demo_stays_on_this_machine_and_away_from_the_real_carrier(tmp_path: Path) -> None:
    env = good(tmp_path, TWILIO_ACCOUNT_SID="AC" + "9" * 32, TWILIO_REGION="ie1")
    del env["HOLDFAST_HOST"], env["HOLDFAST_PUBLIC_URL"]
    env["HOLDFAST_SMTP_URL"] = "smtp://mail.example.org"
    env["HOLDFAST_CONFIG"] = str(default_config_path())
    async with tree("demo", tmp_path, env) as demo:
        port = int(env["HOLDFAST_PORT"])
        listening = {
            (connection.laddr.ip, connection.laddr.port)
            for member in demo.members()
            for connection in member.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
        }
        assert ("127.0.0.1", port) in listening
        assert {ip for ip, _ in listening} <= {"127.0.0.1", "::1"}
        assert "ready in" in demo.announced
        assert await demo.get("/sandbox/phone") == 200
        members = demo.members()
        status, said, errors = await run("doctor", "--demo", "--json", env=env)
        assert (status, errors) == (0, "")
        checks = json.loads(said)["checks"]
        calm = [check for check in checks if check["state"] == "ok"]
        other = {check["check"]: check["state"] for check in checks if check not in calm}
        assert len(calm) == 32
        assert set(other.values()) == {"warn"}, other
        assert all("fallback" in check for check in other), other
        rest = (await demo.process.stdout.read(4000)).decode()  # type: ignore[union-attr]
        for word in (f"http://localhost:{port}/desk", "priya", "supervisor", "holdfast-demo"):
            assert word in rest
        demo.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(60):
            last, _ = await demo.process.communicate()
        assert demo.process.returncode == 0
        assert gone(members)
        assert last.decode().endswith("Stopped. Data kept in " + str(tmp_path) + "/.\n")
        # Nothing around what the terminal shows; how long it takes is up to the machine.
        assert re.sub(r"holdfast: waiting for calls to end, .*\n", "", demo.words()) == ""
        assert "centre.ready" in (tmp_path / "demo.log").read_text()


@pytest.mark.parametrize("sign", ["store", "store/store.pid", "sandbox.json", "worker.pid"])
async def test_ctrl_c_while_it_starts_ends_cleanly(tmp_path: Path, sign: str) -> None:
    env = good(tmp_path)
    del env["HOLDFAST_HOST"], env["HOLDFAST_PUBLIC_URL"]
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, "demo"),
        env=clean(env),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    await until(lambda: (tmp_path / sign).exists(), sign)
    members = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(60):
        out, errors = await process.communicate()
    assert (process.returncode, errors.decode()) == (0, "")
    assert out.decode().strip() == f"Stopped. Data kept in {tmp_path}/."
    assert gone(members)


async def test_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        status, _, errors = await run("serve", env=good(tmp_path, HOLDFAST_PORT=port))
    assert status == 1
    assert errors.count("\n") == 1
    assert f"Port {port}" in errors
    assert "HOLDFAST_PORT" in errors
    assert not (tmp_path / "store" / "store.pid").exists()


async def test_data_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", Path("/proc/holdfast")):
        status, _, errors = await run("serve", env=good(folder))
        assert status == 1
        assert errors.count("\n") == 1
        assert f"The data folder {folder} cannot be written" in errors
        assert "HOLDFAST_DATA_DIR" in errors


async def test_database_of_a_newer_version_ends_with_words(tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "holdfast.db") as connection:
        connection.execute("create table alembic_version (version_num text)")
        connection.execute("insert into alembic_version values ('9999')")
    status, _, errors = await run("serve", env=good(tmp_path))
    assert status == 1
    assert "made by another version" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("command", ["serve", "demo"])
async def test_it_starts_from_the_folder_above_a_clone(tmp_path: Path, command: str) -> None:
    """That clone is a folder called holdfast, which Python would take for the package."""
    for name in ("holdfast", "channels"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    data = tmp_path / "data"
    async with tree(command, data, good(data), tmp_path, first=True) as centre:
        assert await centre.get("/livez") == 200


async def test_a_parent_whose_words_nobody_takes_keeps_its_worker_alive(tmp_path: Path) -> None:
    """Standard error on a full disk: the line about a dead worker fails nothing."""
    with open("/dev/full", "w") as full:
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            "serve",
            env=clean(good(tmp_path)),
            stdout=asyncio.subprocess.PIPE,
            stderr=full,
        )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        assert b"ready" in await process.stdout.readline()
    first = pid_of(tmp_path)
    os.kill(first, signal.SIGKILL)
    await until(lambda: pid_of(tmp_path) not in (0, first), "a new worker", 60)
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(60):
        assert await process.wait() == 0
