"""The promised calls of the scene of fake_desk. Nobody here is real."""

from __future__ import annotations

from typing import Any

S, M, H = 1000, 60_000, 3_600_000
SEATTLE = "America/Los_Angeles"


KEPT = [
    {"severity": 2, "kind": "gave_up", "kept": 3, "late": 1, "gave_up": 0,
     "incidents": [{"id": "i1", "number": "INC-20419"}]},
    {"severity": 3, "kind": "scheduled", "kept": 3, "late": 0, "gave_up": 1,
     "incidents": [{"id": "i2", "number": "INC-20431"}]},
]  # fmt: skip


def row(contact: str, now: int, severity: int, name: str, due: int, **more: Any) -> dict[str, Any]:
    """`due`: ms from now."""
    return {
        "contact": contact, "incident": "i2", "number": "INC-20431", "title": "Beagle off the lead",
        "severity": severity, "who": {"name": name, "address": "+1 206 ••• 0133", "role": "owner"},
        "address": f"at-{contact}", "zones": [SEATTLE], "kind": "person", "by": "a1",
        "by_name": "Priya Nair", "note": "", "due": now + due, "late_at": now + due + M,
        "place": None, "state": "scheduled", "until": None, "agents": [], "stands": None,
        "owner": "a1", "owner_name": "Priya Nair", "owner_here": True, "tried": 1, "tries": 3,
        "last": None, "hidden": False, "given": None,
    } | more  # fmt: skip


def rows(now: int) -> list[dict[str, Any]]:
    return [
        row("k1", now, 1, "Maya Torres", -4 * M, kind="voicemail", by="voicemail", state="queued",
            by_name="voicemail", tried=2, tries=4, last="no_answer", incident="i1",
            number="INC-20419", title="Labrador ate sugar-free gum", place=now - 9 * M,
            owner="a2", owner_name="Tomás Vega", owner_here=False),
        row("k2", now, 2, "Marguerite Vandenberghe-Okonkwo", -20 * S, kind="gave_up",
            state="offered", by="a9", by_name="Dana Reyes", agents=["Elena Popov"],
            place=now - 6 * M, owner=None, owner_name=None, owner_here=False,
            zones=["America/Boise", SEATTLE]),
        row("k3", now, 3, "Grace Lindqvist", 25 * M, kind="scheduled",
            note="Ask for the vet's itemised bill, and whether Luna eats again"),
        row("k4", now, 4, "Hyun Park", 17 * H, kind="key", by="caller", by_name="the caller",
            zones=[], owner="a3", owner_name="Elena Popov"),
        row("k5", now, 2, "Ade Brooks", -2 * M, state="scheduled", until=now + 8 * M,
            stands={"why": "call", "agent_name": "Elena Popov", "at": None}),
        row("k6", now, 3, "Rosa Diaz", -30 * S, state="dialing", agents=["Noah Kim"], tried=3,
            last="busy", owner="a3", owner_name="Noah Kim"),
    ]  # fmt: skip
