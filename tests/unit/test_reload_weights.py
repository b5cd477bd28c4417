"""A reload looks which weights count, before the configuration that it reads does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from holdfast.settings.environment import default_config_path
from holdfast.settings.reload import WEIGHTS, ConfigFile, Reload
from router.core.current import Current
from router.live.engine import Engine
from router.triage import learned
from router.triage.learned import Weights
from tests.kit.store import CONFIG
from tests.kit.weights import CODE, taken

ASKING, NOT_ASKING = (
    msgspec.structs.replace(
        CONFIG, triage=msgspec.structs.replace(CONFIG.triage, second_opinion=asked)
    )
    for asked in (True, False)
)


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[Engine]:
    found = Engine("unix:///nowhere/at/all.sock")  # an unchanged file asks it nothing
    yield found
    await found.close()


def reload_of(engine: Engine, folder: Path, weights: Weights, asking: bool = True) -> Reload:
    config = ASKING if asking else NOT_ASKING
    return Reload(
        ConfigFile(default_config_path(), folder, lambda _path: config),
        Current(config),
        engine,
        weights=weights,
    )


async def test_what_was_taken_or_taken_back_counts_from_the_reload_on(
    engine: Engine, tmp_path: Path
) -> None:
    weights = Weights(tmp_path)
    weights.load()
    reload = reload_of(engine, tmp_path, weights)
    assert (await reload.apply()).changed == []
    path = taken(tmp_path, "k1")
    assert (await reload.apply()).changed == [WEIGHTS]
    assert weights.reader.read(CODE).severity == 1
    assert (await reload.apply()).changed == []
    path.write_bytes(path.read_bytes()[:100])
    assert (await reload.apply()).changed == [WEIGHTS]
    assert weights.reader.read(CODE).severity > 1
    learned.back(tmp_path)
    assert (await reload.apply()).changed == []


async def test_where_no_text_is_read_so_nothing_is_loaded(engine: Engine, tmp_path: Path) -> None:
    weights = Weights(tmp_path)
    weights.load()
    taken(tmp_path, "k1")
    assert (await reload_of(engine, tmp_path, weights, asking=False).apply()).changed == []
    assert weights.in_use.file == ""


async def test_a_fault_is_told_once(
    engine: Engine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    weights = Weights(tmp_path)
    reload = reload_of(engine, tmp_path, weights)
    taken(tmp_path, "k1", base="another")
    await reload.apply()
    await reload.apply()
    assert capfd.readouterr().out.count("triage.weights_not_used") == 1
