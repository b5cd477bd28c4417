"""The configuration file read anew while people wait, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from holdfast.desk.view import View
from holdfast.settings.config_file import default_config_path, load_config
from holdfast.settings.demo_config import load_demo_config
from holdfast.settings.reload import ConfigFile, People, Reload, Reloaded
from router.core import ladder
from router.core.current import Current
from router.core.model import LiveContact, Said
from router.core.severity import Severity
from router.live.engine import Engine, IndexUnavailable, decode_step
from tests.kit.proxy import lossy_proxy
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
        self.view = View()
        self.reload = self.process(world.engine, folder)

    def ladder(self, queue: str, severity: int, *, outside: bool = False) -> str:
        return ladder.text(self.current.value.steps(queue, Severity(severity), outside=outside))

    async def edited(self, old: str, new: str) -> Reloaded:
        text = self.file.read_text()
        assert old in text
        return await self.rewritten(text.replace(old, new))

    async def without_spanish(self) -> Reloaded:
        """The queue espanol is taken away; the general one has a wrap-up time of its own."""
        return await self.rewritten(self.text_without_spanish())

    def text_without_spanish(self) -> str:
        text = self.file.read_text()
        begin, end = text.index("[queues.espanol]"), text.index("# Words in texts")
        text = (text[:begin] + text[end:]).replace('queue = "espanol"', 'queue = "general"')
        text = text.replace('es = "espanol"', 'es = "general"')
        begin = text.index("[queues.general]")
        return text[:begin] + text[begin:].replace('wrapup = "30s"', 'wrapup = "45s"', 1)

    async def rewritten(self, text: str) -> Reloaded:
        self.file.write_text(text)
        done = await self.reload.apply()
        assert await self.reload.follow()
        return done

    def process(self, engine: Engine, folder: Path | None = None) -> Reload:
        """One that reads the file; with a folder it is a worker."""
        return Reload(
            ConfigFile(self.file, folder),
            self.current,
            engine,
            People(seen=lambda: self.view.contacts.values()),
        )

    async def heard(self) -> None:
        """What the index told goes to the process, as its feed does it."""
        for step_id, raw in await self.world.engine.read("0-0", count=1000):
            self.view.fold(step_id, decode_step(raw))
            self.reload.on_step(step_id, decode_step(raw))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The process at work."""
        async with asyncio.TaskGroup() as group, asyncio.timeout(60):
            work = group.create_task(self.reload.run())
            yield
            work.cancel()

    async def reladdered(self, contact: str) -> None:
        """Waits until it is."""
        while ("contact.reladdered", contact) not in await self.world.events():
            await self.world.engine.read(self.world.last, block_ms=1_000)

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


async def test_who_had_the_file_read_anew_is_told_with_the_step_and_only_if_it_changed(
    world: World, tmp_path: Path
) -> None:
    """The line of the audit is the recorder's: it cannot be lost beside what it tells of."""
    centre = Centre(world, tmp_path)
    text = centre.file.read_text()
    centre.file.write_text(text.replace("reserve = 0", "reserve = 1"))
    for _ in range(2):  # the second time there is nothing new in it
        await centre.reload.apply("ada")
    centre.file.write_text(text)
    await centre.reload.apply()  # from a terminal: nobody's account
    steps = [decode_step(raw) for _, raw in await world.engine.read("0-0", count=1000)]
    assert [step.audit for step in steps if step.audit is not None] == [
        Said("ada", "config.reloaded", "centre", "reserve")
    ]


async def test_the_numbers_of_the_demo_stay_over_a_reload(world: World, tmp_path: Path) -> None:
    file = tmp_path / "centre.toml"
    file.write_text(default_config_path().read_text())
    current = Current(load_demo_config(file))
    reload = Reload(ConfigFile(file, read=load_demo_config), current, world.engine)
    file.write_text(file.read_text().replace("reserve = 0", "reserve = 1"))
    assert (await reload.apply()).changed == ["reserve"]
    assert [person.name for person in current.value.on_call] == ["night_lead"]


