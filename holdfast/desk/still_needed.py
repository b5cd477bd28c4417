"""The promised call about which an agent is asked "still needed?" at the wrap-up.

They had a contact of the party to whom it was promised, and it is named for them. No answer means
that it is still needed; nothing waits for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from router.core.model import LiveContact, Step
from router.core.states import NOT_MADE, State

Contacts = Mapping[str, LiveContact]


def _is_open(live: LiveContact) -> bool:
    return live.callback is not None and live.answered_at is None and live.state in NOT_MADE


class StillNeeded:
    """Open promises by their party."""

    def __init__(self) -> None:
        self._of: dict[str, set[str]] = {}

    def load(self, contacts: Contacts) -> None:
        self._of.clear()
        for live in contacts.values():
            self._note(live)

    def _note(self, live: LiveContact) -> bool:
        """False: it is no promise to a party we know."""
        if live.callback is None or live.party is None:
            return False
        if _is_open(live):
            self._of.setdefault(live.party, set()).add(live.id)
        elif live.party in self._of:
            self._of[live.party].discard(live.id)
            if not self._of[live.party]:
                del self._of[live.party]
        return True

    def fold(self, step: Step, contacts: Contacts) -> list[LiveContact]:
        """The contacts in wrap-up, unchanged by this step, about which the question may have
        changed."""
        parties = {live.party for live in step.contacts if self._note(live)}
        if not parties:
            return []
        moved = {live.id for live in step.contacts}
        return [
            live
            for live in contacts.values()
            if live.state == State.WRAPUP and live.party in parties and live.id not in moved
        ]

    def of(self, live: LiveContact, contacts: Contacts) -> dict[str, Any] | None:
        """What pages are told with a contact in wrap-up; None: nothing is asked."""
        if live.state != State.WRAPUP or live.party is None or live.agent is None:
            return None
        for one in self._named(live, contacts):
            assert one.callback is not None
            return {
                "contact": one.id,
                "by_name": one.callback.by_name,
                "why": one.callback.why,
                "due": one.not_before or one.arrived_at,
            }
        return None

    def _named(self, live: LiveContact, contacts: Contacts) -> Iterable[LiveContact]:
        for name in sorted(self._of.get(live.party or "", ())):
            one = contacts.get(name)
            if one is not None and one.named == live.agent and name != live.id:
                yield one
