"""A throwaway PostgreSQL: its own cluster in a temporary folder, on a free loopback port."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.kit.centre import free_port


def _binary(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = str(found[-1]) if found else shutil.which(name)
    if not path:
        raise AssertionError("PostgreSQL is missing. Install with: sudo apt-get install postgresql")
    return path


class PostgresServer:
    """One cluster; `stop` and `start` keep its data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._data = folder / "data"
        self._as_user: list[str] = []
        if os.getuid() == 0:  # the server refuses to run as root
            shutil.chown(folder, "postgres")
            folder.chmod(0o755)
            self._as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self._environment = {**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8"}
        self._server: subprocess.Popen[bytes] | None = None
        self._one = threading.Lock()
        subprocess.run(
            [*self._as_user, _binary("initdb"), "-D", str(self._data), "-A", "trust", "-U",
             "holdfast", "-N"],
            check=True, stdout=subprocess.DEVNULL, env=self._environment, cwd=folder,
        )  # fmt: skip

    @property
    def url(self) -> str:
        """Address of its one database."""
        return f"postgresql://holdfast@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Returns once it answers."""
        with self._one:
            self._start()

    def _start(self) -> None:
        self._server = subprocess.Popen(
            [
                *(*self._as_user, _binary("postgres"), "-D", str(self._data)),
                *("-p", str(self._port), "-c", "listen_addresses=127.0.0.1"),
                *("-c", f"unix_socket_directories={self._folder}", "-c", "fsync=off"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._environment,
            cwd=self._folder,
        )
        for _ in range(200):
            ready = subprocess.run(
                [_binary("pg_isready"), "-h", "127.0.0.1", "-p", str(self._port), "-q", "-t", "1"],
                check=False,
            )
            if ready.returncode == 0:
                return
            try:
                self._server.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError("PostgreSQL did not start")

    def stop(self) -> None:
        """Cuts everybody who is connected; what was committed stays.

        If a start is under way, this waits for it first: a server that is not up yet receives
        no signal.
        """
        with self._one:
            if self._server is not None:
                self._server.send_signal(signal.SIGINT)
                self._server.wait(60)
                self._server = None


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A running cluster in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="holdfast-pg-"))
    server = PostgresServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_postgres() -> Iterator[str]:
    """Address of an empty database."""
    with postgres_server() as server:
        yield server.url
