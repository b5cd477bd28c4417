"""People who were taken for one are parted: callers who withhold their number, and who wrote
through a form, a list that rewrites From, or an address that nobody reads.

Each such contact gets a party of its own. Contacts stay where they are: in one incident there may
be several people now. A promise to call a withheld number ends, and the incident says so.
"""

import contextlib
import email.parser
import hashlib
import json
import re
import time
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STAND_INS = ("266696687", "7378742833", "2562533", "8656696", "86282452253", "464")
WORDS = ("anonymous", "restricted", "unavailable", "unknown", "blocked", "private", "withheld")
SHARED = re.compile(
    r"^(?:.{0,40}[._+-])?(?:no[._-]?reply|do[._-]?not[._-]?reply|no[._-]?responder|notifications?"
    r"|mailer)(?:[._+-].*)?@"
    r"|^(?:(?:web|contact|report)?[._-]?forms?|contact-us|website|wordpress|www-data|apache|nobody)@"
)
HEAD_BYTES = 32_768
APART = (
    "The callers here withheld their numbers and were taken for one person. Now each is their own."
)
ENDED = "The promise to call back has ended: the number was withheld, nobody can be called there."
APART_BY_MAIL = (
    "Several people wrote through {address} and were taken for one. Now each is their own."
)

Row = sa.Row[Any]


def _table(name: str, *columns: str, **typed: Any) -> sa.TableClause:
    kinds = [sa.column(column, sa.String()) for column in columns]
    return sa.table(name, *kinds, *(sa.column(key, kind) for key, kind in typed.items()))


LINK = _table("incident_party", "incident", "party", "role")
PARTY = _table("party", "id", "name", created_at=sa.BigInteger())
ADDRESS = _table("address", "id", "party", "kind", "value", opted_out=sa.Boolean())
NOTE = _table(
    "note", "id", "incident", "author", "text", at=sa.BigInteger(), changed_at=sa.BigInteger()
)


def upgrade() -> None:
    connection = op.get_bind()
    addresses = _all(connection, "SELECT id, party, kind, value FROM address")
    promised: dict[str, list[Row]] = {}
    for row in _all(connection, "SELECT id, address, incident, state FROM callback"):
        promised.setdefault(row.address, []).append(row)
    contacts = _all(connection, "SELECT address, count(*) AS many FROM contact GROUP BY address")
    many = {row.address: row.many for row in contacts}
    for row in addresses:
        if row.kind == "phone" and _withheld(row.value):
            _end_promises(connection, promised.get(row.id, []))
            _part(connection, row, promised.get(row.id, []), APART)
            continue
        several = row.kind == "email" and many.get(row.id, 0) > 1
        if several and (SHARED.match(row.value) or _is_list(connection, row)):
            _part(connection, row, [], APART_BY_MAIL.format(address=_masked(row.value)))


def _all(connection: sa.Connection, statement: str, **values: object) -> list[Row]:
    return list(connection.execute(sa.text(statement), values))


def _do(connection: sa.Connection, statement: str, **values: object) -> None:
    connection.execute(sa.text(statement), values)


def _add(connection: sa.Connection, table: sa.TableClause, **values: object) -> None:
    connection.execute(sa.insert(table).values(**values))


def _withheld(value: str) -> bool:
    """As router.core.caller was at this revision."""
    word = value.strip().casefold()
    digits = word.removeprefix("+")
    return word in WORDS or digits in STAND_INS or digits.removeprefix("1") in STAND_INS


def _id(prefix: str, *parts: str) -> str:
    return prefix + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]


def _masked(address: str) -> str:
    local, _, domain = address.partition("@")
    return f"{local[:2]}•••@{domain}"


def _end_promises(connection: sa.Connection, promised: list[Row]) -> None:
    """Whoever waits in the index for it is taken out at the next look (callbacks.left_waiting)."""
    now = time.time_ns() // 1_000_000
    for row in promised:
        if row.state != "open":
            continue
        _do(
            connection,
            "UPDATE callback SET state = 'cancelled', cause = 'number withheld', closed_at = :now"
            " WHERE id = :id",
            id=row.id,
            now=now,
        )
        _tell(connection, row.incident, ENDED, now)


