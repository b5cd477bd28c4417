"""Severity, channels and answer targets; the order of all work (docs/routing.md, "Order")."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """S1 (life or safety in danger now) to S4 (follow-up)."""

    S1 = 1
    S2 = 2
    S3 = 3
    S4 = 4


class Channel(StrEnum):
    """The channel by which somebody reached out."""

    VOICE = "voice"
    SMS = "sms"
    EMAIL = "email"


CAPACITY = 100
"""Units of attention of one agent."""

UNITS: Mapping[Channel, int] = {Channel.VOICE: 100, Channel.SMS: 25, Channel.EMAIL: 15}
"""Units that one contact takes of an agent."""

TIER_WIDTH = 10**13
"""Wider than any moment in ms until the year 2286, so a tier always outranks a deadline."""

Targets = Mapping[Severity, Mapping[Channel, int]]
"""Answer target in ms per severity and channel."""


def tier(severity: Severity) -> int:
    """0 = S1, 1 = S2, 2 = S3 and S4 (earliest deadline first within a tier)."""
    return min(int(severity), 3) - 1


def answer_by(arrived_at: int, severity: Severity, channel: Channel, targets: Targets) -> int:
    """The moment (ms) by which somebody must have answered."""
    return arrived_at + targets[severity][channel]


def score(arrived_at: int, severity: Severity, channel: Channel, targets: Targets) -> int:
    """Place in the one order, lower first: tier x 10^13 + deadline in ms."""
    return tier(severity) * TIER_WIDTH + answer_by(arrived_at, severity, channel, targets)


BY_RULE = "rule"
"""Who did it, if a rule did and no person: as the index, the record and the audit name them."""
