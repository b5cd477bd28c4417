"""A data folder that takes nothing more ends no worker."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from holdfast.settings.environment import default_config_path
from holdfast.settings.reload import ConfigFile, People, Reload
from router.core.current import Current
from router.live.engine import Engine
from tests.kit.store import CONFIG


async def test_a_folder_that_cannot_be_written_does_not_end_the_reloading(tmp_path: Path) -> None:
    shown: list[Any] = []
    engine = Engine("unix:///nowhere/at/all.sock")
    reload = Reload(
        ConfigFile(default_config_path(), tmp_path / "gone"),
        Current(CONFIG),
        engine,
        People(refresh=lambda: shown.append(1)),
    )
    reload.ask()
    work = asyncio.create_task(reload.run())
    done, _ = await asyncio.wait([work], timeout=0.2)
    assert not done, work.exception()
    work.cancel()
    await engine.close()
