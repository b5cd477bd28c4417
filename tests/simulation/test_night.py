"""A night with nobody on duty: S1 callers meet numbers on call and the voicemail, until somebody
comes to their desk (docs/routing.md, "Outside")."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from holdfast.lab.simulate import day_of, find_scenario, load_scenario, play, store_wire
from router.core.severity import Channel, Severity
from router.simulation import figures
from router.simulation.wire import Wire
from tests.simulation.test_simulation import CONFIG


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with store_wire() as found:
        yield found


def night(
    wire: Wire, *, texts: bool = False, runs: int = 2, lasts: str = "8h", **outside: float
) -> dict[str, float]:
    """The means of these nights. texts: the emergencies are texts, and nobody calls."""
    found = load_scenario(find_scenario("night"), CONFIG)
    found = msgspec.structs.replace(found, lasts=lasts)
    if texts:
        written = [
            msgspec.structs.replace(one, channel=str(Channel.SMS))
            for one in found.arrivals
            if one.severity == Severity.S1
        ]
        found = msgspec.structs.replace(found, arrivals=written)
    found = msgspec.structs.replace(
        found, outside=msgspec.structs.replace(found.outside, **outside)
    )
    played = play(day_of(found, CONFIG, runs=runs, seed=None), ["ours"], wire)
    return {name: mean.mean for name, mean in figures.means(played.rules["ours"]).items()}


def test_no_s1_ends_at_a_machine_while_somebody_is_at_a_desk(wire: Wire) -> None:
    told = night(wire)
    assert told["machine/S1"] > 10
    assert told["machine/S1_beside_a_desk"] == 0


def test_a_key_at_the_numbers_on_call_leaves_nobody_to_the_machine(wire: Wire) -> None:
    told = night(wire, answered=1.0)
    assert told["machine/S1"] == 0
    assert told["S1 voice/abandoned"] == 0


def test_an_s1_text_is_told_by_telephone_and_the_key_is_counted(wire: Wire) -> None:
    told = night(wire, texts=True, answered=1.0)
    assert told["told/people"] > 10
    assert told["told/taken_over"] == 1
    assert told["told/calls"] > told["told/people"]  # again after 15 min in nobody's hands
    assert 29 < told["told/p50_s"] < 45  # half of a ring, and the words


def test_without_a_key_the_list_is_called_again_and_again(wire: Wire) -> None:
    told = night(wire, texts=True, runs=1, lasts="4h")  # all wait: twice as long costs eight times
    assert told["told/people"] > 10
    assert told["told/taken_over"] == 0
    assert told["told/calls"] > 4 * told["told/people"]
