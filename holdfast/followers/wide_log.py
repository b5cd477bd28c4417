"""One wide log line for each contact that ended, and for each request for help: everything one asks
at 3 a.m., nothing personal."""

from __future__ import annotations

import structlog

from router.core.help import Help
from router.core.model import Step

log = structlog.get_logger()


def on_step(_step_id: str, step: Step) -> None:
    """A listener of the stream of steps."""
    for happening in step.events:
        if happening.name == "help.ended" and happening.help is not None:
            _help(happening.help, step.at)
        if happening.name != "contact.ended":
            continue
        live = next((c for c in step.contacts if c.id == happening.contact), None)
        if live is None:
            continue
        answered = live.answered_at or live.ended_at or step.at
        waited = answered - (live.queued_at or step.at)
        log.info(
            "contact.ended",
            contact=live.id,
            channel=live.channel,
            direction=live.dir,
            severity=live.severity,
            queue=live.queue,
            agent=live.agent,
            outside=live.outside.name if live.outside else None,
            outcome=live.outcome,
            cause=live.cause,
            waited_ms=round(waited),
            since_arrival_ms=round(answered - live.arrived_at),
            talk_ms=round(live.talk_ms) if live.talk_ms else None,
            streams=int(live.link_epoch),
        )


def _help(request: Help, ended_at: float) -> None:
    seen = request.seen
    log.info(
        "help.ended",
        help=request.id,
        agent=request.agent,
        contact=request.contact,
        severity=request.severity,
        told=request.told.agent if request.told else None,
        stage=request.stage,
        seen_by=seen.by if seen else None,
        how=seen.how if seen else None,
        seen_ms=round(seen.at - request.at) if seen else None,
        lasted_ms=round(ended_at - request.at),
        end=request.end,
    )
