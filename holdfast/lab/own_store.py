"""`holdfast replay` and `holdfast simulate`: the real engine in a store of its own."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from holdfast.host.store import EmbeddedStore, StoreError
from holdfast.settings.engine_settings import engine_settings
from holdfast.settings.environment import load_config
from router.core.config import Config
from router.live.engine import IndexUnavailable
from router.simulation import trace
from router.simulation.replay import Replay
from router.simulation.stage import Stage


class TrialError(Exception):
    """One line: what is wrong and how to fix it. Nothing was run."""


@contextmanager
def own_store() -> Iterator[str]:
    """The address of an embedded store that lives as long as the block.

    Raises:
        TrialError: the real function library cannot run here.
    """
    with tempfile.TemporaryDirectory(prefix="holdfast-trial-") as folder:
        store = EmbeddedStore(Path(folder))
        try:
            store.start()
        except StoreError as error:
            raise TrialError(str(error)) from error
        try:
            yield store.url
        finally:
            store.stop()


@asynccontextmanager
async def stage_of(config: Config, workspace: str = "trial") -> AsyncIterator[Stage]:
    """A stage on a store of its own.

    Raises:
        TrialError: the real function library cannot run here.
    """
    with own_store() as url:
        stage = Stage(url, workspace, config, engine_settings(config))
        try:
            await stage.open()
            try:
                yield stage
            finally:
                await stage.close()
        except IndexUnavailable as error:
            raise TrialError(f"the store does not answer: {error}") from error


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def run_replay(path: Path, config_path: Path, say: Callable[[str], object]) -> None:
    """Reads the whole trace first, then runs it; `say` gets the decisions, stderr the notes.

    Raises:
        TrialError, SettingsError: nothing was run.
    """
    config = load_config(config_path)
    try:
        with path.open("rb") as lines:
            script = trace.read(lines)
    except OSError as error:
        raise TrialError(f"{path}: cannot be read ({error.strerror}). Nothing was run.") from error
    except trace.TraceError as error:
        raise TrialError(f"{path}: {error}. Nothing was run.") from error
    async with stage_of(config) as stage:
        async for told in Replay(stage, _note).lines(script):
            say(json.dumps(told, ensure_ascii=False))
