"""The configuration as the function library wants it: plain numbers, ms."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from holdfast.clock import now_ms
from router.core.config import Config, HelpTimes, Timing
from router.core.durations import duration_ms
from router.core.severity import UNITS, Severity
from router.core.skills import signature
from router.live.engine import FORM


def engine_settings(config: Config) -> dict[str, Any]:
    """Timings, capacities, the zone's offset for 'today', and whose settings these are."""
    timing = {name: duration_ms(getattr(config.timing, name)) for name in Timing.__struct_fields__}
    now = datetime.fromtimestamp(now_ms() / 1000, UTC)
    offset = now.astimezone(ZoneInfo(config.zone)).utcoffset()
    return {
        **timing,
        **{
            name: duration_ms(getattr(config.callbacks, name))
            for name in ("stand", "stand_s1", "stand_text", "owner_s2", "owner_s3", "owner_s4")
        },
        **{
            f"help_{name}": duration_ms(getattr(config.help, name))
            for name in HelpTimes.__struct_fields__
        },
        **{f"units_{channel}": units for channel, units in UNITS.items()},
        "max_sms": config.max_sms,
        "max_email": config.max_email,
        "reserve": config.reserve,
        "s1_first": config.s1_first,
        "s1_round": config.s1_round,
        "on_call": bool(config.on_call),
        "asked": asked(config),
        "quiet": config.quiet(),
        "form": FORM,
        "version": version(config),
        "zone_offset_ms": int(offset.total_seconds() * 1000) if offset else 0,
    }


def asked(config: Config) -> list[str]:
    """The skills that a step of some queue asks for, as the engine reads needs: "vet=3"."""
    found = {
        signature({name: level})
        for queue in config.queues
        for severity in Severity
        for step in config.steps(queue, severity)
        for name, level in step.needs.items()
    }
    return sorted(found)


def version(config: Config) -> str:
    """Names a configuration: equal for equal ones, whatever the file looks like."""
    return hashlib.sha256(msgspec.json.encode(config, order="deterministic")).hexdigest()[:12]
