"""How somebody sits beside an agent who talks (docs/voice.md)."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Mode(StrEnum):
    """Each hears agent and caller. On hold the caller is neither heard nor hears them."""

    LISTEN = "listen"
    """Nobody hears them."""
    WHISPER = "whisper"
    """The agent hears them."""
    BARGE = "barge"
    """Agent and caller hear them."""


BOARD = "@board"


def board_leg(account: str) -> str:
    """The name under which the sound of somebody's board is known, beside that of their desk."""
    return account + BOARD


def is_board(leg: str) -> bool:
    """Such a name."""
    return leg.endswith(BOARD)


def person_of(leg: str) -> str:
    """Whose sound it is, of their desk or of their board."""
    return leg.removesuffix(BOARD)


class Beside(msgspec.Struct, frozen=True):
    """Somebody who sits beside the agent of a call."""

    agent: str
    """Who sits there."""
    mode: Mode
    since: float = 0
    name: str = ""
    board: bool = False
    """With the sound of their board, and not of their desk."""
    trainee: str | None = None
    """They are this agent's buddy, and no supervisor: they sit here while the call is theirs."""
    hidden: bool = False
    """They listen, and the agent does not see it (`hide_listening`)."""

    @property
    def leg(self) -> str:
        """Whose sound it is, as the exchange knows it."""
        return board_leg(self.agent) if self.board else self.agent
