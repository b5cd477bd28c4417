"""How long a text is, as carriers count it: in the units of the alphabet that it needs.

In GSM-7 a character is one unit, those of its extension table two; one character outside both makes
the whole text UCS-2, counted in UTF-16 units. The same table is in static/segments.js, which counts
while somebody types (a test keeps the two equal).

Sources: 3GPP TS 23.038, 6.2.1; twilio.com/docs/api/errors/21617 (1,600, "some special characters
will be counted as multiple characters").
"""

from __future__ import annotations

MOST = 1600
"""Units that one text may have."""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")


def units(text: str) -> int:
    """Units of a text."""
    letters = set(text)
    if letters <= BASIC | EXTENDED:
        return len(text) + sum(text.count(c) for c in letters & EXTENDED)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
