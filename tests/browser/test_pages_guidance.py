"""Guidance beside the notes: a key leads from question to question, and nothing blocks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import until
from tests.browser.pages import close, opened, sent
from tests.browser.test_pages_consult import done, my_call
from tests.browser.test_pages_hand_off import TYPED_ON
from tests.kit.fake_desk import Connection, FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


def line(name: str, said: str, *, star: bool = False, es: str = "") -> dict[str, Any]:
    return {
        "name": name, "said": said, "tells": False, "star": star, "says": "", "words": "",
        "theirs": {"es": es} if es else {}, "by_name": None, "at": None, "offset_ms": None,
    }  # fmt: skip


CARD = {
    "card": "d1", "word": "Poisoned animal", "number": None, "stars": 3, "asked": 0, "left": 0,
    "lines": [
        line("what", "What, how much, when?", star=True, es="¿Qué comió, cuánto y cuándo?"),
        line("weight", "How heavy is the animal?", star=True),
        line("state", "Awake? Breathing? Shaking?", star=True),
        line("others", "Other animals or children there?"),
    ],
}  # fmt: skip


async def with_card(chromium: Browser, desk: FakeDesk) -> tuple[Page, Connection, str]:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    of = str(my_call(here)["incident"])
    await here.incident_is(of, guidance=CARD)
    return page, here, of


async def test_a_key_leads_from_question_to_question_while_one_talks(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, _, of = await with_card(chromium, desk)
    panel = page.get_by_role("region", name="Guidance")
    await expect(panel.get_by_text("★ 0 of 3")).to_be_visible()
    await page.keyboard.press("Alt+f")
    await expect(panel.get_by_label("What they say: What, how much, when?")).to_be_focused()
    await page.keyboard.type("15 pieces of gum")
    await page.keyboard.press("Enter")
    await done(desk, "guidance_said", incident=of, card="d1", line="what", says="asked",
               words="15 pieces of gum")  # fmt: skip
    await expect(panel.get_by_text("★ 1 of 3")).to_be_visible()
    await expect(panel.get_by_title("version 12")).to_be_visible()
    await expect(panel.get_by_label("What they say: How heavy")).to_be_focused()
    await panel.get_by_role("button", name="no time").click()
    await done(desk, "guidance_said", line="weight", says="left", words="no_time")
    await expect(panel.get_by_label("What they say: Awake?")).to_be_focused()
    await page.keyboard.press("Enter")  # asked, without words
    await done(desk, "guidance_said", line="state", says="asked", words="")
    await expect(panel.get_by_label("What they say: Other animals")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(panel.get_by_role("textbox")).to_have_count(0)
    await panel.get_by_role("checkbox", name="Not asked after all: Awake?").click()
    await done(desk, "guidance_said", line="state", says="")
    await close(page)


async def test_words_that_are_not_said_yet_are_there_again(
    chromium: Browser, desk: FakeDesk
) -> None:
    """Another incident in view, or a refusal, takes none of them."""
    page, here, of = await with_card(chromium, desk)
    panel = page.get_by_role("region", name="Guidance")
    await panel.get_by_role("button", name="How heavy is the animal?").click()
    box = panel.get_by_label("What they say: How heavy")
    await box.fill("14 kg")
    await box.press("Escape")
    await panel.get_by_role("button", name="How heavy is the animal?").click()
    await expect(box).to_have_value("14 kg")
    desk.refuse["guidance_said"] = "too_late"
    await box.press("Enter")
    await done(desk, "guidance_said", line="weight", words="14 kg")
    await expect(box).to_have_value("14 kg")
    del desk.refuse["guidance_said"]
    await box.press("Enter")  # the same act once more: it is one at the centre
    await expect(box).to_have_count(0)
    acts = [one for one in desk.intents if one["do"] == "guidance_said"]
    assert len({one["key"] for one in acts if one["words"] == "14 kg"}) == 1
    await here.incident_is(of, guidance=None)
    await expect(panel).to_have_count(0)
    await close(page)


async def test_words_that_are_not_said_yet_outlive_the_page(
    chromium: Browser, desk: FakeDesk
) -> None:
    """They are kept while one goes on typing, and gone once they are said."""
    page, here, of = await with_card(chromium, desk)
    panel = page.get_by_role("region", name="Guidance")
    weight = panel.get_by_role("button", name="How heavy is the animal?")
    await weight.click()
    box = panel.get_by_label("What they say: How heavy")
    await box.evaluate(TYPED_ON)
    await kept_there(desk, lambda last: len(last.get("weight", "")) > 1)
    await close(page)
    page, here, of = await with_card(chromium, desk)
    await here.incident_is(of, guidance_draft=json.dumps({"weight": "14 k"}))
    panel = page.get_by_role("region", name="Guidance")
    weight = panel.get_by_role("button", name="How heavy is the animal?")
    await expect(weight).to_contain_text("begun: 14 k")
    await weight.click()
    box = panel.get_by_label("What they say: How heavy")
    await expect(box).to_have_value("14 k")
    await box.press("Enter")
    await kept_there(desk, lambda last: last == {})
    await expect(panel).not_to_contain_text("begun:")
    await close(page)


async def kept_there(desk: FakeDesk, like: Callable[[dict[str, str]], bool]) -> None:
    """What the page last kept at the centre is like this."""

    async def last() -> bool:
        texts = [str(one["text"]) for one in sent(desk, "draft_guidance")]
        return bool(texts) and like(json.loads(texts[-1] or "{}"))

    await until(last, "what is typed is kept")


async def test_without_a_type_it_is_chosen_by_one_click(chromium: Browser, desk: FakeDesk) -> None:
    page, here, of = await with_card(chromium, desk)
    facts = here.scene["incidents"][of]["facts"]
    await here.incident_is(of, guidance=None, facts=facts | {"kind": ""})
    panel = page.get_by_role("region", name="Guidance")
    await panel.get_by_role("button", name="Poisoning").click()
    await done(desk, "incident_fact", incident=of, name="kind", value="poisoning", before="")
    await close(page)


async def test_a_worker_of_the_version_before_knows_no_cards_and_the_desk_goes_on(
    chromium: Browser, desk: FakeDesk
) -> None:
    """Between an installation and the new worker a new page talks to the old one."""
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    new = {"guidance_kinds", "guidance_reasons", "interpreters"}
    here.scene["centre"] = {k: v for k, v in here.scene["centre"].items() if k not in new}
    my_call(here)["speaks"] = "es"
    here.scene["me"]["skills"] = {"en": 5}
    of = str(my_call(here)["incident"])
    await here.snapshot()
    facts = here.scene["incidents"][of]["facts"] | {"kind": ""}
    await here.incident_is(of, facts=facts, title="Known no more")
    await expect(page.get_by_text("Known no more").first).to_be_visible()
    await page.keyboard.press("Alt+n")
    await page.keyboard.type("she is calm")
    notes = page.get_by_role("textbox", name="Write a note")
    await expect(notes).to_have_value("she is calm")
    await close(page)
