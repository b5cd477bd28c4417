"""What the engine tells, as far as people and agents of a simulation need it."""

from __future__ import annotations

import msgspec

from router.core.states import AgentState, State, Told


class Offer(msgspec.Struct, gc=False):
    fence: str


class Agent(msgspec.Struct, gc=False):
    id: str
    state: AgentState
    offer: Offer | None = None


class There(msgspec.Struct, gc=False):
    fence: str = ""


class Telling(msgspec.Struct, gc=False):
    at: Told
    name: str = ""
    fence: str = ""
    until: float = 0


class Contact(msgspec.Struct, gc=False):
    id: str
    state: State
    severity: int
    score: float
    needs: dict[str, int] = {}
    outside: There | None = None
    telling: Telling | None = None


class Event(msgspec.Struct, gc=False):
    name: str
    contact: str = ""
    agent: str = ""
    fence: str = ""
    reason: str = ""
    outcome: str = ""
    cause: str = ""


class Heard(msgspec.Struct, gc=False):
    """One step of the engine's stream, as far as people and agents need it."""

    at: int
    events: list[Event] = []
    contacts: list[Contact] = []
    agents: list[Agent] = []


decode = msgspec.json.Decoder(Heard).decode
