"""Checks values against the pages' own types (static/protocol.d.ts), with the type checker
itself."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TSC = ROOT / "node_modules" / "typescript" / "bin" / "tsc"

Told = list[tuple[str, Any]]
"""A type of static/protocol.d.ts, and a value that must be one."""


async def faults(told: Told, folder: Path) -> list[str]:
    """What the type checker objects to: a field too many, a field too few, a field of another
    type."""
    lines = [
        f"export const v{n}: {kind} = {json.dumps(value)};" for n, (kind, value) in enumerate(told)
    ]
    (folder / "told.ts").write_text("\n".join(lines))
    (folder / "tsconfig.json").write_text(
        json.dumps(
            {
                "extends": str(ROOT / "tsconfig.json"),
                "include": [str(folder / "told.ts"), str(ROOT / "static" / "*.d.ts")],
                "exclude": [],
            }
        )
    )
    assert TSC.exists(), "make .venv/.pages brings the type checker"
    checker = await asyncio.create_subprocess_exec(
        *(str(ROOT / ".venv" / "bin" / "node"), str(TSC), "-p", str(folder)),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await checker.communicate()
    found = {}  # each fault once
    for line, fault in re.findall(r"told\.ts\((\d+),.*?error TS\d+: (.*)", said.decode()):
        found[f"{told[int(line) - 1][0]}: {fault}"] = None
    assert found or checker.returncode == 0, said
    return list(found)
