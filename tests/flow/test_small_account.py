"""A supervisor sees what the carrier's account cannot do."""

from __future__ import annotations

from pathlib import Path

from channels.twilio import standing
from tests.kit.centre import Centre, running_centre
from tests.kit.desk import desk


async def test_a_small_account_stands_on_the_board_in_the_doctors_words(tmp_path: Path) -> None:
    flags = ("--account", "small")
    async with (
        running_centre(tmp_path, carrier=flags) as centre,
        desk(centre, "dana", view="board") as board,
    ):
        await board.until(lambda: board.centre_words["account"] == list(standing.limits("Trial")))
        told = " ".join(board.centre_words["account"])
        for limit in ("5 calls at once", "one outgoing call a second", "verified numbers", "429"):
            assert limit in told


async def test_a_full_account_says_nothing(centre: Centre) -> None:
    async with desk(centre, "dana", view="board") as board:
        assert board.centre_words["account"] == []
