"""Bars with intervals as SVG: share in target and share who gave up, per severity and rule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from xml.sax.saxutils import escape

from router.simulation.figures import Mean, rows_of, word_of

INKS = {"ours": "#0b6e4f", "strict": "#b45309", "linear": "#6d4aa8", "fifo": "#64748b"}
PANELS = (
    ("in_target_surge", "In target, surge"),
    ("in_target", "In target"),
    ("abandoned", "Gave up"),
)

LEFT, TOP, HIGH, BAR, GAP = 56, 64, 150, 16, 22
NAME, LETTER = 64, 9
"""Room for the name of a row, and for a letter of the title."""


def draw(title: str, rules: Mapping[str, Mapping[str, Mean]]) -> str:
    """The whole picture."""
    some = next(iter(rules.values()))
    rows = rows_of(some)
    panels = [p for p in PANELS if any(f"{row}/{p[0]}" in some for row in rows)]
    group = max(BAR * len(rules) + GAP, NAME)
    wide = max(LEFT + group * len(rows), LEFT + LETTER * len(title)) + 24
    tall = TOP + (HIGH + 62) * len(panels)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" width="{wide}"'
        f' height="{tall}" font-family="system-ui, sans-serif" font-size="12" fill="#1f2937">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{wide}" height="{tall}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="22" font-size="15" font-weight="600">{escape(title)}</text>',
    ]
    for i, rule in enumerate(rules):
        x = LEFT + i * 76
        out.append(f'<rect x="{x}" y="32" width="11" height="11" fill="{_ink(rule)}"/>')
        out.append(f'<text x="{x + 16}" y="42">{escape(rule)}</text>')
    for number, (measure, word) in enumerate(panels):
        top = TOP + 18 + number * (HIGH + 62)
        out.append(f'<text x="{LEFT}" y="{top - 6}" font-weight="600">{word}</text>')
        for percent in (0, 50, 100):
            y = top + HIGH * (1 - percent / 100)
            out.append(f'<path d="M{LEFT} {y:.1f}H{wide - 20}" stroke="#e5e7eb"/>')
            out.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{percent} %</text>')
        for at, row in enumerate(rows):
            middle = LEFT + (at + 0.5) * group
            begin = middle - BAR * len(rules) / 2
            out.append(
                f'<text x="{middle:.1f}" y="{top + HIGH + 16}" text-anchor="middle">'
                f"{word_of(row)}</text>"
            )
            for i, (rule, found) in enumerate(rules.items()):
                value = found.get(f"{row}/{measure}")
                if value is not None and len(rules) == 1:
                    out.append(
                        f'<text x="{middle:.1f}" y="{top + HIGH + 30}" text-anchor="middle"'
                        f' fill="#475569">{value.mean * 100:.1f} %</text>'
                    )
                if value is not None:
                    out += _bar(
                        begin + i * BAR, top, value, f"{rule}, {word_of(row)}: {word}", _ink(rule)
                    )
    return "\n".join([*out, "</svg>", ""])


def _ink(rule: str) -> str:
    return INKS.get(rule, "#334155")


def _bar(x: float, top: float, value: Mean, word: str, ink: str) -> list[str]:
    share = min(1.0, max(0.0, value.mean))
    high = HIGH * share
    out = [
        f'<rect x="{x + 1:.1f}" y="{top + HIGH - high:.1f}" width="{BAR - 3}"'
        f' height="{high:.1f}" fill="{ink}"><title>{escape(word)} {value.mean * 100:.1f} %'
        "</title></rect>"
    ]
    if math.isfinite(value.half) and value.half > 0:
        low, most = max(0.0, share - value.half), min(1.0, share + value.half)
        middle = x + BAR / 2 - 0.5
        out.append(
            f'<path d="M{middle:.1f} {top + HIGH * (1 - low):.1f}V{top + HIGH * (1 - most):.1f}"'
            ' stroke="#111827" stroke-width="1.2"/>'
        )
    return out
