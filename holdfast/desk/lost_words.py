"""What boards are told of somebody whose agent is gone just now, in words."""

from __future__ import annotations

from router.core.beside import Mode
from router.core.bidi import isolated
from router.core.consult import Consulted
from router.core.model import LiveContact


def lost_words(live: LiveContact, agent: str, left_s: int) -> str:
    """`agent`: their name. Whom a caller hears meanwhile, and who has them if the agent does not
    come back within so many seconds: a colleague who is in the call; a number never has."""
    second = live.consult
    there = second is not None and second.at != Consulted.ASKED and second.until is None
    heir = second.name if second is not None and there and second.agent else None
    then = f"the call is {isolated(heir)}'s" if heir else "it goes to the next agent"
    heard = f"; {_heard(live, there=there)}" if live.channel == "voice" else ""
    return f"{agent} lost their connection{heard}. If they are not back in {left_s} s, {then}."


def _heard(live: LiveContact, *, there: bool) -> str:
    if live.held:
        return "the caller is on hold"
    names = [isolated(one.name) for one in live.beside or () if one.mode is Mode.BARGE]
    if live.consult is not None and there and live.consult.at == Consulted.TOGETHER:
        names.insert(0, isolated(live.consult.name))
    return f"the caller hears {' and '.join(names) or 'music'}"
