"""What boards and desks are told by themselves names nobody of a restricted incident."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest

from holdfast.desk.callback_list import CallbackList
from holdfast.desk.entities import BARE, contact_entity, seen_by
from holdfast.desk.hub import Hub, Page
from holdfast.desk.page_kinds import PAGE_KINDS
from holdfast.desk.view import View
from router.core.help import Help, HelpStage
from router.core.model import LiveAgent, LiveContact, Offer, Promise, Snapshot, Step
from router.core.states import State
from router.live.engine import Engine
from router.records.accounts import Account
from router.records.database import Database
from tests.kit.store import centre_of

ONLY = {"lea": True}
WHO = {"name": "Quillon", "address": "+1 206 ••• 0937", "role": "owner"}
ASKED = Help("h1", "noah", "Noah", 1_000, HelpStage.ONE, contact="c1", incident="i1",
             incident_no="INC-20937")  # fmt: skip


def of_it(**more: Any) -> LiveContact:
    known: dict[str, Any] = {"incident": "i1", "incident_no": "INC-20937", "who": WHO}
    return LiveContact("c1", "voice", 1, 0, 0, **{**known, "only": ONLY, **more})


def board_of(hub: Hub) -> Page:
    dana = Account("dana", "dana", "Dana", "supervisor", {}, True, "")
    page = Page(dana, PAGE_KINDS["board"], "x")
    hub._pages[page.conn] = page
    return page


def heard(page: Page) -> str:
    return b"".join(page.outbox.get_nowait() or b"" for _ in range(page.outbox.qsize())).decode()


@pytest.mark.parametrize("only", [ONLY, None])
def test_the_last_try_in_vain_names_nobody_of_it(only: dict[str, bool] | None) -> None:
    hub = Hub(dict)
    board, nowhere = board_of(hub), centre_of(cast(Database, None), cast(Engine, None))

    async def recorded(_step: str) -> None:
        return

    promise = Promise("b1", by="u1", by_name="Priya", why="x", tried=3, tries=3)
    ended = {"state": State.ENDED, "outcome": "not_reached", "ended_at": 5, "dir": "out"}
    live = of_it(only=only, callback=promise, cause="no_answer", **ended)
    CallbackList(nowhere, hub, recorded).on_step("1-0", Step(5, 1, contacts=[live]))
    told = heard(board)
    assert "not reached, 3 calls" in told
    assert ("Restricted" in told, "Quillon" in told) == (only is not None, only is None)
    assert ("20937" in told) == (only is None)


def test_a_request_for_help_names_no_incident_though_its_contact_is_over() -> None:
    view, agent = View(few={"i1": frozenset(ONLY)}), LiveAgent("noah", "Noah", help=ASKED)
    view.load(Snapshot(0, 1, "0-0", [], [agent], {}))
    told = view.helps.of(None, "dana", view.few)["h1"]
    assert (told["restricted"], told["incident"], told["incident_no"]) == (True, None, None)
    assert view.helps.of(None, "lea", view.few)["h1"]["incident"] == "i1"


@pytest.mark.parametrize("tried", [1, 2])
def test_who_is_rung_for_a_promised_call_reads_that_it_is_one_and_no_more(tried: int) -> None:
    """At an outsider, too, whom only an S1 reaches: they call, and answer nobody."""
    promise = Promise("b1", by="u1", by_name="Priya", why="x", tried=tried, tries=3, note="Quillon")
    rings = Offer("f1", ["noah"], 9)
    live = of_it(callback=promise, offer=rings, state=State.OFFERED, dir="out")
    for_noah = seen_by(contact_entity(live, None), live, "noah")
    assert for_noah["callback"] == BARE
    assert seen_by(contact_entity(live, None), live, "omar")["callback"] is None
    assert seen_by(contact_entity(live, None), live, "lea")["callback"]["tried"] == tried


def test_nobody_is_asked_of_a_promise_in_an_incident_that_they_may_not_see() -> None:
    view = View()
    promise = Promise("b1", by="lea", by_name="Lea", why="about the threat")
    waits = of_it(callback=promise, party="p1", named="noah", state=State.SCHEDULED, dir="out")
    mine = LiveContact("c3", "sms", 3, 0, 0, party="p1", agent="noah", state=State.WRAPUP)
    for only in (None, ONLY):
        waits = msgspec.structs.replace(waits, only=only)
        agent = LiveAgent("noah", "Noah")
        view.load(Snapshot(0, 1, "0-0", [mine, waits], [agent], {}))
        for told in (view.at_desk(mine, "noah"), view.at_board(mine, "dana")):
            assert (told["still_needed"] is None) == (only is not None)
