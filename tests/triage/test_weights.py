"""Weights as they are kept in a file, and what is none of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from router.triage import shipped
from router.triage.model import SIZE, Kept, Table

KEPT = dict(np.load(shipped.WEIGHTS))
RAW = shipped.WEIGHTS.read_bytes()


def none_of_ours(path: Path) -> None:
    with pytest.raises((OSError, ValueError, KeyError)):
        Kept.load(path)


def test_what_was_learned_is_kept_at_four_bits_and_read_the_same() -> None:
    weights = np.random.default_rng(1).normal(size=(65, 4)).astype(np.float32)
    weights[3] = 0
    table = Table.of(weights)
    again = Table.of_kept(table.kept(), float(table.scale), table.bias)
    assert len(table.kept()) == 64 * 3 / 2
    assert np.array_equal(again.table, table.table)
    said = table.rows(np.arange(64, dtype=np.int32))[:, :3]
    wanted = weights[:-1, :3] - weights[:-1, 3:]
    assert np.abs(said - wanted).max() < 0.16 * np.abs(wanted).max()  # half of the widest step
    assert not said[3].any()


def test_what_is_shipped_is_saved_as_it_was_loaded(tmp_path: Path) -> None:
    kept, path = Kept.load(shipped.WEIGHTS), tmp_path / "weights.npz"
    kept.save(path)
    again = Kept.load(path)
    assert (again.cuts, again.made_of) == (kept.cuts, kept.made_of)
    assert np.array_equal(again.model.severity.table, kept.model.severity.table)
    assert np.array_equal(again.model.need.table, kept.model.need.table)


@pytest.mark.parametrize(
    "raw", [b"", b"hello", RAW[:1000], RAW[: len(RAW) // 2], RAW[:5000] + b"x" * 99 + RAW[5099:]],
    ids=["empty", "text", "head", "half", "torn"],
)  # fmt: skip
def test_what_is_not_whole_is_none(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "weights.npz"
    path.write_bytes(raw)
    none_of_ours(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"severity_table": np.zeros((1 << 17, 3), np.int8)},  # as it was kept at eight bits
        {"severity_table": np.zeros((SIZE, 3), np.float32)},
        {"severity_table": KEPT["severity_table"][:-1]},
        {"severity_table": KEPT["severity_table"][: SIZE * 3 // 4]},
        {"severity_table": KEPT["severity_table"][:0]},
        {"need_table": KEPT["need_table"][:0]},
        {"need_table": KEPT["need_table"][: len(KEPT["need_table"]) * 3 // 4]},
        {"severity_bias": np.float32(1)}, {"severity_bias": np.zeros(2, np.float32)},
        {"need_bias": np.zeros(2, np.float32)}, {"severity_scale": np.zeros(2, np.float32)},
        {"cuts": np.zeros(3, np.float32)}, {"cuts": None}, {"made_of": np.zeros(2)},
    ],
)  # fmt: skip
def test_what_is_not_of_our_shape_is_none(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = tmp_path / "weights.npz"
    arrays = {name: part for name, part in (KEPT | changes).items() if part is not None}
    np.savez(path, **arrays)
    none_of_ours(path)


def test_an_array_by_itself_is_none(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    none_of_ours(path)
