"""The roles of processes: which of a centre's tasks each may do."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The share of a centre's tasks that a process does."""

    ALL = "all"
    WEB = "web"
    ROUTER = "router"
    MEDIA = "media"


NOT_ALONE = {
    Role.WEB: "web does not run alone yet: an agent's sound flows in the process that serves their"
    " page.",
    Role.MEDIA: "media does not run alone yet: a call's sound flows in the process that serves the"
    " agents' pages.",
}
INSTEAD = (
    "Start `holdfast serve --role all` once, and `--role router` beside it as often as you like."
)


def refusal(role: Role) -> str | None:
    """Why a process of this role cannot be started, and what can be done; None: it can."""
    return f"{NOT_ALONE[role]} {INSTEAD}" if role in NOT_ALONE else None
