"""The oracle's own hard corners, each where the page is explicit (docs/routing.md)."""

from __future__ import annotations

from typing import Any

from tests.oracle.oracle import Oracle
from tests.oracle.people import TIER, Times
from tests.oracle.worlds import TARGETS, promise_of, score_of

ANYBODY: list[dict[str, Any]] = [{"needs": {}}]


class Desk:
    """A small centre; time in seconds."""

    def __init__(self) -> None:
        self.oracle = Oracle(Times())
        self.now = 0

    def agent(self, *names: str, ready: bool = True, **who: Any) -> None:
        for name in names:
            fields = {"skills": {}, "floor": 0, "supervisor": False} | who
            self.oracle.apply(self.now, "online", agent=name, **fields)
            self.oracle.apply(self.now, "sound", agent=name, up=True)
            if ready:
                self.oracle.apply(self.now, "ready", agent=name)

    def arrive(self, id: str, channel: str, severity: int, **more: Any) -> None:
        fields: dict[str, Any] = {
            "channel": channel,
            "severity": severity,
            "arrived_at": self.now,
            "order_at": self.now,
            "score": score_of(self.now, severity, channel),
            "promote_at": promise_of(self.now, severity, channel),
            "promote_ms": 10_000,
            "ladder": ANYBODY,
        }
        self.oracle.apply(self.now, "arrive", contact=id, **(fields | more))

    def do(self, name: str, *who: str, **more: Any) -> bool:
        keys = {"agent": who[0], "contact": who[1]} if len(who) == 2 else {"agent": who[0]}
        if name in ("accept", "decline"):
            more["stale"] = False
        return self.oracle.apply(self.now, name, **keys, **more)

    def take(self, agent: str, id: str) -> None:
        assert self.do("accept", agent, id)
        if self.oracle.contacts[id].voice:
            assert self.do("connected", agent, id)

    def until(self, seconds: float) -> None:
        target = int(seconds * 1000)
        while (upcoming := self.oracle.next()) is not None and upcoming <= target:
            self.now = max(self.now, upcoming)
            while self.oracle.fire(self.now):
                pass
        self.now = target

    def severity(self, id: str, level: int) -> None:
        c = self.oracle.contacts[id]
        self.oracle.apply(
            self.now,
            "severity",
            contact=id,
            severity=level,
            score=score_of(c.order_at, level, c.channel),
            promote_at=promise_of(c.order_at, level, c.channel),
            target_ms=TARGETS[level][c.channel],
        )

    def rung(self, id: str) -> list[str]:
        offer = self.oracle.contacts[id].offer
        return sorted(offer.since) if offer else []

    def state(self, id: str) -> str:
        c = self.oracle.contacts.get(id)
        return c.state if c else "ended"


def test_promoted_once_and_kept_between_s3_and_s4() -> None:
    desk = Desk()
    desk.arrive("c", "voice", 3)
    c = desk.oracle.contacts["c"]
    desk.until(79.999)
    assert c.tier == 2
    desk.until(80)
    assert c.score == TIER + 80_000 + 10_000
    desk.severity("c", 4)
    assert c.score == TIER + 80_000 + 10_000
    desk.severity("c", 1)
    assert c.tier == 0
    desk.severity("c", 3)
    assert c.score == score_of(0, 3, "voice")
    desk.until(1000)
    assert c.tier == 2


def test_in_hand_at_its_promise_is_promoted_when_it_waits_again() -> None:
    desk = Desk()
    desk.agent("a")
    desk.arrive("c", "voice", 3)
    desk.take("a", "c")
    desk.until(100)
    assert desk.oracle.contacts["c"].tier == 2
    desk.do("return", "a", "c")
    assert desk.oracle.contacts["c"].score == TIER + 100_000 + 10_000


def test_the_first_s1_round_rings_two() -> None:
    desk = Desk()
    desk.agent("a", "b", "c")
    desk.arrive("s1", "voice", 1)
    assert desk.rung("s1") == ["a", "b"]
    desk.arrive("t1", "voice", 1)
    assert desk.rung("t1") == ["c"]


def test_later_s1_rounds_ring_three() -> None:
    desk = Desk()
    desk.agent("a", "b", "c", "d", "e")
    desk.arrive("s1", "voice", 1)
    desk.until(8)
    assert desk.rung("s1") == ["c", "d", "e"]
    desk.until(9)
    assert desk.do("accept", "c", "s1")
    assert all(desk.oracle.rings(a) is None for a in desk.oracle.agents.values())


def test_decline_in_a_round_rings_the_next_with_the_same_deadline() -> None:
    desk = Desk()
    desk.agent("a", "b", "c")
    desk.arrive("s1", "voice", 1)
    desk.until(6)
    desk.do("decline", "a", "s1")
    offer = desk.oracle.contacts["s1"].offer
    assert offer is not None
    assert (sorted(offer.since), offer.expires) == (["b", "c"], 8_000)
    desk.until(8)  # c rang for 2 s only: no miss, and rung again
    assert desk.oracle.agents["b"].missed_at is not None
    assert desk.oracle.agents["c"].missed_at is None
    assert desk.rung("s1") == ["c"]


