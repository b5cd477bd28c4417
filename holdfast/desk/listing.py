"""What a page's list of incidents shows, so that the page is told when the list has changed."""

from __future__ import annotations

from collections.abc import Iterable, Set


class Listing:
    """From the page's question on, until it is told; then it asks again."""

    def __init__(self, agents: Set[str]) -> None:
        """`agents`: whose incidents it shows: one's own, and one's team's."""
        self.agents = agents
        self._ids: set[str] | None = None
        """None: it is being read."""
        self._meanwhile: set[str] = set()
        self._named: set[str] = set()

    def concerns(self, incident: str, whose: Iterable[str | None]) -> bool:
        """A change of this incident may change the list; `whose`: agents whom it concerns."""
        if not self.agents.isdisjoint(whose):
            self._named.add(incident)  # one that opens again is on no list yet
            return True
        if self._ids is None:
            self._meanwhile.add(incident)
            return True
        return incident in self._ids

    def changed(self, incidents: set[str]) -> bool:
        """One of these has, as the record shows it now. While it is read, `read` says so."""
        return self._ids is not None and not incidents.isdisjoint(self._ids | self._named)

    def read(self, ids: Iterable[str]) -> bool:
        """It shows these. True: it has changed while it was read."""
        self._ids = set(ids)
        return bool(self._named) or not self._meanwhile.isdisjoint(self._ids)