async def test_who_waits_in_a_queue_that_is_gone_goes_on_in_that_of_his_line(
    world: World, tmp_path: Path
) -> None:
    centre = Centre(world, tmp_path)
    await world.agent("a")
    spanish = {"queue": "espanol", "line": "support", "ladder": centre.ladder("espanol", 3)}
    caller = await world.arrive(**spanish)
    sms = await world.arrive("sms", **spanish | {"line": "a line of old"})
    own = await world.arrive(severity=4, **spanish | {"ladder": "vet=5@120000|@"})
    other = await world.arrive(queue="urgent", ladder=centre.ladder("urgent", 3))
    done = await centre.without_spanish()
    assert done.moved == [
        "queues.espanol was removed: 1 waiting contact moved to queues.emergency",
        "queues.espanol was removed: 2 waiting contacts moved to queues.general",
    ]
    assert await world.offered_to(caller) == "a"
    live = await centre.live(caller)
    assert (live.queue, live.ladder, live.wrapup_ms) == ("general", "@", 45_000)
    live = await centre.live(sms)  # its line is gone too: that of the first line
    assert (live.queue, live.ladder) == ("emergency", centre.ladder("emergency", 3))
    live = await centre.live(own)
    assert (live.queue, live.ladder) == ("general", "vet=5@120000|@")
    assert (await centre.live(other)).queue == "urgent"
    await world.events()
    assert await centre.reload.follow()
    assert await world.events() == []


async def test_an_s1_in_a_queue_that_is_gone_keeps_its_time_and_ends_as_every_s1(
    world: World, tmp_path: Path
) -> None:
    centre = Centre(world, tmp_path)
    await world.agent("a")
    spanish = {"queue": "espanol", "line": "support"}
    first = await world.arrive(severity=1, ladder=centre.ladder("espanol", 1), **spanish)
    lame = await world.arrive(severity=1, ladder="es=1@", **spanish)  # of an older version
    await world.stay(6_000, "a")
    await centre.without_spanish()
    for contact in (first, lame):
        live = await centre.live(contact)
        assert (live.ladder, live.step) == ("@5000|@10000*|@*!", 1)


async def test_who_came_late_to_a_queue_that_is_gone_is_found_at_the_next_look(
    world: World, tmp_path: Path
) -> None:
    """Another process worked by the old file for a moment."""
    centre = Centre(world, tmp_path)
    await world.agent("a")
    spanish = {"queue": "espanol", "line": "support", "ladder": centre.ladder("espanol", 3)}
    night = centre.ladder("espanol", 2, outside=True)
    centre.reload = centre.process(world.engine)  # no worker: it finds nobody at its start
    await centre.without_spanish()
    day = await world.arrive(severity=3, **spanish)
    late = await world.arrive(severity=2, **spanish | {"ladder": night})
    own = await world.arrive(severity=4, **spanish | {"ladder": "vet=5@120000|@"})
    async with centre.running():
        await centre.heard()
        centre.reload.ask()  # he looks whenever he wakes
        await centre.reladdered(own)
    assert (await centre.live(day)).ladder == "@"
    assert (await centre.live(late)).ladder == "@5000|@10000*|@*!"
    assert (await centre.live(own)).ladder == "vet=5@120000|@"
    await world.events()
    await centre.heard()
    centre.reload.look()
    assert await centre.reload.follow()
    assert await world.events() == []


async def test_who_came_late_by_a_ladder_that_was_changed_is_found_at_the_next_look(
    world: World, tmp_path: Path
) -> None:
    centre = Centre(world, tmp_path)
    old = centre.ladder("urgent", 2)
    await centre.edited(
        '{ needs = ["safety>=2"], for = "20s" }', '{ needs = ["safety>=1"], for = "90s" }'
    )
    late = await world.arrive(severity=2, queue="urgent", ladder=old)
    await centre.heard()
    centre.reload.look()
    assert await centre.reload.follow()
    assert (await centre.live(late)).ladder == centre.ladder("urgent", 2) != old


