"""Small facts that all processes of a centre share, beside the index and not in it: what may be
done once, and how often somebody has tried.

They outlive an index that is lost and rebuilt, and a worker that is replaced.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

from redis.exceptions import RedisError

from router.live.engine import Engine, IndexUnavailable

_COUNT: Final = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1] - ARGV[2])
local limit = tonumber(ARGV[3])
if redis.call('ZCARD', KEYS[1]) >= limit then
  local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] or ARGV[1]
  return first + ARGV[2] - ARGV[1]
end
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 0
"""
"""Key; now, window, limit, a name for this one. The ms until another may come; 0: it counts."""
_HOLD: Final = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]
"""
"""Key; who, ms. Who holds it now."""
_LET_GO: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""


class Shared:
    """Of one store. Every method raises IndexUnavailable: the store is away."""

    def __init__(self, engine: Engine) -> None:
        self._redis: Any = engine.client
        self._prefix = f"{engine.prefix}/"
        """Not of the index's own keys, which end with it."""

    async def keep(self, name: str, value: str, for_ms: int) -> None:
        """For whoever asks first, within that time."""
        await self._ask(self._redis.set(self._prefix + name, value, px=for_ms))

    async def take(self, name: str) -> str | None:
        """What was kept, once."""
        found = await self._ask(self._redis.getdel(self._prefix + name))
        return None if found is None else found.decode()

    async def count(self, name: str, limit: int, window_ms: int, now: int) -> int:
        """Counts one of at most `limit` within the window. Else nothing is counted: the ms until
        another may come."""
        keys = (self._prefix + name, now, window_ms, limit, uuid.uuid4().hex)
        return int(await self._ask(self._redis.eval(_COUNT, 1, *keys)))

    async def uncount(self, name: str) -> None:
        """The last one does not count after all."""
        await self._ask(self._redis.zpopmax(self._prefix + name))

    async def hold(self, name: str, who: str, for_ms: int) -> str:
        """Only one holds it at a time, for so long after they said so last. Returns who does."""
        return str((await self._ask(self._run(_HOLD, name, who, for_ms))).decode())

    async def let_go(self, name: str, who: str) -> None:
        """Nobody waits for the end of that time."""
        await self._ask(self._run(_LET_GO, name, who))

    def _run(self, script: str, name: str, *args: object) -> Any:
        return self._redis.eval(script, 1, self._prefix + name, *args)

    async def _ask(self, asked: Any) -> Any:
        try:
            return await asked
        except RedisError as error:
            raise IndexUnavailable(str(error)) from error