def test_a_call_displaces_what_rings_of_a_higher_tier_number() -> None:
    desk = Desk()
    desk.agent("a")
    desk.arrive("mail", "email", 3)
    desk.arrive("peer", "voice", 3)
    assert desk.rung("mail") == ["a"]
    desk.arrive("call", "voice", 2)
    assert (desk.rung("call"), desk.state("mail")) == (["a"], "queued")
    assert desk.oracle.agents["a"].missed_at is None
    desk.do("accept", "a", "call")
    desk.arrive("s1", "voice", 1)
    assert desk.state("s1") == "queued"  # connecting is not displaced


def test_an_s1_text_displaces_what_rings_of_a_calmer_text_and_no_call() -> None:
    desk = Desk()
    desk.agent("a")
    desk.arrive("mail", "email", 2)
    desk.arrive("text", "sms", 1)
    assert (desk.rung("text"), desk.state("mail")) == (["a"], "queued")
    desk.take("a", "text")
    desk.arrive("call", "voice", 2)
    assert desk.state("call") == "queued"
    desk.agent("b")
    assert desk.rung("call") == ["b"]
    desk.arrive("next", "sms", 1)
    assert "b" not in desk.rung("next")


def test_interrupted_texts_are_parked_and_resume_before_any_new_offer() -> None:
    desk = Desk()
    desk.agent("a")
    desk.arrive("text", "sms", 3)
    desk.take("a", "text")
    desk.arrive("call", "voice", 2)
    assert desk.state("text") == "active"
    desk.take("a", "call")
    assert desk.state("text") == "parked"
    desk.do("hang_up", "a", "call")
    desk.arrive("mail", "email", 2)
    assert desk.state("mail") == "queued"
    desk.do("wrapped", "a", "call")
    assert (desk.state("text"), desk.rung("mail")) == ("active", ["a"])


def test_frozen_wrap_up_goes_on_after_the_newcomers_own() -> None:
    desk = Desk()
    desk.agent("a")
    desk.arrive("call", "voice", 3)
    desk.take("a", "call")
    desk.do("hang_up", "a", "call")
    desk.until(10)
    desk.arrive("s2", "voice", 2)
    assert desk.state("s2") == "queued"  # wrap-up only by an S1 call
    desk.arrive("s1", "voice", 1)
    desk.take("a", "s1")
    call = desk.oracle.contacts["call"]
    assert (call.until, call.frozen_ms) == (None, 30_000)
    assert not desk.do("extend", "a", "call")
    desk.do("hang_up", "a", "s1")
    desk.arrive("other", "voice", 1)
    assert desk.state("other") == "queued"  # at most one is frozen
    desk.do("wrapped", "a", "s1")
    assert call.until == 40_000
    assert desk.rung("other") == ["a"]


def test_who_is_out_waits_for_another_who_satisfies_then_begins_a_round() -> None:
    desk = Desk()
    desk.agent("a", "b")
    desk.arrive("busy", "voice", 2)
    desk.take("a", "busy")
    desk.arrive("c", "voice", 3)
    desk.do("decline", "b", "c")
    desk.until(31)
    assert desk.rung("c") == []  # a is on duty, though busy
    desk.do("pause", "a")
    assert desk.rung("c") == ["b"]
    assert (desk.oracle.contacts["c"].passed_over, desk.oracle.contacts["c"].rounds) == (set(), 1)


def test_reserve_keeps_agents_for_s1() -> None:
    desk = Desk()
    desk.agent("a", "aa", "b")
    desk.agent("trainee", floor=2)
    desk.oracle.apply(0, "reserve", k=3)
    desk.arrive("c", "voice", 2)
    assert desk.state("c") == "queued"
    desk.arrive("s1", "voice", 1)  # S1 is never kept back
    assert desk.rung("s1") == ["a", "aa"]
    desk.oracle.apply(0, "reserve", k=1)
    assert desk.state("c") == "queued"  # with b rung, only the trainee would be left
    desk.arrive("mail", "email", 2)  # texts are not kept back
    assert desk.rung("mail") == ["b"]
    desk.do("decline", "b", "mail")
    desk.oracle.apply(0, "reserve", k=0)
    assert desk.rung("c") == ["b"]


def test_held_for_the_named_until_the_ladder_time_is_up() -> None:
    desk = Desk()
    desk.agent("a", "b")
    desk.arrive("busy", "voice", 1, named="a")
    desk.take("a", "busy")
    desk.arrive("c", "voice", 3, named="a")
    desk.until(29.999)
    assert desk.state("c") == "queued"
    desk.until(30)
    assert desk.rung("c") == ["b"]


def test_second_miss_pauses_and_accept_forgets_the_first() -> None:
    desk = Desk()
    desk.agent("a")
    for id in ("c1", "c2", "c3"):
        desk.arrive(id, "voice", 3)
    desk.until(15)
    desk.do("selftest", "a", passed=True)
    assert desk.rung("c2") == ["a"]
    desk.until(30)
    desk.do("selftest", "a", passed=True)
    assert not desk.oracle.agents["a"].ready
    desk.do("ready", "a")
    desk.take("a", "c3")
    assert desk.oracle.agents["a"].missed_at is None
