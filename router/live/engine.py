"""The typed way into the function library: every method is one atomic step.

A step carries an operation id, so that a reply lost on the way can be requested again without
repeating the step (redis-py's own retries are off for that reason).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from router.core.model import Claimed, Effect, LiveContact, Reply, Snapshot, Step
from router.live.library import LIBRARY, library_source

log = structlog.get_logger()

FORM = 10
"""Raised when records of the index mean something else than before: an index of another form is
rebuilt from the record."""

STREAM_KEPT_MS = 120_000
"""Recorded steps stay on the stream this long, for followers that read a moment later."""

AWAY = ("OOM", "READONLY", "MISCONF", "BUSY", "NOREPLICAS", "LOADING", "CLUSTERDOWN", "MASTERDOWN")
"""Answers of a store that cannot take a step now: full, failing over, starting, or stuck."""


class IndexLost(Exception):
    """The live index has no epoch: a rebuild is due. Nothing was changed."""


class IndexUnavailable(Exception):
    """Redis did not answer. The step may or may not have been taken; its record decides."""


class StepFailed(IndexUnavailable):
    """A function broke off with an error of its own: a defect, as bad as Redis being away."""


def connect(url: str, *, blocking: bool = False) -> Redis:
    """A client without retries of its own; `blocking`: it waits on the event stream."""
    pool = BlockingConnectionPool.from_url(
        url,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=None if blocking else 2.0,
        socket_connect_timeout=2.0,
        health_check_interval=0,
        decode_responses=False,
        max_connections=64,
        timeout=2,
    )
    return Redis.from_pool(pool)


def _flat(answer: Any) -> list[Any]:
    """Every string in an answer, whichever protocol wrapped it."""
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, list):
        return [one for part in answer for one in _flat(part)]
    return [answer]


class Engine:
    """Steps on the live index of one workspace."""

    def __init__(self, url: str, workspace: str = "main", *, now: int | None = None) -> None:
        """
        Args:
            url: redis:// or unix:// address.
            workspace: name inside the hash tag that all keys share.
            now: virtual time in ms for tests and simulation; None = the server's clock.
        """
        self._redis = connect(url)
        self._reader = connect(url, blocking=True)
        self.prefix = f"{{holdfast:{workspace}}}"
        self.now = now
        self._encoder = msgspec.json.Encoder()
        self._replies = msgspec.json.Decoder(Reply)

    @property
    def client(self) -> Redis:
        """For what is beside the index (router/live/shared.py)."""
        return self._redis

    async def close(self) -> None:
        await self._redis.aclose()
        await self._reader.aclose()

    async def load(self) -> None:
        """Puts the function library in place, unless it is there: a load clears its memory."""
        source = library_source()
        try:
            known = await self._redis.function_list(LIBRARY, withcode=True)
            if source.encode() not in _flat(known):
                await self._redis.function_load(source, replace=True)
        except (RedisConnectionError, RedisTimeoutError) as error:
            raise IndexUnavailable(str(error)) from error

    async def wipe(self) -> None:
        """Deletes every key of this workspace (trials and tests only)."""
        async for name in self._redis.scan_iter(f"{self.prefix}:*", count=1000):
            await self._redis.delete(name)

    async def server_time(self) -> int:
        """The index's clock in ms."""
        try:
            seconds, micros = await self._redis.time()
        except (RedisConnectionError, RedisTimeoutError) as error:
            raise IndexUnavailable(str(error)) from error
        return int(seconds) * 1000 + int(micros) // 1000

    async def alive(self) -> bool:
        """True when Redis answers and the index has an epoch."""
        try:
            return bool(await self._redis.hexists(f"{self.prefix}:records", "epoch"))
        except (RedisConnectionError, RedisTimeoutError):
            return False

    async def epoch(self) -> int | None:
        """The number of this life of the index; None if it is lost."""
        try:
            found = await self._redis.hget(f"{self.prefix}:records", "epoch")
        except (RedisConnectionError, RedisTimeoutError) as error:
            raise IndexUnavailable(str(error)) from error
        return None if found is None else int(found)

    async def forget(self, epoch: int) -> bool:
        """Ends this life of the index, all of it or nothing. False: another life has begun."""
        return self._replies.decode(await self.call("forget", {"epoch": epoch})).ok

    async def settings(self) -> dict[str, Any]:
        """The settings that the index was opened or configured with; empty if it is lost."""
        try:
            raw = await self._redis.get(f"{self.prefix}:cfg")
        except (RedisConnectionError, RedisTimeoutError) as error:
            raise IndexUnavailable(str(error)) from error
        return msgspec.json.decode(raw, type=dict[str, Any]) if raw else {}

    async def last_step(self) -> tuple[int, int]:
        """The end of the stream of steps now; (0, 0) if there is none."""
        try:
            found: Any = await self._redis.xinfo_stream(f"{self.prefix}:events")
        except ResponseError:
            return (0, 0)
        except (RedisConnectionError, RedisTimeoutError) as error:
            raise IndexUnavailable(str(error)) from error
        return moment_of(found["last-generated-id"].decode())

    async def lacks(self, step_id: str) -> bool:
        """True if the stream begins before this step and does not contain it: the store came back
        from a loss without its last moments, whatever has been done on it since."""
        ms, count = moment_of(step_id)
        name, step = f"{self.prefix}:events", f"{ms}-{count}"
        try:
            if await self._redis.xrange(name, step, step, count=1):
                return False
            first: Any = await self._redis.xrange(name, count=1)
        except (RedisConnectionError, RedisTimeoutError) as error:
            raise IndexUnavailable(str(error)) from error
        begins = moment_of(first[0][0].decode()) if first else await self.last_step()
        return begins < (ms, count)

    async def recorded(self, step_id: str) -> None:
        """The record holds all steps up to this one: the stream drops what is older than
        STREAM_KEPT_MS before it. Without a record it keeps the last 200,000 (steps/entry.lua)."""
        ms, _ = moment_of(step_id)
        if ms <= STREAM_KEPT_MS:
            return
        try:
            await self._redis.xtrim(f"{self.prefix}:events", minid=ms - STREAM_KEPT_MS)
        except RedisError as error:
            raise IndexUnavailable(str(error)) from error

    async def dropped_after(self, step_id: str) -> bool:
        """True if the stream may have dropped steps after this one: a follower that stopped here
        has to read everything again."""
        try:
            found: Any = await self._redis.xinfo_stream(f"{self.prefix}:events")
        except ResponseError:
            return False  # there is no stream yet
        except (RedisConnectionError, RedisTimeoutError) as error:
            raise IndexUnavailable(str(error)) from error
        first = found["first-entry"]
        begins = first[0] if first else found["last-generated-id"]
        return moment_of(begins.decode()) > moment_of(step_id)

    async def call(self, function: str, request: dict[str, Any], tries: int = 3) -> bytes:
        """One FCALL.

        Raises:
            IndexLost: the epoch is missing.
            IndexUnavailable: no answer after `tries` attempts of the same operation.
        """
        if self.now is not None:
            request["now"] = self.now
        body = self._encoder.encode(request)
        failure: Exception | None = None
        for _ in range(tries):
            try:
                answer: bytes = await self._redis.fcall(f"hf_{function}", 1, self.prefix, body)
                return answer
            except ResponseError as error:
                text = str(error)
                if "NOEPOCH" in text:
                    raise IndexLost(text) from error
                if isinstance(error, OutOfMemoryError | ReadOnlyError) or text.startswith(AWAY):
                    raise IndexUnavailable(text) from error
                if "Function not found" in text:
                    await self.load()
                    failure = error
                    continue
                log.error("index.step_failed", function=function, error=text)
                raise StepFailed(text) from error
            except (RedisConnectionError, RedisTimeoutError) as error:
                failure = error
        raise IndexUnavailable(str(failure)) from failure

    async def step(self, function: str, **request: Any) -> Reply:
        """A mutation under a fresh operation id."""
        request["op"] = uuid.uuid4().hex
        return self._replies.decode(await self.call(function, request))

    async def beat(self, function: str, **request: Any) -> Reply:
        """A mutation that may run twice without harm: no operation id is kept."""
        return self._replies.decode(await self.call(function, request))

    async def claim(self, proc: str, *, limit: int = 20, lease_ms: int = 30_000) -> list[Effect]:
        """Takes due effects under a lease; if the taker fails to report, they are left to the
        next."""
        raw = await self.call("claim", {"proc": proc, "limit": limit, "lease_ms": lease_ms})
        claimed = msgspec.json.decode(raw, type=Claimed)
        return msgspec.convert(claimed.effects, list[Effect]) if claimed.count else []

    async def processes(self) -> dict[str, bytes]:
        """What each process that carries sound for others said of itself (JSON), while it lives."""
        try:
            found: Any = await self._redis.hgetall(f"{self.prefix}:procs")
        except (RedisConnectionError, RedisTimeoutError) as error:
            raise IndexUnavailable(str(error)) from error
        return {name.decode(): about for name, about in found.items()}

    async def look(self, contact_id: str) -> LiveContact | None:
        """A contact as the index has it; None if it has none with that id."""
        return self._replies.decode(await self.call("look", {"contact": contact_id})).contact

    async def snapshot(self) -> Snapshot:
        return msgspec.json.decode(await self.call("snapshot", {}), type=Snapshot)

    async def open_epoch(
        self,
        epoch: int,
        cfg: dict[str, Any],
        contacts: list[dict[str, Any]],
        agents: list[dict[str, Any]],
        after: str = "0-0",
        today: dict[str, int] | None = None,
        back: Sequence[str] = (),
    ) -> Reply:
        """Opens a new life of the index (only if there is none). Its steps are numbered after
        `after`, which the record holds already, even if the store's clock was set back. `today`
        holds the day's counts so far, ignored once the day is over; `back` lists contacts that
        were in hand and wait again."""
        request = {
            "epoch": epoch,
            "cfg": cfg,
            "contacts": contacts,
            "agents": agents,
            "after": after,
            "today": today or {},
            "back": back,
        }
        return self._replies.decode(await self.call("open_epoch", request))

    async def read(
        self, last: str, *, block_ms: int = 0, count: int = 200
    ) -> list[tuple[str, bytes]]:
        """Steps after `last`, oldest first, as (id, JSON); waits up to block_ms for the first.

        Raises:
            IndexUnavailable: Redis went away while waiting.
        """
        try:
            found: Any = await self._reader.xread(
                {f"{self.prefix}:events": last}, count=count, block=block_ms or None
            )
        except RedisError as error:
            raise IndexUnavailable(str(error)) from error
        if not found:
            return []
        entries = found[0][1] if isinstance(found, list) else next(iter(found.values()))
        if entries and isinstance(entries[0], list):  # one more level under RESP3
            entries = entries[0]
        return [(entry_id.decode(), fields[b"e"]) for entry_id, fields in entries]


def moment_of(step_id: str) -> tuple[int, int]:
    """A step's id as numbers that can be compared: ms and count."""
    ms, _, count = step_id.partition("-")
    return int(ms), int(count or 0)


_steps = msgspec.json.Decoder(Step)


def decode_step(raw: bytes) -> Step:
    """Reads one entry of the stream."""
    return _steps.decode(raw)
