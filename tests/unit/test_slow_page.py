"""A page that does not read: what is kept for it is bounded, and it is not taken for one that is
there. And a page's picture when an older life of the index is heard of late."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from holdfast.desk.hub import Hub, Page
from holdfast.desk.page import OUTBOX
from holdfast.desk.page_kinds import PAGE_KINDS
from holdfast.switchboard import Switchboard
from router.core.model import LiveContact, Snapshot, Step
from router.core.states import State
from router.records.accounts import Account

MANY = 20
NOBODY = cast(Any, None)
"""Who is not asked."""


def page_of(login: str = "dana", view: str = "board", conn: str | None = None) -> Page:
    account = Account(login, login, login.title(), "supervisor", {}, True, "")
    return Page(account, PAGE_KINDS[view], conn or f"conn-{login}-{view}")


def contact(number: int, **fields: Any) -> LiveContact:
    return LiveContact(f"c{number}", "sms", 3, arrived_at=number, score=number, **fields)


def step(number: int, epoch: int = 1, **fields: Any) -> tuple[str, Step]:
    """Something happens to one of MANY contacts."""
    live = contact(number % MANY, **fields)
    return f"{number}-0", Step(at=number, epoch=epoch, contacts=[live])


def read(page: Page) -> list[dict[str, Any] | None]:
    """What its connection sends, in order; None: it is closed here."""
    found: list[dict[str, Any] | None] = []
    while not page.outbox.empty():
        raw = page.outbox.get_nowait()
        found.append(None if raw is None else msgspec.json.decode(raw))
    return found


async def test_what_is_kept_for_it_is_bounded_and_then_it_gets_one_fresh_snapshot() -> None:
    hub = Hub(dict)
    slow, quick = page_of(conn="slow"), page_of(conn="quick")
    hub.join(slow)
    hub.join(quick)
    got: list[dict[str, Any] | None] = read(quick)
    for number in range(1, 3 * OUTBOX):
        hub.on_step(*step(number))
        assert slow.outbox.qsize() <= OUTBOX
        got += read(quick)
    assert len(got) >= 3 * OUTBOX  # nobody else waits for the slow one
    kept = read(slow)
    assert len(kept) == OUTBOX
    last = 3 * OUTBOX
    hub.on_step(*step(last))
    (fresh,) = read(slow)
    assert fresh is not None
    assert fresh["type"] == "snapshot"
    assert len(fresh["view"]["contacts"]) == MANY
    hub.on_step(*step(last + 1))
    (event,) = read(slow)
    assert event is not None
    assert (event["type"], event["seq"]) == ("event", fresh["seq"] + 1)


async def test_a_page_behind_that_asks_for_a_snapshot_gets_it_before_anything_else() -> None:
    hub, page = Hub(dict), page_of()
    hub.join(page)
    for number in range(1, 2 * OUTBOX):
        hub.on_step(*step(number))
    assert page.stale
    hub.snapshot(page)
    (fresh,) = read(page)
    assert fresh is not None
    assert (fresh["type"], len(fresh["view"]["contacts"])) == ("snapshot", MANY)
    assert not page.stale


@pytest.mark.parametrize("again", ["snapshot", "reload", "step", "index read again"])
async def test_a_closed_page_that_is_behind_stays_closed(again: str) -> None:
    """Its account was ended, or its desk was opened elsewhere, while it read nothing: whatever
    begins its picture again does not begin its connection again, and nothing follows the end."""
    hub, page = Hub(dict), page_of()
    hub.join(page)
    for number in range(1, 2 * OUTBOX):
        hub.on_step(*step(number))
    page.close()
    if again == "snapshot":
        hub.snapshot(page)
    elif again == "reload":
        hub.show_anew()
    elif again == "index read again":
        hub.load(Snapshot(1, 2, "1-0", [contact(1)], [], {}))
    else:
        hub.on_step(*step(2 * OUTBOX))
    assert read(page)[-1] is None


async def test_an_older_desk_is_closed_though_it_reads_nothing() -> None:
    hub, older, newer = Hub(dict), page_of(view="desk", conn="1"), page_of(view="desk", conn="2")
    hub.join(older)
    for number in range(1, 2 * OUTBOX):
        hub.on_step(*step(number, agent="dana", state=State.ACTIVE))
    assert older.stale
    hub.join(newer)
    hub.show_anew()
    assert hub.desk_of("dana") is newer  # what is told the agent is told there
    assert read(older)[-1] is None
    assert [m["type"] for m in read(newer) if m] == ["snapshot", "snapshot"]


async def test_a_step_of_an_older_life_of_the_index_changes_no_page() -> None:
    """The stream of a life that was forgotten is read to its end, after the next has begun."""
    hub, board = Hub(dict), page_of()
    hub.load(Snapshot(10, 2, "10-0", [contact(1)], [], {}))
    hub.join(board)
    before = read(board)[-1]
    assert before is not None
    late = Step(at=9, epoch=1, contacts=[contact(1, state=State.ENDED), contact(7)])
    hub.on_step("11-0", late)
    assert read(board) == []
    hub.snapshot(board)
    (after,) = read(board)
    assert after is not None
    assert after["view"]["contacts"] == before["view"]["contacts"]
    hub.on_step(*step(12, epoch=2))
    assert [m["name"] for m in read(board) if m] == ["changed"]


async def test_nor_does_it_take_anybody_out_of_a_talk() -> None:
    heard: list[tuple[str, str]] = []
    board = Switchboard(NOBODY, b"k", "p1", lambda: 0, None)
    board.exchange = cast(Any, SimpleNamespace(
        plan=lambda id, _plan, **_music: heard.append((id, "plan")),
        forget=lambda id, _why: heard.append((id, "forget")),
    ))  # fmt: skip
    talks = LiveContact("c1", "voice", 1, 1, 1, state=State.ACTIVE, agent="u1", link="streaming")
    board.adopt(Snapshot(10, 2, "10-0", [talks], [], {}))
    waits = LiveContact("c1", "voice", 1, 1, 1, state=State.QUEUED)
    board.on_step("11-0", Step(at=9, epoch=1, contacts=[waits]))
    assert heard == [("c1", "plan")]
    board.on_step("12-0", Step(at=12, epoch=2, contacts=[waits]))
    assert heard == [("c1", "plan"), ("c1", "forget")]
