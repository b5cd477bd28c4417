"""Incidents are found by one fold of record and query: what was kept is written anew by it."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PAGE = 1_000

KNOWN = """SELECT i.id, i.title, p.name, a.value FROM incident i
LEFT JOIN incident_party l ON l.incident = i.id LEFT JOIN party p ON p.id = l.party
LEFT JOIN address a ON a.party = p.id WHERE i.id IN :ids ORDER BY p.created_at, a.id"""


def upgrade() -> None:
    connection = op.get_bind()
    known = sa.text(KNOWN).bindparams(sa.bindparam("ids", expanding=True))
    last = ""
    while True:
        page = sa.text("SELECT id FROM incident WHERE id > :last ORDER BY id LIMIT :n")
        ids = list(connection.execute(page, {"last": last, "n": PAGE}).scalars())
        if not ids:
            return
        last = ids[-1]
        parts: dict[str, tuple[str, dict[str, None], dict[str, None]]] = {}
        for row in connection.execute(known, {"ids": ids}):
            _, names, addresses = parts.setdefault(row.id, (row.title, {}, {}))
            if row.name:
                names[row.name] = None
            if row.value:
                addresses[row.value] = None
        rewritten = {of: _words(*found) for of, found in parts.items()}
        connection.execute(
            sa.text("UPDATE incident SET words = :words WHERE id = :id"),
            [{"id": of, "words": words} for of, words in rewritten.items()],
        )
        forget = sa.text("DELETE FROM incident_word WHERE incident IN :ids")
        connection.execute(forget.bindparams(sa.bindparam("ids", expanding=True)), {"ids": ids})
        connection.execute(
            sa.text("INSERT INTO incident_word (word, incident) VALUES (:word, :incident)"),
            [
                {"word": word, "incident": of}
                for of, words in rewritten.items()
                for word in sorted(_single(words))
            ],
        )


def downgrade() -> None:
    """The version before finds them by the same words."""


# As router.records.incidents and router.core.text were at this revision.


def _words(title: str, names: dict[str, None], addresses: dict[str, None]) -> str:
    parts = [title, *names]
    for address in addresses:
        parts.append(address)
        if address.startswith("sip:"):
            parts.append(address[4:].partition("@")[0])
    return "".join(f"{_fold(part)} " for part in parts if part)[:4000]


def _single(words: str) -> set[str]:
    found = {part[:40] for part in re.findall(r"[^\W_]+", words)}
    return found | {part[-4:] for part in words.split() if re.search(r"\d{7,}$", part)}


def _fold(text: str) -> str:
    text = text.replace("`", "'")
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text.translate(_PLAIN)).translate(_PLAIN)
        text = "".join(filter(None, map(_seen, parts)))
    return " ".join(text.casefold().split())


_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′‵ʹʻʼʽʾʿˈ´＇ꞌ", "'"),
        **dict.fromkeys("−⁃˗", "-"),
        "ø": "o",
        "Ø": "o",
        "ł": "l",
        "Ł": "l",
        "đ": "d",
        "Đ": "d",
        "ð": "d",
        "Ð": "d",
        "æ": "ae",
        "Æ": "ae",
        "œ": "oe",
        "Œ": "oe",
        "þ": "th",
        "Þ": "th",
        "ı": "i",
        "ħ": "h",
        "Ħ": "h",
        "ŧ": "t",
        "Ŧ": "t",
        "ŋ": "n",
        "Ŋ": "n",
        "ẞ": "ss",
    }
)


def _seen(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind == "Pd":
        return "-"
    return "" if kind in ("Cf", "Mn") else letter
