"""The demo's additions to a centre: accounts to sign in with, and people who reach out."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
import structlog

from holdfast.clock import now_ms
from holdfast.demo import show
from holdfast.desk.view import View
from holdfast.security.credentials import Passwords
from router.core.model import Step
from router.records import accounts
from router.records.database import Database

log = structlog.get_logger()


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
    """Has people reach out while agents are ready to answer, as many as those can cope with."""

    def __init__(
        self,
        sandbox_url: str,
        view: View,
        spawn: Callable[[Coroutine[Any, Any, Any], str], None],
    ) -> None:
        self._url = f"{sandbox_url}/_sandbox/script"
        self._view = view
        self._spawn = spawn
        self._ready = 0

    def on_step(self, _step_id: str, _step: Step) -> None:
        ready = sum(
            agent.choice.ready and agent.presence == "online"
            for agent in self._view.agents.values()
        )
        if ready != self._ready:
            self._ready = ready
            self._spawn(self._tell(ready), "demo script")

    async def _tell(self, ready: int) -> None:
        order: dict[str, Any] = {"on": bool(ready)}
        if ready:
            order["every_s"], order["at_most"] = show.pace(ready)
        try:
            async with aiohttp.ClientSession() as session, session.post(self._url, json=order):
                pass
        except aiohttp.ClientError:
            log.warning("show.carrier_away")
