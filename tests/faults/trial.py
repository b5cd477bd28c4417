"""A copy of the working tree in which a fault is tried; the tree itself is never touched."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.faults.faults import ROOT, Fault

MOST_S = 900
"""A fault may hang a test: longer than this counts as caught, and is said."""

_RED = re.compile(r"^(?:FAILED|ERROR) ([^\s\[]+(?:\[.*?\](?= - |$))?)", re.MULTILINE)


class Copy:
    """A throw-away git worktree with what stands in ours, committed or not."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._written = 0

    @property
    def env(self) -> dict[str, str]:
        """Every process of the tests imports the copy, also where -P keeps its folder out."""
        return os.environ | {"PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": ""}

    @contextlib.contextmanager
    def with_faults(self, faults: Sequence[Fault]) -> Iterator[None]:
        """They are in the files of the copy inside this block."""
        before = {fault.file: (self.root / fault.file).read_text("utf-8") for fault in faults}
        try:
            for fault in faults:
                text = (self.root / fault.file).read_text("utf-8")
                self._write(fault.file, text.replace(fault.old, fault.new))
            yield
        finally:
            for name, text in before.items():
                self._write(name, text)

    def _write(self, name: str, text: str) -> None:
        """With a moment of its own: compiled files are known by size and second."""
        path = self.root / name
        at = path.stat().st_mtime + 2
        path.write_text(text, "utf-8")
        os.utime(path, (at, at))


def _git(*words: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(["git", *words], cwd=cwd, check=True, capture_output=True, text=True)
    return done.stdout


@contextlib.contextmanager
def copy() -> Iterator[Copy]:
    """Made, and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="holdfast-fault-") as folder:
        root = Path(folder) / "tree"
        _git("worktree", "add", "--quiet", "--detach", str(root), "HEAD")
        try:
            ours = _git("diff", "--name-only", "HEAD") + _git(
                "ls-files", "--others", "--exclude-standard"
            )
            for name in ours.splitlines():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                if (ROOT / name).is_file():
                    shutil.copy2(ROOT / name, root / name)
                else:
                    (root / name).unlink(missing_ok=True)
            for name in (".venv", "node_modules"):
                (root / name).symlink_to(ROOT / name)
            yield Copy(root)
        finally:
            _git("worktree", "remove", "--force", str(root))


def run(tree: Copy, tests: Sequence[str]) -> tuple[bool | None, str]:
    """These tests up to the first that fails.

    Returns whether all passed, and the one that did not; None when they could not run at all.
    """
    for path in (name for name in tests if name.endswith(".mjs")):
        node = [str(tree.root / ".venv" / "bin" / "node"), "--test", path]
        green, said = _done(tree, node)
        if not green:
            name = re.search(r"^not ok \d+ - (.+)$|^✖ (.+?)(?: \(.*)?$", said, re.MULTILINE)
            return False, f"{path}::{(name[1] or name[2]) if name else '?'}"
    python = [name for name in tests if not name.endswith(".mjs")]
    if not python:
        return True, ""
    pytest = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-rfE", *python]
    green, said = _done(tree, pytest)
    if green:
        return True, ""
    red = named_red(said)
    if red is None:
        return (False, said) if said == "it hung" else (None, said.strip()[-300:])
    return False, red


def named_red(said: str) -> str | None:
    """The first red test of pytest's short summary; None without one."""
    red = _RED.search(said)
    return red[1] if red else None


def _done(tree: Copy, command: Sequence[str]) -> tuple[bool, str]:
    """Runs it in a session of its own, so that nothing it started outlives it."""
    work = subprocess.Popen(
        command,
        cwd=tree.root,
        env=tree.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = work.communicate(timeout=MOST_S)
    except subprocess.TimeoutExpired:
        os.killpg(work.pid, 9)
        work.communicate()
        return False, "it hung"
    return work.returncode == 0, said
