"""The phone page's socket, `/phone`: a telephone with a real person's microphone.

Binary messages in both directions are frames of 160 bytes of µ-law; everything else is JSON
(docs/sandbox.md). A call belongs to the page that dialled or answered it; texts and mail belong
to the number and survive a reload.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from channels.sandbox import audio
from channels.sandbox.carrier import Carrier, UnknownNumber
from channels.sandbox.demo import Demo
from channels.sandbox.ear import Ear
from channels.sandbox.mail import PHONE_MAIL, Mail, Mails
from channels.sandbox.model import Call, Text
from channels.sandbox.rest import CARRIER
from channels.sandbox.session import Session
from channels.sandbox.texts import Texts

MICROPHONE_FRAMES = 10
"""200 ms: how far the microphone may run ahead; older frames are dropped."""
OUT_MESSAGES = 100


class Page:
    """One open phone page."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[str | bytes] = asyncio.Queue(OUT_MESSAGES)
        self.microphone: deque[bytes] = deque(maxlen=MICROPHONE_FRAMES)
        self.call: PhoneParty | None = None

    def put(self, message: str | bytes) -> None:
        """Queue a message for the page; if the page does not keep up, the oldest one is dropped."""
        if self.queue.full():
            self.queue.get_nowait()
        self.queue.put_nowait(message)

    def tell(self, kind: str, **fields: Any) -> None:
        """One JSON event."""
        self.put(json.dumps({"type": kind, **fields}))


class PhoneParty:
    """The person at the phone page as a party of a call."""

    live = True

    def __init__(self, phone: Phone, direction: str, number: str) -> None:
        self.ear = Ear(30)
        self.page: Page | None = None
        self.session: Session | None = None
        self.direction = direction
        self.number = number
        self.state = "ringing" if direction == "in" else "dialing"
        self._phone = phone
        self._answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def describe(self) -> dict[str, Any]:
        """The call as pages see it."""
        return {"state": self.state, "direction": self.direction, "number": self.number}

    def attach(self, session: Session) -> None:
        self.session = session

    def speak(self) -> bytes:
        if self.page is not None and self.page.microphone:
            return self.page.microphone.popleft()
        return audio.SILENCE

    def hear(self, ulaw: bytes) -> None:
        self.ear.hear(ulaw)
        if self.page is not None:
            self.page.put(ulaw)

    def on(self, event: str, **detail: str) -> None:
        if event == "stream_started" and self.page is not None:
            self.page.microphone.clear()
        if event in ("answered", "ended"):
            self.state = event
            self._phone.call_changed(self)

    async def ring(self, timeout_s: float) -> str:
        self._phone.call_changed(self)
        try:
            async with asyncio.timeout(timeout_s):
                return await self._answer
        except TimeoutError:
            return "no-answer"

    def decide(self, page: Page, verdict: str) -> None:
        """The page answered (in-progress) or declined (busy)."""
        if not self._answer.done():
            self.page = page
            page.call = self
            self._answer.set_result(verdict)


