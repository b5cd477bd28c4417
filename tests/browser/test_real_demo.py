"""`holdfast demo` as a person finds it: the login's hint, the phone page, the desk, both ways."""

from __future__ import annotations

import asyncio
import os
import pprint
import re
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import HEAR_PLAYED, another, axe, closed, go_ready, hears, opened, until
from tests.kit.centre import free_port
from tests.kit.sandbox import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@dataclass
class RunningDemo:
    """Where it is, and its carrier."""

    url: str
    carrier: str

    async def quiet(self) -> None:
        """Nobody reaches out by himself."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.carrier}/_sandbox/script", json={"on": False}) as answer,
        ):
            assert answer.status < 300


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningDemo]:
    port = free_port()
    folder = tmp_path_factory.mktemp("demo")
    with open(folder / "log", "wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "holdfast.cli", "demo"),
            env={
                **os.environ, "HOLDFAST_PORT": str(port), "HOLDFAST_DATA_DIR": str(folder / "var"),
            },
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=log,
        )  # fmt: skip
        assert process.stdout is not None
        async with asyncio.timeout(60):
            while b"ready in" not in await process.stdout.readline():
                pass
        url = f"http://localhost:{port}"
        async with aiohttp.ClientSession() as session, session.get(f"{url}/api/sandbox") as answer:
            ws = (await answer.json())["ws"]
        yield RunningDemo(url, ws.replace("ws://", "http://").replace("/phone", ""))
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(60):
            await process.wait()


async def sign_in_by_hint(browser: Browser, demo: RunningDemo, name: str, path: str) -> Page:
    page = await opened(browser, f"{demo.url}/login?next={path}")
    await page.get_by_role("button", name=name).click()
    await page.wait_for_url(f"**{path}")
    return page


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def priya(chromium: Browser, demo: RunningDemo) -> AsyncIterator[Page]:
    """The agent's desk, ready; the demo people are asked to stay quiet."""
    page = await sign_in_by_hint(chromium, demo, "Priya Nair", "/desk")
    await go_ready(page)
    await demo.quiet()
    yield page
    await closed(page)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def phone(elsewhere: Browser, demo: RunningDemo) -> AsyncIterator[Page]:
    page = await opened(elsewhere, f"{demo.url}/sandbox/phone")
    await expect(page.get_by_text("my number +1")).to_be_visible()
    yield page
    await closed(page)


async def taken(desk: Page, channel: str) -> None:
    offer = desk.get_by_role("region", name=f"Incoming {channel}")
    await expect(offer).to_be_visible()
    await desk.wait_for_timeout(250)
    await desk.keyboard.press("Alt+Enter")  # also while typing
    await expect(offer).to_have_count(0)


async def wrapped(desk: Page) -> None:
    await expect(desk.get_by_role("region", name="Wrap-up")).to_be_visible()
    await desk.keyboard.press("Escape")
    await desk.keyboard.press("1")
    await desk.keyboard.press("Enter")
    await expect(desk.get_by_role("region", name="Wrap-up")).to_have_count(0)


async def test_errors_of_the_phone_page_are_taken_without_a_session(
    elsewhere: Browser, demo: RunningDemo
) -> None:
    page = await opened(elsewhere, f"{demo.url}/sandbox/phone")
    await page.wait_for_selector("main")
    async with page.expect_response("**/api/sandbox/page_errors") as answer:
        await page.evaluate(
            """() => { const error = new TypeError('Failed to fetch');
              error.stack = ''; // as from the browser itself, not from this line
              void Promise.reject(error); }"""
        )
    assert (await answer.value).status == 204
    page.faults.clear()  # type: ignore[attr-defined]
    await closed(page)


async def test_the_phone_page_calls_hears_the_menu_presses_and_is_answered(
    priya: Page, phone: Page
) -> None:
    await phone.get_by_role("button", name="Call: Support line").click()
    await expect(phone.locator(".display")).to_contain_text("Connected")
    await until(lambda: phone.evaluate(HEAR_PLAYED), "the greeting is heard")
    await phone.keyboard.press("2")
    offer = priya.get_by_role("region", name="Incoming call")
    await expect(offer).to_contain_text("S2 urgent")
    await expect(offer).to_contain_text("menu 2")
    await taken(priya, "call")
    await hears(phone, 700, HEAR_PLAYED)
    await hears(priya, 520)
    await phone.get_by_role("button", name="Hang up").click()
    await expect(phone.locator(".display")).to_contain_text(re.compile("ended|No call"))
    await wrapped(priya)


