"""How the cost of a cycle grows, as SVG: store CPU per cycle against the queue, a line per crew."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

INKS = ("#64748b", "#b45309", "#0b6e4f")
LEFT, TOP, WIDE, HIGH = 76, 84, 470, 230


def draw(title: str, points: Sequence[dict[str, Any]]) -> str:
    """`points` as cost.grown tells them."""
    queues = sorted({p["queued"] for p in points})
    crews = sorted({p["agents"] for p in points})
    most = max(p["bare_steps_per_cycle"] for p in points)
    top = 10 * math.ceil(most * 1.05 / 10)
    wide, tall = LEFT + WIDE + 30, TOP + HIGH + 56

    def x(queued: int) -> float:
        low, high = math.log10(queues[0]), math.log10(queues[-1])
        return LEFT + WIDE * (math.log10(queued) - low) / max(1e-9, high - low)

    def y(value: float) -> float:
        return TOP + HIGH * (1 - value / top)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" width="{wide}"'
        f' height="{tall}" font-family="system-ui, sans-serif" font-size="12" fill="#1f2937">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{wide}" height="{tall}" fill="#ffffff"/>',
        f'<text x="{LEFT - 52}" y="24" font-size="15" font-weight="600">{escape(title)}</text>',
        f'<text x="{LEFT - 52}" y="{TOP - 14}">store CPU per full cycle, in steps that write as'
        " much and decide nothing</text>",
    ]
    for i, crew in enumerate(crews):
        at = LEFT - 52 + i * 130
        out.append(f'<rect x="{at}" y="38" width="11" height="11" fill="{INKS[i % len(INKS)]}"/>')
        out.append(f'<text x="{at + 16}" y="48">{crew:,} agents</text>')
    for part in range(5):
        value = top * part / 4
        out.append(f'<path d="M{LEFT} {y(value):.1f}H{LEFT + WIDE}" stroke="#e5e7eb"/>')
        out.append(
            f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>'
        )
    for queued in queues:
        place = f'x="{x(queued):.1f}" y="{TOP + HIGH + 20}"'
        out.append(f'<text {place} text-anchor="middle">{queued:,}</text>')
    out.append(
        f'<text x="{LEFT + WIDE / 2}" y="{TOP + HIGH + 42}" text-anchor="middle">contacts queued'
        "</text>"
    )
    for i, crew in enumerate(crews):
        ink = INKS[i % len(INKS)]
        mine = sorted((p for p in points if p["agents"] == crew), key=lambda p: p["queued"])
        path = " ".join(f"{x(p['queued']):.1f},{y(p['bare_steps_per_cycle']):.1f}" for p in mine)
        out.append(f'<polyline points="{path}" fill="none" stroke="{ink}" stroke-width="2"/>')
        for p in mine:
            word = (
                f"{p['queued']:,} queued, {crew:,} agents: {p['store_us_per_cycle']} us,"
                f" {p['bare_steps_per_cycle']} bare steps of {p['bare_step_us']} us"
            )
            out.append(
                f'<circle cx="{x(p["queued"]):.1f}" cy="{y(p["bare_steps_per_cycle"]):.1f}" r="4"'
                f' fill="{ink}"><title>{escape(word)}</title></circle>'
            )
    return "\n".join([*out, "</svg>", ""])
