"""What a page's list of incidents shows, so that the page is told when the list has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set


class Listing:
    """From the page's question on, until it is told; then it asks again."""

    def __init__(self, agents: Set[str]) -> None:
        """`agents`: whose incidents it shows: one's own, and one's team's."""
        self.agents = agents
        self._ids: set[str] | None = None
        """None: it is being read."""
        self._meanwhile: dict[str, set[str]] = {}

    def changed(self, incidents: Mapping[str, Set[str]]) -> bool:
        """These have, as the record shows it now, and each concerns these agents, too (one that
        opens again is on no list yet). While it is read, `read` says so."""
        if self._ids is None:
            for incident, whose in incidents.items():
                self._meanwhile.setdefault(incident, set()).update(whose)
            return False
        return any(one in self._ids or whose & self.agents for one, whose in incidents.items())

    def read(self, ids: Iterable[str]) -> bool:
        """It shows these. True: it has changed while it was read."""
        self._ids = set(ids)
        return self.changed(self._meanwhile)
