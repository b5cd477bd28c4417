"""A stated cause is true: take it away and the engine decides otherwise."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from router.core import ladder
from router.core.causes import Cause
from router.core.explain import Limits, Picture, Why
from router.core.model import Chosen
from router.core.severity import Severity
from tests.kit.store import World
from tests.live.test_supervisors import supervisor

Act = Callable[[World], Awaitable[object]]


async def why(world: World, contact: str, reserve: int = 0) -> Why:
    """The explanation as a process would give it, from what the index holds."""
    snapshot = await world.engine.snapshot()
    contacts = {live.id: live for live in snapshot.contacts}
    agents = {agent.id: agent for agent in snapshot.agents}
    return Picture(contacts, agents, Limits(4, 5, reserve), world.now).why(contacts[contact])


async def nothing(world: World) -> None:
    """No step needed."""


class Case:
    """How agent "a" comes to be kept from contact "c" by one cause, and how it is taken away."""

    def __init__(self, cause: str, before: Act, arrive: Act, after: Act, reserve: int = 0) -> None:
        self.cause, self.before, self.arrive, self.after = cause, before, arrive, after
        self.reserve = reserve


async def one(world: World) -> None:
    await world.agent("a", vet=3)


async def call(world: World) -> None:
    await world.arrive(severity=3, id="c", needs={"vet": 3})


async def choose(world: World, choice: str) -> None:
    await world.engine.step(
        "agent_choice",
        agent="a",
        choice=Chosen(ready=True) if choice == "ready" else Chosen(reason="lunch"),
    )


async def lost(world: World) -> None:
    await one(world)
    await world.engine.step("agent_lost", agent="a", conn="conn-a")


async def back(world: World) -> None:
    await world.engine.step("agent_back", agent="a", conn="conn-a")


async def paused(world: World) -> None:
    await one(world)
    await choose(world, "paused")


async def ready(world: World) -> None:
    await choose(world, "ready")


async def testing(world: World) -> None:
    await one(world)
    await world.arrive(severity=1, id="x")
    await world.stay(8_000, "a")
    await world.engine.step("caller_gone", contact="x", cause="hung_up")


async def passed(world: World) -> None:
    await world.engine.step("selftest", agent="a", passed=True, detail="")


async def unskilled(world: World) -> None:
    await world.agent("a", vet=2)


async def skilled(world: World) -> None:
    who = {"id": "a", "name": "a", "skills": {"vet": 3}}
    await world.engine.step("agent_online", agent=who, conn="conn-a")


async def trainee(world: World) -> None:
    await one(world)
    who = {"id": "a", "name": "a", "skills": {"vet": 3}, "floor": 2}
    await world.engine.step("agent_online", agent=who, conn="conn-a")


async def urgent_call(world: World) -> None:
    await world.arrive(severity=2, id="c", needs={"vet": 3})


async def works(world: World, begin: int, end: int) -> None:
    hours = {"shift_from": world.now + begin, "shift_to": world.now + end}
    who = {"id": "a", "name": "a", "skills": {"vet": 3}, **hours}
    await world.engine.step("agent_online", agent=who, conn="conn-a")


async def after_hours(world: World) -> None:
    await one(world)
    await works(world, -1_000, -1)


async def in_shift(world: World) -> None:
    await works(world, -1_000, 1_000)


async def mute(world: World) -> None:
    await one(world)
    await world.engine.step("agent_media", agent="a", media="down", proc="p1")


async def sound(world: World) -> None:
    await world.engine.step("agent_media", agent="a", media="up", proc="p1")


async def ringing(world: World) -> None:
    await one(world)
    await world.arrive(severity=3, id="x")


async def x_gone(world: World) -> None:
    await world.engine.step("caller_gone", contact="x", cause="hung_up")


async def talking(world: World) -> None:
    await ringing(world)
    await world.answer("x")


async def x_over(world: World) -> None:
    await x_gone(world)
    await world.engine.step("wrapped", agent="a", contact="x", disposition="resolved")


async def wrapping(world: World) -> None:
    await talking(world)
    await x_gone(world)


async def wrapped(world: World) -> None:
    await world.engine.step("wrapped", agent="a", contact="x", disposition="resolved")


async def texts(world: World, many: int) -> None:
    await one(world)
    for n in range(many):
        await world.arrive("sms", 3, id=f"x{n}")
        await world.answer(f"x{n}")


async def four_texts(world: World) -> None:
    await texts(world, 4)


async def one_text(world: World) -> None:
    await texts(world, 1)


async def mail(world: World) -> None:
    await world.arrive("email", 3, id="c", needs={"vet": 3})


async def s1_text(world: World) -> None:
    await one(world)
    await world.arrive("sms", 1, id="x0")
    await world.answer("x0")


async def text_closed(world: World) -> None:
    await world.engine.step("close_contact", contact="x0")


async def refused(world: World) -> None:
    await call(world)
    live = await world.contact("c")
    assert live is not None
    assert live.offer is not None
    await world.engine.step("decline", agent="a", contact="c", fence=live.offer.fence)


async def cooled(world: World) -> None:
    await world.stay(30_000, "a")


async def two(world: World) -> None:
    await one(world)
    await world.agent("b", ready=False, vet=3)


async def refused_and_cooled(world: World) -> None:
    await refused(world)
    await world.engine.step("agent_choice", agent="b", choice=Chosen(ready=True))
    await world.stay(1, "a", "b")
    live = await world.contact("c")
    assert live is not None
    assert live.offer is not None  # b is asked, and is lost while it rings
    await world.engine.step("agent_media", agent="b", media="down", proc="p1")
    await world.stay(30_000, "a", "b")


async def b_leaves(world: World) -> None:
    await world.engine.step("agent_off", agent="b")


async def restricted(world: World) -> None:
    await world.arrive(severity=3, id="c", needs={"vet": 3}, only={"b": True})


async def for_everybody(world: World) -> None:
    await world.engine.step("describe", contact="c", only={})


async def named_busy(world: World) -> None:
    await world.agent("b", vet=3)
    await world.arrive(severity=3, id="x")
    await world.answer("x")
    await one(world)


async def for_b(world: World) -> None:
    await world.arrive(severity=3, id="c", needs={"vet": 3}, named="b")


async def b_pauses(world: World) -> None:
    await world.engine.step("agent_choice", agent="b", choice=Chosen(reason="lunch"))


async def kept_free(world: World) -> None:
    await one(world)
    await world.engine.step("configure", cfg={"reserve": 1})


async def not_kept(world: World) -> None:
    await world.engine.step("configure", cfg={"reserve": 0})


async def on_line_with_b(world: World) -> None:
    await world.agent("b", vet=3)
    await world.arrive(severity=3, id="x", party="p1")
    await world.answer("x")
    await world.engine.step("agent_choice", agent="b", choice=Chosen(reason="lunch"))
    await one(world)


async def promised(world: World) -> None:
    await world.promise(id="c", needs={"vet": 3}, party="p1", theirs=["x"])


async def b_is_done(world: World) -> None:
    await x_gone(world)
    await world.engine.step("wrapped", agent="b", contact="x", disposition="resolved")


CASES = [
    Case("stands", on_line_with_b, promised, b_is_done),
    Case("lost", lost, call, back),
    Case("paused", paused, call, ready),
    Case("self_test", testing, call, passed),
    Case("restricted", one, restricted, for_everybody),
    Case("skills", unskilled, call, skilled),
    Case("training", trainee, urgent_call, skilled),
    Case("shift", after_hours, call, in_shift),
    Case("no_sound", mute, call, sound),
    Case("ringing", ringing, call, x_gone),
    Case("on_call", talking, call, x_over),
    Case("wrapup", wrapping, call, wrapped),
    Case("s1_text", s1_text, mail, text_closed),
    Case("full", four_texts, mail, text_closed),
    Case("texts", one_text, call, text_closed),
    Case("cooling", one, refused, cooled),
    Case("passed_over", two, refused_and_cooled, b_leaves),
    Case("sticky", named_busy, for_b, b_pauses),
    Case("reserve", kept_free, call, not_kept, reserve=1),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.cause)
async def test_without_the_stated_cause_the_decision_is_another(world: World, case: Case) -> None:
    await case.before(world)
    await case.arrive(world)
    told = {one.agent: one.causes for one in (await why(world, "c", case.reserve)).judgements}
    assert told["a"] == (case.cause,)
    assert await world.offered_to("c") is None
    await case.after(world)
    assert await world.offered_to("c") == "a"


def test_every_cause_has_a_case() -> None:
    assert {case.cause for case in CASES} == set(Cause)


async def test_the_best_is_who_the_engine_asks(world: World) -> None:
    await world.agent("a", vet=5)
    await world.agent("b", vet=3)
    await world.agent("d", vet=3, en=5)
    for name in "abd":
        await world.engine.step("agent_choice", agent=name, choice=Chosen(reason="lunch"))
    await world.arrive(severity=3, id="c", needs={"vet": 3})
    for name in "abd":
        snapshot = await world.engine.snapshot()
        agents = {agent.id: agent for agent in snapshot.agents}
        agents[name].choice = Chosen(ready=True)
        contacts = {live.id: live for live in snapshot.contacts}
        best = Picture(contacts, agents, Limits(4, 5), world.now).why(contacts["c"]).best()
        assert best is not None
        assert best.agent == name
    for agent in ("a", "d", "b"):
        await world.engine.step("agent_choice", agent=agent, choice=Chosen(ready=True))
    # The first to be ready took it; the others are judged behind him by surplus and other skills.
    told = await why(world, "c")
    assert await world.offered_to("c") == "a"
    assert [one.agent for one in told.judgements if not one.causes] == ["b", "d"]


@pytest.mark.parametrize("severity", [1, 2])
async def test_of_who_is_not_ready_it_says_who_may_be_rung_as_the_engine_does(
    world: World, severity: int
) -> None:
    """In a step that lets others in: for an S1 whoever pauses at a desk, else who stands by."""
    everybody = ladder.text(ladder.complete([ladder.Rung({}, 1)], Severity.S1))
    await supervisor(world, "stands_by")
    await supervisor(world, "no_sound", sound=False)
    await supervisor(world, "super_at_lunch")
    for name, reason in (("at_lunch", "lunch"), ("at_rest", "recovering")):
        await world.agent(name, ready=False)
        await world.engine.step("agent_choice", agent=name, choice=Chosen(reason=reason))
    quiet = {"agent": "super_at_lunch", "choice": Chosen(reason="lunch")}
    await world.engine.step("agent_choice", **quiet)
    await world.arrive(severity=severity, id="c", ladder=everybody)
    desks = ("stands_by", "no_sound", "super_at_lunch", "at_lunch", "at_rest")
    await world.stay(1_000 if severity == 1 else 12_000, *desks)  # an S1 goes there at once
    live = await world.contact("c")
    assert live is not None
    assert live.offer is not None
    rung = set(live.offer.agents)
    wanted = {"stands_by"} if severity > 1 else {"stands_by", "super_at_lunch", "at_lunch"}
    assert rung == wanted
    told = {one.agent: one.causes for one in (await why(world, "c")).judgements}
    assert {name for name, causes in told.items() if "paused" not in causes} == rung