async def test_texts_and_mails_of_the_phone_page_are_answered_there(
    priya: Page, phone: Page
) -> None:
    await expect(phone.get_by_role("combobox")).to_have_value("+12065550101")  # words decide there
    await phone.get_by_label("Text to the line").fill("my dog ate chocolate, what now?")
    await phone.keyboard.press("Enter")
    await taken(priya, "text")
    await expect(priya.get_by_role("region", name="Timeline")).to_contain_text("ate chocolate")
    await priya.keyboard.press("r")
    await priya.keyboard.type("How much, and how heavy is he?")
    await priya.keyboard.press("Control+Enter")
    texts = phone.get_by_role("log", name="Texts")
    await expect(texts).to_contain_text("How much, and how heavy is he?")
    await expect(priya.get_by_role("region", name="Timeline")).to_contain_text("delivered")

    await phone.get_by_placeholder("Subject").fill("Fire in the kitchen")
    await phone.get_by_placeholder("Message").fill("The sitter says it is out now.")
    await phone.get_by_role("button", name="Send the email").click()
    await taken(priya, "email")
    timeline = priya.get_by_role("region", name="Timeline")
    await expect(timeline).to_contain_text("The sitter says it is out now.")
    await priya.keyboard.press("Escape")
    await priya.keyboard.press("r")
    await expect(priya.get_by_label("Email to")).to_be_focused()
    await priya.keyboard.type("Thank you. Somebody calls you.")
    await priya.get_by_role("button", name="Send and close").click()
    proposed = priya.get_by_role("button", name="Look whether they answered")
    await expect(proposed).to_be_focused()  # it was the last of its incident
    await priya.keyboard.press("Enter")
    mails = phone.get_by_role("log", name="Email")
    await expect(mails).to_contain_text("Somebody calls you.")


async def test_call_back_rings_the_phone_page_and_both_hear(priya: Page, phone: Page) -> None:
    await expect(priya.locator(".work .card")).not_to_have_count(0)  # the text of the test before
    await priya.locator(".work .card").first.click()
    await priya.get_by_role("button", name="Call back").first.click()
    bar = priya.get_by_role("region", name="Phone")
    await expect(bar).to_contain_text(re.compile("Calling|Ringing"))
    await expect(phone.locator(".display")).to_contain_text("The centre is calling")
    await phone.get_by_role("button", name="Answer").click()
    await hears(phone, 700, HEAR_PLAYED)
    await hears(priya, 520)
    await priya.get_by_role("button", name="Keypad").click()
    await priya.get_by_role("button", name="Tone 5").click()
    await expect(priya.locator(".keypad .tones")).to_contain_text("5")
    await priya.get_by_role("button", name="Hang up").click()
    await expect(phone.locator(".display")).to_contain_text(re.compile("ended|No call"))
    await wrapped(priya)


@pytest.mark.long
async def test_axe_finds_nothing_on_the_real_pages_in_both_themes(
    chromium: Browser, demo: RunningDemo, priya: Page, phone: Page
) -> None:
    found: dict[object, object] = {}
    login = await another(await priya.context.new_page(), f"{demo.url}/login")
    await expect(login.get_by_role("button", name="Priya Nair")).to_be_visible()
    await axe(login, "login", found)
    await login.close()
    await axe(priya, "desk idle", found)
    await axe(phone, "phone", found)
    await phone.get_by_role("button", name="Call: Emergency line").click()
    offer = priya.get_by_role("region", name="Incoming call")
    await expect(offer).to_be_visible()
    await axe(priya, "desk ringing", found)
    await phone.get_by_label("Text to the line").fill("my dog ate chocolate")
    await phone.keyboard.press("Enter")
    await taken(priya, "call")
    await hears(priya, 520)
    await axe(priya, "desk in call", found)
    board = await sign_in_by_hint(chromium, demo, "Dana Reyes", "/board")
    await expect(board.get_by_role("table", name="Agents")).to_contain_text("on a call")
    await expect(board.get_by_text("place 1")).to_be_visible()
    await axe(board, "board", found)
    await closed(board)
    await phone.get_by_role("button", name="Hang up").click()
    await wrapped(priya)
    assert not found, pprint.pformat(found, width=180)
