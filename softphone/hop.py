"""Sound between processes: whoever sits at a page of another process takes part in a call here.

A call is put together in one process, its home. For everybody in it whose sound is elsewhere the
home asks all others (`Borrower`), and the one that has it lends it (`Lender`): a loan is a channel
of the link between the two, and at the home one more leg. So nothing of a call moves when its
agent changes, or their page comes back in another process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

import msgspec

from router.ports import AudioLeg, FrameSink
from softphone.far_hops import FRESH_S, PageSays
from softphone.link import Link, Words

_Page = tuple[float, float, float, float | None]
_Known = tuple[int, float | None, float | None, _Page | None]
"""Channel, round trip and standing backlog in ms; what the page says: see PageSays."""

SAYS_S: Final = 1.0
"""How often a lender tells what is known of the hops beyond it."""
CHANNELS: Final = 1 << 16


class HopLeg:
    """Somebody whose sound is at the other end of a link. Implements router.ports.AudioLeg."""

    def __init__(self, link: Link, channel: int, name: str) -> None:
        self._link, self._channel, self._name = link, channel, name
        self._sink: FrameSink | None = None
        self._closed = False
        self.rtt_ms: float | None = None
        self.standing_ms: float | None = None
        self.page_says: PageSays | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def closed(self) -> bool:
        return self._closed or self._link.closed

    def send(self, payload: bytes, timestamp: int) -> None:
        if not self._closed and payload:
            self._link.frame(self._channel, payload, timestamp)

    def listen(self, sink: FrameSink | None) -> None:
        self._sink = sink

    def took(self, payload: bytes, timestamp: int) -> None:
        """A frame of theirs."""
        if self._sink is not None:
            self._sink(payload, timestamp)

    def interrupt(self) -> None:
        if not self._closed:
            self._link.words({"clear": self._channel})

    async def close(self, reason: str) -> None:
        self._closed, self._sink = True, None


class Guests(Protocol):
    """What a borrower needs of the exchange."""

    def attach_guest(self, who: str, epoch: int, leg: AudioLeg) -> bool: ...
    def detach_guest(self, who: str, leg: AudioLeg) -> None: ...


class Borrower:
    """The home's end of a link."""

    def __init__(self, link: Link, guests: Guests, now: Callable[[], float]) -> None:
        """`now`: seconds of the loop's clock."""
        self._link, self._guests, self._now = link, guests, now
        self._wanted: frozenset[str] = frozenset()
        self._legs: dict[int, tuple[str, HopLeg]] = {}
        link.on_frame = self._frame

    def want(self, people: Collection[str]) -> None:
        """From now on these take part in calls here."""
        wanted = frozenset(people)
        if wanted != self._wanted:
            self._wanted = wanted
            self._link.words({"want": sorted(wanted)})

    def heard(self, words: Words) -> bool:
        """Takes what a lender says. False: it is for somebody else.

        Raises:
            ValueError: no lender says this.
        """
        match words:
            case {"lent": [int(channel), str(who), int(epoch)]}:
                leg = HopLeg(self._link, channel, f"{who} by {self._link.peer}")
                self._legs[channel] = (who, leg)
                self._guests.attach_guest(who, epoch, leg)
            case {"back": int(channel)}:
                self._gone(channel)
            case {"says": [*known]}:
                for one in known:
                    self._says(one)
            case _:
                return False
        return True

    def _says(self, known: Any) -> None:
        channel, rtt_ms, standing_ms, says = msgspec.convert(known, _Known)
        if channel in self._legs:
            _, leg = self._legs[channel]
            leg.rtt_ms, leg.standing_ms = rtt_ms, standing_ms
            leg.page_says = PageSays(self._now(), *says) if says else None

    def _frame(self, channel: int, payload: bytes, timestamp: int) -> None:
        if (found := self._legs.get(channel)) is not None:
            found[1].took(payload, timestamp)

    def _gone(self, channel: int) -> None:
        who, leg = self._legs.pop(channel, ("", None))
        if leg is not None:
            self._guests.detach_guest(who, leg)

    def lost(self) -> None:
        """The link is gone, and so is everybody who was heard by it."""
        for channel in list(self._legs):
            self._gone(channel)


class Owned(Protocol):
    """What a lender needs of the exchange."""

    def free(self, who: str) -> tuple[int, AudioLeg] | None: ...
    def lend(self, who: str, *, lent: bool) -> None: ...


