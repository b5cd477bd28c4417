"""Messages are true: they leave when what they say is not so any more, not only by the clock."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

STAY = """(() => { const later = window.setTimeout;
  window.setTimeout = (act, ms, ...more) =>
    [3500, 7000, 12000, 20000].includes(ms) ? 0 : later(act, ms, ...more); })();"""
"""No message leaves by the clock."""


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def test_what_was_asked_for_leaves_when_it_is_done(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call", STAY)
    await page.get_by_role("button", name="Hang up").click()
    await expect(page.get_by_role("region", name="Wrap-up")).to_be_visible()
    await page.keyboard.press("Enter")
    asked = page.locator(".toast", has_text="Choose one first")
    await expect(asked).to_be_visible()
    await page.keyboard.press("2")
    await expect(asked).to_have_count(0)
    await close(page)


async def test_write_something_leaves_with_the_first_letter(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text", STAY)
    box = page.get_by_label("Text to")
    await box.fill("")
    await box.press("Control+Enter")
    asked = page.locator(".toast", has_text="Write something first")
    await expect(asked).to_be_visible()
    await box.press("W")
    await expect(asked).to_have_count(0)
    await close(page)


async def test_an_undo_leaves_when_new_words_changed_the_severity_again(
    chromium: Browser, desk: FakeDesk
) -> None:
    stay = STAY.replace("3500", "3500, 5000")
    page = await opened(chromium, f"{desk.url}/desk?scene=text", stay)
    await expect(page.get_by_label("Text to")).to_be_visible()
    await page.get_by_role("button", name="Wrong severity?").click()
    await page.keyboard.press("3")
    await page.keyboard.press("o")
    told = page.locator(".toast", has_text="S1 → S3.")
    await expect(told.get_by_role("button", name="Undo")).to_be_visible()
    here = await desk.here()
    one = here.scene["contacts"]["c2"]
    assert one["severity"] == 3
    one["severity"] = 2
    await here.event("contact.severity_changed", {"contacts": {"c2": one}})
    await expect(told).to_have_count(0)
    await page.keyboard.press("z")
    assert [i["do"] for i in desk.intents if i["do"] == "severity_undo"] == []
    await close(page)


async def test_an_alarm_about_somebody_leaves_the_board_when_they_are_answered(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board", STAY)
    await expect(page.locator(".board")).to_be_visible()
    here = await desk.here()
    waits = next(c for c in here.scene["contacts"].values() if c["state"] == "queued")
    for about in ({"contact": waits["id"]}, {}):
        text = f"S1: nobody here took it ({about.get('contact', 'nobody')})"
        await here.say("notice", level="alarm", code="contact.overflow", text=text, **about)
    first = page.locator(".toast", has_text=f"({waits['id']})")
    await expect(first).to_be_visible()
    waits.update(state="active", answered_at=desk.now(), agent=here.mine()["id"])
    await here.event("contact.answered", {"contacts": {waits["id"]: waits}})
    await expect(first).to_have_count(0)
    await expect(page.locator(".toast", has_text="(nobody)")).to_be_visible()
    await close(page)


async def test_an_alarm_that_comes_before_its_contact_is_shown(
    chromium: Browser, desk: FakeDesk
) -> None:
    """Somebody who comes while nobody is on duty is told in the same moment."""
    page = await opened(chromium, f"{desk.url}/board?scene=board", STAY)
    await expect(page.locator(".board")).to_be_visible()
    here = await desk.here()
    waits = next(c for c in here.scene["contacts"].values() if c["state"] == "queued")
    new = waits | {"id": "new1", "answered_at": None}
    await here.say(
        "notice", level="alarm", code="contact.overflow", text="S1 new: come", contact="new1"
    )
    told = page.locator(".toast", has_text="S1 new: come")
    await expect(told).to_be_visible()
    here.scene["contacts"]["new1"] = new
    await here.event("contact.arrived", {"contacts": {"new1": new}})
    await page.wait_for_function("() => true")
    await expect(told).to_be_visible()
    await here.event("contact.ended", {}, {"contacts": ["new1"]})
    await expect(told).to_have_count(0)
    await close(page)


@pytest.mark.parametrize("then", ["rings again", "taken"])
async def test_that_something_was_missed_leaves_when_it_is_here_again(
    chromium: Browser, desk: FakeDesk, then: str
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=ring", STAY)
    await expect(page.get_by_role("region", name="Incoming call")).to_be_visible()
    here = await desk.here()
    me, call = here.mine(), here.scene["contacts"]["o1"]
    rang = me["offer"]
    me.update(state="testing", offer=None, testing=desk.now() + 5_000)
    await here.event("contact.missed", {"agents": {"a1": me}}, {"contacts": ["o1"]})
    missed = page.locator(".toast", has_text="You missed a call from Maya Torres.")
    await expect(missed).to_be_visible()
    if then == "taken":
        call.update(state="active", agent="a1", offer=None, answered_at=desk.now())
        me.update(state="talking", contacts=["o1"])
    else:
        me.update(state="ringing", testing=None, offer=rang)
    await here.event("contact.offered", {"agents": {"a1": me}, "contacts": {"o1": call}})
    await expect(missed).to_have_count(0)
    await close(page)


async def test_whoever_was_rung_in_vain_is_told_who_took_it(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=ring", STAY)
    offer = page.get_by_role("region", name="Incoming call")
    await expect(offer).to_be_visible()
    here = await desk.here()
    told = {"level": "info", "code": "ring.over", "text": "Maya Torres: taken by Tomás."}
    await here.say("notice", **told)
    here.mine().update(state="ready", offer=None, state_at=desk.now())
    await here.event("contact.accepted", {"agents": {"a1": here.mine()}}, {"contacts": ["o1"]})
    await expect(offer).to_have_count(0)
    toast = page.locator(".toast.info", has_text=told["text"])
    await expect(toast).to_be_visible()
    await expect(page.locator(".sr[aria-live=polite]")).to_have_text(told["text"])
    assert await page.evaluate(COVERED) == []
    await close(page)


async def test_whoever_pressed_answer_too_late_is_told_once(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=ring", STAY)
    here = await desk.here()

    async def late(intent: dict[str, Any]) -> None:
        await here.say("notice", level="info", code="ring.over", text="Taken by Tomás.")
        desk.refuse["accept"] = "taken"
        await here.handle(intent)

    here.do_accept = late  # type: ignore[method-assign]
    await page.wait_for_timeout(250)  # the guard against an Enter that was already on its way
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast")).to_have_text(re.compile("^A colleague answered first"))
    await close(page)


COVERED = """() => { const boxes = [...document.querySelectorAll('.toast')].map(
    (it) => it.getBoundingClientRect());
  const work = document.querySelectorAll('button, input, textarea, a, h2, li, td, .tr, .card');
  return [...work].filter((it) => !it.closest('.toasts') && it.checkVisibility()).map((it) => {
    const r = it.getBoundingClientRect();
    let { top, bottom } = r;
    for (let frame = it.parentElement; frame; frame = frame.parentElement)
      if (getComputedStyle(frame).overflowY !== 'visible') {
        const f = frame.getBoundingClientRect();
        [top, bottom] = [Math.max(top, f.top), Math.min(bottom, f.bottom)];
      }
    const over = boxes.some((b) => Math.min(b.right, r.right) - Math.max(b.left, r.left) > 1 &&
      Math.min(b.bottom, bottom) - Math.max(b.top, top) > 1);
    return over ? it.outerHTML.slice(0, 90) : null;
  }).filter(Boolean); }"""
"""What can be pressed or read and lies below a message; what a frame cuts off is not there."""


@pytest.mark.parametrize("path", ["/desk?scene=call", "/desk?scene=ring"])
@pytest.mark.parametrize("size", [(1280, 720), (1366, 768)])
async def test_messages_cover_no_work(
    chromium: Browser, desk: FakeDesk, path: str, size: tuple[int, int]
) -> None:
    page = await opened(chromium, f"{desk.url}{path}", STAY)
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await expect(page.locator(".desk, .board")).to_be_visible()
    for number in range(3):
        text = f"{number}: S1 Maya Torres: nobody here took it, or nobody is ready. Take it."
        await (await desk.here()).say("notice", level="alarm", code="x", text=text)
    await expect(page.locator(".toast")).to_have_count(3)
    assert await page.evaluate(COVERED) == []
    await close(page)
