"""Text messages: accepted, queued, delivered or not, answered, opted out of.

Sources: twilio.com/docs/messaging/api/message-resource,
twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks,
twilio.com/docs/messaging/guides/webhook-request, help article on STOP, START and HELP.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence

from channels.sandbox import document
from channels.sandbox.carrier import Carrier, UnknownNumber
from channels.sandbox.clock import now
from channels.sandbox.document import BadDocument
from channels.sandbox.model import API_VERSION, Number, Text
from channels.sandbox.signing import new_sid
from channels.sandbox.webhooks import Failure, Params, Reply

STOP_WORDS = frozenset(
    {"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel", "opt out"}
)
START_WORDS = frozenset({"start", "yes", "unstop"})
HELP_WORDS = frozenset({"help", "info"})
KEPT_TEXTS = 20_000
KEPT_MEDIA = 200
DEFAULT_VALIDITY_S = 36_000


def bare(address: str) -> str:
    """The number in an address of WhatsApp or RCS (twilio.com/docs/whatsapp/api)."""
    return address.removeprefix("whatsapp:").removeprefix("rcs:")


class Texts:
    """All texts of one carrier, and who has opted out of whom."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self.all: OrderedDict[str, Text] = OrderedDict()
        self.opted_out: set[tuple[str, str]] = set()
        """(our number, person's number)."""
        self.media: OrderedDict[str, tuple[str, bytes]] = OrderedDict()
        """Content type and bytes of pictures, by their sid."""
        self.readers: dict[str, Callable[[Text], None]] = {}
        """Is shown texts that arrive at a number: the phone page."""

    def incoming(
        self,
        from_: str,
        to: str,
        body: str,
        media: Sequence[tuple[str, bytes]] = (),
        opt_out: str = "",
    ) -> Text:
        """A person texts one of the centre's numbers. UnknownNumber if it is not one.

        media: content type and bytes of each picture. opt_out: what the account's own words
        mean.
        """
        number = self._carrier.numbers.get(bare(to))
        if number is None:
            raise UnknownNumber(to)
        text = self._new(from_, to, body, "inbound", "received", media)
        word = {"STOP": "stop", "START": "start"}.get(opt_out, body.strip().lower())
        opt = opt_out
        if word in STOP_WORDS:
            self.opted_out.add((to, from_))
            opt = "STOP"
        elif word in START_WORDS:
            self.opted_out.discard((to, from_))
            opt = "START"
        elif word in HELP_WORDS:
            opt = "HELP"
        if number.sms_url:
            self._carrier.spawn(self._announce(text, number, opt))
        return text

    def outgoing(
        self,
        from_: str,
        to: str,
        body: str,
        *,
        callback: str = "",
        validity_s: int = DEFAULT_VALIDITY_S,
        direction: str = "outbound-api",
        media_urls: Sequence[str] = (),
    ) -> Text:
        """The centre texts a person: queued now, delivered (or not) soon. Pictures are fetched
        first."""
        text = self._new(from_, to, body, direction, "queued", (), bool(media_urls))
        self._carrier.spawn(self._deliver(text, callback, validity_s, media_urls))
        return text

    def between(self, person: str) -> list[Text]:
        """The conversation with one person, oldest first."""
        return [t for t in self.all.values() if person in (t.from_, t.to)]

    def _new(
        self,
        from_: str,
        to: str,
        body: str,
        direction: str,
        status: str,
        media: Sequence[tuple[str, bytes]] = (),
        mms: bool = False,
    ) -> Text:
        moment = now()
        text = Text(
            sid=new_sid("MM" if media or mms else "SM"),
            account_sid=self._carrier.options.account_sid,
            from_=from_,
            to=to,
            body=body,
            direction=direction,
            status=status,
            created=moment,
            updated=moment,
        )
        for content_type, sound in media:
            self._keep(text, content_type, sound)
        self.all[text.sid] = text
        while len(self.all) > KEPT_TEXTS:
            self.all.popitem(last=False)
        self._carrier.changed()
        return text

    def _keep(self, text: Text, content_type: str, file: bytes) -> None:
        sid = new_sid("ME")
        self.media[sid] = (content_type, file)
        text.media.append((sid, content_type))
        while len(self.media) > KEPT_MEDIA:
            self.media.popitem(last=False)

    async def _fetched(self, text: Text, urls: Sequence[str]) -> bool:
        """The centre's pictures, requested without a signature; False: one could not be fetched."""
        for url in urls:
            answer = await self._carrier.webhooks.fetch(url)
            if isinstance(answer, Failure):
                return False
            self._keep(text, answer.content_type, answer.body)
        return True

    async def _announce(self, text: Text, number: Number, opt: str) -> None:
        """The inbound webhook; a Message verb in its answer is sent as a text."""
        url, fallback, faults = number.sms_url, number.sms_fallback_url, self._carrier.faults
        if faults.webhook_delay_ms:
            await asyncio.sleep(faults.webhook_delay_ms / 1000)
        params: Params = [
            ("ToCountry", "US"),
            ("SmsMessageSid", text.sid),
            ("NumMedia", str(len(text.media))),
            ("SmsSid", text.sid),
            ("SmsStatus", "received"),
            ("Body", text.body),
            ("To", text.to),
            ("NumSegments", "1"),
            ("MessageSid", text.sid),
            ("AccountSid", text.account_sid),
            ("From", text.from_),
            ("FromCountry", "US"),
            ("ApiVersion", API_VERSION),
        ]
        root = f"{self._carrier.base_url}/{API_VERSION}/Accounts/{text.account_sid}"
        for n, (sid, content_type) in enumerate(text.media):
            params.append((f"MediaUrl{n}", f"{root}/Messages/{text.sid}/Media/{sid}"))
            params.append((f"MediaContentType{n}", content_type))
        if opt:
            params.append(("OptOutType", opt))
        if faults.take("webhook_twice"):
            self._carrier.spawn(
                self._carrier.webhooks.send(url, params, method=number.sms_method, kind="sms")
            )
        answer = await self._carrier.webhooks.send(
            url, params, method=number.sms_method, kind="sms"
        )
        if isinstance(answer, Failure) and fallback:
            more = [("ErrorCode", str(answer.code)), ("ErrorUrl", url)]
            answer = await self._carrier.webhooks.send(
                fallback, params + more, method=number.sms_fallback_method, kind="sms"
            )
        if isinstance(answer, Reply):
            self._obey(text, answer)

    def _obey(self, text: Text, answer: Reply) -> None:
        try:
            verbs = document.read(answer.body) if answer.body.strip() else ()
        except BadDocument:
            return
        for verb in verbs:
            if verb.name == "Message" and (text.to, text.from_) not in self.opted_out:
                self.outgoing(text.to, text.from_, verb.text, direction="outbound-reply")

    async def _deliver(
        self, text: Text, callback: str, validity_s: int, media_urls: Sequence[str] = ()
    ) -> None:
        """queued → sending → sent → delivered, with a callback for each later state."""
        carrier, faults = self._carrier, self._carrier.faults
        if not await self._fetched(text, media_urls):
            await self._become(text, "failed", callback, 11200)
            return
        if faults.take("text_stuck"):
            await asyncio.sleep(validity_s)
            await self._become(text, "failed", callback, 30036)
            return
        await asyncio.sleep(carrier.options.text_ms / 1000)
        final = faults.text_status
        states = ["sent"] if final != "failed" else []
        states.append(final)
        if final == "delivered" and text.to in self.readers:
            self.readers[text.to](text)
        if faults.text_shuffle:
            text.status = final
            for state in reversed(states):
                await self._report(text, state, callback, faults.text_error)
            return
        for state in states:
            error = faults.text_error if state in ("undelivered", "failed") else None
            await self._become(text, state, callback, error)
            await asyncio.sleep(carrier.options.text_ms / 1000)

    async def _become(self, text: Text, status: str, callback: str, error: int | None) -> None:
        text.status, text.updated = status, now()
        text.error_code = error
        if status == "sent":
            text.sent = text.updated
        self._carrier.changed()
        await self._report(text, status, callback, error)

    async def _report(self, text: Text, status: str, callback: str, error: int | None) -> None:
        faults = self._carrier.faults
        if not callback or faults.take("status_missing"):
            return
        params: Params = [
            ("SmsSid", text.sid),
            ("SmsStatus", status),
            ("MessageStatus", status),
            ("To", text.to),
            ("MessageSid", text.sid),
            ("AccountSid", text.account_sid),
            ("From", text.from_),
            ("ApiVersion", API_VERSION),
        ]
        if error and status in ("undelivered", "failed"):
            params.append(("ErrorCode", str(error)))
        for _ in range(2 if faults.take("status_twice") else 1):
            await self._carrier.webhooks.send(callback, params, kind="sms-status")