async def test_who_is_in_a_queue_that_nobody_knows_any_more_when_a_worker_starts(
    world: World, tmp_path: Path
) -> None:
    centre = Centre(world, tmp_path)
    await centre.without_spanish()
    day = await world.arrive(queue="espanol", line="support", ladder="es=3@")
    night = await world.arrive(
        severity=2, queue="espanol", line="support", ladder="es=3@5000|@5000|@10000*|@*!"
    )
    centre.reload = centre.process(world.engine, tmp_path)
    async with centre.running():
        await centre.reladdered(night)
    assert (await centre.live(day)).ladder == "@"
    assert (await centre.live(night)).ladder == "@5000|@10000*|@*!"


async def test_raised_to_s1_in_a_queue_that_is_gone_it_ends_as_every_s1(
    world: World, tmp_path: Path
) -> None:
    centre = Centre(world, tmp_path)
    queues = {"general": centre.ladder("general", 1), "urgent": centre.ladder("urgent", 1)}
    contact = await world.arrive(queue="espanol", ladder=centre.ladder("espanol", 3))
    reply = await world.engine.step(
        "severity", contact=contact, severity=1, rule="a bite", by="dana", target_ms=15_000,
        ageing_ms=60_000, ladders=queues, home="general", wrapup_ms=45_000,
    )  # fmt: skip
    assert reply.ok
    live = await centre.live(contact)
    assert (live.queue, live.ladder, live.wrapup_ms) == ("general", queues["general"], 45_000)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_reload_whose_answer_was_lost_moves_who_waits(
    world: World, store_url: str, tmp_path: Path
) -> None:
    centre = Centre(world, tmp_path)
    await world.agent("a")
    spanish = {"queue": "espanol", "line": "support", "ladder": centre.ladder("espanol", 3)}
    caller = await world.arrive(**spanish)
    async with lossy_proxy(store_url, tmp_path, seed=1) as (url, proxy):
        lossy = Engine(url, "x", now=world.now)
        lossy.prefix = world.engine.prefix
        await lossy.settings()  # connected
        centre.reload = centre.process(lossy)
        centre.file.write_text(centre.text_without_spanish())
        proxy.loss = 1.0
        with pytest.raises(IndexUnavailable):
            await centre.reload.apply()
        proxy.loss = 0.0
        assert "espanol" in centre.current.value.queues
        await centre.heard()
        async with centre.running():
            await centre.reladdered(caller)
        await lossy.close()
    assert "espanol" not in centre.current.value.queues
    assert (await centre.live(caller)).queue == "general"
    assert await world.offered_to(caller) == "a"


async def test_who_reloaded_and_died_before_anybody_was_moved(world: World, tmp_path: Path) -> None:
    centre = Centre(world, tmp_path)
    spanish = {"queue": "espanol", "line": "support", "ladder": centre.ladder("espanol", 3)}
    caller = await world.arrive(**spanish)
    other = Current(centre.current.value)
    centre.file.write_text(centre.text_without_spanish())
    await Reload(ConfigFile(centre.file), other, world.engine).apply()
    await centre.heard()
    async with centre.running():
        await centre.reladdered(caller)
    assert (await centre.live(caller)).queue == "general"


async def test_a_process_with_another_file_moves_nobody_until_it_has_the_same(
    world: World, tmp_path: Path
) -> None:
    """It does not know the queue in which they wait; the index was told of it."""
    centre = Centre(world, tmp_path)
    text = centre.text_without_spanish()
    (tmp_path / "other").mkdir()
    other = Centre(world, tmp_path / "other")
    other.file.write_text(text)
    other.current.replace(load_config(other.file))
    await centre.edited('ring_text = "60s"', 'ring_text = "45s"')
    spanish = {"queue": "espanol", "line": "support", "ladder": centre.ladder("espanol", 3)}
    caller = await world.arrive(**spanish)
    await other.heard()
    assert await other.reload.agree()
    other.reload.look()
    assert await other.reload.follow()
    assert (await centre.live(caller)).queue == "espanol"
    centre.file.write_text(text)
    assert (await centre.reload.apply()).moved
    assert await other.reload.agree()
    other.reload.look()
    assert await other.reload.follow()
    assert (await centre.live(caller)).queue == "general"
