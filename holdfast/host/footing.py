"""The ground the parent stands on: its socket, its data folder, nothing left over from a
predecessor."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import time
from pathlib import Path

BACKLOG = 1024
LEFT_OVER_S = 5.0


class ParentError(Exception):
    """One line: what is wrong and how to fix it."""


def listen(host: str, port: int) -> socket.socket:
    """The socket that outlives workers.

    Raises:
        ParentError: the port is taken, or may not be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise ParentError(
            f"Port {port} on {host} cannot be used: {error.strerror}. "
            "Stop what listens there, or set HOLDFAST_PORT to another port."
        ) from error
    sock.listen(BACKLOG)
    sock.set_inheritable(True)
    return sock


def writable(folder: Path) -> None:
    """Raises ParentError unless files can be made in `folder`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise ParentError(
            f"The data folder {folder} cannot be written: {error.strerror}. "
            "Give this user the right to write there, or set HOLDFAST_DATA_DIR."
        ) from error


def only_one(folder: Path) -> int:
    """Holds the data folder for this process until it ends; returns the descriptor of its lock.

    Raises:
        ParentError: another one runs on it; two would share a store and a database's writer.
    """
    fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        pid = os.read(fd, 20).decode().strip()
        os.close(fd)
        raise ParentError(
            f"Another holdfast (process {pid}) runs on the data folder {folder}. "
            "Stop it, or set HOLDFAST_DATA_DIR to another folder."
        ) from error
    os.ftruncate(fd, 0)
    os.write(fd, str(os.getpid()).encode())
    return fd


def running(folder: Path) -> int | None:
    """The process that holds this data folder; None if none does."""
    try:
        fd = os.open(folder / "lock", os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return None
    except OSError:
        return int(os.read(fd, 20).decode().strip() or 0) or None
    finally:
        os.close(fd)


def end_left_over(folder: Path) -> None:
    """Ends a worker that outlived its parent: it holds the port and the database."""
    try:
        pid = int((folder / "worker.pid").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return
    if b"holdfast.processes.worker" not in command:
        return
    for word, wait_s in ((signal.SIGTERM, LEFT_OVER_S), (signal.SIGKILL, LEFT_OVER_S)):
        try:
            os.kill(pid, word)
            deadline = time.monotonic() + wait_s
            while time.monotonic() < deadline:
                os.kill(pid, 0)
                time.sleep(0.05)
        except OSError:
            return  # it has ended
