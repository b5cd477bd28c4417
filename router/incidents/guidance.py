"""What is said of the lines of a guidance card, with its line in the audit; it never blocks."""

from __future__ import annotations

from dataclasses import dataclass

from router.centre import Centre
from router.core.guidance import ASKED, LEFT, REASONS, Card, CardLine, card_for
from router.core.model import Reply
from router.incidents.replies import UNKNOWN
from router.records import audit, drafts, guidance, incident_facts, messages
from router.records.database import Transaction, once_more
from router.records.ids import derived_id

SAID = "guidance.said"
"""Action of the audit; its detail is the card's line, and whether it was asked or left out."""
WORDS = 500
CHANGED = Reply(
    ok=False, code="too_late", text="the card was changed meanwhile. It is shown anew; what you"
    " typed is kept",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Saying:
    """`card`: the digest of the version that the page shows; `says`: asked, left ('words' is the
    reason's code), or '' (neither, after all); `contact`, `offset_ms`: in which call, and how far
    into it; `key`: of this one act."""

    incident: str
    card: str
    line: str
    says: str
    words: str
    contact: str | None
    offset_ms: int | None
    by: str
    key: str


class Guidance:
    """Writes it down. Everything raises RecordUnavailable: nothing was changed."""

    def __init__(self, centre: Centre) -> None:
        self._database = centre.database
        self._current = centre.config

    async def say(self, order: Saying, now: int) -> Reply:
        """Refused only for what nobody can mean: a line that the card does not have, or a version
        that is neither the one with which the incident goes on nor that of today. The first thing
        said makes that version the incident's. Words of an answer are a note on the timeline, too.
        Twice is once."""
        if order.says not in (ASKED, LEFT, ""):
            return Reply(ok=False, code="bad_request", text="asked, left, or neither")
        if order.says == LEFT and order.words not in REASONS:
            return Reply(ok=False, code="bad_request", text=f"why: {', '.join(REASONS)}")
        return await once_more(lambda: self._say(order, now))

    async def _say(self, order: Saying, now: int) -> Reply:
        async with self._database.write() as connection:
            row = await incident_facts.held(connection, order.incident)
            if row is None:
                return UNKNOWN
            card = await self._card(connection, order, str(row.kind))
            if card is None:
                return CHANGED
            line = next((one for one in card.lines if one.name == order.line), None)
            if line is None:
                return Reply(ok=False, code="bad_request", text="the card has no such line")
            await guidance.keep_version(connection, card, now)
            root = str(row.id)
            await guidance.begin(connection, root, card, now)
            answer = order.words.strip()[:WORDS] if order.says == ASKED else ""
            said = derived_id("g", order.by, order.key)
            new = await guidance.say(
                connection,
                {
                    "id": said, "incident": root, "card": card.digest, "line": line.name,
                    "says": order.says, "words": answer or (order.words if order.says else ""),
                    "note": said if answer else None, "author": order.by,
                    "contact": order.contact, "offset_ms": order.offset_ms, "at": now,
                },
            )  # fmt: skip
            if not new:
                return Reply(duplicate=True)
            if answer:
                await self._note(connection, order, line, said, root, answer, now)
            await audit.append(
                connection, actor=order.by, action=SAID, subject=root, now=now,
                detail=f"{card.name}.{line.name} {order.says or 'open'}",
            )  # fmt: skip
        return Reply()

    async def keep(self, incident: str, by: str, text: str, now: int) -> Reply:
        """Words typed at its lines and not said yet, as their page keeps them; none: none are."""
        async with self._database.write() as connection:
            if await incident_facts.held(connection, incident) is None:
                return UNKNOWN
            await drafts.keep(connection, incident, drafts.GUIDANCE, by, text, now)
        return Reply()

    async def _card(self, connection: Transaction, order: Saying, kind: str) -> Card | None:
        """The version that the page shows, if it is the one with which the incident goes on, or,
        for one that has not begun, that of today."""
        known = {one.card.digest: one.card for one in
                 (await guidance.begun(connection, order.incident)).values()}  # fmt: skip
        if order.card in known:
            return known[order.card]
        card = card_for(self._current.value.cards, kind)
        if card is None or card.digest != order.card:
            return None
        return None if any(card.name == one.name for one in known.values()) else card

    @staticmethod
    async def _note(
        connection: Transaction,
        order: Saying,
        line: CardLine,
        said: str,
        incident: str,
        answer: str,
        now: int,
    ) -> None:
        await messages.save_note(
            connection,
            said,
            incident=incident,
            contact=order.contact,
            author=order.by,
            text=f"{line.said} {answer}",
            offset_ms=order.offset_ms,
            now=now,
        )
