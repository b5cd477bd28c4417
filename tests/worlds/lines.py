"""Numbers outside that agents ask into a call, as the carrier has them."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as xml

TRIES = 8


class Centre(Protocol):
    async def hook(self, hook: str, form: dict[str, str], query: dict[str, str]) -> str | None: ...

    async def stream_started(self, sid: str, contact: str, epoch: int) -> bool: ...

    async def stream_ended(self, contact: str, epoch: int) -> None: ...


@dataclass
class Party:
    """Whoever is rung there."""

    sid: str
    url: str
    status: str
    alive: bool = True
    stream: tuple[str, int] | None = None


class Parties:
    """All of one carrier."""

    def __init__(
        self,
        rng: random.Random,
        at: Callable[[float, Callable[[], Awaitable[None]]], None],
        centre: Callable[[], Centre],
    ) -> None:
        self._rng, self._at, self._centre = rng, at, centre
        self._all: dict[str, Party] = {}
        self.answered = 0
        self.rough = 0.0

    def get(self, sid: str) -> Party | None:
        return self._all.get(sid)

    def alive(self) -> set[str]:
        """Contacts in whose calls somebody is rung, or is there."""
        calls = (dict(parse_qsl(urlsplit(it.url).query)) for it in self._all.values() if it.alive)
        return {call["c"] for call in calls}

    def dialled(self, sid: str, url: str, status: str) -> None:
        party = self._all[sid] = Party(sid, url, status)
        self._at(self._rng.uniform(300, 9_000), lambda: self._rung(party))

    async def _rung(self, party: Party) -> None:
        if not party.alive:
            return
        if self._rng.random() < 0.3:
            await self.end(party, self._rng.choice(("busy", "no-answer", "failed")))
            return
        self.answered += 1
        self._at(self._rng.uniform(2_000, 60_000), lambda: self.end(party, "completed"))
        await self.ask(party)

    async def ask(self, party: Party, tries: int = 0) -> None:
        """For its document; unanswered it is asked for again, as the fallback."""
        if not party.alive:
            return
        document = await self._hook(party, party.url, "in-progress")
        if document is None:
            if tries == TRIES:
                await self.end(party, "completed")
            self._at(1_000, lambda: self.ask(party, tries + 1))
            return
        root = xml.fromstring(document)
        stream = root.find(".//Stream")
        if stream is not None:
            said = {p.get("name"): p.get("value") for p in stream.iter("Parameter")}
            leg = str(said["contact"]), int(str(said["epoch"]))
            self._at(self._rng.uniform(300, 1_200), lambda: self._streams(party, *leg))
        elif root.find("Redirect") is not None:
            self._at(2_000, lambda: self.ask(party))
        else:
            await self.end(party, "completed")

    async def _streams(self, party: Party, contact: str, epoch: int) -> None:
        if not party.alive:
            return
        party.stream = (contact, epoch)
        if not await self._centre().stream_started(party.sid, contact, epoch):
            await self.stream_over(party, epoch)

    async def stream_over(self, party: Party, epoch: int) -> None:
        if party.alive and party.stream is not None and party.stream[1] == epoch:
            party.stream = None
            self._at(100, lambda: self.ask(party))

    async def end(self, party: Party, status: str) -> None:
        if not party.alive:
            return
        party.alive = False
        if party.stream is not None:
            contact, epoch = party.stream
            party.stream = None
            if self._rng.random() > self.rough:
                await self._centre().stream_ended(contact, epoch)
        if self._rng.random() > self.rough:
            self._at(self._rng.uniform(50, 4_000), lambda: self._tell(party, status))

    async def _tell(self, party: Party, status: str) -> None:
        for _ in range(TRIES):
            if await self._hook(party, party.status, status) is not None:
                return

    async def _hook(self, party: Party, url: str, status: str) -> str | None:
        parts = urlsplit(url)
        query: dict[str, Any] = dict(parse_qsl(parts.query))
        form = {"CallSid": party.sid, "CallStatus": status, "Direction": "outbound-api"}
        return await self._centre().hook(parts.path.rsplit("/", 1)[-1], form, query)
