"""What lies in the data folder is read by nobody else on the machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.doctor.machine import data_folder
from holdfast.host.data_folder import private
from tests.setup.processes import good, run, tree


@pytest.fixture(autouse=True)
def usual_mask() -> Iterator[None]:
    """As on most machines: what is made may be read by everybody."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> dict[str, str]:
    every = [folder, *folder.rglob("*")]
    modes = {str(path.relative_to(folder)): path.lstat().st_mode for path in every}
    return {name: oct(mode) for name, mode in modes.items() if stat.S_IMODE(mode) & 0o077}


async def test_a_running_centre_and_what_an_older_version_left_are_closed_to_others(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data"
    (folder / "voicemail").mkdir(parents=True)
    (folder / "voicemail" / "old.wav").write_bytes(b"words")
    (folder / "holdfast.db").write_bytes(b"")
    assert len(open_to_others(folder)) == 4
    async with tree("serve", folder, good(folder)):
        assert open_to_others(folder) == {}
        assert (folder / "holdfast.db-wal").exists()


async def test_a_demo_is_closed_to_others(tmp_path: Path) -> None:
    env = {k: v for k, v in good(tmp_path).items() if not k.startswith("TWILIO_")}
    for name in ("HOLDFAST_PUBLIC_URL", "HOLDFAST_SECRET_KEY"):
        del env[name]
    env |= {"HOLDFAST_DATA_DIR": str(tmp_path / "demo")}
    async with tree("demo", tmp_path / "demo", env, first=True):
        names = set(os.listdir(tmp_path / "demo"))
        assert {"demo.log", "holdfast.db", "sandbox.json"} <= names
        assert open_to_others(tmp_path / "demo") == {}


async def test_a_record_made_by_a_command_is_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    status, _, errors = await run("migrate", env={"HOLDFAST_DATA_DIR": str(folder)})
    assert (status, errors) == (0, "")
    assert open_to_others(folder) == {}


def test_links_are_not_followed_out_of_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("not ours")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "link").symlink_to(outside)
    private(tmp_path / "data")
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644


def test_the_doctor_tells_of_an_open_folder_and_changes_nothing(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    said = [o for o in data_folder(tmp_path) if o.check == "data folder"]
    assert "read by others" in said[-1].what
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    tmp_path.chmod(0o700)
    assert len([o for o in data_folder(tmp_path) if o.check == "data folder"]) == 1


def test_the_doctor_tells_of_what_the_record_refused(tmp_path: Path) -> None:
    def said() -> list[tuple[str, str]]:
        return [(o.state, o.what) for o in data_folder(tmp_path) if o.check == "spool"]

    assert said() == [("ok", "the record has refused nothing")]
    aside = tmp_path / "spool" / "aside"
    aside.mkdir(parents=True)
    for name in ("1795000000000-00000001.call", "1795000000000-00000001.call.why"):
        (aside / name).write_text("x")
    assert said() == [("warn", "1 calls, texts or mails could not be recorded and are set aside")]
