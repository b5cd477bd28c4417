"""The configuration file read anew while people wait, in virtual time."""

from __future__ import annotations

from pathlib import Path

from holdfast.config_file import default_config_path, load_config
from holdfast.reload import Reload, Reloaded
from router.core import ladder
from router.core.current import Current
from router.core.model import LiveContact
from router.core.severity import Severity
from tests.kit.store import World

NIGHTS = """
[calendars.nights]
zone = "UTC"
[calendars.nights.week]
sun = ["00:00-00:01"]
"""
URGENT = '[queues.urgent]\nword = "Urgent"\n'


class Centre:
    """A configuration file that is edited, and who waits by it."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.file = folder / "centre.toml"
        text = default_config_path().read_text()
        after = f'{URGENT}calendar = "nights"\nafter_hours = {{ S2 = "on_call" }}\n'
        assert URGENT in text
        self.file.write_text(text.replace(URGENT, after) + NIGHTS)
        self.current = Current(load_config(self.file))
        self.reload = Reload(self.file, folder, self.current, world.engine, lambda: None)

    def ladder(self, queue: str, severity: int, *, outside: bool = False) -> str:
        return ladder.text(self.current.now.steps(queue, Severity(severity), outside=outside))

    async def edited(self, old: str, new: str) -> Reloaded:
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new))
        done = await self.reload.apply()
        assert await self.reload.follow()
        return done

    async def live(self, contact: str) -> LiveContact:
        found = await self.world.contact(contact)
        assert found is not None
        return found


async def test_a_changed_ladder_reaches_callers_who_end_outside_after_hours(
    world: World, tmp_path: Path
) -> None:
    centre = Centre(world, tmp_path)
    await world.agent("a")
    here = await world.arrive(severity=2, queue="urgent", ladder=centre.ladder("urgent", 2))
    night = await world.arrive(
        severity=2, queue="urgent", ladder=centre.ladder("urgent", 2, outside=True)
    )
    own = await world.arrive(severity=2, queue="urgent", ladder="es=3@120000|@5000|@10000*|@*!")
    await world.stay(5_000, "a")
    await centre.edited(
        '{ needs = ["safety>=2"], for = "20s" }', '{ needs = ["safety>=1"], for = "90s" }'
    )
    assert (await centre.live(here)).ladder == "safety=1@90000|safety=1@40000|@"
    assert (await centre.live(night)).ladder == "safety=1@90000|safety=1@40000|@5000|@10000*|@*!"
    assert (await centre.live(own)).ladder == "es=3@120000|@5000|@10000*|@*!"
