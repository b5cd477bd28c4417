"""Ladders: what the last written step becomes, and where an S1 goes on (docs/routing.md)."""

from __future__ import annotations

from router.core.ladder import Rung, complete, index_at, parse, text
from router.core.severity import Severity

VET = {"vet": 3}


def whole(severity: Severity, *steps: Rung) -> str:
    return text(complete(steps, severity))


def test_an_s1_goes_on_to_anybody_supervisors_and_the_number_outside() -> None:
    assert whole(Severity.S1, Rung(VET, 7_000)) == "vet=3@7000|@5000|@10000*|@*!"
    assert whole(Severity.S1, Rung(VET, 7_000), Rung({}, 2_000)) == "vet=3@7000|@2000|@10000*|@*!"
    assert whole(Severity.S1) == "@5000|@10000*|@*!"


def test_a_last_s1_step_without_an_end_stands_its_time_and_one_of_no_time_none() -> None:
    assert whole(Severity.S1, Rung(VET)) == "vet=3@10000|@5000|@10000*|@*!"
    assert whole(Severity.S1, Rung(VET, 0)) == "vet=3@0|@5000|@10000*|@*!"
    assert whole(Severity.S1, Rung(VET, 7_000), Rung({}, 0)) == "vet=3@7000|@0|@10000*|@*!"


def test_the_last_step_of_others_never_ends() -> None:
    assert whole(Severity.S2, Rung(VET, 7_000), Rung({}, 0)) == "vet=3@7000|@"
    assert parse(whole(Severity.S4)) == [Rung()]


def test_a_step_holds_its_span_without_the_end_of_it() -> None:
    steps = parse("vet=3@7000|vet=1@0|@5000|@*!")
    assert [index_at(steps, at) for at in (0, 6_999, 7_000, 11_999, 12_000, 9e9)] == [
        0,
        0,
        2,
        2,
        3,
        3,
    ]
    assert index_at([Rung(VET, 0)], 0) == 0
