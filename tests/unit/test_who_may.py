"""Every intent is refused to whoever may not do it, before anything else is asked."""

from __future__ import annotations

from typing import Any, cast

import pytest

import holdfast.desk.topics  # noqa: F401 - declares them
from holdfast.desk.hub import Page
from holdfast.desk.intents import INTENTS, Refused
from holdfast.desk.page_kinds import PAGE_KINDS
from holdfast.desk.socket import DeskSocket
from holdfast.http.access import ROLES
from router.records.accounts import Account

NOBODY = cast(Any, None)
"""Who is not asked: what is refused goes no further."""


async def refusal(do: str, role: str, view: str) -> tuple[str, str]:
    page = Page(Account("u1", "login", "Name", role, {}, True, ""), PAGE_KINDS[view], "connection")
    with pytest.raises(Refused) as refused:
        await DeskSocket(NOBODY, NOBODY, NOBODY).perform(page, {"do": do})
    return refused.value.code, refused.value.message


@pytest.mark.parametrize("do", sorted(do for do, it in INTENTS.items() if it.desk_only))
async def test_what_is_done_at_the_desk_is_refused_on_a_board(do: str) -> None:
    """A board hangs on a wall: nobody there takes a call, or pauses whoever opened it."""
    assert await refusal(do, "admin", "board") == ("not_allowed", "do this at the desk")


@pytest.mark.parametrize("do", sorted(INTENTS))
async def test_no_role_does_what_it_may_not(do: str) -> None:
    may_not = [role for role, may in ROLES.items() if INTENTS[do].permission not in may]
    for role in (*may_not, "", "guest"):
        code, words = await refusal(do, role, "desk")
        assert (code, words) == ("not_allowed", "your role does not allow this")


async def test_what_nobody_declared_does_not_exist() -> None:
    assert (await refusal("format_disk", "admin", "desk"))[0] == "bad_request"
