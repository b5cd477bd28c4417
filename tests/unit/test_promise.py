"""What follows an ended try of a promised call."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from router.callbacks.tries import next_try
from router.core.callback import (
    CALLER,
    NOT_NEEDED,
    THEY_CALLED,
    UNCLEAR,
    VOICEMAIL,
    Again,
    Closed,
    GaveUp,
    Kind,
    count_from,
    counts_from,
    kind_of,
    last_try,
    next_action,
    next_move,
    opens_after,
)
from router.core.config import CallbackRules, Retries
from router.core.contact import MESSAGE_LEFT
from router.core.hours import Opening
from router.core.model import LiveContact, Promise
from router.core.opening import Hours
from tests.kit.store import CONFIG, SOON

RULES = CallbackRules(again=SOON)


def ended(tried: int = 1, **fields: object) -> LiveContact:
    live = LiveContact(
        id="c1", channel="voice", severity=3, arrived_at=0, score=1, dir="out", state="ended",
        outcome="not_reached", cause="busy", ended_at=1_000_000,
        callback=Promise("k1", "u1", "Priya", tried=tried, tries=3),
    )  # fmt: skip
    return msgspec.structs.replace(live, **fields)


@pytest.mark.parametrize(
    ("live", "they_called", "wanted"),
    [
        (ended(1), False, Again(1_000_000 + 300_000)),
        (ended(2), False, Again(1_000_000 + 1_800_000)),
        (ended(3), False, GaveUp()),
        (ended(1, cause=UNCLEAR), False, GaveUp()),
        (ended(1), True, Closed("cancelled", THEY_CALLED)),
        (ended(3), True, Closed("cancelled", THEY_CALLED)),
        (ended(1, outcome="handled", answered_at=5), False, Closed("reached", "handled")),
        (ended(1, outcome="dropped", answered_at=5), True, Closed("reached", "dropped")),
        (
            ended(1, outcome="handled", answered_at=5, cause=MESSAGE_LEFT),
            False,
            Again(1_000_000 + 300_000),
        ),
        (
            ended(3, outcome="handled", answered_at=5, cause=MESSAGE_LEFT),
            False,
            Closed("reached", "handled"),
        ),
        (
            ended(1, outcome="handled", answered_at=5, cause=MESSAGE_LEFT),
            True,
            Closed("reached", "handled"),
        ),
        (ended(1, outcome="cancelled", cause="cancelled"), False, Closed("cancelled", "cancelled")),
    ],
)
def test_next_move(live: LiveContact, they_called: bool, wanted: object) -> None:
    assert next_move(live, RULES, they_called=they_called) == wanted


@pytest.mark.parametrize(
    ("tried", "busy", "with_us", "wanted"),
    [
        (1, 0, True, Again(1_000_000 + 60_000, counts=False)),
        (1, 1, True, Again(1_000_000 + 60_000, counts=False)),
        (1, 2, True, Again(1_000_000 + 300_000)),
        (3, 0, True, Again(1_000_000 + 60_000, counts=False)),
        (3, 2, True, GaveUp()),
        (1, 0, False, Again(1_000_000 + 300_000)),
    ],
)
def test_a_line_that_is_busy_with_us_is_no_try_twice(
    tried: int, busy: int, with_us: bool, wanted: object
) -> None:
    live = ended(tried, with_us=with_us)
    assert live.callback is not None
    live.callback = msgspec.structs.replace(live.callback, busy=busy)
    assert next_move(live, RULES, they_called=False) == wanted
    assert last_try(live) == isinstance(wanted, GaveUp)


def test_a_try_that_never_came_to_the_carrier_is_none_twice() -> None:
    """Whoever was to dial it had died; of a centre that cannot dial at all, a person hears."""
    live, ids = ended(3, cause="no_answer"), set[str]()
    for _ in range(2):
        move = next_move(live, RULES, they_called=False, dialled=False)
        assert move == Again(1_000_000, counts=False, dialled=False)
        live = next_try(live, "k1", counts=False, now=0, dialled=False)
        assert live.callback is not None
        assert (live.callback.tried, live.callback.last) == (3, None)
        ids.add(live.id)
        live.cause, live.ended_at = "no_answer", 1_000_000
    assert len(ids) == 2
    assert next_move(live, RULES, they_called=False, dialled=False) == GaveUp()
    assert next_move(ended(3), RULES, they_called=True, dialled=False) == Closed(
        "cancelled", THEY_CALLED
    )


def test_one_that_is_not_needed_was_reached() -> None:
    live = ended(1, outcome="cancelled", cause=NOT_NEEDED)
    assert next_move(live, RULES, they_called=False) == Closed("reached", NOT_NEEDED)


def test_each_call_after_a_busy_one_is_a_contact_of_its_own() -> None:
    """Whatever counts as a try, no two have one id."""
    live, ids = ended(1, with_us=True), set[str]()
    for _ in range(12):
        move = next_move(live, RULES, they_called=False)
        if not isinstance(move, Again):
            break
        live = next_try(live, "k1", counts=move.counts, now=0)
        ids.add(live.id)
        assert live.callback is not None
        live.cause, live.ended_at, live.with_us = "busy", 1_000_000, True
    assert len(ids) == 4  # two that were free, then the second and the third try
    assert live.callback is not None
    assert (live.callback.tried, live.callback.busy) == (3, 4)


def test_the_last_wait_stands_for_all_later_ones() -> None:
    rules = CallbackRules(again=Retries(S2=["1m"]))
    assert [rules.again_ms(2, n) for n in (1, 2, 4)] == [60_000, 60_000, 60_000]


@pytest.mark.parametrize(
    ("severity", "minutes", "then"),
    [(1, [0, 2, 5, 15], GaveUp()), (2, [0, 15, 60], GaveUp()), (4, [0], GaveUp())],
)
def test_how_often_somebody_is_called_goes_by_severity(
    severity: int, minutes: list[int], then: GaveUp
) -> None:
    rules, at, made = CallbackRules(), 0, [0]
    promise = Promise("k1", "u1", "Priya", tries=rules.tries(severity))
    while True:
        live = ended(severity=severity, ended_at=at, cause="no_answer", callback=promise)
        move = next_move(live, rules, they_called=False)
        if not isinstance(move, Again):
            break
        at = move.not_before
        made.append(at // 60_000)
        promise = replace(promise, tried=promise.tried + 1)
    assert (made, move) == (minutes, then)


def test_an_s3_is_called_once_more_in_their_next_hours() -> None:
    rules = CallbackRules()
    promise = Promise("k1", "u1", "Priya", tries=rules.tries(3))
    first = ended(cause="no_answer", callback=promise)
    assert next_move(first, rules, they_called=False) == Again(1_000_000, window=True)
    second = replace(first, callback=replace(promise, tried=2))
    assert next_move(second, rules, they_called=False) == GaveUp()
    raised = replace(first, severity=4, callback=replace(promise, tries=4))
    assert next_move(raised, rules, they_called=False) == Again(1_000_000, window=True)


@pytest.mark.parametrize(
    ("severity", "mail", "words"),
    [
        (1, True, "Reach Maya: not reached, 4 calls"),
        (4, True, "Mail Maya: not reached by telephone, 4 calls"),
        (4, False, "Reach Maya: not reached, 4 calls; no mail address is known"),
    ],
)
def test_what_is_next_after_the_last_try(severity: int, mail: bool, words: str) -> None:
    live = replace(ended(4), severity=severity, who={"name": "Maya", "address": "+1 206 ••• 0133"})
    assert next_action(live, mail=mail) == words
    told = next_action(live, mail=mail, wrote="sms" if severity == 1 else "email")
    assert told.startswith("Reach Maya: not reached, 4 calls; a ")
    assert told.endswith(" was sent")


def test_an_ordinary_call_of_ours_is_nobodys_last_try() -> None:
    assert not last_try(ended(3, callback=None))
    assert last_try(ended(3))


HOUR = 3_600_000
OFFICE = Opening(
    replace(
        CONFIG,
        calendars={"o": Hours(zone="UTC", week={"mon-sun": ["08:00-18:00"]})},
        queues={name: replace(queue, calendar="o") for name, queue in CONFIG.queues.items()},
    )
)


@pytest.mark.parametrize(
    ("now", "place", "severity", "wanted"),
    [
        (20, 20, 3, 32),  # a message of the night
        (8.5, 7.9, 3, 8),  # it was promised when we had opened
        (18.1, 17.9, 3, 32),  # it came while we were open, and was promised when we had closed
        (9, 8.5, 3, None),
        (9 + 72, 20, 3, 32),  # promised days later: it has been due since
        (20, 20, 1, None),
    ],
)
def test_the_opening_after_which_a_promise_is_due(
    now: float, place: float, severity: int, wanted: float | None
) -> None:
    live = ended(severity=severity, queue="general")
    opens = opens_after(OFFICE, live, (now * HOUR, place * HOUR))
    assert opens == (None if wanted is None else wanted * HOUR)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({}, 0),
        ({"due_from": 400}, 400),
        ({"due_from": 2_000}, 1_000),  # it would have come later: they are here now
        ({"held_from": 300}, 700),  # it has stood for 700
        ({"held_from": 300, "due_from": 500}, 1_000),
    ],
)
def test_their_own_call_counts_from_when_the_promised_one_was_due(
    fields: dict[str, int], wanted: int
) -> None:
    assert counts_from(ended(**fields), 1_000) == wanted


def test_only_the_target_moves() -> None:
    live = ended(answer_by=60, score=60)
    count_from(live, 500)
    assert (live.due_from, live.answer_by, live.arrived_at, live.score) == (500, 560, 0, 60)
    count_from(live, 700)
    assert (live.due_from, live.answer_by) == (700, 760)
    count_from(live, live.arrived_at)
    assert (live.due_from, live.answer_by) == (None, 60)


def call(outcome: str = "abandoned", **fields: object) -> LiveContact:
    return replace(ended(), callback=None, outcome=outcome, **fields)


@pytest.mark.parametrize(
    ("by", "at", "after", "kind"),
    [
        (CALLER, None, call(), Kind.KEY),
        (VOICEMAIL, None, call("voicemail"), Kind.VOICEMAIL),
        ("u1", None, None, Kind.PERSON),
        ("u1", 1, None, Kind.SCHEDULED),
        ("u1", None, call(), Kind.GAVE_UP),
        ("u1", None, call("dropped", answered_at=1), Kind.DROPPED),
        ("u1", None, ended(3), Kind.AGAIN),
        ("u1", None, replace(ended(), outcome="dropped", answered_at=1), Kind.DROPPED),
    ],
)
def test_each_way_to_a_promise_is_a_kind_of_its_own(
    by: str, at: int | None, after: LiveContact | None, kind: Kind
) -> None:
    assert kind_of(by, at, after) == kind


def test_a_further_try_knows_what_came_of_the_one_before() -> None:
    promise = Promise("k1", "u1", "Priya", kind=Kind.PERSON, note="about the vet's bill")
    first = ended(cause="no_answer", callback=promise)
    second = next_try(first, "k1", counts=True, now=2)
    assert second.callback is not None
    assert (second.callback.last, second.callback.tried) == ("no_answer", 2)
    assert (second.callback.kind, second.callback.note) == (promise.kind, promise.note)
    busy = next_try(replace(second, cause="busy", with_us=True), "k1", counts=False, now=3)
    assert busy.callback is not None
    assert busy.callback.last == "no_answer"  # their line was busy with us: that was no try
