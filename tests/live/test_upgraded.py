"""An index that an older version wrote: the new library goes on with its records as they are."""

from __future__ import annotations

import msgspec

from tests.kit.store import World
from tests.live.test_sweeper_table import write


async def test_what_rings_from_an_older_version_is_missed_in_time(world: World) -> None:
    await world.agent("a")
    contact = await world.arrive()
    live = await world.contact(contact)
    assert live is not None
    offer = msgspec.to_builtins(live.offer)
    del offer["began"]
    await write(world, f"c:{contact}", offer=offer)
    await world.stay(15_000, "a")
    after = await world.contact(contact)
    assert after is not None
    assert (after.state, list(after.cooling or ())) == ("queued", ["a"])
