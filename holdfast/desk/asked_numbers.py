"""Numbers outside that an agent asks into a call: which, what they are called, and why not."""

from __future__ import annotations

from typing import Any

from holdfast.clock import now_ms
from holdfast.desk.dialled import NO_NUMBER
from holdfast.desk.hub import Page
from holdfast.desk.intents import Refused
from holdfast.desk.typed_numbers import ListedNumbers, TypedNumbers
from holdfast.desk.view import View
from router.callbacks.immediate import TOO_MANY, Callbacks
from router.centre import Centre
from router.core.dialling import country_of, typed_number
from router.core.display import mask_phone
from router.core.languages import SPOKEN
from router.core.model import LiveContact
from router.core.severity import Severity
from router.on_call import OutsideRouting

TYPED_TOO_OFTEN = "contact.typed_too_often"
ASKED_TOO_OFTEN = "contact.asked_too_often"
WITH_YOU = (
    "Not dialled",
    "The caller is still with you: ask a colleague in, or a number on the list.",
)
WITH_YOU_ALL = ("Not dialled", "The caller is still with you: ask a colleague in.")


class AskedNumbers:
    """Every number is asked of the rule of dialling (`router/core/dialling.py`) before anything
    happens; one that was typed counts, as every typed number does, and one of the centre's own
    against a count of these."""

    def __init__(
        self,
        centre: Centre,
        outside: OutsideRouting,
        callbacks: Callbacks,
        typed: TypedNumbers,
        view: View,
    ) -> None:
        self._current = centre.config
        self._outside = outside
        self._callbacks = callbacks
        self._typed = typed
        self._listed = ListedNumbers(centre)
        self._view = view

    async def number(self, page: Page, contact: str, number: str) -> dict[str, Any]:
        """One of the configuration by its name, or a typed one.

        Raises:
            Refused: bad_request, not_allowed.
        """
        live = self._view.contacts.get(contact)
        known = next((it for it in self._current.value.outside if it.name == number), None)
        to = known.number if known else typed_number(number, self._ours())
        if to is None:
            raise Refused("bad_request", NO_NUMBER)
        if no := self._current.dialling.refusal(to):
            raise Refused(no.code, f"Not dialled: {no.text}")
        made = self._view.agent_days.dialled(page.account.id, now_ms())
        severity = Severity(live.severity) if live else Severity.S4
        if no_more := self._callbacks.no_more(made, severity):
            await self._typed.say(page, TOO_MANY, contact)
            raise Refused(no_more.code, f"Not dialled: {no_more.text}")
        if known is not None:
            await self._listed.count(page, ASKED_TOO_OFTEN, contact, WITH_YOU_ALL)
            return {"kind": "number", "name": known.name, "word": known.word}
        await self._typed.count(page, TYPED_TOO_OFTEN, contact, WITH_YOU)
        return {"kind": "typed", "name": "typed", "word": mask_phone(to), "to": to}

    async def give_back(self, page: Page, line: dict[str, Any]) -> None:
        """Nobody is called after all."""
        await (self._typed if line["kind"] == "typed" else self._listed).give_back(page)

    def _ours(self) -> str | None:
        """In national form it is a number of the country of our first line."""
        ours = next((line.number for line in self._current.value.lines if line.number), "")
        return country_of(ours)

    async def interpreter(self, page: Page, contact: str, language: str) -> dict[str, Any]:
        """Of a language: the centre named the number, so that only how often is limited.

        Raises:
            Refused: bad_request, not_allowed.
        """
        if language not in self._current.value.interpreters:
            raise Refused("bad_request", "No interpreter of that language. Reload this page.")
        await self._listed.count(page, ASKED_TOO_OFTEN, contact, WITH_YOU_ALL)
        word = f"the interpreter ({SPOKEN.get(language, language)})"
        return {"kind": "interpreter", "name": language, "word": word, "language": language}

    def interpreters(self, live: LiveContact) -> list[dict[str, str]]:
        """All that there are: first of the language that the caller speaks, where it is known."""
        config = self._current.value
        queue = config.queues.get(live.queue)
        speaks = {queue.language if queue else "", *(live.asks or "").split(","), *live.needs}
        names = sorted(config.interpreters, key=lambda it: (it not in speaks, SPOKEN[it]))
        return [{"name": it, "word": SPOKEN[it]} for it in names]

    def why_not_alone(self, live: LiveContact) -> str | None:
        """Why its caller is not left alone with the number that was asked in; None: they may be.
        Nobody is with an interpreter, and with a typed number only where the centre lets agents
        type where they transfer to."""
        line = live.consult.line if live.consult is not None else None
        if line is not None and line.kind == "interpreter":
            return "An interpreter takes no calls. Transfer the caller to a colleague."
        no = self._outside.refusal(line.to, typed=True) if line is not None and line.to else None
        return no and f"{no} Stay in the call with them."

    def may_hand_over(self, live: LiveContact | None) -> None:
        """A page does not offer what is refused here.

        Raises:
            Refused: not_allowed.
        """
        if live is not None and (no := self.why_not_alone(live)):
            raise Refused("not_allowed", f"Not handed over: {no}")
