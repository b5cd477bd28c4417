"""Processes that carry sound (`serve --role media`): which there are, and if they have room."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from holdfast.doctor.outcome import Finding, ok, warn
from holdfast.host.store import socket_path
from holdfast.sound.standing import About, known
from router.live.engine import Engine, IndexUnavailable

CHECK: Final = "sound"


async def processes(url: str | None, data_dir: Path) -> list[Finding]:
    """A line for each; none where sound is in the process with the pages, or the store is away (of
    which the store's own line tells)."""
    engine = Engine(url or f"unix://{socket_path(data_dir)}")
    try:
        found = known(await engine.processes())
    except IndexUnavailable:
        return []
    finally:
        await engine.close()
    lines = [_line(proc, about) for proc, about in sorted(found.items())]
    if found and all(about.full or about.draining for about in found.values()):
        mend = "Start another: holdfast serve --role media (docs/media.md)."
        lines.append(warn(CHECK, "no process has room for more calls", mend))
    return lines


def _line(proc: str, about: About) -> Finding:
    words = (
        f"{proc}: {about.calls} calls, {about.pages} pages, {about.core * 100:.0f} % of a core, "
        f"{about.late_ms:.1f} ms late"
    )
    if about.draining:
        return ok(CHECK, f"{words}; it leaves")
    return ok(CHECK, f"{words}; full" if about.full else words)
