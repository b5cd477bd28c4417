"""A summary of an incident at the desk: proposed, begun, saved as a version, exported."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Container, Sequence
from typing import Annotated, Any

import msgspec

from holdfast.clock import now_ms
from holdfast.desk import summary_page
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import Id, IncidentForm, Key, Refused, Result, Word, intent
from holdfast.desk.opened import Incidents
from holdfast.http.access import Permission, allowed
from router.centre import Centre
from router.core.redaction import Redactor, removed
from router.core.summary import (
    FULL,
    HIDDEN,
    REDACTED,
    SECTIONS,
    SENTENCES,
    VARIANTS,
    Content,
    Sentence,
    changes,
    digest_of,
    read,
    tidy,
    tied,
)
from router.core.summary_proposal import proposal
from router.incidents.summary import EXPORTED, SAVED, Draft, Order, Summaries
from router.records import accounts, summaries
from router.records.database import Database

DRAW_S = 5.0
"""A page that is not drawn by then is given up: the machine does something else."""
_Text = Annotated[str, msgspec.Meta(max_length=4_000)]


class Written(msgspec.Struct, frozen=True):
    """`line`: of the timeline; '': an assessment of whoever saves it."""

    section: Word
    text: _Text
    line: Annotated[str, msgspec.Meta(max_length=120)] = ""


class WrittenForm(IncidentForm, frozen=True):
    """`before`: the newest version that the page shows; `hide`: further words to take out."""

    sentences: Annotated[tuple[Written, ...], msgspec.Meta(max_length=4 * SENTENCES)]
    hide: Annotated[tuple[_Text, ...], msgspec.Meta(max_length=4 * HIDDEN)] = ()
    before: Id | None = None


class DraftForm(WrittenForm, frozen=True):
    """`drop`: nothing is begun any more; `look`: nothing is kept, only measured."""

    drop: bool = False
    look: bool = False


class SaveForm(WrittenForm, frozen=True):
    key: Key = ""


class VersionForm(IncidentForm, frozen=True):
    summary: Id


class ExportForm(VersionForm, frozen=True):
    variant: Word


class SummaryDesk:
    """Handlers of summary, summary_version, draft_summary, save_summary and export_summary."""

    def __init__(self, centre: Centre, hub: Hub, opened: Incidents) -> None:
        self._database: Database = centre.database
        self._current = centre.config
        self._hub = hub
        self._opened = opened
        self._room = Summaries(centre, summary_page.lines_of, summary_page.ROOM)
        self._drawing = asyncio.Semaphore(1)

    # Reading -------------------------------------------------------------------------------------

    @intent("summary", IncidentForm, desk_only=False)
    async def _summary(self, page: Page, form: IncidentForm) -> Result:
        """Its versions, what the reader has begun, and what is proposed."""
        document = await self._document(page, form.incident)
        me = page.account.id
        async with self._database.read() as connection:
            names = await accounts.names(connection)
            rows = await summaries.versions(connection, form.incident)
            begun = await summaries.draft_of(connection, form.incident, me)
        draft = msgspec.json.decode(begun, type=Draft) if begun else None
        zone = document["facts"]["zone"] or self._current.value.zone
        kind = next(
            (it.word for it in self._current.value.incident_types
             if it.code == document["facts"]["kind"]), "",
        )  # fmt: skip
        found = proposal(document, kind_word=kind, zone=zone)
        lines = {line["id"]: line for line in document["timeline"]}
        return {
            "sections": [{"name": name, "word": word} for name, word in SECTIONS.items()],
            "versions": [
                {
                    "id": row.id,
                    "number": row.number,
                    "incident": f"INC-{row.incident_number}",
                    "by_name": names.get(row.author, "somebody"),
                    "at": row.at,
                }
                for row in rows
            ],
            "draft": {
                "sentences": _shown([tied(it, lines, zone) or it for it in draft.sentences], lines),
                "hide": draft.hide,
                "before": draft.before,
            }
            if draft
            else None,
            "proposal": _shown(found, lines),
            "may": {
                REDACTED: allowed(page.account.role, Permission.SUMMARY_EXPORT),
                FULL: allowed(page.account.role, Permission.SUMMARY_EXPORT_FULL),
            },
        }  # fmt: skip

    @intent("summary_version", VersionForm, desk_only=False)
    async def _version(self, page: Page, form: VersionForm) -> Result:
        """One version, whole, with what changed since the one before it."""
        document = await self._document(page, form.incident)
        async with self._database.read() as connection:
            row = await self._row(connection, form)
            names = await accounts.names(connection)
            last = await summaries.before(connection, row)
            exports = await summaries.exported(connection, row.id)
        content = read(row.content)
        lines = {line["id"] for line in document["timeline"]}
        was = read(last.content).sentences if last is not None else None
        return {
            "id": row.id,
            "number": row.number,
            "incident": content.head.number,
            "title": content.head.title,
            "by_name": names.get(row.author, "somebody"),
            "at": row.at,
            "whole": digest_of(row.content) == row.digest,
            "sentences": _shown(content.sentences, lines),
            "hide": content.hide,
            "redacted": content.redacted,
            "since": last.number if last is not None else None,
            "changes": msgspec.to_builtins(changes(was, content.sentences)) if was else [],
            "exports": {
                name: {"sha256": one.sha256, "at": one.at, "by_name": names.get(one.author)}
                for name, one in exports.items()
            },
        }

    async def _document(self, page: Page, incident: str) -> dict[str, Any]:
        found = await self._opened.document(incident, page.account.id)
        if found is None:
            raise Refused("unknown", "No such incident.")
        return found

    @staticmethod
    async def _row(connection: Any, form: VersionForm) -> Any:
        row = await summaries.by_id(connection, form.incident, form.summary)
        if row is None:
            raise Refused("unknown", "This incident has no such version.")
        return row

    # Writing -------------------------------------------------------------------------------------

    @intent("draft_summary", DraftForm, desk_only=False)
    async def _draft(self, page: Page, form: DraftForm) -> Result:
        """Keeps what is begun; told: how much of the page it takes, and the words of the redacted
        variant."""
        sentences, hide = _said(form.sentences), _hidden(form.hide)
        draft = None if form.drop else Draft(sentences, hide, form.before)
        order = self._order(page, form, sentences, hide, "")
        if form.look:
            reply, content = await self._room.look(order, now_ms())
        else:
            reply, content = await self._room.keep(order, draft, now_ms())
        if not reply.ok:
            raise Refused.by(reply, {})
        return {
            "lines": await asyncio.to_thread(summary_page.lines_of, content),
            "room": summary_page.ROOM,
            "redacted": content.redacted,
        }

    @intent("save_summary", SaveForm, audit=SAVED, desk_only=False)
    async def _save(self, page: Page, form: SaveForm) -> Result:
        document = await self._document(page, form.incident)
        zone = document["facts"]["zone"] or self._current.value.zone
        lines = {line["id"]: line for line in document["timeline"]}
        sentences = []
        for one in _said(form.sentences):
            it = tied(one, lines, zone) if one.line else one
            if it is None:
                raise Refused(
                    "not_here",
                    f"The line of ‘{one.text[:60]}’ is not on this timeline any more. Tie the"
                    " sentence to another line, or mark it as your assessment. Nothing was saved.",
                )
            sentences.append(it)
        order = self._order(page, form, sentences, _hidden(form.hide), form.key)
        done = await self._room.save(order, now_ms())
        if not done.reply.ok:
            raise Refused.by(done.reply, {})
        self._hub.incident_changed(form.incident)
        return {"summary": done.id, "number": done.number}

    @staticmethod
    def _order(
        page: Page, form: WrittenForm, sentences: list[Sentence], hide: list[str], key: str
    ) -> Order:
        me = page.account
        return Order(form.incident, sentences, hide, me.id, me.name, key, form.before)

    # Exporting -----------------------------------------------------------------------------------

    @intent(
        "export_summary", ExportForm, Permission.SUMMARY_EXPORT, audit=EXPORTED, desk_only=False
    )
    async def _export(self, page: Page, form: ExportForm) -> Result:
        """The PDF of a version: {name, pdf: base64, sha256, first: its first export, if that had
        other bytes}. Its line in the audit is written before it goes out."""
        if form.variant not in VARIANTS:
            raise Refused("bad_request", f"Which variant: {' or '.join(VARIANTS)}.")
        if form.variant == FULL and not allowed(page.account.role, Permission.SUMMARY_EXPORT_FULL):
            raise Refused(
                "not_allowed", "Only a supervisor exports it with names. Export it redacted."
            )
        async with self._database.read() as connection:
            row = await self._row(connection, form)
            content = read(row.content)
            names = list((await accounts.names(connection)).values())
            known = await summaries.known_in(connection, form.incident, names, content.hide)
        if digest_of(row.content) != row.digest:
            raise Refused(
                "damaged", "This version is not as it was saved. Tell your administrator; nothing"
                " was exported.",
            )  # fmt: skip
        if form.variant == REDACTED and _more(content, Redactor(known)):
            raise Refused(
                "more_known", "Since it was saved, a name, a number or an address in it has become"
                " known. Save it as a new version, then export that. Nothing was exported.",
            )  # fmt: skip
        drawn = await self._drawn(content, form.variant, row.at)
        sha256 = hashlib.sha256(drawn).hexdigest()
        done = await self._room.export(
            form.incident, row, form.variant, sha256, page.account.id, now_ms()
        )
        first = done.first
        return {
            "name": name_of(content, form.variant),
            "pdf": base64.b64encode(drawn).decode(),
            "sha256": sha256,
            "first": {"sha256": first.sha256, "at": first.at} if first else None,
        }

    async def _drawn(self, content: Content, variant: str, at: int) -> bytes:
        """One at a time and off the loop: what people hear goes on."""
        try:
            async with asyncio.timeout(DRAW_S), self._drawing:
                return await asyncio.to_thread(summary_page.pdf, content, variant, at)
        except TimeoutError:
            raise Refused(
                "busy", "The page could not be drawn in time. Nothing was exported; try again."
            ) from None


def name_of(content: Content, variant: str) -> str:
    """'INC-20419-summary-v2-redacted.pdf'."""
    of = f"{content.head.number}-summary-v{content.version}"
    return f"{of}-redacted.pdf" if variant == REDACTED else f"{of}.pdf"


def _said(written: Sequence[Written]) -> list[Sentence]:
    return [Sentence(one.section, tidy(one.text), one.line) for one in written]


def _hidden(words: Sequence[str]) -> list[str]:
    return [it for it in dict.fromkeys(map(tidy, words)) if it]


def _shown(sentences: Sequence[Sentence], lines: Container[str]) -> list[dict[str, Any]]:
    """`here`: its line is on this timeline."""
    return [
        msgspec.to_builtins(one) | {"here": not one.line or one.line in lines} for one in sentences
    ]


def _more(content: Content, redactor: Redactor) -> bool:
    """Whether more of the redacted words would be taken out by now."""
    plain = (words for parts in content.redacted for words, why in parts if not why)
    return any(removed(redactor.parts(words)) for words in plain)
