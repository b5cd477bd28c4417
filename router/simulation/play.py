"""One run of a scenario on the real engine: people come, agents press, time jumps.

The engine decides everything that docs/routing.md describes. This file has only the people and the
agents' hands: when somebody comes, loses patience, presses accept, has talked enough. Each step
follows what the engine reported in its stream, never a snapshot. Deadlines of the engine at or
before a moment fire before people act at that moment.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from router.core.config import Config
from router.core.durations import duration_ms
from router.core.model import Chosen
from router.core.states import BUSY, AgentState
from router.simulation.beyond import Beyond
from router.simulation.cast import Cast, Fate, Hand, Run
from router.simulation.chance import parse, uniform
from router.simulation.heard import Event, Heard, decode
from router.simulation.policy import WEIGHTS, Maker
from router.simulation.promised import Promised
from router.simulation.stage import OFF, START, trial_settings
from router.simulation.telling import Telling
from router.simulation.wire import Trial, pack

DRAIN_MS = 3_600_000
"""How long a run goes on after the last arrival, so that people who came are answered or give
up."""

SELF_TEST_MS = 3_000
"""How long a desk's self-test takes."""
ANSWER_MS = 100
"""Until the page of somebody active has answered a miss."""

RESCORE_MS = 1_000


_encode = msgspec.json.Encoder().encode


class Watcher(Protocol):
    """Is told when waits begin and end (router/simulation/forecast.py)."""

    def step(self, at: int, told: Heard, people: dict[str, Fate]) -> None: ...


Action = Callable[..., tuple[str, dict[str, Any]] | None]


