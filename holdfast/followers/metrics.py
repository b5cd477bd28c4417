"""Figures for Prometheus. Never labelled by number, name or contact."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from holdfast.followers.call_sounds import CallSounds, Others, Verdicts, Ways
from router.core.consult import of_line
from router.core.model import LiveAgent, Step
from router.intake.spool import Spool
from router.records.database import Database
from router.records.trouble import Trouble
from softphone.plans import Bridged, Event, FirstAudio
from softphone.port import Ports
from softphone.report import HEARS
from softphone.room import Direction
from softphone.seats import Role

_NAMES = {
    (Role.SECOND, "hears"): "colleague",
    (Role.SECOND, "heard"): "from_colleague",
    (Role.BESIDE, "hears"): "beside",
    (Role.BESIDE, "heard"): "from_beside",
}
"""Who hears; of whoever else is in a call also what all of them hear of that one."""
_SCORES = (1.5, 2, 2.5, 3, 3.3, 3.6, 3.8, 4, 4.2, 4.3)
_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 15, 60)


def _is(database: Database, cause: Trouble) -> float:
    return float(database.trouble is cause)


class Floor(Protocol):
    """The contacts that wait and the agents who work, as this process follows them."""

    agents: dict[str, LiveAgent]

    def tally(self) -> dict[str, Any]:
        """Waiting contacts by severity and channel, and the day's figures, among other counts."""