@dataclass(slots=True)
class _Loan:
    link: Link
    channel: int
    epoch: int
    leg: AudioLeg

    def took(self, payload: bytes, timestamp: int) -> None:
        """A FrameSink."""
        self.link.frame(self.channel, payload, timestamp)


class Lender:
    """All links by which others borrow from here."""

    def __init__(self, owned: Owned) -> None:
        self._owned = owned
        self._wants: dict[str, list[Link]] = {}
        """Whom others want; the newest wish counts."""
        self._loans: dict[str, _Loan] = {}
        self._channels: dict[int, _Loan] = {}
        self._next = 0

    @property
    def lent(self) -> int:
        """How many people here take part in calls elsewhere."""
        return len(self._loans)

    def met(self, link: Link) -> None:
        """Somebody may borrow by this link."""
        link.on_frame = partial(self._frame, link)

    def heard(self, link: Link, words: Words) -> bool:
        """Takes what a borrower says. False: it is for somebody else.

        Raises:
            ValueError: no borrower says this.
        """
        match words:
            case {"want": [*names]}:
                self._want(link, {str(name) for name in names})
            case {"clear": int(channel)}:
                loan = self._channels.get(channel)
                if loan is not None and loan.link is link:
                    loan.leg.interrupt()
            case _:
                return False
        return True

    def lost(self, link: Link) -> None:
        """The link is gone, and nobody wants anybody by it."""
        self._want(link, set())

    def _want(self, link: Link, names: set[str]) -> None:
        for who in [
            who for who, links in self._wants.items() if link in links and who not in names
        ]:
            self._wants[who].remove(link)
            if not self._wants[who]:
                del self._wants[who]
        for who in names:
            links = self._wants.setdefault(who, [])
            if link not in links:
                links.append(link)
        self.settle()

    def settle(self) -> None:
        """Lends who is here, free and wanted, and takes back the rest; after each change of the
        exchange or of a wish."""
        for who in list(self._loans):
            self._check(who)
        for who in self._wants.keys() - self._loans.keys():
            self._check(who)

    def _check(self, who: str) -> None:
        links = self._wants.get(who)
        own = self._owned.free(who)
        loan = self._loans.get(who)
        if loan is not None:
            if links and own is not None and loan.link is links[-1] and loan.leg is own[1]:
                return
            self._take_back(who, loan, own is not None and own[1] is loan.leg)
        if links and own is not None:
            self._lend(who, links[-1], *own)

    def _lend(self, who: str, link: Link, epoch: int, leg: AudioLeg) -> None:
        while self._next in self._channels:
            self._next = (self._next + 1) % CHANNELS
        loan = _Loan(link, self._next, epoch, leg)
        self._next = (self._next + 1) % CHANNELS
        self._loans[who] = self._channels[loan.channel] = loan
        self._owned.lend(who, lent=True)
        link.words({"lent": [loan.channel, who, epoch]})
        leg.listen(loan.took)

    def _take_back(self, who: str, loan: _Loan, still: bool) -> None:
        """`still`: nobody else has the leg now."""
        del self._loans[who], self._channels[loan.channel]
        self._owned.lend(who, lent=False)
        if still:
            loan.leg.listen(None)
        loan.link.words({"back": loan.channel})

    def _frame(self, link: Link, channel: int, payload: bytes, timestamp: int) -> None:
        loan = self._channels.get(channel)
        if loan is not None and loan.link is link:
            loan.leg.send(payload, timestamp)

    async def run(self) -> None:
        """Tells borrowers what is known of the hops beyond, until cancelled."""
        while True:
            await asyncio.sleep(SAYS_S)
            self.says()

    def says(self) -> None:
        """Once: the round trip, what stands, and what a page measured, of each loan."""
        said: dict[Link, list[Any]] = {}
        now = asyncio.get_running_loop().time()
        for loan in self._loans.values():
            page = getattr(loan.leg, "page_says", None)
            page = page if page and now - page.at <= FRESH_S else None
            known = (page.rtt_ms, page.lost, page.jitter_ms, page.buffer_ms) if page else None
            numbers = (getattr(loan.leg, name, None) for name in ("rtt_ms", "standing_ms"))
            said.setdefault(loan.link, []).append([loan.channel, *numbers, known])
        for link, those in said.items():
            link.words({"says": those})
