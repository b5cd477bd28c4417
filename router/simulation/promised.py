"""A scenario's callers who ask by a key to be called back, and how our calls to them end.

The engine decides when an agent is offered such a call, the centre's own rule what follows a try
(docs/routing.md, "Promised calls"); this is the caller who presses, and later picks up or not.
"""

from __future__ import annotations

import dataclasses

from router.core.callback import CALLER, Again, next_move
from router.core.config import CallbackRules
from router.core.contact import Outcome
from router.core.model import LiveContact, Promise
from router.core.severity import Channel, Severity
from router.simulation.beyond import Draw, Later, Step
from router.simulation.cast import Fate
from router.simulation.chance import parse
from router.simulation.heard import Event
from router.simulation.policy import Maker
from router.simulation.scenario import Asking, Person
from router.simulation.stage import START

NO_ANSWER_MS = 25_000
"""How long our call rings before the carrier says that nobody picked up."""


class Promised:
    """Hears what the engine says of callers and of our calls, and plays the caller.

    A promised call is a person of its own in `told`, named after the caller and the try: `c4-7.1`.
    """

    def __init__(
        self,
        asking: Asking,
        rules: CallbackRules,
        maker: Maker,
        told: dict[str, Fate],
        later: Later,
        draw: Draw,
    ) -> None:
        self._share, self._answered = asking.share, asking.answered
        self._after, self._ring = parse(asking.after), parse(asking.ring)
        self._rules, self._maker, self._told = rules, maker, told
        self._later, self._draw = later, draw

    def comes(self, person: Person) -> None:
        """A caller who would rather be called presses after a while, if they still wait."""
        may = person.channel == Channel.VOICE and person.severity > Severity.S1
        if may and self._draw("asks", person.id) < self._share:
            self._later(self._after.at(self._draw("asks after", person.id)), self._press, person.id)

    def _press(self, caller: str) -> Step | None:
        told = self._told[caller]
        if told.taken_at is not None or told.gone_at is not None:
            return None
        return self._call(told.person, tried=1, instead=caller)

    def _call(
        self, person: Person, *, tried: int, instead: str | None = None, not_before: int = 0
    ) -> Step:
        """The engine's step that brings one try, at the place of the caller."""
        name = _name(person.id, tried)
        self._told[name] = Fate(dataclasses.replace(person, id=name), promised=person.id)
        tries = self._rules.tries(person.severity)
        promise = Promise(person.id, CALLER, CALLER, tried, tries, instead=instead)
        made = self._maker.promised(person, name, promise, not_before)
        return "callback", {"contact": made, "instead": instead}

    def dialled(self, contact: str) -> None:
        """An agent has taken it: it rings at the caller, who picks up or not."""
        if self._draw("picks up", contact) < self._answered:
            ring_ms = self._ring.at(self._draw("rings", contact))
            self._later(ring_ms, self._picks_up, contact)
        else:
            self._later(NO_ANSWER_MS, self._nobody, contact)

    def _picks_up(self, contact: str) -> Step:
        return "connected", {"contact": contact, "agent": self._told[contact].agent}

    def _nobody(self, contact: str) -> Step:
        return "caller_gone", {"contact": contact, "cause": "no-answer"}

    def over(self, event: Event, now: int) -> str | None:
        """A try has ended; the name of the one that follows by the centre's rule."""
        told = self._told[event.contact]
        if event.outcome != Outcome.NOT_REACHED or not told.promised:
            return None
        tried = int(event.contact.rpartition(".")[2])
        ended = LiveContact(
            id=event.contact,
            channel=told.person.channel,
            severity=told.person.severity,
            arrived_at=START + told.person.at,
            score=0,
            outcome=event.outcome,
            cause=event.cause,
            ended_at=START + now,
            callback=Promise(
                told.promised, CALLER, CALLER, tried, self._rules.tries(told.person.severity)
            ),
        )
        move = next_move(ended, self._rules, they_called=False)
        if not isinstance(move, Again) or move.window:  # that is another day
            return None
        self._later(0, self._again, told.promised, tried + 1, move.not_before)
        return _name(told.promised, tried + 1)

    def _again(self, caller: str, tried: int, not_before: int) -> Step:
        return self._call(self._told[caller].person, tried=tried, not_before=not_before)


def _name(caller: str, tried: int) -> str:
    return f"{caller}.{tried}"
