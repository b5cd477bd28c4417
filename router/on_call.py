"""Outside numbers: which one is tried next, and the words said there and to callers who leave a
message."""

from __future__ import annotations

from router.centre import Centre
from router.core.model import LiveContact, Reply
from router.core.model import OutsideCall as There
from router.core.severity import Severity

KINDS = {1: "An emergency call", 2: "An urgent call", 3: "A call", 4: "A call"}


class OutsideRouting:
    """Knows the numbers of the configuration; the index knows only their names."""

    def __init__(self, centre: Centre) -> None:
        self._engine = centre.engine
        self._current = centre.config
        self._clock = centre.clock

    async def go_on(self, live: LiveContact, *, inline: bool) -> Reply:
        """Sends a caller whom nobody takes to the next number on call, else to the voicemail.

        inline: the asker is answering the carrier at this moment; otherwise an effect redirects the
        call. Not ok: somebody was quicker (the contact says where they are now), or they wait on
        because somebody is on duty.
        """
        tried = set(live.tried or ())
        for person in self._current.opening.on_call_at(self._clock()):
            if person.name not in tried:
                return await self._engine.step(
                    "send_outside",
                    contact=live.id,
                    name=person.name,
                    word=person.word,
                    acknowledge=True,
                    inline=inline,
                )
        return await self._engine.step("nobody_outside", contact=live.id, inline=inline)

    def number_of(self, there: There) -> str | None:
        """The number; None if the configuration no longer has it, or does not allow it."""
        entries = (
            self._current.value.on_call if there.kind == "on_call" else self._current.value.outside
        )
        listed = next((entry.number for entry in entries if entry.name == there.name), None)
        number = there.to or listed
        return None if number is None or self._current.dialling.refusal(number) else number

    def caller_id(self, line: str) -> str:
        """The number shown there: that of the line that was called."""
        numbers = {it.name: it.number for it in self._current.value.lines if it.number}
        return numbers.get(line) or next(iter(numbers.values()))

    def refusal(self, number: str, *, typed: bool) -> str | None:
        """Why an agent may not hand a caller to this number; None when they may."""
        if no := self._current.dialling.refusal(number):
            return no.text
        beginnings = tuple(self._current.value.outside_countries)
        if typed and not number.startswith(beginnings):
            listed = ", ".join(beginnings) or "none"
            return f"numbers that may be typed begin with: {listed}."
        return None

    def whisper(self, live: LiveContact) -> str:
        """Words for the person who answers there. No name and no detail of the caller: anybody may
        hear it."""
        line = next(
            (it.word for it in self._current.value.lines if it.name == live.line), live.line
        )
        kind = KINDS[live.severity]
        there = live.outside
        handed = f", handed over by {there.by_name}" if there and there.by_name else ""
        return (
            f"{self._current.value.name}. {kind}, severity {live.severity}, on the {line}{handed}."
            " Press any key to take it."
        )

    def voicemail_words(self, live: LiveContact) -> str:
        """The words a caller hears before the tone."""
        danger = "If anybody is in danger, hang up and call your local emergency number."
        if live.severity > 1:
            danger += " For an emergency in a sitter's care, press 1 now."
        ask = "Speak after the tone, and press the hash key when you are done."
        reach = "We cannot call your number: say how we can reach you."
        if live.overflow_at is not None:
            back = reach if live.no_call else "We will call you back."
            return f"Nobody could take your call just now. {danger} {back} {ask}"
        now = self._clock()
        why = self._current.opening.why_closed(live.queue, now)
        opens = self._current.opening.opens(live.queue, now)
        closed = f"We are closed for {why}." if why else "We are closed now."
        when = f" We open on {opens}." if opens else ""
        back = (
            f"Leave a message. {reach}" if live.no_call else "To be called back, leave a message."
        )
        return f"{closed}{when} {danger} {back} {ask}"

    def after_hours(self, live: LiveContact) -> str | None:
        """What happens to this call now, if its queue is closed."""
        return self._current.opening.after_hours(live.queue, Severity(live.severity), self._clock())
