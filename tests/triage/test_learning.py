"""Corrections teach: what they move, what they may not lose, and the files that keep it."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy as np
import pytest

from router.triage import learned as files
from router.triage import shipped
from router.triage.book import BookLine
from router.triage.learned import InUse, Learned, LearnedError, Made, Weights
from router.triage.learning import Correction, LearningResult, Texts, learn
from router.triage.reading import Reader
from tests.kit.weights import taken as weights_taken

EVERY = 12
CALM = "the green parcel was put in the wrong shed"
LOUD = "stage names: Blood Everywhere, Help Me, Not Moving; rehearsal at nine"
RAISED = Correction("k1", CALM, 1, raised=True)
NEVER = Correction("k2", LOUD, 4, raised=False)


@dataclass(frozen=True)
class Ground:
    """A twelfth of the phrase book, as the shipped weights see it."""

    lines: list[BookLine]
    texts: Texts

    def learn(self, *corrections: Correction) -> LearningResult:
        now = self.texts.severities(shipped.kept().cuts)
        guarded = [
            at for at, line in enumerate(self.lines) if line.severity == 1 and now[at][0] == 1
        ]
        return learn(shipped.kept(), shipped.reader().concepts, self.texts, guarded, corrections)

    def reader(self, outcome: LearningResult) -> Reader:
        kept = outcome.moved.on(shipped.kept())
        return Reader(shipped.reader().concepts, kept.model, kept.cuts)


@pytest.fixture(scope="module")
def ground() -> Ground:
    lines = shipped.book()[::EVERY]
    texts = [line.text for line in lines]
    return Ground(lines, Texts(texts, shipped.reader().concepts, shipped.kept().model))


@pytest.fixture(scope="module")
def taught(ground: Ground) -> LearningResult:
    return ground.learn(RAISED, NEVER)


def test_what_is_seen_at_once_is_what_the_reader_reads(
    ground: Ground, taught: LearningResult
) -> None:
    some = [line.text for line in ground.lines[::9]] + ["", "🙂🙂", "Fine. All fine. He is dying!"]
    texts = Texts(some, shipped.reader().concepts, shipped.kept().model)
    for moved, reader in ((None, shipped.reader()), (taught.moved, ground.reader(taught))):
        read = [(found.severity, found.unsure) for found in map(reader.read, some)]
        assert texts.severities(shipped.kept().cuts, moved) == read


def test_a_corrected_message_is_read_as_corrected(ground: Ground, taught: LearningResult) -> None:
    before, after = shipped.reader(), ground.reader(taught)
    assert before.read(CALM).severity > 1
    assert before.read(LOUD).severity < 4
    assert (after.read(CALM).severity, after.read(LOUD).severity) == (1, 4)
    assert (taught.unlearned, taught.lost) == ([], [])


def test_no_emergency_of_the_book_is_lost_for_it(ground: Ground, taught: LearningResult) -> None:
    before, after = shipped.reader(), ground.reader(taught)
    found = [x.text for x in ground.lines if x.severity == 1 and before.read(x.text).severity == 1]
    assert len(found) > 100
    assert [text for text in found if after.read(text).severity != 1] == []


def test_the_same_corrections_give_the_same_weights(ground: Ground, taught: LearningResult) -> None:
    again = ground.learn(RAISED, NEVER)
    assert np.array_equal(again.moved.columns, taught.moved.columns)
    assert np.array_equal(again.moved.table, taught.moved.table)


def test_only_the_severity_moves(taught: LearningResult) -> None:
    shipped_, found = shipped.kept(), taught.moved.on(shipped.kept())
    assert found.model.need is shipped_.model.need
    assert (found.cuts, found.made_of) == (shipped_.cuts, shipped_.made_of)
    assert np.array_equal(found.model.severity.bias, shipped_.model.severity.bias)
    moved = np.flatnonzero((found.model.severity.table != shipped_.model.severity.table).any(1))
    assert np.array_equal(moved, taught.moved.columns)


def test_who_speaks_against_an_emergency_of_the_book_is_named(ground: Ground) -> None:
    before = shipped.reader()
    at = next(
        at for at, x in enumerate(ground.lines)
        if x.severity == 1 and before.read(x.text).severity == 1
    )  # fmt: skip
    wrong = Correction("k3", ground.lines[at].text, 4, raised=False)
    outcome = ground.learn(RAISED, NEVER, wrong)
    assert at in outcome.lost
    assert outcome.blamed[outcome.lost.index(at)][0] == wrong


def test_jokes_about_emergencies_that_are_hardly_found_lose_one_of_them_at_most(
    ground: Ground,
) -> None:
    """A joke of five words about a long message may ask for too much: then it is named."""
    sure = shipped.kept().cuts.sure
    chances = [shipped.reader().read(x.text) for x in ground.lines if x.severity == 1]
    texts = [x.text for x in ground.lines if x.severity == 1]
    near = sorted(
        (found.confidence, text)
        for text, found in zip(texts, chances, strict=True)
        if found.severity == 1 and found.confidence >= sure
    )
    jokes = [
        Correction(f"k{at}", f"{text} lol just kidding, all good", 4, raised=False)
        for at, (_, text) in enumerate(near[:20:4])
    ]
    outcome = ground.learn(*jokes)
    assert outcome.unlearned == []
    assert len(outcome.lost) <= 1
    for at, blamed in zip(outcome.lost, outcome.blamed, strict=True):
        assert blamed[0].text.startswith(ground.lines[at].text)


@pytest.mark.parametrize("text", ["", "...", "\u200b"])
def test_a_correction_without_a_word_teaches_nothing(ground: Ground, text: str) -> None:
    outcome = ground.learn(Correction("k4", text, 1, raised=True))
    assert (len(outcome.moved.columns), outcome.unlearned, outcome.lost) == (0, [], [])


# Files --------------------------------------------------------------------------------------------


def made(taught: LearningResult, *ids: str, base: str = "") -> Learned:
    base = base or shipped.base()
    return Learned(Made(base, list(ids), [], 1_795_000_000_000, "root"), taught.moved)


def test_what_was_taken_counts_and_goes_back_step_by_step(
    tmp_path: Path, taught: LearningResult
) -> None:
    weights = Weights(tmp_path)
    assert weights.load()
    assert weights.reader.read(CALM).severity > 1
    first = files.take(tmp_path, made(taught, "k1"))
    assert stat.S_IMODE(os.stat(first).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(first.parent).st_mode) == 0o700
    second = files.take(tmp_path, made(taught, "k1", "k2"))
    assert weights.load()
    assert not weights.load()
    assert weights.reader.read(CALM).severity == 1
    assert weights.in_use.learned is not None
    assert weights.in_use.learned.made.corrections == ["k1", "k2"]
    assert files.back(tmp_path) == second
    assert weights.load()
    assert weights.in_use.file == first.name
    assert files.back(tmp_path) == first
    assert weights.load()
    assert weights.reader.read(CALM).severity > 1
    assert files.back(tmp_path) is None
    assert sorted(first.parent.iterdir()) == []


def test_others_of_the_same_name_are_others(tmp_path: Path, taught: LearningResult) -> None:
    files.take(tmp_path, made(taught, "k1"))
    weights = Weights(tmp_path)
    weights.load()
    files.back(tmp_path)
    files.take(tmp_path, made(taught, "k2"))
    assert weights.load()


def test_weights_of_another_version_are_not_used(tmp_path: Path, taught: LearningResult) -> None:
    files.take(tmp_path, made(taught, "k1", base="another"))
    found = files.weights_in_use(tmp_path)
    assert (found.file, found.learned) == ("", None)
    assert "another version" in found.fault


@pytest.mark.parametrize("kept", [0, 1, 0.5, 0.98])
def test_a_torn_file_leaves_the_shipped_weights(
    tmp_path: Path, taught: LearningResult, kept: float
) -> None:
    path = files.take(tmp_path, made(taught, "k1"))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept) if kept != 1 else 1])
    weights = Weights(tmp_path)
    weights.load()
    assert weights.in_use.fault == f"{path.name} is damaged."
    assert weights.reader.read(CALM).severity > 1


def test_a_flipped_bit_is_seen_or_changes_nothing(tmp_path: Path, taught: LearningResult) -> None:
    path = files.take(tmp_path, made(taught, "k1"))
    whole, seen = path.read_bytes(), 0
    for at in range(0, len(whole), 41):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        found = files.weights_in_use(tmp_path)
        seen += found.learned is None
        if found.learned is not None:
            assert found.learned.made == made(taught, "k1").made
            assert np.array_equal(found.learned.moved.table, taught.moved.table)
            assert np.array_equal(found.learned.moved.columns, taught.moved.columns)
    assert seen > len(whole) // 41 // 2


def test_no_byte_of_a_file_stops_the_centre(tmp_path: Path) -> None:
    """Also those by which a zip archive says that it is packed otherwise, or has a password."""
    path = weights_taken(tmp_path, "k1")
    whole = path.read_bytes()
    steps = 1 if os.environ.get("HOLDFAST_TEST_LONG") else 5
    for at in range(len(whole)):
        for flip in (1, 8, 32, 255)[at % steps :: steps]:
            path.write_bytes(whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :])
            found = files.weights_in_use(tmp_path)
            assert found.fault or found.learned is not None, (at, flip)


@pytest.mark.parametrize(
    "arrays",
    [
        {"columns": np.int32(3), "table": np.zeros((0, 3), np.int16)},
        {"columns": np.zeros((2, 2), np.int32), "table": np.zeros((2, 3), np.int16)},
        {"columns": np.array(["a"]), "table": np.zeros((1, 3), np.int16)},
    ],
)
def test_arrays_of_another_shape_are_none_of_ours(tmp_path: Path, arrays: dict[str, Any]) -> None:
    path = weights_taken(tmp_path, "k1")
    with np.load(path) as found:
        whole = dict(found)
    np.savez(path, **(whole | arrays))
    assert files.weights_in_use(tmp_path).fault == f"{path.name} is not a file of learned weights."


def test_an_array_without_an_archive_is_not_whole(tmp_path: Path) -> None:
    path = weights_taken(tmp_path, "k1")
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    assert files.weights_in_use(tmp_path).fault == f"{path.name} is damaged."


def test_what_does_not_fit_the_table_is_none_of_ours(
    tmp_path: Path, taught: LearningResult
) -> None:
    for odd in (
        replace(taught.moved, columns=taught.moved.columns[::-1]),
        replace(taught.moved, columns=taught.moved.columns + (1 << 20)),
        replace(taught.moved, table=taught.moved.table[:-1]),
        replace(taught.moved, table=taught.moved.table.astype(np.int64)),
    ):
        path = files.take(tmp_path, Learned(made(taught).made, odd))
        assert (
            files.weights_in_use(tmp_path).fault == f"{path.name} is not a file of learned weights."
        )


@pytest.mark.parametrize("name", ["learned-old.npz", "learned-000001 (copy).npz", "learned-1.npz"])
def test_what_somebody_put_beside_them_is_none_of_them(
    tmp_path: Path, taught: LearningResult, name: str
) -> None:
    path = files.take(tmp_path, made(taught, "k1"))
    (path.parent / name).write_bytes(b"kept by hand")
    assert files.weights_in_use(tmp_path).file == path.name
    assert files.take(tmp_path, made(taught, "k2")).name == "learned-000002.npz"


def test_something_else_in_its_place_is_no_reason_to_stop(tmp_path: Path) -> None:
    (tmp_path / files.FOLDER).mkdir()
    (tmp_path / files.FOLDER / "learned-000001.npz").mkdir()
    assert "learned-000001.npz" in files.weights_in_use(tmp_path).fault
    (tmp_path / "file").mkdir()
    (tmp_path / "file" / files.FOLDER).write_text("no folder")
    assert files.weights_in_use(tmp_path / "file") == InUse()


def test_of_those_who_take_at_once_each_has_a_file_or_is_told(
    tmp_path: Path, taught: LearningResult
) -> None:
    together = Barrier(8)

    def taking(number: int) -> Path | None:
        together.wait()
        try:
            return files.take(tmp_path, made(taught, f"k{number}"))
        except LearnedError:
            return None

    with ThreadPoolExecutor(8) as pool:
        taken = {path: n for n, path in enumerate(pool.map(taking, range(8))) if path}
    assert sorted(taken) == sorted((tmp_path / files.FOLDER).iterdir())
    for path, number in taken.items():
        assert files.load(path, shipped.kept()).made.corrections == [f"k{number}"]
