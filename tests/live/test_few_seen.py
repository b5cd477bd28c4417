"""Boards hear once of a contact for which nobody on its list is here; the index has each list."""

from __future__ import annotations

from typing import Any, cast

import pytest

from holdfast.followers.restricted import NOBODY_MS, FewSeen
from router.core.model import Chosen, LiveAgent, LiveContact
from router.records.database import Database
from tests.kit.store import World, centre_of

ONLY = {"lea": True}


class Place:
    def __init__(self, world: World) -> None:
        self.now, self.alarms = 0, list[str]()
        self.contacts: list[LiveContact] = []
        self.agents: dict[str, LiveAgent] = {}
        centre = centre_of(cast(Database, None), world.engine, clock=lambda: self.now)
        self.few = FewSeen(
            centre, lambda: self.contacts, lambda: self.agents, lambda _lists: None,
            lambda live: self.alarms.append(live.id),
        )  # fmt: skip

    def waits(self, **more: Any) -> LiveContact:
        return LiveContact("c1", "sms", 3, 0, 0, **{"only": ONLY, **more})


@pytest.fixture
def place(world: World) -> Place:
    return Place(world)


def test_boards_hear_of_it_once_after_a_minute(place: Place) -> None:
    place.contacts = [place.waits()]
    place.few.turn()
    place.now = NOBODY_MS - 1
    place.few.turn()
    assert place.alarms == []
    place.now = NOBODY_MS
    place.few.turn()
    place.few.turn()
    assert place.alarms == ["c1"]


def test_not_while_somebody_on_the_list_is_ready_or_has_it(place: Place) -> None:
    place.contacts = [place.waits()]
    place.agents["lea"] = LiveAgent("lea", presence="online", choice=Chosen(ready=True))
    for place.now in (0, NOBODY_MS, 2 * NOBODY_MS):
        place.few.turn()
    place.contacts = [place.waits(state="active", agent="lea")]
    place.agents.clear()
    for place.now in (3 * NOBODY_MS, 5 * NOBODY_MS):
        place.few.turn()
    assert place.alarms == []


async def test_an_index_that_was_away_when_the_list_was_changed_is_told_again(
    place: Place, world: World
) -> None:
    contact = await world.arrive(incident="i1")
    live = await world.contact(contact)
    assert live is not None
    place.contacts, place.few._shown = [live], {"i1": frozenset({"lea"})}
    await place.few.mend()
    assert (await world.contact(contact)).only is None  # type: ignore[union-attr]
    await place.few.mend()  # it was not merely on its way
    live = await world.contact(contact)
    assert live is not None
    assert live.only == ONLY
    place.contacts, place.few._shown = [live], {}
    await place.few.mend()
    await place.few.mend()
    assert (await world.contact(contact)).only is None  # type: ignore[union-attr]
