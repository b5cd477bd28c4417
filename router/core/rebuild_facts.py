"""Facts known without the live index: the desks and streams of a process, the carrier's calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from router.core.model import Chosen


@dataclass(frozen=True, slots=True)
class ConnectedDesk:
    """An agent's desk that is connected to this process, with the choice it last had."""

    agent: str
    name: str
    skills: Mapping[str, int]
    choice: Chosen
    conn: str
    proc: str | None
    """The process with their sound, while it is up."""
    supervisor: bool = False
    duty: Mapping[str, Any] = field(default_factory=dict)
    """Floor, stage and shift; see router/core/terms.py."""
    handed: Mapping[str, Any] = field(default_factory=dict)
    """The wrap-up of a call that they handed on (LiveAgent.handed…); empty without one."""


@dataclass(frozen=True, slots=True)
class CallerStream:
    """A caller's stream; agent = the one joined with it or holding it."""

    contact: str
    link_epoch: int
    agent: str | None
    proc: str
    """The process that has it."""
    held: bool = False


class Witness(Protocol):
    """What this process and the carrier know without the index."""

    def desks(self) -> list[ConnectedDesk]: ...

    async def streams(self) -> list[CallerStream]: ...

    async def live_calls(self) -> set[str] | None:
        """Carrier ids of our live calls; None if the carrier cannot be asked."""
        ...
