"""A promised call that reached nobody, however often: nothing is lost, its owner has it to do."""

from __future__ import annotations

from typing import Any

from router.core.callback import next_action
from router.core.config import Config
from router.core.incident import OPEN
from router.core.model import LiveContact
from router.core.severity import BY_RULE
from router.incidents.next_actions import PLANNED
from router.records import audit, next_actions, people
from router.records.database import Transaction
from router.records.ids import derived_id


async def hand_back(
    connection: Transaction,
    config: Config,
    held: Any,
    live: LiveContact,
    now: int,
    wrote: str | None,
) -> str | None:
    """After the last try (`live`), in its incident, which is held: a next action of its owner,
    unless something is planned there. Nobody's: router/incidents/unplanned.py finds somebody.
    `wrote`: how the centre has written to them (router/callbacks/last_words.py).
    Whose it is now; None: nothing was planned."""
    if held is None or held.state != OPEN or held.owner is None:
        return None
    if await next_actions.open_of(connection, held.id) is not None:
        return None
    one = derived_id("x", "callback", live.id)
    mail = bool(await people.mails_of(connection, live.party or ""))
    await next_actions.plan(
        connection,
        {
            "id": one, "incident": held.id, "what": next_action(live, mail=mail, wrote=wrote),
            "agent": held.owner, "made_by": BY_RULE, "made_at": now,
            "due_at": now + config.incidents.next_within.ms(live.severity),
        },
    )  # fmt: skip
    await audit.append(
        connection, actor=BY_RULE, action=PLANNED, subject=held.id, now=now, detail=one
    )
    owner: str = held.owner
    return owner
