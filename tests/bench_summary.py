"""How long a summary takes: proposed of a long incident, measured, redacted, drawn."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from holdfast.desk.opened import Incidents
from holdfast.desk.summary_page import ROOM, font, lines_of, pdf
from router.core.redaction import Redactor
from router.core.summary import FULL, REDACTED, Content, Head, Sentence
from router.core.summary_proposal import proposal
from router.live.engine import Engine
from router.records import summaries
from router.records.database import Database
from tests.kit.spread import spread
from tests.kit.store import centre_of

READS, PAGES, AGENTS = 50, 500, 300
HEAD = Head(
    "INC-20419", "Luna ate gum", 1, "S1, life or safety in danger", "30 Nov 2026 21:04 PST",
    "America/Los_Angeles", "", "Priya Nair", "Tomás Rivera", "30 Nov 2026 21:40 PST",
)  # fmt: skip


async def summary(
    long_incident: Callable[[Database, int], Awaitable[str]], items: int
) -> dict[str, Any]:
    """Of an incident with so many items; names of so many accounts are taken out."""
    names = [f"Agent{n:03} Quist{n:03}" for n in range(AGENTS)]
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/record.db")
        await database.migrate()
        of = await long_incident(database, items)
        opened = Incidents(centre_of(database, Engine("unix:///nowhere.sock")))
        document = await opened.document(of, "u1")
        assert document is not None
        proposed, said = [], list[Sentence]()
        for _ in range(READS):
            began = time.perf_counter()
            said = proposal(document, kind_word="Poisoning", zone="America/Los_Angeles")
            proposed.append((time.perf_counter() - began) * 1000)
        async with database.read() as connection:
            known = await summaries.known_in(connection, of, names, [])
        await database.close()
    redacted, parts = [], []
    for _ in range(READS):
        began = time.perf_counter()
        redactor = Redactor(known)
        parts = [redactor.parts(one.text) for one in said]
        redacted.append((time.perf_counter() - began) * 1000)
    content = Content(1, HEAD, said, [], [*parts, [("Luna ate gum", "")], []])
    began = time.perf_counter()
    font()
    first = (time.perf_counter() - began) * 1000
    measured, drawn, digests = [], [], set()
    for _ in range(READS):
        began = time.perf_counter()
        lines_of(content)
        measured.append((time.perf_counter() - began) * 1000)
    for n in range(PAGES):
        began = time.perf_counter()
        page = pdf(content, (FULL, REDACTED)[n % 2], 1_796_000_000_000)
        drawn.append((time.perf_counter() - began) * 1000)
        digests.add(hashlib.sha256(page).hexdigest())
    return {
        "what": f"the summary of {items} items: {len(said)} sentences, {lines_of(content)} of"
        f" {ROOM} lines; names of {AGENTS} accounts are taken out",
        "proposal": spread(proposed),
        "redaction": spread(redacted),
        "layout": spread(measured),
        "font_read_once_ms": round(first, 1),
        "pdf": spread(drawn) | {"bytes": len(page), "different_files": len(digests)},
        "content_bytes": len(msgspec.json.encode(content)),
    }