class Metrics:
    """One registry per process."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self.registry = CollectorRegistry()
        self.webhook = Histogram(
            "holdfast_webhook_seconds",
            "Carrier webhook: request to answer",
            ["hook"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.sound = Histogram(
            "holdfast_sound_seconds",
            "From plan to bridge, and from bridge to the first frame each way",
            ["what"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._waiting = Gauge(
            "holdfast_waiting",
            "Contacts waiting now",
            ["severity", "channel"],
            registry=self.registry,
        )
        self._today = Gauge(
            "holdfast_today",
            "Contacts of this day by what became of them (docs/figures.md)",
            ["severity", "what"],
            registry=self.registry,
        )
        self.violations = Counter(
            "holdfast_sweep_violations",
            "Faults that the sweeper found in the live index and repaired",
            ["what"],
            registry=self.registry,
        )
        self._help_asked = Counter(
            "holdfast_help_asked", "Requests of agents for help", registry=self.registry
        )
        self._help_seen = Histogram(
            "holdfast_help_seen_seconds",
            "From the key to somebody who has it",
            ["how"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._agents = Gauge(
            "holdfast_agents", "Agents by state", ["state"], registry=self.registry
        )

    def on_step(self, _step_id: str, step: Step) -> None:
        """A listener of the stream of steps: each process counts all of them, so of several the
        largest figure counts, not their sum."""
        for event in step.events:
            if event.name == "help.asked":
                self._help_asked.inc()
            elif event.name == "help.seen" and event.help is not None and event.help.seen:
                seen = event.help.seen
                self._help_seen.labels(seen.how).observe((seen.at - event.help.at) / 1000)

    def watch_spool(self, spool: Spool) -> None:
        """Shows the number of arrivals on the local disk that wait for the database, read when
        metrics are scraped."""
        figures: dict[str, tuple[str, Callable[[], float]]] = {
            "holdfast_spool_waiting": ("Arrivals not in the database yet", lambda: spool.waiting),
            "holdfast_spool_bytes": ("Bytes of them", lambda: spool.bytes),
            "holdfast_spool_aside": ("Arrivals the database refused", lambda: spool.aside),
            "holdfast_spool_reserve_bytes": ("Kept free for a full disk", lambda: spool.reserve),
            "holdfast_arrivals_refused": (
                "Arrivals that neither record nor disk took, since the start",
                lambda: spool.refused,
            ),
        }
        for name, (words, read) in figures.items():
            Gauge(name, words, registry=self.registry).set_function(read)

    def watch_record(self, database: Database) -> None:
        """Whether the record takes writes, and what keeps it from that."""
        trouble = Gauge(
            "holdfast_record_trouble",
            "1 where the last write met this",
            ["cause"],
            registry=self.registry,
        )
        for cause in Trouble:
            trouble.labels(cause.value).set_function(partial(_is, database, cause))

    def watch_legs(self, calls: Callable[[], int], pages: Callable[[], int]) -> None:
        """What has sound here now, read when metrics are scraped."""
        legs = Gauge(
            "holdfast_legs",
            "Calls and pages (desks, boards) whose sound is held here now",
            ["of"],
            registry=self.registry,
        )
        legs.labels("calls").set_function(calls)
        legs.labels("pages").set_function(pages)

    def watch_ports(self, ports: Ports) -> None:
        """What is lost between the browsers' network and this process, of its open ports."""
        lost = Gauge(
            "holdfast_media_port_lost_packets",
            "Packets of sound that the kernel could not keep for us, or did not take from us",
            ["way"],
            registry=self.registry,
        )
        lost.labels("in").set_function(lambda: sum(port.dropped for port in ports.all()))
        lost.labels("out").set_function(lambda: sum(port.left_out for port in ports.all()))
        waiting = Gauge(
            "holdfast_media_port_buffer_bytes",
            "How much sound may wait for us in the kernel; the smallest of the open ports",
            registry=self.registry,
        )
        waiting.set_function(lambda: min((port.buffer for port in ports.all()), default=0))

    def watch_calls(self, sounds: CallSounds) -> None:
        """How calls sound, each second of each, and what of it raised an alarm."""
        score = Histogram(
            "holdfast_call_mos",
            "Each second of each call by what listeners would give it (MOS, ITU-T G.107)",
            ["hears"],
            buckets=_SCORES,
            registry=self.registry,
        )
        backlog = Histogram(
            "holdfast_call_backlog_seconds",
            "What stands in the carrier's buffer, each second of each call",
            buckets=_SECONDS,
            registry=self.registry,
        )
        silent = Counter(
            "holdfast_call_silent_seconds",
            "Seconds of calls in which nothing came to one who should hear something",
            ["hears"],
            registry=self.registry,
        )
        alarms = Counter(
            "holdfast_call_one_way",
            "Alarms: nothing had come for 2 to 3 s",
            ["hears"],
            registry=self.registry,
        )

        def hears(way: Direction, agent: str) -> str:
            by_number = way is Direction.FROM_CALLER and of_line(agent)
            return "number" if by_number else HEARS[way]

        def second(
            _contact: str, agent: str, ways: Ways, verdicts: Verdicts, others: Others
        ) -> None:
            for one in others.values():
                for what, verdict in one.verdicts.items():
                    score.labels(_NAMES[one.role, what]).observe(verdict.mos)
            for way, verdict in verdicts.items():
                score.labels(hears(way, agent)).observe(verdict.mos)
                if not ways[way].frames:
                    silent.labels(hears(way, agent)).inc()
            if Direction.FROM_AGENT in ways:
                backlog.observe(ways[Direction.FROM_AGENT].far.backlog_ms / 1000)

        def alarm(contact: str, way: Direction, on: bool) -> None:
            if on:
                alarms.labels(hears(way, sounds.whose(contact))).inc()

        sounds.follow.append(second)

        def absent(_contact: str, _who: str, role: Role, on: bool) -> None:
            if on:
                alarms.labels(_NAMES[role, "heard"]).inc()

        sounds.alarm.append(alarm)
        sounds.absent.append(absent)

    def heard(self, event: Event) -> None:
        """What the exchange tells, in this process or another: how soon two hear each other."""
        match event:
            case Bridged(_, _, ms):
                what = "bridge_ms"
            case FirstAudio(_, way, ms):
                theirs = way is Direction.FROM_CALLER
                what = "first_caller_frame_ms" if theirs else "first_agent_frame_ms"
            case _:
                return
        self.sound.labels(what).observe(ms / 1000)

    def text(self) -> bytes:
        """The exposition format."""
        tally = self._floor.tally()
        for severity, row in tally["waiting"].items():
            for channel in ("voice", "sms", "email"):
                self._waiting.labels(severity, channel).set(row[channel])
        for severity, row in tally["today"].items():
            for what, n in row.items():
                if isinstance(n, int):
                    self._today.labels(severity, what).set(n)
            for what, n in row["closed"].items():
                self._today.labels(severity, f"closed_{what}").set(n)
        self._agents.clear()
        for agent in self._floor.agents.values():
            self._agents.labels(agent.state).inc()
        return generate_latest(self.registry)
