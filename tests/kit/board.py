"""A board without a browser: the hub that tells it, and what its page makes of that."""

from __future__ import annotations

import json
from typing import Any

from holdfast.desk.hub import Hub, Page
from holdfast.desk.page_kinds import PAGE_KINDS
from router.live.engine import decode_step
from router.records.accounts import Account
from tests.kit.store import World


class Board:
    """A page that folds its rows and keeps what it was alarmed about."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.hub = Hub(dict)
        account = Account("u9", "dana", "Dana", "supervisor", {}, True, "")
        self.page = Page(account, PAGE_KINDS["board"], "c9")
        self.contacts: dict[str, Any] = {}
        self.alarms: list[tuple[str, str]] = []

    async def open(self) -> Board:
        snapshot = await self.world.engine.snapshot()
        self.hub.load(snapshot)
        self.world.last = snapshot.last
        self.hub.join(self.page)
        return self

    async def follow(self) -> None:
        """Everything that the index has done since."""
        for step_id, raw in await self.world.engine.read(self.world.last, count=1000):
            self.world.last = step_id
            self.hub.on_step(step_id, decode_step(raw))
        while not self.page.outbox.empty():
            self._told(json.loads(self.page.outbox.get_nowait() or b"{}"))

    def _told(self, message: dict[str, Any]) -> None:
        if message["type"] == "notice":
            self.alarms.append((message["code"], message["text"]))
        elif message["type"] == "snapshot":
            self.contacts = message["view"]["contacts"]
        elif message["type"] == "event":
            self.contacts |= message["put"].get("contacts", {})
            for one in message["drop"].get("contacts", []):
                self.contacts.pop(one, None)
