"""Text messages: accepted, queued, delivered or not, answered, opted out of.

Sources: twilio.com/docs/messaging/api/message-resource,
twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks,
twilio.com/docs/messaging/guides/webhook-request, help article on STOP, START and HELP.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from channels.sandbox import document
from channels.sandbox.carrier import Carrier, UnknownNumber
from channels.sandbox.clock import now
from channels.sandbox.document import BadDocument
from channels.sandbox.model import API_VERSION, Text
from channels.sandbox.signing import new_sid
from channels.sandbox.webhooks import Failure, Params, Reply

STOP_WORDS = frozenset(
    {"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel", "opt out"}
)
START_WORDS = frozenset({"start", "yes", "unstop"})
HELP_WORDS = frozenset({"help", "info"})
KEPT_TEXTS = 20_000
DEFAULT_VALIDITY_S = 36_000


class Texts:
    """All texts of one carrier, and who has opted out of whom."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self.all: OrderedDict[str, Text] = OrderedDict()
        self.opted_out: set[tuple[str, str]] = set()
        """(our number, person's number)."""
        self.readers: dict[str, Callable[[Text], None]] = {}
        """Who is shown texts that reach a number: the phone page."""

    def incoming(self, from_: str, to: str, body: str) -> Text:
        """A person texts one of the centre's numbers. UnknownNumber if it is none."""
        number = self._carrier.numbers.get(to)
        if number is None:
            raise UnknownNumber(to)
        text = self._new(from_, to, body, "inbound", "received")
        word = body.strip().lower()
        opt = ""
        if word in STOP_WORDS:
            self.opted_out.add((to, from_))
            opt = "STOP"
        elif word in START_WORDS:
            self.opted_out.discard((to, from_))
            opt = "START"
        elif word in HELP_WORDS:
            opt = "HELP"
        if number.sms_url:
            self._carrier.spawn(self._announce(text, number.sms_url, number.sms_fallback_url, opt))
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
    ) -> Text:
        """The centre texts a person: queued now, delivered (or not) soon."""
        text = self._new(from_, to, body, direction, "queued")
        self._carrier.spawn(self._deliver(text, callback, validity_s))
        return text

    def between(self, person: str) -> list[Text]:
        """The conversation with one person, oldest first."""
        return [t for t in self.all.values() if person in (t.from_, t.to)]

    def _new(self, from_: str, to: str, body: str, direction: str, status: str) -> Text:
        moment = now()
        text = Text(
            sid=new_sid("SM"),
            account_sid=self._carrier.options.account_sid,
            from_=from_,
            to=to,
            body=body,
            direction=direction,
            status=status,
            created=moment,
            updated=moment,
        )
        self.all[text.sid] = text
        while len(self.all) > KEPT_TEXTS:
            self.all.popitem(last=False)
        self._carrier.changed()
        return text

    async def _announce(self, text: Text, url: str, fallback: str, opt: str) -> None:
        """The inbound webhook; a Message verb in its answer is sent as a text."""
        faults = self._carrier.faults
        if faults.webhook_delay_ms:
            await asyncio.sleep(faults.webhook_delay_ms / 1000)
        params: Params = [
            ("ToCountry", "US"),
            ("SmsMessageSid", text.sid),
            ("NumMedia", "0"),
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
        if opt:
            params.append(("OptOutType", opt))
        if faults.take("webhook_twice"):
            self._carrier.spawn(self._carrier.webhooks.send(url, params, kind="sms"))
        answer = await self._carrier.webhooks.send(url, params, kind="sms")
        if isinstance(answer, Failure) and fallback:
            more = [("ErrorCode", str(answer.code)), ("ErrorUrl", url)]
            answer = await self._carrier.webhooks.send(fallback, params + more, kind="sms")
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

    async def _deliver(self, text: Text, callback: str, validity_s: int) -> None:
        """queued → sending → sent → delivered, with a callback for each later state."""
        carrier, faults = self._carrier, self._carrier.faults
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