class Play:
    """A Wire runs `trial()`; afterwards `told` and `hands` hold what happened."""

    def __init__(
        self,
        workspace: str,
        config: Config,
        settings: dict[str, Any],
        cast: Cast,
        run: Run,
        watcher: Watcher | None = None,
    ) -> None:
        self._prefix = f"{{holdfast:{workspace}}}".encode()
        self._settings = trial_settings(settings) | {"on_call": cast.outside.numbers > 0}
        self.maker = Maker(config, run.rule, START)
        self._rule = run.rule
        self._seed, self._run = run.seed, run.number
        people, desk = cast.people, cast.desk
        self._miss, self._active = desk.miss, desk.active
        self.told = {person.id: Fate(person) for person in people}

        def later(ms: float, action: Action, *args: Any) -> None:
            self._at(self.now + ms, action, *args)

        def draw(what: str, contact: str) -> float:
            return uniform(run.seed, run.number, f"{what}.{contact}", 0)

        self.beyond = Beyond(cast.outside, later, draw)
        self.telling = Telling(cast.outside, self.told, later, draw)
        self.promised = Promised(cast.asking, config.callbacks, self.maker, self.told, later, draw)
        self._pickup, self._connect = parse(desk.pickup), parse(desk.connect)
        self._back_ms = duration_ms(desk.back)
        self.lasts_ms, self.warmup_ms = run.lasts_ms, run.warmup_ms
        self._first_reply = run.first_reply
        self._watcher = watcher
        self.hands = {worker.id: Hand(worker) for worker in cast.staff}
        self._people = people
        self._heap: list[tuple[int, int, Action, tuple[Any, ...]]] = []
        self._made = 0
        self.now = 0
        self._open: set[str] = set()
        self._coming = len(people)
        self._wraps: dict[str, float] = {}  # interrupted wrap-ups -> time left
        self._wrap_due: dict[str, int] = {}
        self._left: dict[str, float] = {}  # texts set aside -> work left until the next answer
        self._replied: set[str] = set()
        self.steps = 0
        self._tail = (
            pack(b"ZRANGE", self._prefix + b":deadlines", b"0", b"0", b"WITHSCORES")
            + pack(b"XRANGE", self._prefix + b":events", b"-", b"+")
            + pack(b"DEL", self._prefix + b":events")
        )

    # The loop ---------------------------------------------------------------------------------

    def trial(self) -> Trial:
        request = {"epoch": 1, "cfg": self._settings, "contacts": [], "agents": []}
        replies = yield self._packed("open_epoch", request)
        for hand in self.hands.values():
            for start, end in hand.worker.spans:
                self._at(start, self._come_on, hand)
                if end is not None:
                    self._at(end, self._go_off, hand)
        if self._people:
            self._at(self._people[0].at, self._arrive, 0)
        if self._rule == "linear":
            self._at(RESCORE_MS, self._rescore)
        deadline = self._read(replies)
        heap = self._heap
        self._at(self.lasts_ms + DRAIN_MS, self._nothing)
        while self._open or self._coming:
            if deadline is not None and deadline <= heap[0][0]:
                self.now = max(self.now, deadline)
                request = {"limit": 50}
                name = "tick"
            else:
                self.now, _, action, args = heapq.heappop(heap)
                if self.now >= self.lasts_ms + DRAIN_MS:
                    break
                made = action(*args)
                if made is None:
                    continue
                name, request = made
            self.steps += 1
            replies = yield self._packed(name, request)
            deadline = self._read(replies)
        self.now = max(self.now, self.lasts_ms)
        for hand in self.hands.values():
            self._clock(hand, hand.state)

    def _packed(self, function: str, request: dict[str, Any]) -> tuple[bytes, int]:
        request["now"] = START + self.now
        name = b"hf_" + function.encode()
        return pack(b"FCALL", name, b"1", self._prefix, _encode(request)) + self._tail, 4

    def _at(self, at: float, action: Action, *args: Any) -> None:
        self._made += 1
        heapq.heappush(self._heap, (max(self.now, round(at)), self._made, action, args))

    # What people do ---------------------------------------------------------------------------

    def _arrive(self, index: int) -> tuple[str, dict[str, Any]]:
        person = self._people[index]
        if index + 1 < len(self._people):
            self._at(self._people[index + 1].at, self._arrive, index + 1)
        if person.patience != float("inf"):
            self._at(person.at + max(1.0, person.patience), self._give_up, person.id)
        self.promised.comes(person)
        self._open.add(person.id)
        self._coming -= 1
        return "enqueue", {"contact": self.maker.contact(person)}

    def _give_up(self, contact: str) -> tuple[str, dict[str, Any]] | None:
        if contact not in self._open or self.told[contact].answered_at is not None:
            return None
        return "caller_gone", {"contact": contact, "cause": "hung_up"}

    def _nothing(self) -> None:
        """The end of the run."""

    def _come_on(self, hand: Hand) -> tuple[str, dict[str, Any]]:
        hand.on = True
        self._at(self.now, self._sound, hand)
        worker = hand.worker
        who = {"id": worker.id, "name": "", "skills": worker.skills, "floor": worker.floor,
               "choice": OFF}  # fmt: skip
        return "agent_online", {"agent": who, "conn": worker.id}

    def _sound(self, hand: Hand) -> tuple[str, dict[str, Any]]:
        self._at(self.now, self._ready, hand)
        return "agent_media", {"agent": hand.worker.id, "media": "up", "proc": "trial"}

    def _ready(self, hand: Hand) -> tuple[str, dict[str, Any]] | None:
        hand.away = False
        if not hand.on:
            return None
        return "agent_choice", {"agent": hand.worker.id, "choice": Chosen(ready=True)}

    def _go_off(self, hand: Hand) -> tuple[str, dict[str, Any]]:
        hand.on = False
        return "agent_choice", {"agent": hand.worker.id, "choice": OFF}

    def _self_test(self, hand: Hand, active: bool) -> tuple[str, dict[str, Any]]:
        found = {"passed": True, "active": active, "detail": "trial"}
        return "selftest", {"agent": hand.worker.id, **found}

    def _press(self, hand: Hand, contact: str, fence: str) -> tuple[str, dict[str, Any]] | None:
        if hand.fence != fence:
            return None
        return "accept", {"agent": hand.worker.id, "contact": contact, "fence": fence}

    def _join(self, contact: str, agent: str, taken_at: int) -> tuple[str, dict[str, Any]] | None:
        told = self.told[contact]
        if contact not in self._open or told.taken_at != taken_at:
            return None
        return "connected", {"contact": contact, "agent": agent}

    def _talked(self, contact: str) -> tuple[str, dict[str, Any]]:
        return "caller_gone", {"contact": contact, "cause": "hung_up"}

    def _wrapped(self, contact: str, due: int) -> tuple[str, dict[str, Any]] | None:
        if contact not in self._open or self._wrap_due.get(contact) != due:
            return None
        agent = self.told[contact].agent
        return "wrapped", {"agent": agent, "contact": contact, "disposition": "resolved"}

    def _rescore(self) -> tuple[str, dict[str, Any]] | None:
        self._at(self.now + RESCORE_MS, self._rescore)
        if not any(self.told[one].taken_at is None for one in self._open):
            return None
        return "trial_rescore", {"weights": [WEIGHTS[level] for level in (1, 2, 3, 4)]}

    # Texts: an agent's time is shared equally among those in hand -----------------------------

    def _work(self, hand: Hand) -> None:
        """Updates the work left to this moment."""
        if hand.texts:
            done = (self.now - hand.texts_at) / len(hand.texts)
            for contact in hand.texts:
                hand.texts[contact] -= done
        hand.texts_at = self.now

    def _plan(self, hand: Hand) -> None:
        hand.texts_turn += 1
        if hand.texts:
            least = max(0.0, min(hand.texts.values())) * len(hand.texts)
            self._at(self.now + least, self._mark, hand, hand.texts_turn)

    def _mark(self, hand: Hand, turn: int) -> tuple[str, dict[str, Any]] | None:
        if turn != hand.texts_turn or not hand.texts:
            return None
        self._work(hand)
        contact = min(hand.texts, key=lambda one: hand.texts[one])
        request: dict[str, Any] = {"agent": hand.worker.id, "contact": contact}
        last = contact in self._replied or self._first_reply >= 1
        if last:
            request |= {"sent": contact not in self._replied, "next": "close"}
            request["disposition"] = "resolved"
            del hand.texts[contact]
        else:
            request["sent"] = True
            handling = self.told[contact].person.handling
            hand.texts[contact] = handling * (1 - self._first_reply)
        self._replied.add(contact)
        self._plan(hand)
        return "reply", request

    def _take_up(self, hand: Hand, contact: str) -> None:
        self._work(hand)
        begin = self.told[contact].person.handling * self._first_reply
        hand.texts[contact] = self._left.pop(contact, begin)
        self._plan(hand)

    def _put_down(self, contact: str) -> None:
        hand = self.hands.get(self.told[contact].agent)
        if hand is not None and contact in hand.texts:
            self._work(hand)
            self._left[contact] = max(0.0, hand.texts.pop(contact))
            self._plan(hand)

    # What the engine told -----------------------------------------------------------------------

    def _read(self, replies: list[Any]) -> int | None:
        for one in replies:
            if isinstance(one, Exception):
                raise one
        for _, fields in replies[2]:
            step = decode(fields[1])
            if self._watcher is not None:
                self._watcher.step(self.now, step, self.told)
            for one in step.contacts:
                if one.outside is not None:
                    self.beyond.fences[one.id] = one.outside.fence
                self.telling.changed(one)
            for event in step.events:
                heard = _HEARD.get(event.name)
                if heard is not None:
                    heard(self, event)
            for record in step.agents:
                hand = self.hands[record.id]
                hand.fence = record.offer.fence if record.offer is not None else ""
                if record.state != hand.state:
                    self._clock(hand, record.state)
        first = replies[1]
        return int(float(first[1])) - START if first else None

    def _clock(self, hand: Hand, state: AgentState) -> None:
        begin, end = max(hand.since, self.warmup_ms), min(self.now, self.lasts_ms)
        if end > begin:
            if hand.state in BUSY:
                hand.busy_ms += end - begin
            elif hand.state == AgentState.READY:
                hand.available_ms += end - begin
            elif hand.state == AgentState.PAUSED and hand.on:
                hand.paused_ms += end - begin
        hand.state, hand.since = state, self.now

    def _offered(self, event: Event) -> None:
        hand = self.hands[event.agent]
        hand.offers += 1
        if hand.away:
            return
        seed, run, who = self._seed, self._run, hand.worker.id
        if uniform(seed, run, f"miss.{who}", hand.offers) < self._miss:
            return
        delay = self._pickup.at(uniform(seed, run, f"pickup.{who}", hand.offers))
        hand.fence = event.fence
        self._at(self.now + delay, self._press, hand, event.contact, event.fence)

    def _missed(self, event: Event) -> None:
        self.told[event.contact].missed += 1

    def _testing(self, event: Event) -> None:
        hand = self.hands[event.agent]
        drawn = uniform(self._seed, self._run, f"active.{hand.worker.id}", hand.offers)
        active = event.reason == "missed" and drawn < self._active
        delay = ANSWER_MS if active else SELF_TEST_MS
        self._at(self.now + delay, self._self_test, hand, active)

    def _paused(self, event: Event) -> None:
        hand = self.hands[event.agent]
        if hand.on:
            hand.away = True
            self._at(self.now + self._back_ms, self._ready, hand)

    def _accepted(self, event: Event) -> None:
        told = self.told[event.contact]
        told.taken_at, told.agent = self.now, event.agent
        if told.promised:
            self.promised.dialled(event.contact)
        elif told.person.channel == "voice":
            hand = self.hands[event.agent]
            one = uniform(self._seed, self._run, f"connect.{event.agent}", hand.offers)
            delay = self._connect.at(one)
            self._at(self.now + delay, self._join, event.contact, event.agent, self.now)
        else:
            self._take_up(self.hands[event.agent], event.contact)

    def _answered(self, event: Event) -> None:
        told = self.told[event.contact]
        told.answered_at = self.now
        self.beyond.forget(event.contact)
        if told.person.channel == "voice":
            self._at(self.now + told.person.handling, self._talked, event.contact)

    def _wrapping(self, event: Event) -> None:
        self._wrap_in(event.contact, self.told[event.contact].person.wrapup)

    def _wrap_in(self, contact: str, left: float) -> None:
        due = self.now + round(left)
        self._wrap_due[contact] = due
        self._at(due, self._wrapped, contact, due)

    def _interrupted(self, event: Event) -> None:
        contact = event.contact
        if self.told[contact].person.channel == "voice":
            self._wraps[contact] = max(0, self._wrap_due.pop(contact, self.now) - self.now)
        else:
            self._put_down(contact)

    def _wrap_resumed(self, event: Event) -> None:
        self._wrap_in(event.contact, self._wraps.pop(event.contact, 0.0))

    def _unparked(self, event: Event) -> None:
        self._take_up(self.hands[event.agent], event.contact)

    def _requeued(self, event: Event) -> None:
        told = self.told[event.contact]
        self._put_down(event.contact)
        told.taken_at = None
        self.beyond.back(event.contact)

    def _ended(self, event: Event) -> None:
        told = self.told[event.contact]
        self._open.discard(event.contact)
        self.beyond.forget(event.contact)
        told.outcome = event.outcome
        told.beside_a_desk = any(
            hand.on and not hand.away and hand.state not in BUSY for hand in self.hands.values()
        )
        if told.answered_at is None:
            told.gone_at = self.now
        following = self.promised.over(event, self.now)
        if following is not None:
            self._open.add(following)

    def _promised(self, event: Event) -> None:
        self._open.add(event.contact)

    def _overflowed(self, event: Event) -> None:
        if self.told[event.contact].person.channel == "voice":
            self.beyond.overflowed(event.contact)

    def _rings_outside(self, event: Event) -> None:
        self.beyond.rings(event.contact)

    def _telephoned(self, event: Event) -> None:
        self.telling.rings(event)

    def _taken_over(self, event: Event) -> None:
        self.telling.taken_over(event, self.now)

    def _at_the_voicemail(self, event: Event) -> None:
        self.beyond.speaks(event.contact)


_HEARD: dict[str, Callable[[Play, Event], None]] = {
    "contact.offered": Play._offered,
    "contact.missed": Play._missed,
    "contact.callback_promised": Play._promised,
    "contact.overflow": Play._overflowed,
    "contact.sent_outside": Play._rings_outside,
    "contact.voicemail": Play._at_the_voicemail,
    "contact.telephoned": Play._telephoned,
    "contact.taken_over": Play._taken_over,
    "agent.self_test": Play._testing,
    "agent.paused": Play._paused,
    "contact.accepted": Play._accepted,
    "contact.answered": Play._answered,
    "contact.wrapup_started": Play._wrapping,
    "contact.interrupted": Play._interrupted,
    "contact.wrapup_resumed": Play._wrap_resumed,
    "contact.unparked": Play._unparked,
    "contact.requeued": Play._requeued,
    "contact.ended": Play._ended,
}
