"""The small parent: owns the listening socket, keeps store, worker and sandbox carrier alive.

The socket outlives the worker: requests that come during its restart wait in the backlog instead
of being refused (a refused hold-loop request would end a call).
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TextIO, cast

from holdfast.host.children import Running, adopt, bury, die_with_parent
from holdfast.host.data_folder import private
from holdfast.host.footing import ParentError, end_left_over, listen, only_one, writable
from holdfast.host.pid_file import write_pid
from holdfast.host.ready import READY
from holdfast.host.store import EmbeddedStore, StoreError
from holdfast.processes.template import Template
from holdfast.settings.environment import Settings
from holdfast.unbroken import Unbroken

FIRST_TRIES = 3
"""A worker that has never been ready is given up after this many starts; see its output above."""

CANNOT_START = 78
"""The worker's exit status when restarting will not help (its own clear line was printed)."""

DRAIN_MORE_S = 10.0
"""Beyond the drain itself: redirects, and what was being answered."""
LIBRARIES = {"MALLOC_MMAP_THRESHOLD_": str(4 << 20), "OPENBLAS_NUM_THREADS": "1"}
"""For the C libraries of a worker. What takes 4 MiB and more (a password's hash, a mail) goes back
to the machine after use: by itself glibc keeps it from the first one on, 125 MB after 200 sign-ins.
And numpy starts no threads as it is imported: they would not be in a copy of the template."""
RESTART_FIRST_S = 0.1
RESTART_MOST_S = 5.0
STEADY_S = RESTART_MOST_S
"""Who ran longer than the longest wait does not die at its start: it is restarted at once."""


@dataclass
class Child:
    """A process that has to run, and how to start it."""

    name: str
    start: Callable[[], Running]
    process: Running | None = None
    started_at: float = 0.0
    wait_s: float = RESTART_FIRST_S
    due_at: float | None = None

    def launch(self) -> None:
        """Starts it. Raises what `start` raises."""
        self.started_at = time.monotonic()
        self.process = self.start()
        self.due_at = None

    def again(self) -> None:
        """Starts it again; if that fails, it is tried again later."""
        try:
            self.launch()
        except (StoreError, ParentError, OSError) as error:
            print(f"holdfast: {self.name} did not start again: {error}", file=sys.stderr)
            self.died()

    def died(self) -> None:
        """Plans the restart; a process that keeps dying waits longer each time."""
        if time.monotonic() - self.started_at > STEADY_S:
            self.wait_s = RESTART_FIRST_S
        self.due_at = time.monotonic() + self.wait_s
        self.wait_s = min(RESTART_MOST_S, self.wait_s * 2)
        self.process = None


