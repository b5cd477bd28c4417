"""A step that nobody can meet is told, once for a ladder, and only such a one."""

from __future__ import annotations

import msgspec

from router.core.config import LadderStep, Queue
from router.core.staffing import unmet
from tests.kit.store import CONFIG

DIVE = LadderStep(needs=["diving>=5"], span="10s")
QUEUE = Queue(
    word="Divers",
    ladder=[DIVE, LadderStep(needs=["diving"])],
    ladders={"S4": [DIVE, LadderStep()], "S1": [LadderStep(needs=["en>=5"])]},
)
DIVERS = msgspec.structs.replace(CONFIG, queues={"divers": QUEUE})


def test_a_last_step_that_nobody_meets_keeps_people_waiting() -> None:
    assert unmet(DIVERS, [{"en": 5}]) == [
        "queues.divers: no agent has diving>=1, which the last step of S2, S3 needs",
        "queues.divers: no agent has diving>=5, which step 1 of S4 needs: "
        "nobody is asked for the first 10 s",
    ]
    assert unmet(DIVERS, [{"en": 5}, {"diving": 5}]) == []


def test_the_last_of_several_steps_for_nobody_tells_how_long() -> None:
    steps = [
        LadderStep(needs=["safety>=3", "saftey>=2"], span="6s"),
        LadderStep(needs=["saftey>=2"], span="500ms"),
        LadderStep(needs=[]),
    ]
    config = msgspec.structs.replace(CONFIG, queues={"q": Queue(word="Q", ladder=steps)})
    assert unmet(config, [{"safety": 5}]) == [
        "queues.q: no agent has saftey>=2, which step 2 of S1, S2, S3, S4 needs: "
        "nobody is asked for the first 6.5 s"
    ]


def test_an_s1_ladder_is_looked_at_though_it_ends_with_anybody() -> None:
    steps = [LadderStep(needs=["saftey>=3"], span="6s"), LadderStep(needs=["saftey>=2"])]
    queue = Queue(word="Emergency", ladders={"S1": steps})
    config = msgspec.structs.replace(CONFIG, queues={"emergency": queue})
    assert unmet(config, [{"safety": 5}]) == [
        "queues.emergency: no agent has saftey>=2, which step 2 of S1 needs: "
        "nobody is asked for the first 16 s"
    ]


def test_what_is_shipped_is_met_by_one_good_agent() -> None:
    assert unmet(CONFIG, [{"safety": 3, "es": 2}]) == []


def test_a_centre_without_agents_is_told_nothing() -> None:
    assert unmet(DIVERS, []) == []
