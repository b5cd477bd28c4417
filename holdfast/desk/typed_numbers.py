"""How many telephone numbers an account may type within an hour, to call them or to hand callers to
them, and how many of the centre's own it may ask into calls. It stops a stolen password, or
somebody who profits from what calls cost, and holds while the record is away as well."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from typing import ClassVar

import structlog

from holdfast.clock import now_ms
from holdfast.desk.hub import Page
from holdfast.desk.intents import Refused
from holdfast.security.tries import SharedTries
from router.centre import Centre
from router.core.text import span
from router.live.shared import Shared
from router.records import audit
from router.records.database import RecordUnavailable

log = structlog.get_logger()

HOUR_MS = 3_600_000


class _AnHour(ABC):
    """One count, for each account."""

    NAME: ClassVar[str]

    def __init__(self, centre: Centre) -> None:
        self._database = centre.database
        self._current = centre.config
        self._tries = SharedTries(Shared(centre.engine), self.NAME, 0, now_ms, HOUR_MS)
        self._orders: dict[tuple[str, str], int] = {}
        """(account, key) of each order that was counted -> when."""

    async def count(
        self, page: Page, action: str, subject: str, words: tuple[str, str], key: str | None = None
    ) -> bool:
        """Counts one, and an order that is repeated (by its `key`) once: False then. `action` and
        `subject` are its line in the audit if it is one too many, and `words` what was not done,
        and what to do instead.

        Raises:
            Refused: not_allowed.
        """
        since = now_ms() - HOUR_MS
        self._orders = {order: at for order, at in self._orders.items() if at > since}
        if key is not None and (page.account.id, key) in self._orders:
            return False
        most = self.most()
        wait_s = await self._tries.take(page.account.id, most)
        if not wait_s:
            if key is not None:
                self._orders[page.account.id, key] = now_ms()
            return True
        log.warning("number.too_often", action=action, account=page.account.id)
        await self.say(page, action, subject)
        again = f" The next one is possible in {span(wait_s * 1000)}." if most else ""
        undone, instead = words
        raise Refused(
            "not_allowed", f"{undone}: at most {self.numbers(most)} an hour.{again} {instead}"
        )

    @abstractmethod
    def most(self) -> int:
        """How many may be counted; 0: none."""

    @abstractmethod
    def numbers(self, most: int) -> str:
        """What is counted, so many of it."""

    async def say(self, page: Page, action: str, subject: str) -> None:
        """In the audit, that they wanted one too many."""
        with contextlib.suppress(RecordUnavailable):  # nothing was done: the log has it too
            async with self._database.write() as connection:
                await audit.append(
                    connection, actor=page.account.id, action=action, subject=subject, now=now_ms()
                )

    async def give_back(self, page: Page, key: str | None = None) -> None:
        """Nobody is called after all."""
        await self._tries.give_back(page.account.id)
        if key is not None:
            self._orders.pop((page.account.id, key), None)


class TypedNumbers(_AnHour):
    """One count for all ways in which a number is typed."""

    NAME = "typed"

    def most(self) -> int:
        return self._current.value.dialling.typed_an_hour

    def numbers(self, most: int) -> str:
        return f"{most} typed {'number' if most == 1 else 'numbers'}"


class ListedNumbers(_AnHour):
    """Interpreters and numbers of the configuration that an agent asks into calls."""

    NAME = "listed"

    def most(self) -> int:
        return self._current.value.dialling.asked_an_hour

    def numbers(self, most: int) -> str:
        return f"{most} {'number' if most == 1 else 'numbers'} of the centre asked in"


class WrittenFirst(_AnHour):
    """People to whom an account writes first, by text or mail."""

    NAME = "written"

    def most(self) -> int:
        return self._current.value.dialling.written_an_hour

    def numbers(self, most: int) -> str:
        return f"{most} {'message' if most == 1 else 'messages'} that begin with us"