def _part(connection: sa.Connection, address: Row, promised: list[Row], words: str) -> None:
    kind = address.kind
    contacts = _all(
        connection,
        "SELECT id, incident, direction, carrier_id, live FROM contact WHERE address = :id"
        " ORDER BY arrived_at, id",
        id=address.id,
    )
    first_of: dict[str, tuple[str, str]] = {}  # incident: (address, party)
    people: dict[str, set[str]] = {}
    for row in contacts:
        if row.direction == "in":
            made = _someone(connection, kind, *_who(connection, address, row, kind))
            first_of.setdefault(row.incident, made)
            people.setdefault(row.incident, set()).add(made[1])
            _move(connection, row, made, kind)
    for row in contacts:  # those of ours to them: to the first of them in that incident
        if row.direction != "in":
            value = f"anonymous:{row.id}" if kind == "phone" else _nobody(row.id)
            made = first_of.get(row.incident) or _someone(connection, kind, value, None)
            people.setdefault(row.incident, set()).add(made[1])
            _move(connection, row, made, kind)
    for row in promised:
        if row.incident in first_of:
            _do(
                connection,
                "UPDATE callback SET address = :to WHERE id = :id",
                to=first_of[row.incident][0],
                id=row.id,
            )
    now = time.time_ns() // 1_000_000
    for incident, parties in people.items():
        for party in parties:
            known = _all(
                connection,
                "SELECT role FROM incident_party WHERE incident = :incident AND party = :party",
                incident=incident,
                party=party,
            )
            if not known:
                _add(connection, LINK, incident=incident, party=party, role="caller")
        _do(
            connection,
            "DELETE FROM incident_party WHERE incident = :incident AND party = :party",
            incident=incident,
            party=address.party,
        )
        if len(parties) > 1:
            _tell(connection, incident, words, now)


def _move(connection: sa.Connection, row: Row, to: tuple[str, str], kind: str) -> None:
    live = json.loads(row.live)
    who = live.get("who")
    if kind == "phone" and isinstance(who, dict):
        live["who"] = who | {"name": "withheld number", "address": "withheld number"}
    _do(
        connection,
        "UPDATE contact SET address = :address, party = :party, live = :live WHERE id = :id",
        address=to[0],
        party=to[1],
        live=json.dumps(live),
        id=row.id,
    )


def _someone(connection: sa.Connection, kind: str, value: str, name: str | None) -> tuple[str, str]:
    """(address, party) of somebody; made when nobody is known there."""
    known = _all(
        connection,
        "SELECT id, party FROM address WHERE kind = :kind AND value = :value",
        kind=kind,
        value=value,
    )
    if known:
        return str(known[0].id), str(known[0].party)
    party, address = _id("p", kind, value), _id("d", kind, value)
    if not _all(connection, "SELECT id FROM party WHERE id = :id", id=party):
        _add(connection, PARTY, id=party, name=name, created_at=time.time_ns() // 1_000_000)
    _add(connection, ADDRESS, id=address, party=party, kind=kind, value=value, opted_out=False)
    return address, party


def _who(
    connection: sa.Connection, address: Row, contact: Row, kind: str
) -> tuple[str, str | None]:
    """(value of the address, name) of whoever is behind a contact."""
    if kind == "phone":
        return f"anonymous:{contact.carrier_id or contact.id}", None
    head = _head(connection, "m.contact = :of", contact.id)
    wished = _address(head.get("Reply-To", "") or head.get("X-Original-From", "")) if head else ""
    if wished and wished != address.value and wished not in (head or {}).get("List-Post", ""):
        return wished, None
    return _nobody(contact.id), None


def _nobody(contact: str) -> str:
    return f"unknown-{contact}@mail.invalid"


def _is_list(connection: sa.Connection, address: Row) -> bool:
    """A list that writes itself into From."""
    head = _head(connection, "m.from_address = :of", address.value)
    if not head or "List-Id" not in head:
        return False
    sender = head.get("From", "")
    via = re.search(r"\bvia\b", sender, re.IGNORECASE) is not None
    return via or "X-Original-From" in head or address.value in head.get("List-Post", "").casefold()


def _head(connection: sa.Connection, where: str, of: str) -> dict[str, str]:
    """The headers of the newest mail that was kept for it."""
    rows = _all(
        connection,
        "SELECT substr(r.bytes, 1, :size) AS head FROM message m JOIN raw_mail r ON r.id = m.raw"
        f" WHERE {where} AND m.direction = 'in' ORDER BY m.at LIMIT 1",
        size=HEAD_BYTES,
        of=of,
    )
    if not rows:
        return {}
    found: dict[str, str] = {}
    with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError):
        for name, value in email.parser.BytesParser().parsebytes(bytes(rows[0].head), True).items():
            found.setdefault(str(name).title(), " ".join(str(value).split()))
    return found


def _address(header: str) -> str:
    match = re.search(r"[^\s@<>,;:\"()]{1,64}@[^\s@<>,;:\"()]{1,255}", header)
    return match.group(0).casefold() if match else ""


def _tell(connection: sa.Connection, incident: str, words: str, now: int) -> None:
    """A line on the incident's timeline; nobody is its author."""
    note = _id("n", "parted", incident, words)
    if not _all(connection, "SELECT id FROM note WHERE id = :id", id=note):
        _add(
            connection, NOTE, id=note, incident=incident, author="", text=words, at=now,
            changed_at=now,
        )  # fmt: skip


def downgrade() -> None:
    """Parted people stay apart."""
