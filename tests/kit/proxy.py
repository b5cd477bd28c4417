"""A proxy in front of the store that loses replies: the step is done, but its answer never
arrives."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


class LossyProxy:
    """Cuts the connection instead of passing a reply on, with probability `loss`."""

    def __init__(self, target: str, seed: int) -> None:
        self._target = target
        self._random = random.Random(seed)
        self.loss = 0.0
        self.lost = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_unix_connection(self._target)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, up_writer, None))
                group.create_task(self._pump(up_reader, writer, self))
        except* (OSError, EOFError):
            pass  # cut on purpose
        finally:
            for end in (writer, up_writer):
                end.close()

    @staticmethod
    async def _pump(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lossy: LossyProxy | None
    ) -> None:
        while data := await reader.read(65536):
            if lossy is not None and lossy._random.random() < lossy.loss:
                lossy.lost += 1
                raise EOFError
            writer.write(data)
            await writer.drain()
        raise EOFError


@asynccontextmanager
async def lossy_proxy(
    store_url: str, folder: Path, seed: int
) -> AsyncIterator[tuple[str, LossyProxy]]:
    """Yields the address of the proxy, and the proxy."""
    proxy = LossyProxy(store_url.removeprefix("unix://"), seed)
    path = folder / "lossy.sock"
    server = await asyncio.start_unix_server(proxy.carry, str(path))
    try:
        yield f"unix://{path}", proxy
    finally:
        server.close()
