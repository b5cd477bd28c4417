"""A process's number is whole whenever its file is read."""

from __future__ import annotations

from pathlib import Path

from holdfast.host.pid_file import write_pid


def test_a_new_number_takes_the_place_of_the_old_one_in_one_step(tmp_path: Path) -> None:
    file = tmp_path / "worker.pid"
    write_pid(file, 17)
    with file.open() as reads:
        write_pid(file, 4711)
        assert reads.read() == "17"  # whoever had it open reads the old one, and not nothing
    assert file.read_text() == "4711"
    assert [one.name for one in tmp_path.iterdir()] == ["worker.pid"]