class Phone:
    """The phone number and all pages that show it."""

    def __init__(self, carrier: Carrier, texts: Texts, mails: Mails, demo: Demo) -> None:
        self._carrier, self._texts, self._mails, self._demo = carrier, texts, mails, demo
        self.number = carrier.options.phone_number
        self._pages: set[Page] = set()
        self._call: PhoneParty | None = None
        carrier.endpoints[self.number] = self._rung
        texts.readers[self.number] = self._text_came
        mails.readers.append(self._mail_came)

    def _rung(self, call: Call) -> PhoneParty:
        party = PhoneParty(self, "in", call.from_)
        if not self._pages or self._call is not None:
            party.decide(Page(), "busy" if self._pages else "no-answer")
        else:
            self._call = party
        return party

    def call_changed(self, party: PhoneParty) -> None:
        """Tell every page; an ended call is forgotten."""
        if party is not self._call:
            return
        self._tell("call", call=party.describe())
        if party.state == "ended":
            self._call = None
            if party.page is not None:
                party.page.call = None

    def _tell(self, kind: str, **fields: Any) -> None:
        for page in self._pages:
            page.tell(kind, **fields)

    def _text_came(self, text: Text) -> None:
        self._tell("text", text=_text(text))

    def _mail_came(self, mail: Mail) -> None:
        if PHONE_MAIL in (mail.from_, *mail.to):
            self._tell("mail", mail=_letter(mail))

    def open(self, page: Page) -> None:
        """A page was opened: send everything it needs to draw itself."""
        self._pages.add(page)
        page.tell(
            "ready",
            number=self.number,
            mail=PHONE_MAIL,
            lines=list(self._carrier.options.numbers),
            email_to=self._carrier.options.email_to,
            call=None if self._call is None else self._call.describe(),
            texts=[_text(t) for t in self._texts.between(self.number)][-200:],
            mails=[_letter(m) for m in self._mails.all if PHONE_MAIL in (m.from_, *m.to)],
            script=self._demo.describe(),
        )

    def close(self, page: Page) -> None:
        """A page was closed: its call ends as if the phone had been switched off."""
        self._pages.discard(page)
        if page.call is not None and page.call.session is not None:
            page.call.session.hang_up()

    def obey(self, page: Page, do: dict[str, Any]) -> None:
        """One command from a page; a wrong one is answered with an `error` event."""
        match do:
            case {"do": "call"}:
                self._dial(page, str(do.get("to") or self._carrier.options.numbers[0]))
            case {"do": "answer"} if self._call is not None:
                self._call.decide(page, "in-progress")
            case {"do": "decline"} if self._call is not None:
                self._call.decide(page, "busy")
            case {"do": "digits", "digits": str(digits)} if page.call and page.call.session:
                page.call.session.press("".join(d for d in digits if d in "0123456789*#"))
            case {"do": "hangup"} if page.call and page.call.session:
                page.call.session.hang_up()
            case {"do": "text", "body": str(body)}:
                to = str(do.get("to") or self._carrier.options.numbers[0])
                try:
                    self._text_came(self._texts.incoming(self.number, to, body[:1600]))
                except UnknownNumber:
                    page.tell("error", code="unknown_number", text=f"{to} is not a line here")
            case {"do": "mail", "body": str(body)}:
                self._carrier.spawn(self._mail(page, do, body))
            case {"do": "scripted", "script": str(name)}:
                if not self._demo.play(name):
                    page.tell("error", code="unknown_script", text=f"no script named {name}")
            case {"do": "script", "on": bool(on)}:
                if on:
                    self._demo.start()
                else:
                    self._demo.stop()
                self._tell("script", script=self._demo.describe() | {"on": on})
            case _:
                page.tell("error", code="bad_request", text="not possible now")

    def _dial(self, page: Page, to: str) -> None:
        if self._call is not None:
            page.tell("error", code="busy", text="This phone is already in a call")
            return
        party = PhoneParty(self, "out", to)
        party.page, page.call = page, party
        self._call = party
        page.microphone.clear()
        try:
            self._carrier.incoming(to, self.number, party)
        except UnknownNumber:
            self._call = page.call = None
            page.tell("error", code="unknown_number", text=f"{to} is not a line here")
            return
        self.call_changed(party)

    async def _mail(self, page: Page, do: dict[str, Any], body: str) -> None:
        _, status = await self._mails.send(
            PHONE_MAIL,
            str(do.get("subject") or "(no subject)"),
            body,
            to=str(do.get("to") or ""),
            in_reply_to=str(do.get("in_reply_to") or ""),
        )
        if not 200 <= status < 300:
            page.tell("error", code="mail_refused", text=f"The centre answered {status}")


PHONE = web.AppKey("phone", Phone)


def _letter(mail: Mail) -> dict[str, Any]:
    """A mail as the page shows it: `out` = the person wrote it."""
    return {**mail.to_json(), "direction": "in" if mail.direction == "out" else "out"}


def _text(text: Text) -> dict[str, Any]:
    """A text as the page shows it: `out` = the person wrote it."""
    return {
        "sid": text.sid,
        "direction": "out" if text.direction == "inbound" else "in",
        "from": text.from_,
        "to": text.to,
        "body": text.body,
        "at": text.created.isoformat(timespec="milliseconds"),
    }


def add_routes(app: web.Application) -> None:
    """GET /phone upgrades."""
    app.router.add_get("/phone", socket)


def _origin_listed(origin: str, carrier: Carrier) -> bool:
    """The centre's own origin (under either loopback name) and those given by flag."""
    centre = urlsplit(carrier.options.centre)
    allowed = {f"{centre.scheme}://{centre.netloc}", *carrier.options.origins}
    if centre.hostname in ("127.0.0.1", "localhost"):
        port = f":{centre.port}" if centre.port else ""
        allowed |= {f"{centre.scheme}://{h}{port}" for h in ("127.0.0.1", "localhost")}
    return origin in allowed


async def socket(request: web.Request) -> web.StreamResponse:
    """One page: its reader runs here, its writer beside it."""
    if not _origin_listed(request.headers.get("Origin", ""), request.app[CARRIER]):
        return web.json_response({"error": "this page may not open the phone"}, status=403)
    ws = web.WebSocketResponse(heartbeat=20, max_msg_size=64 * 1024, compress=False)
    await ws.prepare(request)
    phone, page = request.app[PHONE], Page()
    phone.open(page)

    async def write() -> None:
        try:
            while True:
                message = await page.queue.get()
                if isinstance(message, bytes):
                    await ws.send_bytes(message)
                else:
                    await ws.send_str(message)
        except ConnectionError:
            pass  # the reader sees it too

    try:
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(write())
            async for message in ws:
                if message.type is WSMsgType.BINARY and len(message.data) == audio.FRAME:
                    page.microphone.append(message.data)
                elif message.type is WSMsgType.TEXT:
                    _obey(phone, page, message.data)
            writer.cancel()
    finally:
        phone.close(page)
    return ws


def _obey(phone: Phone, page: Page, data: str) -> None:
    try:
        do = json.loads(data)
    except ValueError:
        do = None
    if isinstance(do, dict):
        phone.obey(page, do)
    else:
        page.tell("error", code="bad_request", text="not a JSON object")
