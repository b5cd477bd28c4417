"""Records of the live index as the functions write them, and the events that carry them.

Moments are ms since 1970 by the server's clock; durations are ms.
"""

from __future__ import annotations

from typing import Any

import msgspec

from .beside import Beside
from .consult import Consult, Consulted
from .figures import Facts
from .help import Help
from .refusals import words_of
from .states import TALKS, AgentState, State
from .telling import Telling


class Offer(msgspec.Struct, frozen=True):
    """A contact presented to agents until `expires`, under a fence that accept must name."""

    fence: str
    agents: list[str]
    expires: float
    began: float = 0
    """When the round began: whoever is rung later joins it."""
    up_to: int | None = None
    """A round of an S1: for how many agents it may ring; None = for one, and no round."""
    everybody: bool = False
    """The round of an S1 for everybody who is paused at a desk."""


class AgentOffer(msgspec.Struct, frozen=True):
    """The same, from the agent's side."""

    contact: str
    fence: str
    expires: float
    since: float | None = None


class OutsideCall(msgspec.Struct, frozen=True, omit_defaults=True):
    """A number outside where the caller is, by its name in the configuration."""

    kind: str
    """on_call or transfer."""
    name: str
    word: str
    fence: str
    acknowledge: bool = True
    to: str | None = None
    """A number that is in no list, as the agent typed it."""
    by: str | None = None
    by_name: str | None = None
    """The agent who hands the caller over."""
    inline: bool = False
    """A webhook's answer sends the caller there; asked twice, it is the same answer."""


class Promise(msgspec.Struct, frozen=True, omit_defaults=True):
    """The data that make a contact of ours a promised call."""

    id: str
    by: str
    """Account that asked for it, 'caller' or 'voicemail'."""
    by_name: str
    tried: int = 1
    """Which try this is, from 1."""
    tries: int = 1
    """How many there are at most."""
    why: str = ""
    instead: str | None = None
    """The waiting call in whose place it comes."""
    busy: int = 0
    """How often their line was busy with us: these were no tries."""
    undialled: int = 0
    """How often whoever was to dial it died first: these were no tries either."""
    back_by: str | None = None
    """Who took back that it is not needed; of the contact that stands for it since."""
    kind: str = ""
    """How it came to be: router.core.callback.Kind."""
    note: str = ""
    """What a person wrote for whoever calls."""
    last: str | None = None
    """What came of the try before: its cause, or its outcome."""
    given: str | None = None
    """To whom a person gave this call alone; None: it is its incident's owner's."""


