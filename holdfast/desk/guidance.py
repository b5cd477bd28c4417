"""Guidance cards at the desk: what is shown in an incident, what is said of a line, how far cards
are followed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec

from holdfast.clock import now_ms
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import (
    Count,
    Form,
    Id,
    IncidentForm,
    Key,
    Refused,
    Result,
    Word,
    Words,
    intent,
)
from holdfast.http.access import Permission
from router.centre import Centre
from router.core.bidi import isolated
from router.core.cards import masked
from router.core.config import Config
from router.core.figures import day_bounds
from router.core.guidance import ASKED, Kept, card_for, kept
from router.incidents.guidance import SAID, WORDS, Guidance, Saying
from router.records import guidance, sight
from router.records.guidance import Version

DAYS = (1, 7, 30)
"""Of the figure: today, or so many days with it."""


class GuidanceForm(IncidentForm, frozen=True):
    """`card`: its digest, as the page shows it; `says`: asked, left (`words`: why, a code of
    `centre.guidance_reasons`) or '' (taken back)."""

    card: Key
    line: Word
    says: Word
    key: Key
    words: Annotated[str, msgspec.Meta(max_length=WORDS)] = ""
    contact: Id | None = None


class DraftForm(IncidentForm, frozen=True):
    """`text`: what is typed at its lines, as their page keeps it."""

    text: Words


class FollowedForm(Form, frozen=True):
    days: Count = 1


def shown(
    config: Config,
    begun: Mapping[str, Version],
    said: Sequence[Any],
    facts: Mapping[str, str],
    names: Mapping[str, str],
) -> dict[str, Any] | None:
    """The card of an incident as its page shows it: the version with which it goes on, or that of
    today. None: there is none for its type, and nothing was begun.

    Args:
        begun: with what it goes on, and `said`: what was said in it (router/records/guidance.py).
    """
    kind = facts["kind"]
    card = card_for(config.cards, kind)
    # Of its type; else what was begun before the type was changed.
    fits = next((one for one in begun.values() if kind in one.card.kinds), None)
    version = fits or (Version(card, None) if card is not None else None)
    if version is None and begun:
        version = next(iter(begun.values()))
    if version is None:
        return None
    last = {row.line: row for row in said if row.name == version.card.name}
    return {
        "card": version.card.digest,
        "word": version.card.word,
        "number": version.number,
        "lines": [
            {
                "name": line.name,
                "said": line.said,
                "tells": bool(line.tell),
                "star": line.star,
                "theirs": line.words,
                **_of(last.get(line.name), names),
            }
            for line in version.card.lines
        ],
        **_figures(kept(version.card, {name: row.says for name, row in last.items()})),
    }


def _of(row: Any, names: Mapping[str, str]) -> dict[str, Any]:
    if row is None or not row.says:
        return {"says": "", "words": "", "by_name": None, "at": None, "offset_ms": None}
    return {
        "says": row.says,
        "words": masked(isolated(row.words)) if row.says == ASKED else row.words,
        "by_name": names.get(row.author, "somebody"),
        "at": row.at,
        "offset_ms": row.offset_ms,
    }


def _figures(of: Kept) -> dict[str, int]:
    return {"stars": of.stars, "asked": of.asked, "left": of.left}


class GuidanceDesk:
    """Handlers of guidance_said, draft_guidance and guidance_followed."""

    def __init__(self, centre: Centre, hub: Hub, room: Guidance) -> None:
        self._database = centre.database
        self._current = centre.config
        self._hub = hub
        self._room = room

    @intent("guidance_said", GuidanceForm, audit=SAID)
    async def _said(self, page: Page, form: GuidanceForm) -> Result:
        now = now_ms()
        live = self._hub.view.contacts.get(form.contact or "")
        order = Saying(
            form.incident, form.card, form.line, form.says, form.words, form.contact,
            live.into(now) if live is not None else None, page.account.id, form.key,
        )  # fmt: skip
        reply = await self._room.say(order, now)
        self._hub.incident_changed(form.incident)  # refused: the card is another one
        if not reply.ok:
            raise Refused.by(reply, {})
        return {}

    @intent("draft_guidance", DraftForm)
    async def _draft(self, page: Page, form: DraftForm) -> Result:
        reply = await self._room.keep(form.incident, page.account.id, form.text, now_ms())
        if not reply.ok:
            raise Refused.by(reply, {})
        return {}

    @intent("guidance_followed", FollowedForm, Permission.QUEUE_STEER, desk_only=False)
    async def _followed(self, page: Page, form: FollowedForm) -> Result:
        """Of the incidents whose card began today, or in so many days with today."""
        if form.days not in DAYS:
            raise Refused("bad_request", "Today, or the last 7 or 30 days.")
        now = now_ms()
        since = begins(now, form.days, self._current.value.zone)
        async with self._database.read() as connection:
            rows = await guidance.followed(connection, since, now + 1)
            hidden = await sight.hidden_from(connection, {id for id, *_ in rows}, page.account.id)
        every = sum((how for *_, how in rows), Kept(0, 0, 0))
        await asyncio.sleep(0)  # a month of them: others have their turn
        return {
            "days": form.days,
            "since": since,
            **_figures(every),
            "rows": [
                {"incident": id, "number": f"INC-{number}", "card": word, **_figures(how)}
                for id, number, word, how in rows
                if id not in hidden
            ],
        }


def begins(now: int, days: int, zone: str) -> int:
    """The midnight, by the centre's clock, with which these days begin; ms."""
    today = datetime.fromtimestamp(now / 1000, ZoneInfo(zone)).date()
    return day_bounds(today - timedelta(days=days - 1), zone)[0]
