"""A lean connection to the store: many trials share it, each with one request under way.

A trial is a generator: it yields the commands of its next step and receives their replies. While
one trial computes, the store works for the others, so neither waits for the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

Replies = list[Any]
Trial = Generator[tuple[bytes, int], Replies, None]
"""Yields (packed commands, number of replies they give)."""


class WireError(Exception):
    """The store refused a step or went away; the trial is over."""


def pack(*parts: bytes) -> bytes:
    """One command in the store's protocol."""
    head = b"*%d\r\n" % len(parts)
    return head + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)


class Wire:
    """One connection; `play` runs trials side by side until all are over."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=60, protocol=2)
        self._connection: Any = self._redis.connection_pool.get_connection()

    def close(self) -> None:
        self._redis.connection_pool.release(self._connection)
        self._redis.close()

    def command(self, *parts: str | bytes) -> Any:
        """One command outside the trials.

        Raises:
            WireError: it was refused, or the store is away.
        """
        try:
            self._connection.send_command(*parts)
            return self._connection.read_response()
        except RedisError as error:
            raise WireError(str(error)) from error

    def fresh(self, library: str) -> None:
        """Removes everything of earlier trials, both keys and what the library remembers.

        Raises:
            WireError: the library cannot be loaded here.
        """
        self.command("FLUSHALL")
        self.command("FUNCTION", "LOAD", "REPLACE", library)

    def play(self, trials: Sequence[Trial]) -> None:
        """Runs them all.

        Raises:
            WireError: a step was refused, or the store is away.
        """
        try:
            self._play(trials)
        except RedisError as error:
            raise WireError(str(error)) from error

    def _play(self, trials: Sequence[Trial]) -> None:
        under_way: deque[tuple[Trial, int]] = deque()

        def send(trial: Trial, replies: Replies | None) -> None:
            try:
                body, count = next(trial) if replies is None else trial.send(replies)
            except StopIteration:
                return
            self._connection.send_packed_command([body], check_health=False)
            under_way.append((trial, count))

        for trial in trials:
            send(trial, None)
        read = self._connection.read_response
        while under_way:
            trial, count = under_way.popleft()
            send(trial, [read() for _ in range(count)])
