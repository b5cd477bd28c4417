"""The kinds of page with live data, a row each: who may open it, what it sees and does.

`/api/desk/ws?view=<name>` opens one. No other file knows their names: it asks for the column
(`tests/unit/test_page_kinds.py`), so that a new kind of page is a row here.
"""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.http.access import Permission


@dataclass(frozen=True, slots=True)
class PageKind:
    """What a page of this kind may see and do, whoever opened it; roles limit it further."""

    name: str
    """As its page says it when it connects (static/link.js)."""
    permission: Permission
    """Whose role has it may open one."""
    refused: str
    """For the others."""
    on_duty: bool
    """An agent is here by it: they are offered contacts, and it does what is done at a desk. Of an
    account only the last one that was opened is kept."""
    sees_all: bool
    """Every open contact, every agent and who gave up; otherwise what concerns its own account."""
    alarms: bool
    """The page gets alarms about people in danger of not being reached."""
    steers: bool
    """A supervisor decides here about anybody's work; otherwise about their own."""


PAGE_KINDS = {
    kind.name: kind
    for kind in (
        PageKind(
            name="desk",
            permission=Permission.DESK_USE,
            refused="Your role is not allowed to work at a desk.",
            on_duty=True,
            sees_all=False,
            alarms=False,
            steers=False,
        ),
        PageKind(
            name="board",
            permission=Permission.BOARD_SEE,
            refused="Your role is not allowed to see the board.",
            on_duty=False,
            sees_all=True,
            alarms=True,
            steers=True,
        ),
    )
}
"""By name."""

USUAL = "desk"
"""Of a page that does not say what it is."""
