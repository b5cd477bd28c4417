"""Contacts at a fixed rate at a centre with many desks, while everything that can fail does.

    python -m tests.load --seconds 60 --desks 200 --rate 20 --busy 2 --lock --kill

The rig is the carrier: it signs its forms, asks the fallback when an answer was cut, hangs up after
a few seconds, and never tells an end twice. Desks take texts; a board sees what has come.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import psutil
from twilio.request_validator import RequestValidator

from holdfast.security.credentials import Passwords
from router.records import accounts
from router.records.database import Database
from router.records.ids import derived_id
from tests.kit.centre import PASSWORD, Centre
from tests.kit.desk import DeskClient, DeskError
from tests.kit.postgres import PostgresServer
from tests.kit.sandbox import ACCOUNT_SID, AUTH_TOKEN, EMAIL_SECRET

EMERGENCY, SUPPORT = "+12065550100", "+12065550101"
CUT = (aiohttp.ClientError, OSError, TimeoutError)
AWAY = (*CUT, AssertionError, DeskError)
PATIENCE_S = (0.5, 12.0)
"""Between these a caller hangs up."""
CARRIER_S = 15.0


@dataclass
class Seen:
    """What the rig and its board saw."""

    answered: set[str] = field(default_factory=set)
    """Calls that had a document from us."""
    cut: int = 0
    """Requests that were cut, by a killed worker."""
    unanswered: int = 0
    """Calls that never had one, not from the fallback either."""
    voice_s: list[float] = field(default_factory=list)
    text_s: list[float] = field(default_factory=list)
    """From the text's request to the contact at the board."""
    accepted_texts: set[str] = field(default_factory=set)
    mail_s: list[float] = field(default_factory=list)
    accepted_mails: set[str] = field(default_factory=set)
    refused_texts: int = 0


class Board(DeskClient):
    """Notes when each text is seen; its words carry its number."""

    seen: Callable[[str], None] = staticmethod(lambda _about: None)

    async def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "event":
            for contact in (message.get("put") or {}).get("contacts", {}).values():
                self.seen(contact.get("about") or "")
        await super()._take(message)


