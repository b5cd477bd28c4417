"""Where a call is put together: one process, whatever comes and goes."""

from __future__ import annotations

import pytest

from router.core.home import Home
from router.core.model import LiveAgent, LiveContact, Snapshot, Step
from router.core.states import State


def call(owner: str | None, agent: str | None, name: str = "c") -> LiveContact:
    return LiveContact(name, "voice", 1, 0, 0, link_owner=owner, agent=agent, state=State.ACTIVE)


def agent(where: str | None, name: str = "a") -> LiveAgent:
    return LiveAgent(name, media_proc=where)


def picture(*found: LiveContact | LiveAgent) -> Snapshot:
    contacts = [one for one in found if isinstance(one, LiveContact)]
    agents = [one for one in found if isinstance(one, LiveAgent)]
    return Snapshot(0, 1, "0-1", contacts, agents, {})


def step(*found: LiveContact | LiveAgent) -> Step:
    known = picture(*found)
    return Step(0, 1, contacts=known.contacts, agents=known.agents)


@pytest.mark.parametrize(
    ("owner", "where", "home"),
    [("p", "p", "p"), ("p", "q", "p"), (None, "q", "q"), ("p", None, "p"), (None, None, None)],
)
def test_its_home_is_the_callers_process_or_else_the_agents(
    owner: str | None, where: str | None, home: str | None
) -> None:
    for proc in ("p", "q"):
        it = Home(proc)
        it.load(picture(agent(where)))
        assert it.here(call(owner, "a")) == (proc == home)


def test_a_call_whose_agent_moves_is_looked_at_again() -> None:
    it = Home("p")
    it.load(picture(agent("q"), call(None, "a"), call(None, "b", "other")))
    moved = it.moved(step(agent("p")))
    assert [live.id for live in moved] == ["c"]
    assert it.here(moved[0])
    assert it.moved(step(agent("p"))) == []  # they are where they were


def test_a_call_that_is_over_is_not() -> None:
    it = Home("p")
    it.load(picture(agent("q"), call(None, "a")))
    over = call(None, "a")
    over.state = State.ENDED
    assert it.moved(step(over)) == [over]
    assert it.moved(step(agent("p"))) == []


def test_what_a_step_changes_is_looked_at_once() -> None:
    it = Home("p")
    it.load(picture(agent("q"), call(None, "a")))
    changed = call("p", "a")
    assert it.moved(step(agent("p"), changed)) == [changed]
