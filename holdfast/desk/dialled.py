"""Calling a number that an agent types, and whom they called last: agent first, as Call back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated

import msgspec

from holdfast.clock import now_ms
from holdfast.desk.hub import Page
from holdfast.desk.intents import Form, Id, Key, Nothing, Refused, Result, Sure, done, intent
from holdfast.desk.typed_numbers import TypedNumbers
from holdfast.desk.view import View
from router.callbacks.immediate import Callbacks, NumberOrder
from router.centre import Centre
from router.core.dialling import country_of, typed_number
from router.live.engine import IndexLost, IndexUnavailable

NO_NUMBER = (
    "This is no telephone number. Type it with its country (+1 …), or as one dials it from here."
)
Typed = Annotated[str, msgspec.Meta(max_length=40)]


class TypedForm(Form, frozen=True):
    """`incident`: as in DialForm."""

    number: Typed
    incident: Id | None = None


class DialForm(Form, frozen=True):
    """`incident`: the one in view; None: theirs, or a new one."""

    number: Typed
    key: Key
    incident: Id | None = None
    sure: Sure = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """The line whose number they see."""

    word: str
    number: str


@dataclass(frozen=True, slots=True)
class DialCheck:
    """What a typed number is: null where it is none, or may not be called (`refusal`)."""

    number: str | None = None
    country: str | None = None
    refusal: str | None = None
    name: str | None = None
    line: Shown | None = None


class Dialled:
    """Handlers of dial, dial_check, last_called."""

    def __init__(
        self, centre: Centre, callbacks: Callbacks, typed: TypedNumbers, view: View
    ) -> None:
        self._view = view
        self._current = centre.config
        self._callbacks = callbacks
        self._typed = typed

    def _read(self, text: str) -> str | None:
        """In national form it is a number of the country of our first line."""
        ours = next((line.number for line in self._current.value.lines if line.number), "")
        return typed_number(text, country_of(ours))

    @intent("dial_check", TypedForm)
    async def _check(self, page: Page, form: TypedForm) -> Result:
        """What would be dialled, and why not, before anything is."""
        number = self._read(form.number)
        if number is None:
            return asdict(DialCheck(refusal=NO_NUMBER))
        country = country_of(number)
        if refusal := self._current.dialling.words(number):
            return asdict(DialCheck(number, country, refusal))
        me = page.account.id
        would = await self._callbacks.would_call(number, form.incident, me, now_ms())
        line = Shown(would.line.word, would.line.number)
        return asdict(DialCheck(number, country, None, would.name, line))

    @intent(
        "dial",
        DialForm,
        audit=(
            "callback.ordered",
            "callback.refused",
            "callback.too_many",
            "dial.typed_too_often",
        ),
    )
    async def _dial(self, page: Page, form: DialForm) -> Result:
        number = self._read(form.number)
        if number is None:
            raise Refused("bad_request", NO_NUMBER)
        if no := self._current.dialling.refusal(number):
            raise Refused(no.code, f"Not called: {no.text}")
        words = "Not called", "Call back people of an incident: that is not counted."
        subject = form.incident or ""
        counted = await self._typed.count(page, "dial.typed_too_often", subject, words, form.key)
        made = self._view.agent_days.dialled(page.account.id, now_ms())
        sure = frozenset(form.sure)
        order = NumberOrder(page.account.id, number, form.incident, form.key, made, sure)
        written = False
        try:
            reply = await self._callbacks.dial(order, now_ms())
            written = reply.ok
        except (IndexLost, IndexUnavailable):
            written = True  # they are called as soon as it is back
            raise
        finally:
            if counted and not written:
                await self._typed.give_back(page, form.key)
        return done(reply)

    @intent("last_called", Nothing)
    async def _last(self, page: Page, _form: Nothing) -> Result:
        """Whom "again" means."""
        last = await self._callbacks.last_by(page.account.id, now_ms())
        return {"last": asdict(last) if last else None}
