"""The worker, as the parent starts it: `demo|serve --socket FD [--ready FD] [--log FILE]`.

With --template FD it does its imports and then waits there, to be copied (processes/template.py).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

from holdfast.processes.imports import quickly

with quickly():
    from holdfast import logs
    from holdfast.app import App
    from holdfast.demo.sandbox_site import sandbox_from_environment
    from holdfast.processes.parent import CANNOT_START
    from holdfast.processes.template import wait_in
    from holdfast.recovery.only_pages import PagesElsewhere
    from holdfast.role import Role
    from holdfast.settings.environment import SettingsError, load
    from holdfast.settings.reload import Reload
    from router.records.database import RecordUnavailable
    from router.triage.learned import Weights


async def _serve(demo: bool, fd: int, ready: int | None, again: bool, role: Role) -> None:
    sandbox = sandbox_from_environment() if demo else None
    settings = load(demo=demo, again=again)
    sock = socket.socket(fileno=fd)
    app = App(settings, settings.redis_url or "", sandbox, role)
    if settings.config.triage.second_opinion:
        app.house[Weights].load()  # 0.2 s, now and not at the first text
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, app.leaving.drain)
    loop.add_signal_handler(signal.SIGHUP, app.leaving.hand_over)
    loop.add_signal_handler(signal.SIGUSR1, app.house[Reload].ask)
    await app.run(sock, ready, again)


def main() -> int:
    """Exit status 0 after a drain; CANNOT_START with one line for faults of the set-up."""
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=("demo", "serve"))
    parser.add_argument("--socket", type=int, required=True)
    parser.add_argument("--ready", type=int)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--role", type=Role, default=Role.ALL)
    parser.add_argument("--again", action="store_true", help="one before it was ready")
    parser.add_argument("--template", type=int, help="waits on this descriptor to be copied")
    options = parser.parse_args()
    again: bool = options.again
    if options.template is not None:
        begins = wait_in(options.template)
        if begins is None:
            return 0
        again = begins
    logs.configure(os.environ.get("HOLDFAST_LOG", "info"), options.log)
    try:
        import uvloop

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ImportError:
        runner = asyncio.Runner()
    try:
        with runner:
            demo = options.mode == "demo"
            serve = _serve(demo, options.socket, options.ready, again, options.role)
            runner.run(serve)
    except (SettingsError, RecordUnavailable, PagesElsewhere) as error:
        for line in str(error).splitlines():
            sys.stderr.write(f"holdfast: {line}\n")
        return CANNOT_START
    return 0


if __name__ == "__main__":
    sys.exit(main())
