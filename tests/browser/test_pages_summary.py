"""A summary is written at the desk, read redacted, saved and exported; on the recorded scene."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.kit import axe, until
from tests.browser.pages import close, opened, sent
from tests.browser.test_pages_consult import done
from tests.browser.test_pages_drawer import drawn
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def asked(chromium: Browser, desk: FakeDesk) -> tuple[Page, Locator]:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    await expect(page.get_by_text("INC-20419").first).to_be_visible()
    await page.keyboard.press("Alt+y")
    box = page.get_by_role("dialog", name="Summary of INC-20419")
    await expect(box.get_by_text("Proposed from the record.")).to_be_visible()
    return page, box


def sentence(box: Locator, words: str) -> Locator:
    """The row of a sentence that has these words."""
    return box.locator(".said").filter(has=box.page.locator("textarea", has_text=words))


async def kept(desk: FakeDesk, words: str) -> None:
    async def there() -> bool:
        drafts = [one for one in sent(desk, "draft_summary") if not one.get("look")]
        return bool(drafts) and words in str(drafts[-1])

    await until(there, f"a draft with {words}")


async def test_a_summary_is_written_read_redacted_saved_and_exported(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, box = await asked(chromium, desk)
    await expect(box.get_by_text("of 54 lines of one page")).to_be_visible()
    assert not [one for one in sent(desk, "draft_summary") if not one.get("look")], (
        "looking is none"
    )
    first = box.get_by_role("textbox", name="Sentence 1", exact=True)
    await expect(first).to_have_value("Poisoning: Labrador ate sugar-free gum at the sitter’s.")
    await first.fill("Luna, Maya’s dog, ate gum at Jonah Lind’s home.")
    await kept(desk, "Luna, Maya’s dog")
    await box.get_by_role("button", name="Add a sentence to: Decided").click()
    await box.get_by_role("combobox", name="Add a sentence to").select_option("-")
    await box.locator("textarea").last.fill("Priya Nair thinks that Luna will be well.")
    await box.get_by_label("Also take out").fill("Luna, Icy")
    await kept(desk, "'hide': ['Luna', 'Icy']")

    found: dict[Any, Any] = {}
    await axe(page, "writing", found)
    await box.get_by_role("button", name="Redacted").click()
    redacted = box.locator(".page")
    await expect(redacted).to_contain_text("[taken out], the owner’s dog, ate gum at the sitter’s")
    await expect(redacted).to_contain_text("An agent thinks that [taken out] will be well.")
    for secret in ("Maya", "Jonah", "Luna", "Priya Nair"):
        await expect(redacted).not_to_contain_text(secret)
    await expect(redacted.get_by_title("a name", exact=True).first).to_be_visible()
    await axe(page, "redacted", found)
    assert found == {}

    (await desk.here()).scene["may_full"] = False
    await box.get_by_role("button", name="Save version 1").click()
    await done(desk, "save_summary", incident="i1", before=None, hide=["Luna", "Icy"])
    await expect(box.get_by_text("saved by Priya Nair")).to_be_visible()
    await expect(box.get_by_text("With names: a supervisor.")).to_be_visible()
    await expect(box.get_by_role("button", name="PDF, redacted")).to_have_count(0)
    await box.get_by_role("button", name="Look at it redacted").click()
    await expect(box.locator("mark").first).to_be_visible()  # before it goes out
    async with page.expect_download() as coming:
        await box.get_by_role("button", name="PDF, redacted").click()
    file = await coming.value
    assert file.suggested_filename == "INC-20419-summary-v1-redacted.pdf"
    assert Path(await file.path()).read_bytes() == b"%PDF-1.4 a page"
    await done(desk, "export_summary", summary="s1", variant="redacted")

    await box.get_by_role("button", name="Write on from this one").click()
    await box.get_by_role("textbox", name="Sentence 1", exact=True).fill("Luna ate 15 pieces.")
    await box.get_by_role("button", name="Save version 2").click()
    await done(desk, "save_summary", before="s1")
    await expect(box.get_by_role("region", name="Since version 1")).to_contain_text(
        "changed Luna ate 15 pieces."
    )
    await close(page)


async def test_a_sentence_shows_its_line_and_one_whose_line_is_elsewhere_says_so(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, box = await asked(chromium, desk)
    await box.get_by_role("button", name="▸").filter(has_text="note").first.click()
    await expect(box).to_have_count(0)
    line = page.locator(".tl .pointed")
    await expect(line).to_be_focused()
    await expect(line).to_contain_text("15 pieces")
    here = await desk.here()
    gone = {"section": "about", "text": "It is elsewhere.", "line": "gone", "source": "note",
            "when": "30 Nov 21:04 PST", "by_name": "", "here": False}  # fmt: skip
    here.scene["summary_draft"] = {"sentences": [gone], "hide": [], "before": None}
    await page.keyboard.press("Alt+y")
    row = box.locator(".said")
    await expect(row).to_contain_text("Its line is on another timeline now.")
    desk.refuse["save_summary"] = "not_here"
    await box.get_by_role("button", name="Save version 1").click()
    await expect(box.get_by_role("alert")).to_be_visible()
    del desk.refuse["save_summary"]
    await row.get_by_role("button", name="Tie sentence 1 to a line").click()
    await box.get_by_role("combobox").select_option("e4")
    await expect(row).not_to_contain_text("another timeline")
    await box.get_by_role("button", name="Save version 1").click()
    await done(desk, "save_summary", incident="i1")
    await close(page)


async def test_what_is_begun_outlives_the_dialog_and_what_is_too_long_is_not_saved(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, box = await asked(chromium, desk)
    many = box.locator("textarea")
    count = await many.count()
    assert count > 5
    await box.get_by_role("button", name="Remove: sentence 2").click()
    await expect(many).to_have_count(count - 1)
    await box.get_by_role("button", name="Down: sentence 4").click()
    for at in range(1, count):
        await box.get_by_role("textbox", name=f"Sentence {at}", exact=True).fill("long words " * 36)
    await expect(box.get_by_text("shorten it to save it")).to_be_visible()
    await expect(box.get_by_role("button", name="Save version 1")).to_be_disabled()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+y")
    await expect(box.get_by_role("textbox", name="Sentence 1", exact=True)).to_have_value(
        "long words " * 36
    )
    await box.get_by_role("button", name="Discard").click()
    await done(desk, "draft_summary", drop=True)
    await expect(many).to_have_count(count)
    await close(page)


async def test_a_colleague_who_was_quicker_is_read_and_nothing_written_is_lost(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, box = await asked(chromium, desk)
    await box.get_by_role("textbox", name="Sentence 1", exact=True).fill("Mine.")
    await kept(desk, "Mine.")
    here = await desk.here()
    theirs = {"sentences": [{"section": "about", "text": "Theirs.", "line": "e1"}], "hide": []}
    mine = here.scene["summary_draft"]
    await here.do_save_summary(theirs)
    here.scene["summary_draft"] = mine
    desk.refuse["save_summary"] = "too_late"
    await box.get_by_role("button", name="Save version 1").click()
    await expect(box.get_by_text("Priya Nair saved version 1 since you began.")).to_be_visible()
    await expect(box.get_by_role("textbox", name="Sentence 1", exact=True)).to_have_value("Mine.")
    await box.get_by_role("button", name="Version 1", exact=True).click()
    await expect(box.locator(".said").first).to_contain_text("Theirs.")
    await box.get_by_role("button", name="Write", exact=True).click()
    del desk.refuse["save_summary"]
    await box.get_by_role("button", name="Save version 2").click()
    await done(desk, "save_summary", before="s1")
    await close(page)


async def test_a_supervisor_has_it_in_the_drawer_and_exports_it_with_names(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    drawer = await drawn(page)
    await drawer.get_by_role("button", name="Summary …").click()
    box = page.get_by_role("dialog", name="Summary of INC-20419")
    await box.get_by_role("button", name="Save version 1").click()
    async with page.expect_download() as coming:
        await box.get_by_role("button", name="PDF with names").click()
    assert (await coming.value).suggested_filename.endswith("-full.pdf")
    await done(desk, "export_summary", variant="full")
    await close(page)
