"""An address as it is typed for a party: one of our own is nobody's, however it is written."""

from __future__ import annotations

import msgspec
import pytest

from holdfast.desk.intents import Refused
from holdfast.desk.parties import read_address
from tests.kit.store import CONFIG

LINES = [msgspec.structs.replace(CONFIG.lines[0], mail="help@holdfast.test")]


@pytest.mark.parametrize("at", ["help@holdfast.test", "Help+INC-20401@holdfast.test"])
def test_our_own_mailbox_with_a_plus_is_ours(at: str) -> None:
    with pytest.raises(Refused, match="one of our own lines"):
        read_address(at, LINES)


def test_a_plus_of_somebody_else_is_theirs() -> None:
    found = read_address("maya+dog@example.com", LINES)
    assert found == ("email", "maya+dog@example.com")
