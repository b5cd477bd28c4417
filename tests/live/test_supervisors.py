"""The last steps of an S1: anybody, everybody at a desk, the number outside."""

from __future__ import annotations

from router.core import ladder
from router.core.model import Chosen
from router.core.severity import Severity
from tests.kit.store import World

STEPS = ladder.text(ladder.complete([ladder.Rung({"vet": 3}, 5_000)], Severity.S1))


async def supervisor(world: World, name: str = "s", *, sound: bool = True) -> str:
    """Signed in, has not pressed Ready or Pause."""
    who = {"id": name, "name": name, "skills": {}, "supervisor": True}
    await world.engine.step("agent_online", agent=who, conn=f"conn-{name}")
    if sound:
        await world.engine.step("agent_media", agent=name, media="up", proc="p1")
    return name


async def test_a_supervisor_standing_by_is_asked_after_everybody_ready(world: World) -> None:
    await supervisor(world)
    await world.agent("a")
    contact = await world.arrive(severity=1, ladder=STEPS)
    await world.stay(5_000, "s", "a")
    live = await world.contact(contact)
    assert live is not None
    assert live.offer is not None
    assert live.offer.agents == ["a"]
    await world.engine.step("decline", agent="a", contact=contact, fence=live.offer.fence)
    assert await world.offered_to(contact) == "s"


async def test_a_supervisor_whose_sound_comes_up_is_asked_at_once(world: World) -> None:
    await supervisor(world, sound=False)
    contact = await world.arrive(severity=1, ladder=STEPS)
    await world.stay(15_000, "s")
    assert await world.offered_to(contact) is None
    await world.engine.step("agent_media", agent="s", media="up", proc="p1")
    assert await world.offered_to(contact) == "s"


async def test_who_pressed_pause_is_left_in_peace_but_for_an_s1(world: World) -> None:
    await supervisor(world)
    await world.engine.step("agent_choice", agent="s", choice=Chosen(reason="lunch"))
    contact = await world.arrive(severity=2, ladder=STEPS)
    await world.stay(30_000, "s")
    assert await world.offered_to(contact) is None
    contact = await world.arrive(severity=1, ladder=STEPS)
    assert await world.offered_to(contact) == "s"


async def test_without_sound_not_even_a_text(world: World) -> None:
    await supervisor(world, sound=False)
    contact = await world.arrive("email", severity=1, ladder=STEPS)
    await world.stay(30_000, "s")
    assert await world.offered_to(contact) is None


async def test_overflow_is_asked_for_once(world: World) -> None:
    contact = await world.arrive(severity=1, ladder=STEPS)
    await world.advance(25_000)
    names = [name for name, about in await world.events() if about == contact]
    assert names.count("contact.overflow") == 1


async def test_a_supervisor_standing_by_uses_none_of_the_reserve(world: World) -> None:
    """Two are to stay free and two are: who stands by may take what they may not."""
    await supervisor(world)
    await world.engine.step("configure", cfg={"reserve": 2})
    await world.agent("a")
    contact = await world.arrive(severity=3, ladder=STEPS)
    await world.stay(20_000, "s", "a")
    assert await world.offered_to(contact) is None
    await world.agent("b")
    assert await world.offered_to(contact) == "s"


async def test_whoever_stands_by_and_is_not_out_comes_before_one_who_is(world: World) -> None:
    """Both are free in one moment; the one who declined it has signed in first."""
    for name in ("s1", "s2"):
        await supervisor(world, name)
        await world.advance(1_000)
    text = await world.arrive("sms", severity=2, ladder="@*!")
    first = await world.contact(text)
    assert first is not None
    assert first.offer is not None
    assert first.offer.agents == ["s1"]
    await world.engine.step("decline", agent="s1", contact=text, fence=first.offer.fence)
    assert await world.offered_to(text) == "s2"
    await world.stay(31_000, "s1", "s2")  # the cooling is over
    call = await world.arrive(severity=1, ladder="@*!")
    rung = await world.contact(call)
    assert rung is not None
    assert rung.offer is not None
    assert rung.offer.agents == ["s1", "s2"]
    await world.engine.step("caller_gone", contact=call, cause="hung_up")
    assert await world.offered_to(text) == "s2"
