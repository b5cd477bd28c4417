"""What whoever asked for help, and whoever has it, are told of its end, in words."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.desk.beside_news import News
from router.core.bidi import isolated
from router.core.help import HelpEnd
from router.core.model import Step

NEWS = "help.ended"
OVER = "The request for help of {agent} is over: nobody has said anything of it for long."


def help_news(step: Step) -> Iterator[News]:
    """Of what they did themselves they are told nothing."""
    for event in step.events:
        request = event.help
        if event.name != NEWS or request is None:
            continue
        agent, by = isolated(request.name), isolated(request.closed_by or "")
        has = request.seen.by if request.seen else None
        if request.end == HelpEnd.DONE:
            text = f"{by} has closed your request for help. Ask again if you need somebody."
            yield News(request.agent, NEWS, text, "info")
        elif request.end in (HelpEnd.OVER, HelpEnd.LEFT):
            text = "Your request for help is over. Ask again if you still need somebody."
            yield News(request.agent, NEWS, text, "info")
        if has is None or has == event.by:
            continue
        if request.end == HelpEnd.TAKEN_BACK:
            yield News(has, NEWS, f"{agent} needs no help any more.", "info")
        elif request.end == HelpEnd.ASKED_AGAIN:
            yield News(has, NEWS, f"{agent} asks for help again.", "info")
        elif request.end == HelpEnd.SIGNED_OUT:
            yield News(
                has, NEWS, f"{agent} has signed out: their request for help is over.", "info"
            )
        elif request.end == HelpEnd.OVER:
            yield News(has, NEWS, OVER.format(agent=agent), "info")
        elif request.end == HelpEnd.DONE:
            text = f"{by} has closed the request for help of {agent}."
            yield News(has, NEWS, text, "info")


def incidents_of(step: Step) -> set[str]:
    """Whose timelines tell of it."""
    return {one.help.incident for one in step.events if one.help and one.help.incident}
