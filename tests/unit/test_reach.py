"""A last step that nobody can meet is told, and only such a one."""

from __future__ import annotations

import msgspec

from router.core.config import LadderStep, Queue
from router.core.reach import unmet
from tests.kit.store import CONFIG

DIVE = LadderStep(needs=["diving>=5"], span="10s")
QUEUE = Queue(
    word="Divers",
    ladder=[DIVE, LadderStep(needs=["diving"])],
    ladders={"S4": [DIVE, LadderStep()], "S1": [DIVE]},
)
DIVERS = msgspec.structs.replace(CONFIG, queues={"divers": QUEUE})


def test_only_the_last_step_matters_and_never_that_of_an_s1() -> None:
    assert unmet(DIVERS, [{"en": 5}]) == [
        "queues.divers: no agent has diving>=1, which the last step of S2, S3 needs"
    ]
    assert unmet(DIVERS, [{"en": 5}, {"diving": 1}]) == []


def test_a_centre_without_agents_is_told_nothing() -> None:
    assert unmet(DIVERS, []) == []
