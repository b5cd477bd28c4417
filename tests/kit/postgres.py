"""A throwaway PostgreSQL: its own cluster in a temporary folder, on a free loopback port."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
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


@contextmanager
def running_postgres() -> Iterator[str]:
    """Address of an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="holdfast-pg-"))
    data, port = folder / "data", free_port()
    as_user: list[str] = []
    if os.getuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres")
        folder.chmod(0o755)
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    environment = {**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    subprocess.run(
        [*as_user, _binary("initdb"), "-D", str(data), "-A", "trust", "-U", "holdfast", "-N"],
        check=True,
        stdout=subprocess.DEVNULL,
        env=environment,
        cwd=folder,
    )
    server = subprocess.Popen(
        [
            *(*as_user, _binary("postgres"), "-D", str(data), "-p", str(port)),
            *("-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"),
            *("-c", "fsync=off"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=folder,
    )
    try:
        for _ in range(200):
            ready = subprocess.run(
                [_binary("pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-q", "-t", "1"],
                check=False,
            )
            if ready.returncode == 0:
                break
            try:
                server.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError("PostgreSQL did not start")
        yield f"postgresql://holdfast@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)
