"""The things this process shows: the picture of the index, its figures, the state of the record."""

from __future__ import annotations

from typing import Any

from msgspec import to_builtins

from holdfast.desk.hub import Hub
from holdfast.followers import wide_log
from holdfast.followers.account_watch import AccountWatch
from holdfast.followers.metrics import Metrics
from holdfast.followers.record_watch import RecordWatch
from holdfast.followers.waits import Waits
from holdfast.parts import House, Part
from holdfast.settings.environment import Settings
from holdfast.sound.face import Sound
from router.core.explain import Limits
from router.core.figures import day_number
from router.core.guidance import REASONS as LEFT_OUT
from router.core.incident import REASONS
from router.core.languages import SPOKEN
from router.core.party import ROLES
from router.intake.door import Intake
from router.intake.spool import Spool
from router.outbox import Replies

SEVERITIES = {1: "life", 2: "urgent", 3: "report", 4: "follow-up"}


def part(house: House) -> Part:
    centre, spool = house.centre, house[Spool]
    waits = Waits(centre.clock)
    house.keep(Waits, waits)
    hub = Hub(lambda: _told(house))
    house.keep(Hub, hub)
    hub.view.newcomer, hub.view.queues = waits.call_of, waits.queues
    current = centre.config
    hub.view.day = lambda now: day_number(now, current.value.zone)
    hub.view.limits = lambda: Limits(current.value.max_sms, current.value.max_email)
    house[Intake].on_duty(hub.view.skills_of_ready)
    metrics = Metrics(hub.view)
    house.keep(Metrics, metrics)
    metrics.watch_spool(spool)
    metrics.watch_record(centre.database)
    watch = RecordWatch(centre.database, spool, hub.show_record, hub.alarm_boards)
    house.keep(RecordWatch, watch)
    return Part(
        tasks={"record": watch.run},
        listeners=[waits.on_step, hub.on_step, wide_log.on_step, metrics.on_step],
    )


def _told(house: House) -> dict[str, Any]:
    """The facts about the centre that every page receives."""
    current = house.centre.config
    config = current.value
    return {
        "name": config.name,
        "demo": house[Settings].demo,
        "severities": [{"level": level, "word": word} for level, word in SEVERITIES.items()],
        "dispositions": [
            {
                "code": c.code,
                "word": c.word,
                "asks_next": c.asks_next,
                "hands_off": c.hands_off,
                "ends": c.ends,
                "channels": [str(one) for one in c.channels],
            }
            for c in config.dispositions
        ],
        "hide_listening": config.hide_listening,
        "pause_reasons": [to_builtins(one) for one in config.pause_reasons],
        "roles": list(ROLES),
        "incident_types": [{"code": c.code, "word": c.word} for c in config.incident_types],
        "languages": dict(SPOKEN),
        "guidance_reasons": [{"code": code, "word": word} for code, word in LEFT_OUT.items()],
        "guidance_kinds": sorted(kind for card in config.cards for kind in card.kinds),
        "interpreters": sorted(config.interpreters),
        "next_within": [config.incidents.next_within.ms(level) for level in SEVERITIES],
        "close_reasons": [{"code": code, "word": word} for code, word in REASONS.items()],
        "queues": [{"name": n, "word": q.word} for n, q in config.queues.items()],
        "hours": current.opening.told(house.centre.clock()),
        "lines": [{"name": line.name, "word": line.word} for line in config.lines],
        "record": house[RecordWatch].told,
        "account": house[AccountWatch].limits,
        "email_ready": "email" in house[Replies].channels,
        "relay": house[Settings].relay is not None,
        "sound_apart": house[Sound].apart,
    }
