"""The wheel holds everything that a machine without a checkout needs."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

from tests.kit.sandbox import ROOT

PACKAGES = ("router", "softphone", "channels", "holdfast")


def files(folder: str, pattern: str) -> set[str]:
    """Files of the checkout, as git would give them to a fresh clone."""
    found = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return {name for name in found if Path(name).match(pattern) and (ROOT / name).is_file()}


def test_every_package_is_listed_by_name() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    there = {
        str(Path(name).parent).replace("/", ".")
        for root in PACKAGES
        for name in files(root, "__init__.py")
    }
    assert set(listed) == there


async def test_wheel_holds_code_pages_configuration_and_data(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for folder in (*PACKAGES, "static", "config", "deploy"):
        for name in files(folder, "*"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    for name in ("pyproject.toml", "setup.py", "LICENSE"):
        shutil.copyfile(ROOT / name, source / name)
    (source / "README.md").write_text("Holdfast\n")
    # With the locked setuptools: an environment of its own would be fetched from outside.
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--no-deps",
            "--no-build-isolation",
            "-q",
            "-w",
            str(tmp_path),
        ),
        str(source),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = set().union(*(files(root, "*.py") for root in PACKAGES))
    wanted |= files("router/live/lua", "*.lua") | {"router/records/migrations/script.py.mako"}
    wanted |= files("router/records/migrations/versions", "*.py")
    wanted |= files("channels/sandbox/clips", "*.wav") | {"channels/sandbox/people.toml"}
    wanted |= {
        f"holdfast/_shipped/{name}"
        for folder in ("static", "config", "deploy")
        for name in files(folder, "*")
    }
    assert wanted - names == set()
    assert not [name for name in names if name.startswith(("tests/", "static/", "config/"))]
