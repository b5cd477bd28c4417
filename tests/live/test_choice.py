"""What an agent chose goes on whole: in the index, over a rebuild, with a page that is back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from holdfast.settings.engine_settings import engine_settings
from router.core.model import SIGNED_IN, Chosen
from router.core.rebuild_facts import CallerStream, ConnectedDesk
from router.rebuild import Rebuild
from router.recorder import Recorder
from router.records.database import Database
from tests.kit.record import new_sqlite
from tests.kit.store import CONFIG, World, centre_of


class Longer(Chosen, frozen=True):
    """With a field that nobody on its way knows."""

    until: int = 7


CHOICES = [Longer(ready=True), Longer(reason="lunch"), Longer(reason="missed", until=0)]


class OneDesk:
    """A process with one desk, whose agent had chosen this."""

    def __init__(self, choice: Chosen) -> None:
        self._choice = choice

    def desks(self) -> list[ConnectedDesk]:
        return [ConnectedDesk("a", "a", {}, self._choice, "conn-a", None)]

    async def streams(self) -> list[CallerStream]:
        return []

    async def live_calls(self) -> set[str] | None:
        return set()


def rebuilt(world: World, database: Database, choice: Chosen) -> Rebuild:
    return Rebuild(
        centre_of(database, world.engine, clock=lambda: world.now),
        Recorder(database, world.engine),
        lambda: engine_settings(CONFIG),
        OneDesk(choice),
    )


async def chosen(world: World) -> Any:
    """As it stands in the record of the index."""
    raw = await world.engine._redis.hget(f"{world.engine.prefix}:records", "a:a")
    assert raw is not None
    return msgspec.json.decode(raw)["choice"]


@pytest.mark.parametrize("choice", CHOICES)
async def test_a_step_takes_it_whole(world: World, choice: Longer) -> None:
    await world.agent("a", ready=not choice.ready)
    assert (await world.engine.step("agent_choice", agent="a", choice=choice)).ok
    assert msgspec.convert(await chosen(world), Longer) == choice
    (agent,) = (await world.engine.snapshot()).agents
    assert (agent.choice.ready, agent.choice.reason) == (choice.ready, choice.reason)


@pytest.mark.parametrize("choice", CHOICES)
async def test_a_rebuild_takes_it_whole_from_the_desks(
    world: World, tmp_path: Path, choice: Longer
) -> None:
    database = await new_sqlite(tmp_path / "record.db")
    await world.engine.wipe()
    await rebuilt(world, database, choice).run()
    await database.close()
    assert msgspec.convert(await chosen(world), Longer) == choice


@pytest.mark.parametrize("choice", CHOICES)
async def test_a_page_that_the_index_does_not_know_brings_it_whole(
    world: World, choice: Longer
) -> None:
    who = {"id": "a", "name": "a", "skills": {}, "choice": choice}
    await world.engine.step("agent_online", agent=who, conn="conn-a")
    assert msgspec.convert(await chosen(world), Longer) == choice
    other = who | {"choice": Longer(reason="other", until=9)}
    await world.engine.step("agent_online", agent=other, conn="conn-a")
    assert msgspec.convert(await chosen(world), Longer) == choice  # the index knows better


async def test_who_comes_for_the_first_time_has_chosen_nothing(world: World) -> None:
    who = {"id": "a", "name": "a", "skills": {}}
    await world.engine.step("agent_online", agent=who, conn="conn-a")
    (agent,) = (await world.engine.snapshot()).agents
    assert agent.choice == SIGNED_IN


async def test_a_pause_that_the_router_decides_forgets_what_was_chosen_before(world: World) -> None:
    await world.agent("a")
    await world.engine.step("agent_choice", agent="a", choice=Longer(ready=True))
    await world.engine.step("agent_off", agent="a")
    assert await chosen(world) == {"reason": "signed_out"}
