"""What agent and colleague are told when the colleague is in the call no more, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from holdfast.desk.beside_news import News
from router.core.bidi import isolated
from router.core.model import LiveAgent, Step

TO_AGENT: Final = {
    "declined": "{colleague} cannot come now. You have the caller.",
    "not_answered": "{colleague} did not come. You have the caller.",
    "own_work": "{colleague} has taken a call of their own. You have the caller.",
    "left": "{colleague} has left. You have the caller.",
    "left_desk": "{colleague} has left their desk. You have the caller.",
    "not_back": "{colleague} did not come back. You have the caller.",
    "taken": "{colleague} has taken the call: you were gone.",
}
OF_A_LINE: Final = {
    "engaged": "{line} is engaged. You have the caller.",
    "no_answer": "Nobody answered at {line}. You have the caller.",
    "out_of_reach": "{line} cannot be reached: nobody is found there. You have the caller.",
    "hung_up": "{line} has hung up. You have the caller.",
    "line_lost": "The line to {line} was lost. You have the caller.",
}
"""To the agent who asked a number in. Why it was not dialled at all, the carrier's words say."""
TO_COLLEAGUE: Final = {
    "called_off": "{agent} no longer needs you.",
    "ended": "{agent} goes on alone with the caller.",
    "call_over": "{agent} no longer has the call: you are out of it.",
    "not_back": "You were gone for too long: {agent} goes on alone with the caller.",
    "handed_over": "{agent} has handed the call to you: you are with the caller.",
    "inherited": "{agent} did not come back: the call is yours.",
}


def consult_news(step: Step, agents: Mapping[str, LiveAgent]) -> Iterator[News]:
    """For whoever did not end it themselves."""

    def name(agent: str | None) -> str:
        known = agents.get(agent or "")
        return isolated(known.name) if known is not None and known.name else "your colleague"

    for event in step.events:
        if event.name != "contact.consult_over":
            continue
        if event.agent and (of_line := OF_A_LINE.get(event.why or "")):
            told = of_line.format(line=isolated(event.handed_to or "the number"))
            yield News(event.agent, event.name, told, "info")
            continue
        names = {"agent": name(event.agent), "colleague": name(event.handed_to)}
        for who, words in ((event.agent, TO_AGENT), (event.handed_to, TO_COLLEAGUE)):
            text = words.get(event.why or "")
            if who and text:
                told = text.format(**names)
                yield News(who, event.name, told[:1].upper() + told[1:], "info")
