"""A whole browser with tabs that are really hidden, spoken to by its own protocol: Playwright shows
every page that it knows as if somebody looked at it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.browser.kit import BROWSER, FLAGS, RAW_MICROPHONE
from tests.browser.pages import OURS
from tests.kit.centre import PASSWORD


class BetweenPages(Exception):
    """The tab is on its way to another page."""


class Tab:
    """One page."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self._ws = ws
        self._numbers = itertools.count(1)

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        await self._ws.send_json({"id": number, "method": method, "params": params})
        async with asyncio.timeout(60):
            while True:
                message = await self._ws.receive_json()
                if message.get("id") == number:
                    if "error" in message:
                        raise BetweenPages(message["error"])
                    found: dict[str, Any] = message["result"]
                    return found

    async def ask(self, expression: str) -> Any:
        """Its value, as if somebody had pressed something."""
        found = await self.send(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def until(self, expression: str) -> None:
        async with asyncio.timeout(60):
            while True:
                with contextlib.suppress(BetweenPages):
                    if await self.ask(expression):
                        return
                await asyncio.sleep(0.1)


class BareBrowser:
    """Its tabs: only the newest is seen."""

    def __init__(self, session: aiohttp.ClientSession, port: str) -> None:
        self._session, self._url = session, f"http://127.0.0.1:{port}/json"

    async def open(self, url: str) -> Tab:
        async with self._session.put(f"{self._url}/new?about:blank") as answer:
            target = await answer.json(content_type=None)
        tab = Tab(await self._session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0))
        await tab.send("Page.enable")
        await tab.send("Page.addScriptToEvaluateOnNewDocument", source=RAW_MICROPHONE)
        await tab.send("Page.addScriptToEvaluateOnNewDocument", source=OURS)
        await tab.send("Page.navigate", url=url)
        return tab


@asynccontextmanager
async def bare_browser(folder: Path, *flags: str) -> AsyncIterator[BareBrowser]:
    """Runs it, with `folder` for what it keeps."""
    process = await asyncio.create_subprocess_exec(
        BROWSER, "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={folder}",
        "--no-first-run", *FLAGS, *flags, "about:blank",
        stderr=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60):
            while b"DevTools listening" not in (line := await process.stderr.readline()):
                assert line, "the browser did not start"
        port = line.decode().split("127.0.0.1:")[1].split("/")[0]
        async with aiohttp.ClientSession() as session:
            yield BareBrowser(session, port)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def entered(browser: BareBrowser, url: str, login: str = "priya") -> Tab:
    """A desk of somebody who has signed in."""
    tab = await browser.open(f"{url}/login")
    await tab.until("location.pathname === '/login' && document.readyState === 'complete'")
    await tab.ask(
        f"""fetch('/api/login', {{ method: 'POST', headers: {{ 'X-Holdfast': '1',
          'Content-Type': 'application/json' }},
          body: JSON.stringify({{ login: '{login}', password: '{PASSWORD}' }}) }}).then(
            () => {{ location = '/desk'; }})"""
    )
    await tab.until("location.pathname === '/desk' && document.readyState === 'complete'")
    await tab.until("ours('desk/context.js').then(({ me }) => !!me.value)")
    return tab


def press(name: str) -> str:
    """Presses the button that begins with these words; false: there is none."""
    return f"""(() => {{ const it = [...document.querySelectorAll('button')].find(
      (b) => b.textContent.trim().startsWith('{name}')); it?.click(); return !!it; }})()"""
