"""What the demo adds to a centre: accounts to sign in with, and people who reach out."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
import structlog

from holdfast import demo
from holdfast.clock import now_ms
from holdfast.desk.view import View
from holdfast.security import Passwords
from router.core.model import Step
from router.records import accounts
from router.records.database import Database

log = structlog.get_logger()


async def add_accounts(database: Database) -> None:
    """Once, into an empty database."""
    async with database.read() as connection:
        if await accounts.count(connection):
            return
    hashed = await Passwords().hash(demo.PASSWORD)
    async with database.write() as connection:
        for account in demo.ACCOUNTS:
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
    """People reach out while somebody is ready to answer, and only then."""

    def __init__(
        self,
        sandbox_url: str,
        view: View,
        spawn: Callable[[Coroutine[Any, Any, Any], str], None],
    ) -> None:
        self._url = f"{sandbox_url}/_sandbox/script"
        self._view = view
        self._spawn = spawn
        self._on = False

    def on_step(self, _step_id: str, _step: Step) -> None:
        on = any(
            agent.choice == "ready" and agent.presence == "online"
            for agent in self._view.agents.values()
        )
        if on != self._on:
            self._on = on
            self._spawn(self._tell(on), "demo script")

    async def _tell(self, on: bool) -> None:
        try:
            async with aiohttp.ClientSession() as session, session.post(self._url, json={"on": on}):
                pass
        except aiohttp.ClientError:
            log.warning("demo.carrier_away")