class Rig:
    """One centre under load."""

    def __init__(self, centre: Centre, session: aiohttp.ClientSession, seed: int = 1) -> None:
        self.centre, self.session = centre, session
        self.rng = random.Random(seed)
        self.seen = Seen()
        self.patience_s = PATIENCE_S
        self._numbers = itertools.count(1)
        self._validator = RequestValidator(AUTH_TOKEN)
        self._sent: dict[str, float] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def _go(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _post(self, path: str, form: dict[str, str]) -> int | None:
        """Status of the answer; None: it was cut."""
        url = f"{self.centre.url}{path}"
        headers = {"X-Twilio-Signature": self._validator.compute_signature(url, form)}
        try:
            async with (
                asyncio.timeout(CARRIER_S),
                self.session.post(url, data=form, headers=headers) as answer,
            ):
                await answer.read()
                return answer.status
        except CUT:
            self.seen.cut += 1
            return None

    # Contacts ---------------------------------------------------------------------------------

    async def call(self) -> None:
        n = next(self._numbers)
        form = {
            "AccountSid": ACCOUNT_SID, "CallSid": f"CA{n:032d}", "From": f"+1425{n:07d}",
            "To": self.rng.choice((EMERGENCY, SUPPORT)), "CallStatus": "ringing",
            "Direction": "inbound", "ApiVersion": "2010-04-01",
        }  # fmt: skip
        patience = self.rng.uniform(*self.patience_s)
        began = time.monotonic()
        status = await self._post("/twilio/voice", form)
        if status != 200:
            status = await self._post("/twilio/voice/fallback", form | {"ErrorCode": "11200"})
        if status != 200:
            self.seen.unanswered += 1
            return
        self.seen.voice_s.append(time.monotonic() - began)
        self.seen.answered.add(form["CallSid"])
        await asyncio.sleep(max(0.0, patience - (time.monotonic() - began)))
        await self._post("/twilio/voice/status", form | {"CallStatus": "completed"})

    async def text(self) -> None:
        n = next(self._numbers)
        words = f"a question, number {n}."
        form = {
            "AccountSid": ACCOUNT_SID, "MessageSid": f"SM{n:032d}", "From": f"+1360{n:07d}",
            "To": SUPPORT, "Body": words, "NumMedia": "0",
        }  # fmt: skip
        self._sent[words] = time.monotonic()
        for _ in range(20):
            if await self._post("/twilio/sms", form) == 200:
                self.seen.accepted_texts.add(form["MessageSid"])
                return
            await asyncio.sleep(0.1)
        self.seen.refused_texts += 1

    async def mail(self) -> None:
        n = next(self._numbers)
        subject = f"a mail, number {n}."
        raw = (f"From: Person {n} <p{n}@mail.example>\r\nTo: help@holdfast.example\r\n"
               f"Subject: {subject}\r\nMessage-ID: <load{n}@mail.example>\r\n\r\n"
               f"Where is my receipt, number {n}?\r\n")  # fmt: skip
        auth = aiohttp.BasicAuth("inbound", EMAIL_SECRET)
        headers = {"X-Envelope-To": "help@holdfast.example"}
        self._sent[subject] = time.monotonic()
        for _ in range(20):
            try:
                async with (
                    asyncio.timeout(CARRIER_S),
                    self.session.post(f"{self.centre.url}/email/inbound", data=raw, auth=auth,
                                      headers=headers) as answer,
                ):  # fmt: skip
                    if answer.status == 200:
                        self.seen.accepted_mails.add(f"<load{n}@mail.example>")
                        return
            except CUT:
                self.seen.cut += 1
            await asyncio.sleep(0.1)

    def _arrived(self, about: str) -> None:
        sent = self._sent.pop(about, None)
        if sent is not None:
            seen = self.seen.mail_s if about.startswith("a mail") else self.seen.text_s
            seen.append(time.monotonic() - sent)

    async def contacts(self, rate: float, count: int, calls: float, mails: float = 0.0) -> None:
        """So many, at that rate, whatever becomes of those before; `calls` and `mails` are shares
        of them, the others are texts."""
        start = time.monotonic()
        for n in range(count):
            await asyncio.sleep(max(0.0, start + n / rate - time.monotonic()))
            luck = self.rng.random()
            kind = self.call if luck < calls else self.mail if luck > 1 - mails else self.text
            self._go(kind())
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    # Desks ------------------------------------------------------------------------------------

    async def add_agents(self, count: int, login: str = "load") -> None:
        database = Database(self.centre.env.get("HOLDFAST_DATABASE_URL")
                            or f"sqlite:///{self.centre.data_dir / 'holdfast.db'}")  # fmt: skip
        hashed = await Passwords().hash(PASSWORD)
        async with database.write() as connection:
            for n in range(count):
                name = f"{login.title()} {n}"
                await accounts.add(connection, login=f"{login}{n}", name=name, role="agent",
                                   password_hash=hashed, skills={"safety": 3}, now=1)  # fmt: skip
        await database.close()

    @contextlib.asynccontextmanager
    async def people(self, desks: int) -> AsyncIterator[None]:
        """So many desks and a board; returns when all are ready."""
        await self.add_agents(desks)
        ready = [asyncio.Event() for _ in range(desks)]
        tasks = [asyncio.create_task(self._board())]
        tasks += [asyncio.create_task(self._desk(n, ready[n])) for n in range(desks)]
        try:
            async with asyncio.timeout(180):
                for event in ready:
                    await event.wait()
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _page(self, login: str, page: type[DeskClient], view: str, work: Any) -> None:
        """Signed in and connected again whenever it was cut."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            client, signed_in = page(self.centre, session), False
            while True:
                try:
                    if not signed_in:
                        await client.sign_in(login)
                        signed_in = True
                        await client.connect(view)
                    elif client.cut:
                        await client.close()
                        await client.connect(view)
                    await work(client)
                except AWAY:
                    await asyncio.sleep(0.5)

    async def _board(self) -> None:
        async def watch(client: DeskClient) -> None:
            client.seen = self._arrived  # type: ignore[attr-defined]
            await asyncio.sleep(0.2)

        await self._page("dana", Board, "board", watch)

    async def _desk(self, n: int, ready: asyncio.Event) -> None:
        rng = random.Random(n)

        async def look(client: DeskClient) -> None:
            me = client.agent()
            if me and me["choice"] == "paused":
                await client.do("ready")
                ready.set()
            offer = client.offer()
            if offer:
                await client.do("accept", contact=offer["id"], fence=offer["offer"]["fence"])
            for contact in list(client.contacts.values()):
                if contact["state"] == "active" and contact["agent"] == client.me["id"]:
                    await client.do(
                        "close", contact=contact["id"], disposition="resolved", anyway=True
                    )
            await asyncio.sleep(rng.uniform(0.5, 1.5))

        await self._page(f"load{n}", DeskClient, "desk", look)

    # What fails -------------------------------------------------------------------------------

    async def locks(self, every_s: float, for_s: float) -> None:
        """Somebody else holds the database, again and again."""
        while True:
            await asyncio.sleep(every_s)
            held = sqlite3.connect(
                self.centre.data_dir / "holdfast.db",
                isolation_level=None,
                timeout=30,
                check_same_thread=False,
            )
            begins = asyncio.ensure_future(asyncio.to_thread(held.execute, "BEGIN IMMEDIATE"))
            try:
                await asyncio.shield(begins)
                await asyncio.sleep(for_s)
            finally:
                await asyncio.wait({begins})  # closed beneath a thread, it takes the process along
                held.close()  # and with it the lock

    async def stops(self, server: PostgresServer, every_s: float, for_s: float) -> None:
        """PostgreSQL is stopped and started."""
        while True:
            await asyncio.sleep(every_s)
            await asyncio.to_thread(server.stop)
            await asyncio.sleep(for_s)
            await asyncio.to_thread(server.start)

    @contextlib.contextmanager
    def routers(self, count: int) -> Iterator[None]:
        """So many processes for timers and the record beside it."""
        env = {**os.environ, **self.centre.env, "HOLDFAST_REDIS_URL": self.centre.redis_url}
        command = [sys.executable, "-m", "holdfast.cli", "serve", "--role", "router"]
        out = subprocess.DEVNULL
        every = [psutil.Popen(command, env=env, stdout=out, stderr=out) for _ in range(count)]
        try:
            yield
        finally:
            for process in every:
                process.kill()
                process.wait()

    async def kills(self, every_s: float) -> None:
        """The worker dies so long after it was ready: on a busy machine that comes late."""
        while True:
            await self.centre.until_ready()
            await asyncio.sleep(every_s)
            await asyncio.to_thread(self.centre.kill_worker)

    # Afterwards -------------------------------------------------------------------------------

    async def spool(self) -> int:
        """What waits on the disk, as /readyz says; -1: no answer."""
        with contextlib.suppress(*CUT):
            async with self.session.get(f"{self.centre.url}/readyz") as answer:
                return int((await answer.json())["spool"])
        return -1

    async def emptied(self, within_s: float) -> float:
        """Seconds until nothing waits in the spool any more."""
        began = time.monotonic()
        while await self.spool() != 0:
            if time.monotonic() - began > within_s:
                break
            await asyncio.sleep(0.1)
        return time.monotonic() - began

    async def lost(self, within_s: float = 30) -> tuple[list[str], list[str], list[str]]:
        """Calls that we answered, texts and mails that we accepted, which stand nowhere, though
        there was time: a mail is read by another process, the record may have just come back."""
        began = time.monotonic()
        while any(found := await self._missing()) and time.monotonic() - began < within_s:
            await asyncio.sleep(0.2)
        return found

    async def _missing(self) -> tuple[list[str], list[str], list[str]]:
        contacts = {row[0] for row in await self.centre.rows("select id from contact")}
        keys = {str(row[0]) for row in await self.centre.rows("select key from message")}
        calls = [s for s in self.seen.answered if derived_id("c", ACCOUNT_SID, s) not in contacts]
        ids = {row[0] for row in await self.centre.rows("select header_id from message")}
        texts = [s for s in self.seen.accepted_texts if f"sms:{s}" not in keys]
        return calls, texts, sorted(self.seen.accepted_mails - ids)


@contextlib.contextmanager
def busy(loops: int) -> Any:
    """So many cores are busy with something else."""
    code = "while True: pass"
    processes = [psutil.Popen([sys.executable, "-c", code]) for _ in range(loops)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()
