"""The arrivals waiting in the spool: each sender's in their order, a lane for each."""

from __future__ import annotations

from collections.abc import Iterable

from router.intake.spool_folder import Waiting


class Lanes:
    """Updated as arrivals come and go, so that nothing is searched or sorted while many wait."""

    def __init__(self, found: Iterable[Waiting]) -> None:
        self._all = dict[str, Waiting]()
        self._of = dict[str, dict[str, Waiting]]()
        for one in found:
            self.add(one)

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, name: str) -> bool:
        return name in self._all

    def add(self, one: Waiting) -> None:
        """It waits, behind its sender's earlier arrivals."""
        self._all[one.name] = one
        self._of.setdefault(one.sender, {})[one.name] = one

    def take(self, name: str) -> Waiting | None:
        """It waits no longer. None: it did not."""
        one = self._all.pop(name, None)
        if one is not None:
            lane = self._of[one.sender]
            del lane[name]
            if not lane:
                del self._of[one.sender]
        return one

    def senders(self) -> list[str]:
        """The senders with something here; the one whose lane began first is at the head."""
        return list(self._of)

    def of(self, sender: str) -> list[Waiting]:
        """Their arrivals, oldest first: one that was set aside comes back to its place."""
        return sorted(self._of.get(sender, {}).values(), key=lambda one: one.name)