@dataclass
class Parent:
    """Starts everything, restarts what dies, ends all of it in order."""

    settings: Settings
    role: str = "all"
    """Of its worker."""
    began: float = field(default_factory=time.monotonic)

    def run(self) -> int:
        settings = self.settings
        sys.stdout, sys.stderr = (cast(TextIO, Unbroken(out)) for out in (sys.stdout, sys.stderr))
        writable(settings.data_dir)
        private(settings.data_dir)
        lock = only_one(settings.data_dir)
        end_left_over(settings.data_dir)
        self._sock = listen(settings.host, settings.port)
        self._port = int(self._sock.getsockname()[1])
        self._store: EmbeddedStore | None = None
        self._account = ""
        self._log = settings.data_dir / "demo.log" if settings.demo else None
        self._ready_read, self._ready_write = os.pipe()
        os.set_inheritable(self._ready_write, True)
        self._wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        self._stopping = self._announced = False
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGHUP, lambda *_: self._renew())
        signal.signal(signal.SIGUSR1, lambda *_: self._tell_worker(signal.SIGUSR1))
        signal.set_wakeup_fd(wake_write)
        self._children: list[Child] = []
        self._env: dict[str, str] = {}
        self._template = Template(self._worker, copies=adopt())
        self._renewal: Literal["", "asked", "started"] = ""
        self._handed_over = False
        try:
            if not settings.redis_url:
                self._store = EmbeddedStore(settings.data_dir)
            self._start_all()
            self._watch()
        except StoreError as error:
            raise ParentError(str(error)) from error
        finally:
            self._end_all()
            os.close(lock)
        print(f"\nStopped. Data kept in {_short(str(settings.data_dir))}/.", flush=True)
        return 0

    # Life -------------------------------------------------------------------------------------

    def _start_all(self) -> None:
        if self._store is not None and not self._stopping:
            self._store.start()
            store = Child("store", self._start_store)
            store.process, store.started_at = self._store.process, time.monotonic()
            self._children.append(store)
        env = {k: v for k, v in os.environ.items() if k != "HOLDFAST_REDIS_URL_FILE"}
        env["HOLDFAST_PORT"] = str(self._port)
        env["HOLDFAST_REDIS_URL"] = self.settings.redis_url or (
            self._store.url if self._store else ""
        )
        if self.settings.demo and not self._stopping:
            env["HOLDFAST_PUBLIC_URL"] = os.environ.get(
                "HOLDFAST_PUBLIC_URL", ""
            ) or self.settings.public_url.replace(f":{self.settings.port}", f":{self._port}")
            env |= self._start_sandbox()
        self._env = env
        if not self._stopping:
            self._template.renew()
        worker = Child("worker", self._start_worker, due_at=time.monotonic())
        self._children.append(worker)

    def _start_store(self) -> subprocess.Popen[bytes]:
        assert self._store is not None
        self._store.start()
        assert self._store.process is not None
        return self._store.process

    def _start_worker(self) -> Running:
        process = self._template.worker(again=self._announced) or self._worker()
        with contextlib.suppress(OSError):  # a full disk; the worker works
            write_pid(self.settings.data_dir / "worker.pid", process.pid)
        return process

    def _worker(self, template: int | None = None) -> subprocess.Popen[bytes]:
        """`template`: it waits on this descriptor to be copied."""
        mode = "demo" if self.settings.demo else "serve"
        fds = (self._sock.fileno(), self._ready_write)
        return subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "holdfast.processes.worker", mode),
                *("--socket", str(fds[0]), "--ready", str(fds[1]), "--role", self.role),
                *(("--log", str(self._log)) if self._log else ()),
                *(("--again",) if self._announced else ()),
                *(("--template", str(template)) if template is not None else ()),
            ],
            pass_fds=fds if template is None else (*fds, template),
            env=LIBRARIES | self._env,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    def _start_sandbox(self) -> dict[str, str]:
        """The carrier of the demo: an OS process of its own; returns what the worker needs."""
        from holdfast.demo.show import sandbox_command

        state = self.settings.data_dir / "sandbox.json"
        ports: dict[str, Any] = {}
        env = dict(os.environ)
        if self.settings.tls_cert:  # its requests to the centre trust the self-signed certificate
            env["SSL_CERT_FILE"] = self.settings.tls_cert

        def start() -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                sandbox_command(self.settings, self._port, ports),
                stdout=subprocess.PIPE,
                env=env,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise ParentError("The sandbox carrier did not start; see its output above.")
            ports.update(json.loads(line))
            self._account = str(ports.get("account") or "")
            state.write_text(json.dumps({**ports, "pid": process.pid}))
            return process

        child = Child("sandbox carrier", start)
        self._children.append(child)
        child.launch()
        return {"HOLDFAST_SANDBOX": json.dumps(ports)}

    def _watch(self) -> None:
        failed = 0
        while not self._stopping:
            moments = (*map(self._due_at, self._children), self._template.due_at)
            due = [at for at in moments if at is not None]
            timeout = max(0.0, min(due) - time.monotonic()) if due else None
            told: list[Any] = [self._wake_read, self._ready_read, *self._template.hears]
            readable, _, _ = select.select(told, [], [], timeout)
            if self._wake_read in readable:
                os.read(self._wake_read, 512)
            if self._ready_read in readable and READY in os.read(self._ready_read, 512):
                self._worker_is_ready()
            if any(link in readable for link in self._template.hears):
                self._template.hear()
            if self._renewal:
                self._hand_over()
            for child in self._children:
                if child.process is not None and child.process.poll() is not None:
                    code = child.process.returncode
                    if child.name == "worker" and not self._announced:
                        failed += 1
                        if code == CANNOT_START or failed >= FIRST_TRIES:
                            raise ParentError("The centre could not start; see the lines above.")
                    if not self._stopping:
                        print(f"holdfast: {child.name} ended ({code}), restarting", file=sys.stderr)
                        child.died()
                        if child.name == "worker" and self._handed_over:
                            child.due_at, self._handed_over = time.monotonic(), False
                at = self._due_at(child)
                if at is not None and at <= time.monotonic():
                    child.again()
            self._template.tend()
            bury(self._known())

    def _due_at(self, child: Child) -> float | None:
        """When it starts; a worker not before the template is there to be copied, if one comes."""
        until = self._template.loads_until if child.name == "worker" else None
        return child.due_at if until is None or child.due_at is None else max(child.due_at, until)

    def _known(self) -> set[int]:
        """Processes that somebody here waits for."""
        processes = [child.process for child in self._children]
        return {process.pid for process in (*processes, self._template) if process and process.pid}

    def _worker_is_ready(self) -> None:
        if not self._announced and not self._stopping:
            self._announced = True
            self._announce()

    def _announce(self) -> None:
        took = time.monotonic() - self.began
        if self.settings.demo:
            from holdfast.demo.show import banner, elsewhere

            url = self.settings.public_url.replace(f":{self.settings.port}", f":{self._port}")
            far, log = elsewhere(self.settings, self._port), str(self._log)
            print(banner(url, took, far, _short(log), self._account), flush=True)
        else:
            print(f"holdfast: ready in {took:.1f} s on {self.settings.public_url}", flush=True)

    def _stop(self, *_: object) -> None:
        """Ctrl-C or SIGTERM: drain and end. A second one does not wait for the drain."""
        if self._stopping:
            for child in self._children:
                if child.name == "worker" and child.process is not None:
                    child.process.kill()
        self._stopping = True

    def _renew(self) -> None:
        """SIGHUP: a new worker of what is installed now takes over from this one."""
        self._renewal = "asked"

    def _hand_over(self) -> None:
        """The new one does its imports first, while callers and agents talk; then this one goes."""
        if self._renewal == "asked":
            self._renewal = "started"
            self._template.renew()
        elif not self._template.here:
            self._renewal = ""
            print(
                "holdfast: the new worker could not start (see above); the old one goes on.",
                file=sys.stderr,
            )
        elif self._template.loaded:
            self._renewal, self._handed_over = "", True
            self._tell_worker(signal.SIGHUP)

    def _tell_worker(self, what: signal.Signals) -> None:
        for child in self._children:
            if child.name == "worker" and child.process is not None:
                child.process.send_signal(what)

    def _end_all(self) -> None:
        """Worker first (it drains), then the carrier, then the store."""
        drain_s = self.settings.drain_s if self._announced else 0.0  # before, there are no calls
        for name in ("worker", "sandbox carrier"):
            for child in self._children:
                if child.name == name and child.process is not None:
                    child.process.terminate()
                    self._end(child.process, drain_s if name == "worker" else 0.0)
        self._template.drop()
        if self._store is not None:
            self._store.stop()
        (self.settings.data_dir / "worker.pid").unlink(missing_ok=True)
        self._sock.close()

    @staticmethod
    def _end(process: Running, drain_s: float) -> None:
        """Waits for the end of its drain, and says so; then it is killed."""
        try:
            process.wait(1.0)
        except subprocess.TimeoutExpired:
            if drain_s:
                print(
                    f"holdfast: waiting for calls to end, {drain_s:.0f} s at most; "
                    "press Ctrl-C again to stop at once",
                    file=sys.stderr,
                )
            try:
                process.wait(drain_s + DRAIN_MORE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _short(path: str) -> str:
    """As a person at this terminal would write it."""
    near = os.path.relpath(path)
    return path if near.startswith("..") else near
