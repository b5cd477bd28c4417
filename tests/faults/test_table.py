"""The table of faults cannot rot: each still applies, to a file of the product, with tests."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations

import pytest

from tests.faults.faults import ROOT, Fault, all_faults, chosen

EVERY = all_faults()


@pytest.mark.parametrize("fault", EVERY, ids=lambda fault: fault.id)
def test_each_fault_still_applies(fault: Fault) -> None:
    assert fault.old != fault.new
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    assert text.count(fault.old) == 1, f"{fault.id}: write its old text anew, from {fault.file}"
    for name in fault.nearest:
        path, _, test = name.partition("::")
        assert (ROOT / path).exists(), f"{fault.id}: {path} is gone"
        wanted = re.compile(rf"def {re.escape(test.partition('[')[0])}\(") if test else None
        assert wanted is None or wanted.search((ROOT / path).read_text()), f"{name} is gone"


def test_each_has_its_own_name_and_says_whom_it_hurts() -> None:
    assert [one for one, many in Counter(fault.id for fault in EVERY).items() if many > 1] == []
    assert [fault.id for fault in EVERY if not fault.harm or not fault.nearest] == []
    assert [fault.id for fault in EVERY if not fault.file.startswith(fault.room)] == []


def test_there_are_sixty_in_all_rooms_and_two_batches_of_fifteen() -> None:
    assert len(EVERY) >= 60
    assert len({fault.room for fault in EVERY}) >= 30
    assert Counter(fault.batch for fault in EVERY if fault.batch) == {1: 15, 2: 15}


@pytest.mark.parametrize("number", [1, 2])
def test_no_two_of_a_batch_share_a_room_a_file_or_a_test(number: int) -> None:
    """Else nobody could say which of them a red test has found."""
    shared = [
        (one.id, other.id)
        for one, other in combinations([f for f in EVERY if f.batch == number], 2)
        if one.room == other.room
        or one.file == other.file
        or {t.partition("::")[0] for t in one.nearest}
        & {t.partition("::")[0] for t in other.nearest}
    ]
    assert shared == []


def test_faults_are_chosen_by_id_room_or_beginning() -> None:
    assert [fault.id for fault in chosen("lua-03, desk-02")] == ["desk-02", "lua-03"]
    assert {fault.room for fault in chosen("router/live/lua/")} == {"router/live/lua"}
    assert {fault.id.partition("-")[0] for fault in chosen("page")} == {"page"}
    with pytest.raises(ValueError, match="nowhere names no fault"):
        chosen("lua-03,nowhere")