class Stands(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a promised call stands: a contact of its party that is with us."""

    contact: str
    why: str
    """call or text"""
    agent: str | None = None
    """Who has it."""
    at: float | None = None
    """When that text last moved."""


class Grounds(msgspec.Struct, frozen=True, omit_defaults=True):
    """The grounds of a severity that the party's words decided."""

    why: list[str] = msgspec.field(default_factory=list)
    """The deciding words, as they were typed, in their order; [] where no single word did. Then it
    does not go into the index: Lua cannot tell an empty list from an empty object."""
    sure: int | None = None
    """Per cent; None where a rule of the centre decided."""
    unsure: bool = False
    """An S2 that may be an S1: somebody should glance at it."""


class Before(msgspec.Struct, frozen=True, omit_defaults=True):
    """The severity before a person last changed it, so that this can be undone."""

    severity: int
    by: str
    """The account that changed it."""
    at: float
    rule: str = ""
    grounds: Grounds | None = None


class LiveContact(msgspec.Struct, omit_defaults=True):
    """A contact in the live index, written whole on every change; unset fields are absent."""

    id: str
    channel: str
    severity: int
    arrived_at: float
    score: float
    own: int | None = None
    """The severity that it has by itself, where its incident lent it a worse one."""
    rang_at: float | None = None
    language: str | None = None
    """Of a call of ours: what its party is known to speak. None: not known."""
    state: State = State.QUEUED
    dir: str = "in"
    queue: str = ""
    line: str = ""
    needs: dict[str, int] = msgspec.field(default_factory=dict)
    rule: str = ""
    grounds: Grounds | None = None
    before: Before | None = None
    state_at: float | None = None
    queued_at: float | None = None
    accepted_at: float | None = None
    answered_at: float | None = None
    replied_at: float | None = None
    moved_at: float | None = None
    """The last message of its party; None: the one it began with."""
    answer_by: float | None = None
    due_from: float | None = None
    """From when its target counts; None: from its arrival."""
    held_from: float | None = None
    """Of a promised call that stands: since when. This time does not count against its target."""
    ended_at: float | None = None
    until: float | None = None
    agent: str | None = None
    named: str | None = None
    fence: str | None = None
    offer: Offer | None = None
    units: float = 0
    wrapup_ms: float = 30_000
    not_before: float | None = None
    callback: Promise | None = None
    stands: Stands | None = None
    theirs: dict[str, float] | None = None
    """Of a promised call: the contacts of its party that were with us, and since when it has stood
    for each; 0: not yet."""
    with_us: bool = False
    """Their line was busy, with us: another contact of theirs was in somebody's hands."""
    extended: float | None = None
    talk_ms: float | None = None
    talk_from: float | None = None
    who: dict[str, str | None] = msgspec.field(default_factory=dict)
    party: str | None = None
    """Whose it is, by their id in the record."""
    no_call: bool = False
    """The rule of dialling refuses the caller's number: nothing promises them a call."""
    about: str | None = None
    incident: str | None = None
    incident_no: str | None = None
    only: dict[str, bool] | None = None
    """Its incident is restricted to these accounts (router/core/restricted.py)."""
    provisional: bool = False
    """The record has not taken it yet: line and number are all that is known."""
    by_line: int | None = None
    """The severity that its line alone gives, while it is provisional."""
    unread: float | None = None
    held: bool = False
    beside: list[Beside] | None = None
    """Who sits beside its agent."""
    consult: Consult | None = None
    """The colleague whom its agent asks in."""
    fault: str | None = None
    caller: str = "present"
    gone_at: float | None = None
    link: str = "none"
    link_epoch: float = 0
    link_asked_at: float | None = None
    link_owner: str | None = None
    quiet_until: float | None = None
    carrier_id: str | None = None
    progress: str | None = None
    told: float | None = None
    lane: str | None = None
    asks: str | None = None
    """Skills that their words asked for, with commas; they are in the first steps of its ladder."""
    ladder: str | None = None
    ladder_ms: float | None = None
    ladder_from: float | None = None
    step: float | None = None
    order_at: float | None = None
    promote_at: float | None = None
    promote_ms: float | None = None
    promoted_at: float | None = None
    sticky_for: str | None = None
    cooling: dict[str, float] | None = None
    passed_over: dict[str, bool] | None = None
    refusals: dict[str, float] | None = None
    """How often each agent missed or declined it since it was in somebody's hands."""
    round: float | None = None
    rounds: float | None = None
    parked_for: str | None = None
    frozen_ms: float | None = None
    closed: bool = False
    """After hours they are sent to the voicemail: when nobody answers the menu, or, while it is
    provisional and waits in line, when the record was asked."""
    after_hours: bool = False
    """Its queue was closed when it entered it: in the figures, a row of its own."""
    overflow_at: float | None = None
    outside: OutsideCall | None = None
    tried: list[str] | None = None
    telling: Telling | None = None
    reason: dict[str, Any] | None = None
    """Of the last offer (router/live/lua/order/reasons.lua). In what was recorded by an index of a
    form before 5, `why` is a sentence, which is shown as it is."""
    outcome: str | None = None
    cause: str | None = None
    disposition: str | None = None
    comment: str | None = None

    def into(self, moment: float) -> int | None:
        """How far into this call that moment is, ms; None: it is no call, or was not answered."""
        if self.channel != "voice" or self.answered_at is None:
            return None
        return max(0, int(moment - self.answered_at))

    @property
    def joined(self) -> bool:
        """They talk with a number outside, through us, and nobody of ours does."""
        handed = self.consult is not None and self.consult.at == Consulted.HANDED
        return handed and self.state == State.AWAY

    @property
    def by_itself(self) -> int:
        """How severe it is without what its incident lent it: that never counts for the incident
        again."""
        return self.severity if self.own is None else self.own

    @property
    def hear_each_other(self) -> bool:
        """Caller and agent, or the number that has the caller: they talk, nobody is on hold."""
        return (self.state in TALKS and not self.held) or self.joined

    @property
    def talk_apart(self) -> bool:
        """The caller is on hold, and the agent talks with whom they asked in."""
        there = self.consult is not None and self.consult.at != Consulted.ASKED
        return self.state in TALKS and self.held and there


class Chosen(msgspec.Struct, frozen=True):
    """What an agent chose, or what was chosen for them: to be offered work, or a pause. It goes on
    whole from the index to a page's step and over a rebuild; nobody copies its fields."""

    ready: bool = False
    reason: str | None = None
    """Of a pause: a code of the configuration, or the router's own (signed_in, missed, ...)."""
    by: str | None = None
    """The account of the supervisor who made them ready; their next miss pauses them again."""


SIGNED_IN = Chosen(reason="signed_in")
"""Of an agent who has chosen nothing yet."""


class LiveAgent(msgspec.Struct, omit_defaults=False):
    """An agent in the live index."""

    id: str
    name: str = ""
    choice: Chosen = Chosen()
    presence: str = "offline"
    media: str = "down"
    media_proc: str | None = None
    media_epoch: float | None = None
    """Of their page's sound: what is told of an older one does not count."""
    state: AgentState = AgentState.OFFLINE
    state_at: float = 0
    idle_since: float = 0
    skills: dict[str, int] = msgspec.field(default_factory=dict)
    used: float = 0
    room: dict[str, int] = msgspec.field(default_factory=dict)
    """How many more of each channel can be offered to them now; nothing gives way for it."""
    contacts: list[str] = msgspec.field(default_factory=list)
    beside: str | None = None
    """The call beside whose agent they sit."""
    ears: str | None = None
    """The connection of the board by which they hear it; None: by their desk."""
    asked: str | None = None
    """The call into which a colleague asks them."""
    consult: str | None = None
    """The call that they are in because a colleague asked them."""
    handed: str | None = None
    """The call that they handed on, while its wrap-up is theirs."""
    handed_at: float | None = None
    handed_until: float | None = None
    help: Help | None = None
    """They asked for help, and it is open."""
    offer: AgentOffer | None = None
    until: float | None = None
    conn: str | None = None
    floor: float | None = None
    """The lowest tier number they may be offered: training."""
    ceiling: float | None = None
    """The highest: outside their shift."""
    stage: str | None = None
    buddy: str | None = None
    """Who may listen to their calls and whisper to them."""
    shift_from: float | None = None
    shift_to: float | None = None
    supervisor: bool = False
    at_hand: bool = False
    lets_in: float | None = None
    """Not ready, and may be rung all the same in a step that lets others in: 5, they stand by; 6,
    they are paused at a desk, for an S1 only. The library says so."""
    testing: float | None = None
    missed_at: float | None = None
    """Their last miss while not active, until they take something; a second one pauses."""
    miss: dict[str, float] | None = None
    """A miss whose answer is awaited, and when they had missed `before`, if that was lately."""
    misses: int | None = None
    """One after the other, active or not."""
    active_misses: list[float] | None = None
    """Moments of the last misses while they were active; three within `miss_active` pause."""
    absent: bool | None = None
    """They miss everything and are not paused, because only they have a skill: nobody there."""
    spared: bool | None = None
    """They were not paused for that reason, and boards know it."""
    frozen: str | None = None


class Happening(msgspec.Struct):
    """One named event of a step: noun.past_verb and its facts."""

    name: str
    contact: str | None = None
    agent: str | None = None
    why: str | None = None
    code: str | None = None
    cause: str | None = None
    outcome: str | None = None
    waited_ms: float | None = None
    talk_ms: float | None = None
    asked_ms: float | None = None
    reason: str | None = None
    fence: str | None = None
    again: bool | None = None
    by: str | None = None
    before: int | None = msgspec.field(default=None, name="from")
    after: int | None = msgspec.field(default=None, name="to")
    handed_to: str | None = None
    step: float | None = None
    needs: dict[str, int] | None = None
    """Of this step of the ladder; absent where it needs nothing."""
    cost: int | None = None
    named: bool | None = None
    """They spoke before."""
    displaces: bool | None = None
    """An offer that rings there gives way to this one."""
    rounds: float | None = None
    severity: int | None = None
    grounds: Grounds | None = None
    facts: Facts | None = None
    """Of one that counts in the figures of the day; absent where it was counted before."""
    mode: str | None = None
    """How somebody sat beside an agent (Mode), at the end."""
    since: float | None = None
    """When they sat down there."""
    hidden: bool = False
    """The agent is not to see it."""
    help: Help | None = None
    """The request for help of which this tells, as it is then."""


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """The person at whose word a step was taken: its line in the audit."""

    by: str
    """The account."""
    action: str
    """noun.past_verb"""
    subject: str
    detail: str = ""
    correction: str | None = None
    """Of a severity: the id of what triage may learn of it."""
    kind: str = ""
    """The same: never or over, of one that is lowered."""
    takes_back: str | None = None
    """The id of a correction that is undone with it."""


class Step(msgspec.Struct):
    """One entry of the stream: what one atomic step did, with every changed record in full."""

    at: float
    epoch: int
    events: list[Happening] = msgspec.field(default_factory=list)
    contacts: list[LiveContact] = msgspec.field(default_factory=list)
    agents: list[LiveAgent] = msgspec.field(default_factory=list)
    today: dict[str, int] | None = None
    effects: bool = False
    reserve: float | None = None
    audit: Said | None = None


class Snapshot(msgspec.Struct):
    """All open contacts and all agents, with the id of the last step included."""

    now: float
    epoch: int
    last: str
    contacts: list[LiveContact]
    agents: list[LiveAgent]
    today: dict[str, int]
    reserve: float = 0


class Effect(msgspec.Struct):
    """Something to be done outside; `record` is the contact when this was claimed (None =
    ended)."""

    id: str
    kind: str
    contact: str
    made_at: float
    tries: int
    carrier_id: str | None = None
    args: dict[str, Any] = msgspec.field(default_factory=dict)
    record: LiveContact | None = None
    help: Help | None = None
    """Where it is done for a request for help: that one, if it is open."""


class Reply(msgspec.Struct):
    """A function's answer. ok False is an expected outcome with a code, never an exception.

    `text` says it in words: from `why`, `who` and `cause` (refusals.py), or as its maker wrote it.
    """

    now: float = 0
    ok: bool = True
    code: str = ""
    text: str = ""
    why: str = ""
    who: str | None = None
    cause: str | None = None
    duplicate: bool = False
    contact: LiveContact | None = None
    help: Help | None = None
    place: float | None = None
    stream: bool = False
    presence: str | None = None
    lapsed: bool = False
    fired: int = 0
    next: float | None = None
    effect: float | None = None
    epoch: int | None = None
    cursor_c: str | None = None
    cursor_a: str | None = None
    found: list[dict[str, Any]] | None = None

    def __post_init__(self) -> None:
        if self.why and not self.text:
            self.text = words_of(self.why, self.who, self.cause)


class Claimed(msgspec.Struct):
    """Reply of a claim."""

    now: float
    count: int = 0
    effects: Any = None
