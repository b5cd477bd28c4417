"""Workers keep to what they have started, and nothing is left out."""

from __future__ import annotations

from collections import defaultdict

from tests.kit.turns import HOMES, Homes, home_of, rank, read_from

FILES = sorted(
    [
        *(f"tests/flow/test_{n}.py" for n in range(12)),
        *(f"tests/browser/test_{n}.py" for n in range(12)),
        *(f"tests/{room}/test_{n}.py" for room in ("records", "intake") for n in range(6)),
        *(f"tests/setup/test_doctor_{n}.py" for n in range(4)),
        *(f"tests/unit/test_{n}.py" for n in range(30)),
    ],
    key=rank,
)


def played(workers: int) -> list[tuple[int, str]]:
    """Who takes which file, when each takes as long as any other."""
    waiting, homes, taken = list(FILES), Homes(), []
    while waiting:
        for worker in range(workers):
            if waiting:
                file = homes.choose(worker, waiting)
                waiting.remove(file)
                taken.append((worker, file))
    return taken


def test_only_some_start_what_costs_seconds_and_every_file_is_run_once() -> None:
    taken = played(5)
    assert sorted(file for _, file in taken) == sorted(FILES)
    homes = defaultdict(set)
    for worker, file in taken:
        homes[home_of(file)].add(worker)
    assert {home: len(homes[home]) for home in HOMES} == HOMES
    assert len(homes[None]) == 5


def test_who_has_it_goes_on_with_it_before_anything_else() -> None:
    turns = [home_of(file) for worker, file in played(5) if worker == 0]
    assert turns[:6] == ["tests/flow"] * 6
    assert "tests/flow" not in turns[6:]


def test_what_is_left_at_the_end_is_taken_by_whoever_is_free() -> None:
    homes = Homes()
    for worker in (0, 1):
        homes.choose(worker, ["tests/flow/test_a.py"])
    left = ["tests/flow/test_b.py", "tests/flow/test_c.py"]
    assert homes.choose(2, [*left, "tests/unit/test_a.py"]) == "tests/unit/test_a.py"
    assert homes.choose(2, left) == "tests/flow/test_b.py"


def test_each_worker_reads_all_and_together_they_begin_everywhere() -> None:
    orders = [read_from(FILES, worker, 5) for worker in range(5)]
    assert all(sorted(order) == sorted(FILES) for order in orders)
    share = len(FILES) // 5
    assert {file for order in orders for file in order[: share + 1]} == set(FILES)
