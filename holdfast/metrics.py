"""Figures for Prometheus. Never labelled by number, name or contact."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest

from holdfast.desk.view import View

_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 15, 60)


class Metrics:
    """One registry per process."""

    def __init__(self, view: View) -> None:
        self._view = view
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
        self._agents = Gauge(
            "holdfast_agents", "Agents by state", ["state"], registry=self.registry
        )

    def observe_sound(self, what: str, ms: float) -> None:
        self.sound.labels(what).observe(ms / 1000)

    def text(self) -> bytes:
        """The exposition format."""
        for severity, row in self._view.tally()["waiting"].items():
            for channel in ("voice", "sms", "email"):
                self._waiting.labels(severity, channel).set(row[channel])
        self._agents.clear()
        for agent in self._view.agents.values():
            self._agents.labels(agent.state).inc()
        return generate_latest(self.registry)
