"""Summaries are saved as versions, each with its line in the audit, and what is begun is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from router.centre import Centre
from router.core.incident_status import word_of
from router.core.model import Reply
from router.core.redaction import Redactor, removed
from router.core.summary import (
    SEVERITY_WORDS,
    Content,
    Head,
    Part,
    Sentence,
    digest_of,
    fault_of,
    moment,
    read,
    tidy,
    written,
)
from router.incidents.replies import UNKNOWN
from router.records import accounts, audit, incident_changes, stays, summaries
from router.records.database import Transaction, once_more
from router.records.ids import derived_id

SAVED, EXPORTED = "summary.saved", "summary.exported"
"""Actions of the audit; their detail is the version, of an export its variant and hash, too."""


@dataclass(frozen=True, slots=True)
class Order:
    """`before`: the newest version that the page knows, None: none; `key`: of this one act."""

    incident: str
    sentences: list[Sentence]
    hide: list[str]
    by: str
    by_name: str
    key: str
    before: str | None


@dataclass(frozen=True, slots=True)
class Saved:
    """`number`: of the version."""

    reply: Reply
    id: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Exported:
    """`first`: the row of its first export, if its bytes were others."""

    reply: Reply
    first: Any = None


class Draft(msgspec.Struct, frozen=True):
    """As its page has it. `before`: the version on which it was begun."""

    sentences: list[Sentence]
    hide: list[str] = []
    before: str | None = None


class Summaries:
    """Writes them down. Everything raises RecordUnavailable: nothing was changed."""

    def __init__(self, centre: Centre, lines_of: Callable[[Content], int], room: int) -> None:
        """`lines_of`: how many lines the page of a version takes; `room`: how many there are."""
        self._database = centre.database
        self._current = centre.config
        self._lines_of = lines_of
        self._room = room

    async def save(self, order: Order, now: int) -> Saved:
        """A new version. Refused if another was saved meanwhile, or it does not fit on one page.
        Twice is once."""
        fault = fault_of(order.sentences, order.hide)
        if fault is not None:
            return Saved(Reply(ok=False, code="bad_request", text=fault))
        return await once_more(lambda: self._save(order, now))

    async def _save(self, order: Order, now: int) -> Saved:
        async with self._database.write() as connection:
            row = await incident_changes.held(connection, order.incident)
            if row is None:
                return Saved(UNKNOWN)
            root, its_id = str(row.id), derived_id("s", order.by, order.key)
            known = await summaries.versions(connection, root)
            mine = next((one for one in known if one.id == its_id), None)
            if mine is not None:
                return Saved(Reply(duplicate=True), its_id, mine.number)
            last = known[0] if known else None
            if (last.id if last else None) != order.before:
                return Saved(await _overtaken(connection, last))
            number = await summaries.next_number(connection, root)
            content = await self.content(connection, root, order, number, now)
            lines = await asyncio.to_thread(self._lines_of, content)
            if lines > self._room:
                return Saved(too_long(lines, self._room))
            text = written(content).decode()
            await summaries.add(
                connection, id=its_id, incident=root, number=number, author=order.by, at=now,
                content=text, digest=digest_of(text),
            )  # fmt: skip
            await summaries.keep_draft(connection, root, order.by, "", now)
            out = sum(len(removed(parts)) for parts in content.redacted)
            await audit.append(
                connection, actor=order.by, action=SAVED, subject=root, now=now,
                detail=f"v{number} {len(content.sentences)} sentences, {out} taken out",
            )  # fmt: skip
        return Saved(Reply(), its_id, number)

    async def content(
        self, connection: Transaction, incident: str, order: Order, number: int, now: int
    ) -> Content:
        """All that its page will ever show, as things stand."""
        names = await accounts.names(connection)
        head = await self._head(connection, incident, names, order.by_name, now)
        sentences = await self._signed(connection, incident, order)
        known = await summaries.known_in(connection, incident, list(names.values()), order.hide)
        said = [*(one.text for one in sentences), head.title, head.place]

        def redacted() -> list[list[Part]]:
            redactor = Redactor(known)
            return [redactor.parts(one) for one in said]

        # Others have their turn meanwhile.
        parts = await asyncio.to_thread(redacted)
        return Content(number, head, sentences, order.hide, parts)

    async def _head(
        self,
        connection: Transaction,
        incident: str,
        names: dict[str, str],
        by_name: str,
        now: int,
    ) -> Head:
        row, config = await summaries.head_of(connection, incident), self._current.value
        zone = row.zone or config.zone
        kind = next((one.word for one in config.incident_types if one.code == row.kind), "")
        level = f"S{row.severity}, {SEVERITY_WORDS[row.severity]}"
        standing = (level, word_of(row.status), kind)
        return Head(
            f"INC-{row.number}",
            tidy(row.title),
            row.severity,
            " · ".join(one for one in standing if one),
            moment(row.opened_at, zone, year=True),
            zone,
            tidy(row.place or ""),
            names.get(row.owner, "somebody") if row.owner else "",
            by_name,
            moment(now, zone, year=True),
        )

    @staticmethod
    async def _signed(connection: Transaction, incident: str, order: Order) -> list[Sentence]:
        """An assessment is of whoever wrote it first: what stands in the version before stays
        theirs."""
        before: dict[str, Sentence] = {}
        if order.before is not None:
            row = await summaries.by_id(connection, incident, order.before)
            if row is not None:
                before = {one.text: one for one in read(row.content).sentences if not one.line}
        found = []
        for one in order.sentences:
            was = before.get(one.text)
            by, by_name = (was.by, was.by_name) if was else (order.by, order.by_name)
            found.append(
                one if one.line else Sentence(one.section, one.text, by=by, by_name=by_name)
            )
        return found

    async def keep(self, order: Order, draft: Draft | None, now: int) -> tuple[Reply, Content]:
        """What is begun, and what its page would be; None: nothing is begun any more."""
        text = msgspec.json.encode(draft).decode() if draft is not None else ""
        reply, content = await self.look(order, now)  # first: what cannot be read is not kept
        if reply.ok:
            async with self._database.write() as connection:
                root = await stays.root(connection, order.incident)
                await summaries.keep_draft(connection, root, order.by, text, now)
        return reply, content

    async def look(self, order: Order, now: int) -> tuple[Reply, Content]:
        """What its page would be; nothing is kept."""
        async with self._database.read() as connection:
            if await summaries.head_of(connection, order.incident) is None:
                return UNKNOWN, EMPTY
            return Reply(), await self.content(connection, order.incident, order, 0, now)

    async def export(
        self, incident: str, version: Any, variant: str, sha256: str, by: str, now: int
    ) -> Exported:
        """It goes out, with its line. Its first bytes are kept: whoever gets others is told."""
        return await once_more(lambda: self._export(incident, version, variant, sha256, by, now))

    async def _export(
        self, incident: str, version: Any, variant: str, sha256: str, by: str, now: int
    ) -> Exported:
        async with self._database.write() as connection:
            new = await summaries.export(
                connection, version=version.id, variant=variant, sha256=sha256, author=by, at=now
            )
            first = None if new else (await summaries.exported(connection, version.id))[variant]
            differs = first is not None and first.sha256 != sha256
            note = f"v{version.number} {variant} sha256:{sha256}"
            await audit.append(
                connection, actor=by, action=EXPORTED, subject=incident, now=now,
                detail=f"{note}, not the bytes of the first export" if differs else note,
            )  # fmt: skip
        return Exported(Reply(), first if differs else None)


def too_long(lines: int, room: int) -> Reply:
    return Reply(
        ok=False,
        code="too_long",
        text=f"it takes {lines} lines, and one page has {room}. Shorten or remove sentences;"
        " what you wrote is kept",
    )


async def _overtaken(connection: Transaction, last: Any) -> Reply:
    who = (await accounts.names(connection)).get(last.author, "somebody") if last else "somebody"
    version = f"version {last.number}" if last else "another version"
    return Reply(
        ok=False,
        code="too_late",
        text=f"{who} saved {version} meanwhile. What you wrote is kept: look at theirs, then save"
        " yours as the next one",
    )


EMPTY = Content(0, Head("", "", 4, "", "", "UTC", "", "", "", ""), [], [], [])
