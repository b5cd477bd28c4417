"""What is known of the way from us to each listener: the page's counters, the carrier's buffer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from router.ports import AudioLeg
from softphone.quality import FarHop

FRESH_S: Final = 6.0
"""A page says what it measures every 2 s; older words of it count no more."""


@dataclass(frozen=True, slots=True)
class PageSays:
    """What a page measured of the sound that came to it."""

    at: float
    """s of the loop's clock."""
    rtt_ms: float = 0.0
    lost: float = 0.0
    """Share of the packets since it said so before."""
    jitter_ms: float = 0.0
    buffer_ms: float | None = None


def from_caller(agent: AudioLeg, now: float) -> FarHop:
    """The way of the caller's sound from us to the agent."""
    says = _page(agent, now)
    rtt_ms = _number(agent, "rtt_ms")
    if says is None:
        return FarHop(rtt_ms=rtt_ms)
    return FarHop(says.rtt_ms or rtt_ms, says.lost, says.jitter_ms, says.buffer_ms)


def from_agent(agent: AudioLeg, caller: AudioLeg, now: float) -> FarHop:
    """The way of the agent's sound: with the round trip of their hop, the nearer one."""
    return replace(to_carrier(caller), rtt_ms=hop_of(agent, now).rtt_ms)


def to_carrier(leg: AudioLeg) -> FarHop:
    """The way from us to somebody at a telephone."""
    return FarHop(backlog_ms=_number(leg, "standing_ms"), concealed=False)


def hop_of(page: AudioLeg, now: float) -> FarHop:
    """The way of somebody's sound from their page to us."""
    says = _page(page, now)
    return FarHop(rtt_ms=(says and says.rtt_ms) or _number(page, "rtt_ms"))


def _page(agent: AudioLeg, now: float) -> PageSays | None:
    says = getattr(agent, "page_says", None)
    return says if isinstance(says, PageSays) and now - says.at <= FRESH_S else None


def _number(leg: AudioLeg, name: str) -> float:
    """Only a leg on the network has it."""
    return float(getattr(leg, name, None) or 0.0)
