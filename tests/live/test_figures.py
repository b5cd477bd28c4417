"""The counts of a day, as the engine keeps them, against the same counted again from its events."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from router.core.figures import words_of
from router.live.engine import decode_step
from tests.kit.store import World

NIGHT = {"name": "night", "word": "Night lead"}


async def counts(world: World) -> dict[str, int]:
    """Today's, without the day; the events of all that happened give the same."""
    again: Counter[str] = Counter()
    for _, raw in await world.engine.read("0-0", count=100_000):
        for event in decode_step(raw).events:
            if event.facts is not None:
                again.update(words_of(event.name, event.outcome, event.facts))
    today = (await world.engine.snapshot()).today
    kept = {name: n for name, n in today.items() if name != "day"}
    assert kept == again
    return kept


@pytest_asyncio.fixture
async def night(store_url: str) -> AsyncIterator[World]:
    found = await World(store_url).open(on_call=True)
    yield found
    await found.engine.close()


async def hangs_up(world: World, contact: str) -> None:
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")


async def voicemail(world: World, **fields: object) -> str:
    contact = await world.arrive(**fields)  # type: ignore[arg-type]
    assert (await world.engine.step("nobody_outside", contact=contact)).ok
    assert await world.state(contact) == "voicemail"
    return contact


async def rings_outside(world: World, *, acknowledge: bool) -> tuple[str, str]:
    contact = await world.arrive()
    assert (
        await world.engine.step("send_outside", contact=contact, acknowledge=acknowledge, **NIGHT)
    ).ok
    live = await world.contact(contact)
    assert live is not None
    assert live.outside is not None
    return contact, live.outside.fence


@pytest.mark.parametrize("spoke", [True, False])
async def test_who_ends_at_a_voicemail_has_left(night: World, spoke: bool) -> None:
    contact = await voicemail(night)
    if spoke:
        await night.engine.step("message_over", contact=contact, cause="left_message")
    else:
        await hangs_up(night, contact)
    assert await counts(night) == {"3:queued": 1, "3:left": 1}


async def test_who_hangs_up_while_a_number_outside_rings_has_left(night: World) -> None:
    contact, _ = await rings_outside(night, acknowledge=True)
    await hangs_up(night, contact)
    assert await counts(night) == {"3:queued": 1, "3:left": 1}


async def test_an_answer_outside_counts_by_its_key(night: World) -> None:
    for acknowledge in (True, False):
        contact, fence = await rings_outside(night, acknowledge=acknowledge)
        await night.engine.step("outside_answered", contact=contact, fence=fence)
        await hangs_up(night, contact)
    assert await counts(night) == {
        "3:queued": 2, "3:answered": 1, "3:in_target": 1, "3:left": 1
    }  # fmt: skip


async def test_back_in_line_from_outside_they_give_up_as_anybody(night: World) -> None:
    contact, fence = await rings_outside(night, acknowledge=True)
    await night.engine.step("outside_over", contact=contact, fence=fence, cause="busy")
    await night.advance(10_000)
    await hangs_up(night, contact)
    assert await counts(night) == {"3:queued": 1, "3:abandoned": 1, "3:abandoned_in_target": 1}


async def test_a_promise_in_a_callers_place_lets_the_call_leave_and_is_kept_apart(
    world: World,
) -> None:
    call = await world.arrive(severity=2)
    promised = await world.promise(2, instead=call)
    assert await counts(world) == {"2:queued": 1, "2:left": 1}
    await world.agent("a")
    await world.accept(promised)
    await world.engine.step("connected", contact=promised, agent="a")
    assert await counts(world) == {"2:queued": 1, "2:left": 1, "2:kept": 1}


@pytest.mark.parametrize(("tried", "broken"), [(2, {}), (3, {"3:unreached": 1})])
async def test_a_promise_is_not_kept_when_no_try_is_left(
    world: World, tried: int, broken: dict[str, int]
) -> None:
    of = {"id": "k1", "by": "u1", "by_name": "Priya", "tries": 3, "tried": tried}
    contact = await world.promise(callback=of)
    await world.agent("a")
    await world.accept(contact)
    await world.stay(41_000, "a")
    assert await world.state(contact) == "ended"
    assert await counts(world) == broken


async def test_a_cancelled_promise_counts_nowhere(world: World) -> None:
    contact = await world.promise()
    await world.engine.step("cancel_callback", contact=contact, cause="cancelled")
    assert await counts(world) == {}


async def test_in_the_menu_nobody_has_reached_the_queue(world: World) -> None:
    contact = await world.arrive(state="in_menu")
    await hangs_up(world, contact)
    assert await counts(world) == {}


@pytest.mark.parametrize(
    ("waited", "more"),
    [
        (5_000, {"3:abandoned_in_target": 1, "3:short": 1}),
        (5_001, {"3:abandoned_in_target": 1}),
        (60_000, {"3:abandoned_in_target": 1}),
        (60_001, {}),
    ],
)
async def test_who_gives_up_is_short_or_early_by_the_wait(
    world: World, waited: int, more: dict[str, int]
) -> None:
    contact = await world.arrive()
    await world.stay(waited)
    await hangs_up(world, contact)
    assert await counts(world) == {"3:queued": 1, "3:abandoned": 1, **more}


async def test_calls_of_closed_hours_are_a_row_of_their_own(night: World) -> None:
    straight = await night.arrive(state="voicemail", after_hours=True)
    await night.engine.step("message_over", contact=straight, cause="left_message")
    gone = await night.arrive(after_hours=True)
    await night.advance(10_000)
    await hangs_up(night, gone)
    await night.agent("a")
    await night.answer(await night.arrive(after_hours=True))
    assert await counts(night) == {
        "3:closed_left": 1, "3:closed_queued": 2, "3:closed_abandoned": 1,
        "3:closed_abandoned_in_target": 1, "3:closed_answered": 1, "3:closed_in_target": 1,
    }  # fmt: skip


async def test_an_s1_finds_no_queue_closed(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive(severity=1, after_hours=True)
    await world.answer(contact)
    assert await counts(world) == {"1:queued": 1, "1:answered": 1, "1:in_target": 1}


async def test_answered_then_lost_is_no_giving_up_and_no_leaving(night: World) -> None:
    await night.agent("a")
    contact = await night.arrive()
    await night.answer(contact)
    answered = {"3:queued": 1, "3:answered": 1, "3:in_target": 1}
    assert await counts(night) == answered
    sent = {"contact": contact, "agent": "a", "acknowledge": False, **NIGHT}
    assert (await night.engine.step("send_outside", **sent)).ok
    await hangs_up(night, contact)
    assert await counts(night) == answered


async def test_a_text_counts_at_its_first_answer_once(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive("sms")
    await world.answer(contact)
    for _ in range(2):
        await world.engine.step("reply", agent="a", contact=contact, sent=True)
    await world.engine.step(
        "reply", agent="a", contact=contact, sent=True, next="close", disposition="x", comment=""
    )
    assert await counts(world) == {"3:queued": 1, "3:answered": 1, "3:in_target": 1}
