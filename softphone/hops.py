"""The links of one process that carries sound with all others that do.

Each connects to each: a process borrows by the links that it opened, and lends by those that others
opened. Whoever is not known to others any more, or cannot be reached, is tried again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

import structlog

from softphone import link as links
from softphone.exchange import Exchange
from softphone.hop import Borrower, Lender
from softphone.link import Link, Stranger, Words

log = structlog.get_logger(__name__)

AGAIN_S: Final = 0.25


class Hops:
    """Of one exchange; it hears of each change there."""

    def __init__(
        self,
        exchange: Exchange,
        key: bytes,
        proc: str,
        now: Callable[[], float],
        asked: Callable[[Link, Words], None] = lambda _link, _words: None,
    ) -> None:
        """`now`: the loop's clock. `asked` is given all that is not about sound. Nothing here may
        block."""
        self._exchange, self._key, self._now, self._asked = exchange, key, now, asked
        self.proc = proc
        self._lender = Lender(exchange)
        self._borrowers: dict[str, tuple[Link, Borrower]] = {}
        self._others: dict[str, str] = {}
        self._strangers: set[str] = set()
        """At whose address somebody else listens, who does not know the secret."""
        self._changed = asyncio.Event()
        self.met: list[Link] = []
        """Links that others opened."""
        self.on_gone: Callable[[Link], None] = lambda _link: None
        exchange.moved = self._moved

    @property
    def lent(self) -> int:
        """How many people here take part in calls elsewhere."""
        return self._lender.lent

    def know(self, others: Mapping[str, str]) -> None:
        """All processes with sound there are, and where they listen."""
        known = {proc: at for proc, at in others.items() if proc != self.proc}
        if known != self._others:
            self._others = known
            self._changed.set()

    async def listen(self, address: str) -> asyncio.AbstractServer:
        """Raises OSError."""
        return await links.listen(address, self._key, self.proc, self._met)

    async def run(self) -> None:
        """Keeps a link to each other process, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._lender.run(), name="hops: says")
            while True:
                self._changed.clear()
                for proc in self._borrowers.keys() - self._others.keys():
                    self._borrowers[proc][0].abort()
                async with asyncio.TaskGroup() as opening:  # one that hangs holds up nobody
                    for proc, address in self._others.items():
                        if proc not in self._borrowers:
                            opening.create_task(self._open(proc, address), name=f"link {proc}")
                whole = self._borrowers.keys() >= self._others.keys()
                try:
                    async with asyncio.timeout(None if whole else AGAIN_S):
                        await self._changed.wait()
                except TimeoutError:
                    pass  # it may be there by now

    async def _open(self, proc: str, address: str) -> None:
        try:
            link = await links.connect(address, self._key, self.proc)
        except Stranger as error:
            if proc not in self._strangers:  # once each time, or it would be four lines a second
                self._strangers.add(proc)
                log.warning("link.stranger", proc=proc, address=address, reason=str(error))
            return
        except (OSError, TimeoutError) as error:
            log.debug("link.not_there", proc=proc, reason=str(error)[:100])
            return
        self._strangers.discard(proc)
        if link.peer != proc:  # another one took its place; the next look knows it
            link.close()
            return
        borrower = Borrower(link, self._exchange, self._now)

        def lost() -> None:
            if self._borrowers.get(proc, (None,))[0] is link:
                del self._borrowers[proc]
            borrower.lost()
            self._changed.set()

        def heard(words: Words) -> None:
            if not borrower.heard(words):
                self._asked(link, words)

        link.on_words, link.on_lost = heard, lost
        if link.closed:
            return
        self._borrowers[proc] = (link, borrower)
        borrower.want(self._exchange.people())

    def _met(self, link: Link) -> None:
        def lost() -> None:
            self.met.remove(link)
            self._lender.lost(link)
            self.on_gone(link)

        def heard(words: Words) -> None:
            if not self._lender.heard(link, words):
                self._asked(link, words)

        link.on_words, link.on_lost = heard, lost
        self._lender.met(link)
        self.met.append(link)

    def _moved(self) -> None:
        self._lender.settle()
        people = self._exchange.people()
        for _, borrower in list(self._borrowers.values()):
            borrower.want(people)
