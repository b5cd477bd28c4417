"""The demo's additions to a centre: accounts to sign in with, and people who reach out."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import aiohttp
import structlog

from holdfast.clock import now_ms
from holdfast.demo import show
from holdfast.desk.view import View
from holdfast.security.credentials import Passwords
from router.core.model import LiveAgent, LiveContact, Step
from router.core.states import IN_ORDER, State
from router.records import accounts
from router.records.database import Database

log = structlog.get_logger()

UNTAKEN = IN_ORDER | {State.SCHEDULED}


async def add_accounts(database: Database) -> None:
    """Adds them once, to an empty database."""
    async with database.read() as connection:
        if await accounts.count(connection):
            return
    hashed = await Passwords().hash(show.PASSWORD)
    async with database.write() as connection:
        for account in show.ACCOUNTS:
            await accounts.add(
                connection,
                login=account.login,
                name=account.name,
                role=account.role,
                password_hash=hashed,
                skills=account.skills,
                now=now_ms(),
            )


class Script:
    """Has people reach out while agents are ready to answer, as many as those can cope with; while
    so many wait or are promised a call already, nobody else comes."""

    def __init__(
        self,
        sandbox_url: str,
        view: View,
        spawn: Callable[[Coroutine[Any, Any, Any], str], None],
    ) -> None:
        self._url = f"{sandbox_url}/_sandbox/script"
        self._view = view
        self._spawn = spawn
        self._order = order_for([], [])

    def on_step(self, _step_id: str, _step: Step) -> None:
        order = order_for(self._view.agents.values(), self._view.contacts.values())
        if order != self._order:
            self._order = order
            self._spawn(self._tell(order), "demo script")

    async def _tell(self, order: dict[str, Any]) -> None:
        try:
            async with aiohttp.ClientSession() as session, session.post(self._url, json=order):
                pass
        except aiohttp.ClientError:
            log.warning("show.carrier_away")


def order_for(agents: Iterable[LiveAgent], contacts: Iterable[LiveContact]) -> dict[str, Any]:
    """What the script is told: whether people reach out, and at which pace."""
    ready = sum(it.choice.ready and it.presence == "online" for it in agents)
    if not ready:
        return {"on": False}
    every_s, at_most = show.pace(ready)
    waiting = sum(it.state in UNTAKEN for it in contacts)
    return {"on": waiting < at_most, "every_s": every_s, "at_most": at_most}
