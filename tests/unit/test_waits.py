"""Estimated waits from the stream: who is ahead, with whom on duty, and only when it is good."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast.followers.waits import Waits
from router.core.model import Chosen, LiveAgent, LiveContact, Promise, Snapshot, Step


class Story:
    """A stream of steps, and the waits that follow it."""

    def __init__(self) -> None:
        self.now = 0
        self.waits = Waits(lambda: self.now)
        agents = [
            LiveAgent(id=f"a{n}", choice=Chosen(ready=True), presence="online", skills={"en": 3})
            for n in range(2)
        ]
        self.waits.load(Snapshot(0, 1, "0-0", [], agents, {}))

    def step(self, contact: str, state: str, at: int, **fields: Any) -> None:
        self.now = at
        live = LiveContact(
            id=contact, arrived_at=at, state=state, needs={"en": 1},
            **{"channel": "voice", "severity": 3, "queue": "general", "score": float(at), **fields},
        )  # fmt: skip
        self.waits.on_step("", Step(at=at, epoch=1, contacts=[live]))

    def history(self, many: int = 60) -> None:
        """Each waited 5 to 15 s for his half place."""
        for number in range(many):
            at = number * 60_000
            self.step("old", "queued", at, queued_at=at)
            self.step("old", "active", at + 5_000 + number * 7 % 11 * 1_000)


def test_nothing_is_said_before_it_is_known() -> None:
    story = Story()
    story.step("one", "queued", 0, queued_at=0)
    assert story.waits.of("one") is None
    assert story.waits.of("nobody") is None
    assert story.waits.call_of(3) is None


def test_who_waits_is_told_by_those_before_him() -> None:
    story = Story()
    story.history()
    at = 60 * 60_000
    story.step("one", "queued", at, score=1.0, queued_at=at)
    story.step("two", "queued", at, score=2.0, queued_at=at)
    one, two = story.waits.of("one"), story.waits.of("two")
    assert one is not None
    assert two is not None
    assert one.p50_ms == 10_000
    assert two.p50_ms == 20_000
    assert two.p90_ms > two.p50_ms
    assert story.waits.spoken("two") == 20_000
    newcomer = story.waits.call_of(3)
    assert newcomer is not None
    assert newcomer["p50_ms"] == pytest.approx(30_000)
    story.step("one", "ended", at + 1_000)
    assert story.waits.spoken("two") == 10_000


def test_a_promised_call_is_before_those_behind_it_and_hears_no_guess() -> None:
    story = Story()
    story.history()
    at = 60 * 60_000
    promise = Promise("k1", "u1", "Priya")
    story.step("last", "queued", at, queued_at=at, score=float(at + 9))
    alone = story.waits.of("last")
    for n in range(4):
        story.step(f"p{n}", "queued", at, queued_at=at, callback=promise, dir="out")
    behind = story.waits.of("last")
    assert alone is not None
    assert behind is not None
    assert behind.p50_ms > alone.p50_ms
    assert story.waits.of("p1") is None
    for n in range(4):
        story.step(f"p{n}", "dialing", at, queued_at=at, callback=promise, dir="out")
    again = story.waits.of("last")
    assert again is not None
    assert again.p50_ms == alone.p50_ms


def test_a_queue_has_the_wait_of_its_next_call_while_calls_wait_there() -> None:
    story = Story()
    assert story.waits.queues() == {}
    story.step("new", "queued", 0, queued_at=0, queue="claims")
    assert story.waits.queues() == {"claims": {"severity": 3, "calls": 1, "wait": None}}
    story.step("new", "ended", 1, queue="claims")
    story.history()
    at = 60 * 60_000
    story.step("one", "queued", at, score=1.0, queued_at=at)
    story.step("two", "queued", at, score=2.0, queued_at=at, queue="claims")
    story.step("text", "queued", at, score=3.0, queued_at=at, queue="mails", channel="sms")
    found = story.waits.queues()
    assert sorted(found) == ["claims", "general"]
    assert found["general"]["calls"] == 1
    general, claims = found["general"]["wait"], found["claims"]["wait"]
    assert general["p90_ms"] > general["p50_ms"]
    assert claims["p50_ms"] > general["p50_ms"]  # behind both; of the same outcomes
    story.step("one", "active", at + 1)
    assert sorted(story.waits.queues()) == ["claims"]


def test_a_queue_speaks_for_the_severity_most_of_its_callers_have() -> None:
    story = Story()
    for contact, severity in (("a", 2), ("b", 4), ("c", 4)):
        story.step(contact, "queued", 0, queued_at=0, severity=severity)
    assert story.waits.queues() == {"general": {"severity": 4, "calls": 3, "wait": None}}
    story.step("c", "ended", 1, severity=4)
    assert story.waits.queues()["general"]["severity"] == 2  # as many of each: the worse
