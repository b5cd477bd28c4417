"""One centre for all flows of the session, with short deadlines; each flow leaves it empty."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
import pytest_asyncio

from holdfast.settings.config_file import GUIDANCE
from holdfast.settings.environment import default_config_path
from tests.kit.centre import Centre, running_centre

SHORT = {
    'ring_voice = "15s"': 'ring_voice = "6s"',
    'ring_s1 = "8s"': 'ring_s1 = "5s"',
    'connect = "8s"': 'connect = "5s"',
    'come_back = "30s"': 'come_back = "6s"',
    'agent_lease = "12s"': 'agent_lease = "12s"',
    'hold_loop = "25s"': 'hold_loop = "25s"',
    'stream_idle = "25s"': 'stream_idle = "2s"',
    'cool_down = "30s"': 'cool_down = "2s"',
    'cool_down_s1 = "10s"': 'cool_down_s1 = "2s"',
    'dial = "25s"': 'dial = "6s"',
    'S1 = ["2m", "3m", "10m"]': 'S1 = ["1s", "1s", "1s"]',
    'S3 = ["window"]': 'S3 = ["1s", "1s"]',
    "S4 = []": 'S4 = ["1s", "1s"]',
    # tests run at any hour
    'courtesy = "08:00-21:00"': 'courtesy = ""         ',
    "calls_per_second = 1 ": "calls_per_second = 0 ",
    'all_after = "10s"': 'all_after = "1s"',
    'telephone_after = "30s"': 'telephone_after = "2s"',
    'again_after = "60s"': 'again_after = "2s"',
    # what words say is asked for where it is tested (tests.kit.doubt): weights take 0.3 s a worker
    "second_opinion = true": "second_opinion = false",
}


def short_config(folder: Path) -> Path:
    """The shipped configuration with deadlines that a test can wait for."""
    text = default_config_path().read_text()
    for old, new in SHORT.items():
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "short.toml"
    path.write_text(text)
    beside = default_config_path().with_name(GUIDANCE)
    path.with_name(GUIDANCE).write_text(beside.read_text())
    return path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every flow runs on the session's loop, where the centre's pipes live."""
    for item in items:
        if "tests/flow" in str(item.path) and iscoroutinefunction(getattr(item, "function", None)):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    folder = tmp_path_factory.mktemp("centre")
    config = short_config(folder)
    async with running_centre(folder / "data", HOLDFAST_CONFIG=str(config)) as centre:
        yield centre


@pytest_asyncio.fixture(loop_scope="session")
async def centre(running: Centre) -> AsyncIterator[Centre]:
    """The shared centre; afterwards every call is hung up and every contact has ended."""
    yield running
    await running.sandbox.heal()
    for call in await running.sandbox.calls(live=True):
        await running.sandbox.hang_up(call["sid"])
    await running.until_ready()
    await running.end_everything()


async def until_heard(
    centre: Centre, sid: str, hertz: float, timeout_s: float = 60, within: float = 12
) -> None:
    """The caller hears this tone now."""
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                heard = (await centre.sandbox.look(sid, 0.4))["heard"]
                if heard.get("hz") and abs(heard["hz"] - hertz) < within:
                    return
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"the caller hears {heard}\n{centre.words()}") from None
