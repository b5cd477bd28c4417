"""Strangers with valid tokens whose streams say what no carrier says."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from typing import Any, Final, cast

from tests.bench_calls.carrier import UPGRADE
from tests.bench_calls.clock import STEP_S
from tests.media.carrier import connected, media, start
from tests.media.wrong_frames import broken, framed, mutate

EACH: Final = 20
"""Wrong frames of one stream at most; most streams end with their first."""
AT_ONCE: Final = 8
READY: Final = 5_000
LOUD: Final = b"\x80" * 160


class _Stream(asyncio.Protocol):
    """Says its pieces, whether or not anybody still listens."""

    def __init__(self) -> None:
        self.said = 0
        self.over = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, _exc: Exception | None) -> None:
        self.over = True


class Attack:
    """`speak` is called in each step of the clock."""

    def __init__(self, count: int, per_s: float, port: int, tls: Any) -> None:
        rng = random.Random(20419)
        right = [framed(media(LOUD, n)) for n in (1, 2, 9, 3)]  # also out of their order
        samples = [connected(), start("evil"), media(LOUD, 1)]
        self._wrong = [
            broken(rng) if rng.random() < 0.2 else framed(mutate(rng, rng.choice(samples)))
            for _ in range(READY)
        ]
        self._openings = [
            UPGRADE.encode() + framed(connected()) + framed(start(f"evil-{n}")) + b"".join(right)
            for n in range(AT_ONCE)
        ]
        self._early = UPGRADE.encode()
        self._count, self._each, self._due = count, per_s * STEP_S, 0.0
        self._port, self._tls, self._rng = port, tls, rng
        self._streams: list[_Stream] = []
        self._opening = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent = self.streams = 0
        self.done = asyncio.Event()

    def speak(self) -> None:
        if self.done.is_set():
            return
        self._due += self._each
        while len(self._streams) + self._opening < AT_ONCE:
            self._opening += 1
            task = asyncio.get_running_loop().create_task(self._open(self.streams % AT_ONCE))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            self.streams += 1
        for stream in self._living():
            if self._due < 1:
                break
            assert stream.transport is not None
            stream.transport.write(self._wrong[self.sent % READY])
            stream.said += 1
            self.sent += 1
            self._due -= 1
        self._due = min(self._due, 50.0)  # nobody to say it to: later, and not all at once
        if self.sent >= self._count:
            self.done.set()

    def _living(self) -> Iterator[_Stream]:
        for stream in list(self._streams):
            if stream.over or stream.said >= EACH:
                if stream.transport is not None:
                    stream.transport.abort()
                self._streams.remove(stream)
            else:
                yield stream

    async def _open(self, number: int) -> None:
        try:
            _, stream = await asyncio.get_running_loop().create_connection(
                _Stream, "127.0.0.1", self._port, ssl=self._tls
            )
            assert stream.transport is not None
            early = self._rng.random() < 0.3  # nonsense before `start`, too
            stream.transport.write(self._early if early else self._openings[number])
            self._streams.append(stream)
        except OSError:
            pass  # refused: another comes
        finally:
            self._opening -= 1

    async def close(self) -> None:
        self.done.set()
        await asyncio.gather(*self._tasks)
        for stream in self._streams:
            if stream.transport is not None:
                stream.transport.abort()
