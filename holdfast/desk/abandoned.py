"""Callers who gave up: hung up while waiting, and nobody has spoken with that incident since.

A pure fold like the rest of the view, one row per incident; a call that the record does not have
yet has a row of its own (`provisional`), until the record's takes its place. A row leaves when a
contact of the incident is answered later (a call either way, any text or mail), when somebody marks
it done, after a day, or when there are 200 newer ones; it is hidden while the caller waits again.
Callers from before this process began are read from the record (router/records/abandoned.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from router.core.abandoned import (
    DONE,
    KEEP_MS,
    MOST,
    AbandonedCaller,
    abandoned_by,
    spoken_at,
    waits,
)
from router.core.model import LiveContact, Step
from router.core.restricted import may_see
from router.core.states import NOT_MADE, State

ON_ITS_WAY = NOT_MADE | {State.DIALING}
"""A promised call is on its way to them."""


class Abandoned:
    """`shown` is what a board sees: incident -> entity AbandonedCaller of docs/desk-protocol.md."""

    def __init__(self) -> None:
        self.shown: dict[str, dict[str, Any]] = {}
        self._all: dict[str, AbandonedCaller] = {}
        self._taken_off: deque[str | None] = deque(maxlen=MOST)
        """Calls that somebody marked done lately: what was read of them before is older."""

    @property
    def provisional(self) -> list[str]:
        """Calls that the record did not have when they were announced."""
        return [caller.contact for caller in self._all.values() if caller.provisional]

    def load(
        self,
        recorded: Iterable[AbandonedCaller],
        since: int,
        contacts: Mapping[str, LiveContact],
        taken: Collection[str] = (),
        steps: Iterable[Step] = (),
    ) -> tuple[dict[str, Any], list[str]]:
        """What the record holds, and what the index did that it does not have yet (`steps`, the
        oldest first); rows that came after `since` (ms), while it was read, stay, and provisional
        ones but for those whose call it has by now (`taken`).

        Returns what a board puts and drops, as `fold` does.
        """
        read = Abandoned()
        read._all = {one.incident: one for one in recorded}
        for step in steps:
            read.fold(step, {})
        rows = list(read._all.values())
        there = {one.contact for one in rows if not one.provisional}.union(taken)
        fresh = {
            one.incident: one for one in rows if not (one.provisional and one.contact in there)
        }
        for incident, caller in self._all.items():
            stays = caller.contact not in there if caller.provisional else caller.at > since
            if stays and incident not in fresh:
                fresh[incident] = caller
        for live in contacts.values():
            found = fresh.get(live.incident or "")
            if found is not None and spoken_at(live) > found.at:
                del fresh[found.incident]
        for caller in list(fresh.values()):
            if caller.contact in self._taken_off:
                del fresh[caller.incident]
        touched = set(self._all) | set(fresh)
        self._all = dict(sorted(fresh.items(), key=lambda item: (item[1].at, item[0])))
        return self._changed(touched, contacts)

    def fold(
        self, step: Step, contacts: Mapping[str, LiveContact]
    ) -> tuple[dict[str, Any], list[str]]:
        """Returns what a board puts and drops after this step; `contacts` are all open ones."""
        touched: set[str] = set()
        for live in step.contacts:
            caller = abandoned_by(live)
            incident = live.incident or (caller.incident if caller else None)
            if incident is None:
                continue
            if incident != live.id and live.id in self._all:  # the record has it now
                del self._all[live.id]
                touched.add(live.id)
            known = self._all.get(incident)
            if known is not None:
                touched.add(incident)
                if spoken_at(live) > known.at:
                    del self._all[incident]
                    known = None
            if caller is not None and (known is None or caller.at > known.at):
                tries = caller.tries + (known.tries if known is not None else 0)
                self._all.pop(incident, None)  # to the end: the oldest stands first
                self._all[incident] = msgspec.structs.replace(caller, tries=tries)
                touched.add(incident)
        for happening in step.events:
            if happening.name == DONE:
                touched |= self._done(happening.contact)
        while self._all:
            oldest = next(iter(self._all.values()))
            if oldest.at > step.at - KEEP_MS and len(self._all) <= MOST:
                break
            del self._all[oldest.incident]
            touched.add(oldest.incident)
        return self._changed(touched, contacts) if touched else ({}, [])

    def _done(self, contact: str | None) -> set[str]:
        self._taken_off.append(contact)
        done = {caller.incident for caller in self._all.values() if caller.contact == contact}
        for incident in done:
            del self._all[incident]
        return done

    def _changed(
        self, touched: set[str], contacts: Mapping[str, LiveContact]
    ) -> tuple[dict[str, Any], list[str]]:
        again = {
            live.incident
            for live in contacts.values()
            if live.incident in touched
            and live.channel == "voice"
            and (waits(live) or (live.callback is not None and live.state in ON_ITS_WAY))
        }
        put: dict[str, Any] = {}
        drop: list[str] = []
        for incident in sorted(touched):
            caller = self._all.get(incident)
            if caller is None or incident in again:
                if self.shown.pop(incident, None) is not None:
                    drop.append(incident)
                continue
            entity = msgspec.to_builtins(caller)
            if self.shown.get(incident) != entity:
                self.shown[incident] = put[incident] = entity
        return put, drop


def seen_by(
    rows: Mapping[str, dict[str, Any]], account: str, few: Mapping[str, Collection[str]]
) -> dict[str, dict[str, Any]]:
    """These rows as a board of this account shows them: one of a restricted incident without who
    it is, for whoever is not on its list. `few`: the people of each restricted incident."""
    found = {}
    for incident, row in rows.items():
        shown = {name: value for name, value in row.items() if name != "only"}
        hidden = not may_see(few.get(incident) or row["only"], account)
        found[incident] = shown | {"hidden": hidden} | (UNSEEN if hidden else {})
    return found


UNSEEN: dict[str, Any] = {"who": {}, "incident_no": None, "line": ""}
