"""Withheld senders that revision 0011 did not know, or that came in after it as one person, are
parted: texts of stand-ins, and whoever was kept under other words for "withheld".

One conversation stays one, also where several people wrote: nobody can tell them apart by now. The
incident says so.
"""

import importlib
import re
import time
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

before = importlib.import_module("router.records.migrations.versions.0011_people_apart")

# As router.core.caller was at this revision.
STAND_INS = ("266696687", "7378742833", "2562533", "8656696", "86282452253", "464")
WORDS = {
    *("anonymous", "blocked", "no caller id", "not available", "out of area", "private"),
    *("private caller", "private number", "restricted", "unavailable", "unknown", "withheld"),
    *("unknown caller", "unknown name", "unknown number"),
}
SHORT_CODE = 6
"""Digits that a short code has at most: a sender of texts, whatever word they spell."""

APART = "The people here withheld their numbers and were taken for one. Now each is their own."
MIXED = (
    "The texts of this withheld sender stand in one conversation, and may be of several people."
    " They cannot be answered."
)


def upgrade() -> None:
    connection = op.get_bind()
    promised: dict[str, list[sa.Row[Any]]] = {}
    for row in before._all(connection, "SELECT id, address, incident, state FROM callback"):
        promised.setdefault(row.address, []).append(row)
    for row in before._all(connection, "SELECT id, party, kind, value FROM address"):
        if row.kind != "phone" or not _withheld(row.value):
            continue
        mixed = before._all(connection, SEVERAL, id=row.id)
        before._end_promises(connection, promised.get(row.id, []))
        before._part(connection, row, promised.get(row.id, []), APART)
        for contact in mixed:
            before._tell(connection, contact.incident, MIXED, time.time_ns() // 1_000_000)


SEVERAL = (
    "SELECT c.id, c.incident FROM contact c JOIN message m ON m.contact = c.id"
    " WHERE c.address = :id AND m.direction = 'in' GROUP BY c.id, c.incident HAVING count(*) > 1"
)


def _withheld(value: str) -> bool:
    if value.startswith("anonymous:"):
        return False  # parted already
    sip = re.match(r"sips?:([^@;>]*)(?:@([^;:>?]+))?", value, re.IGNORECASE)
    user = sip[1] if sip else value
    words = " ".join(re.sub(r"[^\w\s]+|_", " ", user.casefold()).split())
    if words in WORDS or (sip is not None and (sip[2] or "").casefold().endswith(".invalid")):
        return True
    if not re.fullmatch(r"\+?\d+", value):
        return False
    digits = value.removeprefix("+")
    if digits == value and len(digits) <= SHORT_CODE:
        return False
    return digits in STAND_INS or digits.removeprefix("1") in STAND_INS


def downgrade() -> None:
    """Parted people stay apart."""
