"""Who the people of an incident are: their roles, and on whose side each stands. Pure."""

from __future__ import annotations

OWNER, SITTER, THIRD = "owner", "sitter", "third"
"""Sides: whose animal or home it is, who was paid to care, everybody else."""

ROLES = {
    "owner": OWNER,
    "owner’s family": OWNER,
    "sitter": SITTER,
    "pro": SITTER,
    "witness": THIRD,
    "neighbour": THIRD,
    "vet": THIRD,
    "hospital": THIRD,
    "police": THIRD,
    "authority": THIRD,
    "insurer": THIRD,
    "press": THIRD,
    "other": THIRD,
}
"""Roles, in the words that pages show, and the side of each."""

NAME_LETTERS = 200


def side_of(role: str | None) -> str | None:
    """The side of a role; None: nobody has said who they are."""
    return ROLES.get(role or "")


CONSENTS = {"contact": "to be contacted", "record": "to be recorded"}
"""What somebody agrees to, or does not."""
SAYS = ("yes", "no", "")
