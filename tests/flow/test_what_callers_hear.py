"""What callers hear on each line and in each language, from the first ring, through the carrier."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from channels.sandbox import audio
from holdfast.settings.environment import static_dir
from router.core.hours import DIAS, MESES
from softphone import clips
from tests.flow.conftest import short_config
from tests.flow.test_after_hours import closed_hours
from tests.kit.centre import Centre, running_centre
from tests.kit.desk import desk
from tests.setup.processes import run

EMERGENCY, SUPPORT = "+12065550100", "+12065550101"
AUDIO = static_dir() / "audio"
GREETING = ["greeting-en", "greeting-es"]


async def heard(centre: Centre, call: str) -> list[str]:
    """What was played to them so far: a clip by its name, words by their beginning."""
    timeline = (await centre.sandbox.look(call))["timeline"]
    played = [e["what"] for e in timeline if e["event"] == "play.started"]
    return [it.rpartition("/")[2].removesuffix(".wav") for it in played]


async def until_heard(centre: Centre, call: str, what: str) -> list[str]:
    found: list[str] = []
    try:
        async with asyncio.timeout(60):
            while not any(it.startswith(what) for it in found):
                await asyncio.sleep(0.05)
                found = await heard(centre, call)
    except TimeoutError:
        raise AssertionError(f"{what!r} is not in {found}\n{centre.words()}") from None
    return found


@pytest.mark.parametrize(
    ("key", "place"),
    [("3", ["position-en-1", "position-es-1"]), ("4", ["position-en-1"]), ("9", ["position-es-1"])],
)
async def test_a_caller_of_the_support_line_hears_both_languages_until_one_is_theirs(
    centre: Centre, key: str, place: list[str]
) -> None:
    """The second key, which does nothing, brings the next turn of the music."""
    call = await centre.sandbox.call(to=SUPPORT, keys=[key, "5"], key_delay_ms=200)
    found = await until_heard(centre, call, place[-1])
    languages = ("en", "es") if len(place) > 1 else (place[0].split("-")[1],)
    assert found[: len(GREETING)][0] == "greeting-en"
    held = [it for it in found if it.startswith("please-hold")]
    assert held == [f"please-hold-{it}" for it in languages][: len(held)]  # the key cuts it off
    assert [it for it in found if it.startswith("position")] == place


async def test_whoever_presses_nothing_hears_all_of_the_menu_in_each_language(
    centre: Centre,
) -> None:
    call = await centre.sandbox.call(to=SUPPORT, keys=[])
    found = await until_heard(centre, call, "menu-es")
    assert found == [*GREETING, "menu-en", "menu-es"]


async def test_an_emergency_that_rings_at_once_hears_who_this_is_before_anybody_answers(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        call = await centre.sandbox.call(to=EMERGENCY)
        await agent.offered()
        english, spanish = (clips.load(AUDIO / f"{name}.wav") for name in GREETING)
        want = english + spanish[:16_000]  # two seconds of it: then their desk has missed it
        async with asyncio.timeout(60):
            while want not in audio.read_wav(await centre.sandbox.heard(call)):
                await asyncio.sleep(0.2)
        assert await heard(centre, call) == []  # all of it in the stream


async def test_the_agents_first_word_ends_the_greeting(centre: Centre) -> None:
    async with desk(centre) as agent:
        call = await centre.sandbox.call(to=EMERGENCY)
        await agent.offered()
        await centre.sandbox.wait_for(call, "stream.started")
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        end = clips.load(AUDIO / "connecting-es.wav")[-4000:]
        async with asyncio.timeout(60):
            while (await centre.sandbox.look(call, 0.4))["heard"].get("hz") is None:
                await asyncio.sleep(0.05)
        assert end not in audio.read_wav(await centre.sandbox.heard(call))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """A centre with a greeting and music of its own on the support line; its general queue is
    closed."""
    folder = tmp_path_factory.mktemp("callers")
    path = short_config(folder)
    tone(folder / "hello.wav", 600)
    tone(folder / "tune.wav", 500)
    text = path.read_text().replace(
        'word = "Support line"', 'word = "Support line"\nmusic = "tune.wav"', 1
    )
    text = text.replace("[lines.clips.en]\n", '[lines.clips.en]\ngreeting = "hello.wav"\n', 1)
    text = text.replace(
        "[queues.general]",
        '[queues.general]\ncalendar = "office"\nafter_hours = { S3 = "message" }',
    )
    path.write_text(text + closed_hours())
    async with running_centre(folder / "data", HOLDFAST_CONFIG=str(path)) as centre:
        yield centre


def tone(path: Path, hertz: float) -> None:
    path.write_bytes(audio.write_wav(audio.tone(hertz, 1000)))


def edit(centre: Centre, old: str, new: str) -> None:
    path = Path(centre.env["HOLDFAST_CONFIG"])
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


async def heard_first(centre: Centre) -> str:
    call = await centre.sandbox.call(to=SUPPORT, keys=[""])
    await centre.sandbox.wait_for(call, "play.started")
    found = await heard(centre, call)
    await centre.sandbox.hang_up(call)
    return found[0]


async def test_who_finds_us_closed_hears_it_and_when_we_open_in_each_language(
    own: Centre,
) -> None:
    call = await own.sandbox.call(to=SUPPORT, keys=["3"])
    found = await until_heard(own, call, "say: Hable después del tono")
    says = [it.removeprefix("say: ") for it in found if it.startswith("say: ")]
    assert [it.split(" ")[0] for it in says] == [
        *("We", "We", "If", "For", "To", "Speak"),
        *("Ahora", "Abrimos", "Si", "Si", "Para", "Hable"),
    ]
    opens = datetime.now(UTC) + timedelta(days=2)
    assert says[1] == f"We open on {opens:%A} {opens.day} {opens:%B} at 8:00."
    assert says[7] == (
        f"Abrimos el {DIAS[opens.weekday()]} {opens.day} de {MESES[opens.month - 1]} a las 8:00."
    )
    await own.sandbox.hang_up(call)


async def test_each_line_has_its_own_music(own: Centre) -> None:
    call = await own.sandbox.call(to=SUPPORT, keys=["9"])
    other = await own.sandbox.call(to=SUPPORT, keys=["9"], from_="+12065550143")
    for one in (call, other):
        found = await until_heard(own, one, "please-hold-es")
        async with asyncio.timeout(60):
            while len(found) < 3:
                found = await heard(own, one)
        assert "hold" not in found
    for one in (call, other):
        await own.sandbox.hang_up(one)


async def test_a_clip_is_changed_without_a_restart_and_one_that_breaks_loses_nobody(
    own: Centre,
) -> None:
    """The last on this centre: its greeting stays broken."""
    folder = Path(own.env["HOLDFAST_CONFIG"]).parent
    first = await heard_first(own)
    assert first not in GREETING
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{own.url}/clips/{first}.wav") as answer:
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert await answer.read() == (folder / "hello.wav").read_bytes()
        ours = AUDIO / "please-hold-en.wav"
        digest = sha256(ours.read_bytes()).hexdigest()[:32]
        async with session.get(f"{own.url}/clips/{digest}/{ours.name}") as answer:
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert await answer.read() == ours.read_bytes()
        async with session.get(f"{own.url}/clips/unknown.wav") as answer:
            assert answer.status == 200
            assert clips.parse(await answer.read()) == audio.SILENCE
    tone(folder / "hello.wav", 650)
    status, words, _ = await run("reload", env=own.env)
    assert (status, "the clips that callers hear" in words) == (0, True)
    second = await heard_first(own)
    assert second not in (first, *GREETING)

    (folder / "hello.wav").write_text("broken in the night")
    assert await heard_first(own) == second
    status, _, errors = await run("reload", env=own.env)
    assert status == 1
    assert "lines[1].clips.en.greeting: hello.wav: not a WAV file." in errors
    own.kill_worker()
    await own.until_ready()
    assert await heard_first(own) == "say: You have reached the safety line. We are here."
    assert "clip.unusable" in own.words()
