"""The embedded store takes its memory from jemalloc, where the machine has it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from holdfast.host import store
from holdfast.host.store import EmbeddedStore, quick_memory


def beside_libc(name: str) -> Path:
    """A library of the C library's own package, which no server of ours asks for."""
    found = re.search(r"(/\S*/)libc\.so", Path("/proc/self/maps").read_text())
    assert found
    return (Path(found.group(1)) / name).resolve(strict=True)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands where jemalloc is looked for."""
    real = beside_libc("libanl.so.1")
    (tmp_path / "x86").mkdir()
    (tmp_path / "x86" / "libjemalloc.so.2").symlink_to(real)
    monkeypatch.setattr(
        store, "JEMALLOC", (str(tmp_path / "none"), str(tmp_path / "*/libjemalloc*"))
    )
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    return real


def maps_of(folder: Path) -> str:
    """What the running store has loaded."""
    running = EmbeddedStore(folder)
    running.start()
    try:
        assert running.process is not None
        return Path(f"/proc/{running.process.pid}/maps").read_text()
    finally:
        running.stop()


def test_the_store_is_given_it(library: Path, tmp_path: Path) -> None:
    assert str(library) in maps_of(tmp_path)


def test_who_preloads_something_of_his_own_keeps_it(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LD_PRELOAD", str(beside_libc("libutil.so.1")))
    maps = maps_of(tmp_path)
    assert "libutil.so.1" in maps
    assert str(library) not in maps


def test_without_it_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "JEMALLOC", ("/nowhere/*.so",))
    assert quick_memory() == {}
