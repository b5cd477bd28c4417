"""The page on which one hears what callers hear, before it is taken."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from channels.sandbox import audio
from tests.browser.kit import axe, signed_in_by_form
from tests.flow.conftest import short_config
from tests.kit.centre import PASSWORD, Centre, free_port, running_centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# A browser with one voice, English; it is asked as the real one is, and says what it was given.
VOICES = """
const voice = { lang: 'en-US', name: 'Test' };
globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, 'speechSynthesis', { value: {
  said: [], getVoices: () => [voice], cancel() {},
  speak(it) { this.said.push([it.lang, it.text]); this.now = it; },
} });
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def alone(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    folder = tmp_path_factory.mktemp("callers")
    config = short_config(folder)
    (folder / "hello.wav").write_bytes(audio.write_wav(audio.tone(600, 1000)))
    port = free_port()
    async with running_centre(folder / "data", port=port, HOLDFAST_CONFIG=str(config)) as centre:
        yield centre


@pytest_asyncio.fixture(loop_scope="session")
async def own(alone: Centre) -> AsyncIterator[Centre]:
    """Afterwards the file is as it was, and counts."""
    path = Path(alone.env["HOLDFAST_CONFIG"])
    text = path.read_text()
    yield alone
    path.write_text(text)
    headers = {"X-Holdfast": "1"}
    async with aiohttp.ClientSession(
        alone.url, headers=headers, cookie_jar=aiohttp.CookieJar(unsafe=True)
    ) as ada:
        form = {"login": "ada", "password": PASSWORD}
        for path_, body in (("/api/login", form), ("/api/config/reload", {})):
            async with ada.post(path_, json=body) as answer:
                assert answer.status == 200, await answer.text()


def edit(centre: Centre, old: str, new: str) -> None:
    path = Path(centre.env["HOLDFAST_CONFIG"])
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


async def opened(browser: Browser, centre: Centre, who: str) -> Page:
    page = await signed_in_by_form(browser, centre.url, who, PASSWORD, path="/callers")
    await expect(page.get_by_role("heading", name="Emergency line")).to_be_visible()
    return page


async def test_it_is_written_heard_and_taken_without_a_restart(
    chromium: Browser, own: Centre
) -> None:
    page = await opened(chromium, own, "ada")
    await expect(page.get_by_text("Callers hear all of this already.")).to_be_visible()
    take = page.get_by_role("button", name="Take it")
    await expect(take).to_be_disabled()
    await axe(page, "callers", found := {})
    assert found == {}

    edit(own, "[lines.clips.en]\n", '[lines.clips.en]\ngreeting = "hello.wav"\n')
    edit(own, "[[lines]]", '[callers.words.en]\nnotice = "Recorded."\n[callers.words.es]\n'
         'notice = "Grabada."\n\n[[lines]]')  # fmt: skip
    await page.get_by_role("button", name="Read the file again").click()
    await expect(page.get_by_text("5 sentences are new")).to_be_visible()
    support = page.get_by_role("region", name="Support line")
    row = support.get_by_role("row").filter(has_text="greeting").first
    await expect(row.get_by_text("new")).to_be_visible()
    play = row.get_by_role("button", name="Play: greeting, English")
    async with page.expect_response(lambda it: "/api/callers/clip?name=hello.wav" in it.url) as got:
        await play.focus()
        await page.keyboard.press("Enter")
    assert (await (await got.value).body())[:4] == b"RIFF"
    await expect(row.get_by_role("button", name="Stop: greeting, English")).to_be_visible()
    await expect(play).to_be_visible()  # after its end

    await take.click()
    await expect(page.get_by_role("main").get_by_text("Taken. The next")).to_be_visible()
    await expect(page.get_by_text("Callers hear all of this already.")).to_be_visible()
    call = await own.sandbox.call(to="+12065550101", keys=[""])
    await own.sandbox.wait_for(call, "play.started", n=4)
    played = [e["what"] for e in (await own.sandbox.look(call))["timeline"] if "what" in e]
    assert "/clips/" in played[0]
    assert played[2:4] == ["say: Recorded.", "say: Grabada."]
    await own.sandbox.hang_up(call)
    await page.context.close()


@pytest.mark.long
async def test_what_else_the_file_changes_is_seen_before_it_is_taken(
    chromium: Browser, own: Centre
) -> None:
    """A file counts as a whole, and only as it was read."""
    edit(own, "[lines.clips.en]\n", '[lines.clips.en]\ngreeting = "hello.wav"\n')
    edit(own, 'miss_forgotten = "30m"', 'miss_forgotten = "40m"')
    edit(own, "reserve = 0", "reserve = 1")
    page = await opened(chromium, own, "ada")
    await expect(page.get_by_text("To take it changes 2 other settings, too")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="timing.miss_forgotten")
    await expect(row.get_by_role("cell")).to_have_text(["30m", "40m"])
    await axe(page, "callers with other settings", found := {})
    assert found == {}
    seen = await opened(chromium, own, "dana")
    await expect(seen.get_by_text("timing.miss_forgotten")).to_be_visible()
    await expect(seen.get_by_text("40m", exact=True)).to_have_count(0)
    await seen.context.close()

    edit(own, 'miss_forgotten = "40m"', 'miss_forgotten = "50m"')  # somebody else, meanwhile
    take = page.get_by_role("button", name="Take the whole file")
    await take.click()
    await expect(page.get_by_role("main").get_by_text("The file has changed since")).to_be_visible()
    await expect(row.get_by_role("cell")).to_have_text(["30m", "50m"])
    await take.click()
    await expect(page.get_by_text("Callers hear all of this already.")).to_be_visible()
    await expect(page.get_by_role("button", name="Take it")).to_be_disabled()
    await page.context.close()


@pytest.mark.long
async def test_a_faulty_file_is_told_line_by_line_and_cannot_be_taken(
    chromium: Browser, own: Centre
) -> None:
    edit(own, "[lines.clips.en]\n", '[lines.clips.en]\ngreeting = "gone.wav"\n')
    page = await opened(chromium, own, "ada")
    await expect(page.get_by_text("The file cannot be taken like this.")).to_be_visible()
    await expect(page.get_by_text("lines[1].clips.en.greeting:")).to_be_visible()
    await expect(page.get_by_text("Callers hear the words.")).to_be_visible()
    await expect(page.get_by_role("button", name="Take it")).to_be_disabled()
    await page.context.close()


@pytest.mark.long
async def test_words_are_read_by_the_browsers_voice_and_without_one_it_says_so(
    chromium: Browser, own: Centre
) -> None:
    context = await chromium.new_context()
    await context.add_init_script(VOICES)
    page = await context.new_page()
    await page.goto(f"{own.url}/login?next=/callers")
    await page.get_by_label("Login").fill("dana")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    line = page.get_by_role("region", name="Emergency line")
    await line.get_by_role("button", name="Play: nobody, English").click()
    assert await page.evaluate("speechSynthesis.said") == [
        ["en-US", "Nobody could take your call just now."]
    ]
    await expect(line.get_by_role("button", name="Stop: nobody, English")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(line.get_by_role("button", name="Play: nobody, English")).to_be_visible()
    await line.get_by_role("button", name="Play: nobody, Spanish").click()
    await expect(
        page.locator(".toast", has_text="This browser has no Spanish voice")
    ).to_be_visible()
    await expect(page.get_by_role("button", name="Take it")).to_have_count(0)
    await context.close()


@pytest.mark.long
async def test_an_agent_is_told_who_sees_it(chromium: Browser, own: Centre) -> None:
    page = await signed_in_by_form(chromium, own.url, "noah", PASSWORD, path="/callers")
    await expect(
        page.get_by_role("main").get_by_text("Supervisors and administrators see")
    ).to_be_visible()
    await page.context.close()


@pytest.mark.long
async def test_whoever_may_not_change_the_settings_reads_no_value_of_a_broken_file(
    chromium: Browser, own: Centre
) -> None:
    """A fault quotes what is wrong: perhaps the number on call."""
    edit(own, "reserve = 0", 'reserve = 0\nagents_name = "Kim on +12065550170"')
    edit(own, 'miss_forgotten = "30m"', 'miss_forgotten = "half an hour"')
    page = await opened(chromium, own, "ada")
    faults = page.get_by_role("listitem").filter(has_text="half an hour")
    await expect(faults).to_have_count(1)
    seen = await opened(chromium, own, "dana")
    await expect(seen.get_by_text("Whoever may change the settings reads here")).to_be_visible()
    for value in ("half an hour", "Kim", "0170"):
        await expect(seen.get_by_text(value)).to_have_count(0)
    for one in (page, seen):
        await one.context.close()
