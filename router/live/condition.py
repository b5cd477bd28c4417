"""The kind of store behind an address: for `holdfast doctor` only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from router.live.engine import IndexUnavailable, connect


@dataclass(frozen=True, slots=True)
class Condition:
    """As the store describes itself."""

    kind: str
    """"redis" or "valkey"."""
    version: tuple[int, ...]
    eviction: str
    """Its maxmemory-policy; anything but noeviction throws live work away when memory is short."""
    persists: bool
    """An append-only file or snapshots are on."""


async def condition(url: str) -> Condition:
    """Asks the store.

    Raises:
        IndexUnavailable: it does not answer, or refuses us.
    """
    try:
        client = connect(url)
    except ValueError as error:
        raise IndexUnavailable(str(error)) from error
    try:
        info = await client.info("everything")
        persists = bool(int(info.get("aof_enabled", 0)))
        if not persists:
            persists = await _snapshots(client)
    except (RedisError, OSError) as error:
        raise IndexUnavailable(str(error) or type(error).__name__) from error
    finally:
        await client.aclose()
    kind = "valkey" if "valkey_version" in info else "redis"
    version = str(info.get(f"{kind}_version", "0"))
    return Condition(
        kind=kind,
        version=tuple(int(part) for part in re.findall(r"\d+", version)),
        eviction=str(info.get("maxmemory_policy", "unknown")),
        persists=persists,
    )


async def _snapshots(client: Redis) -> bool:
    """Whether the store saves snapshots; counts as no if a hosted one does not let us ask."""
    try:
        answer = await client.config_get("save")
    except RedisError:
        return False
    return any(answer.values())
