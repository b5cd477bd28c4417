"""What a read-back has in it, and what the actions of a hand-off make next."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from router.core.next_action import LETTERS
from router.core.said_back import first_action, missing

ACTIONS = "14:38 call Dr. Novak for the blood result. Then text Maya."
PARTS = {"actions": ACTIONS, "what_if": "Sugar below 60 again: Harbor."}
SEATTLE = "America/Los_Angeles"


def at(hour: int, minute: int, day: int = 2) -> int:
    moment = datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo(SEATTLE))
    return round(moment.timestamp() * 1000)


@pytest.mark.parametrize("said", ["ok got it", "Ok, got it!", "will do then", "", "Luna is better"])
def test_words_that_say_nothing_of_what_is_to_be_done_are_no_read_back(said: str) -> None:
    assert missing(said, PARTS) == "actions"


@pytest.mark.parametrize(
    "said",
    ["calling Nóvak", "I call Dr. Novak at 14:38 and then I tell the whole team about it"],
)
def test_what_to_do_if_it_turns_is_said_too(said: str) -> None:
    assert missing(said, PARTS) == "what_if"
    assert not missing(said, PARTS | {"what_if": "Nothing."})


@pytest.mark.parametrize(
    "said",
    [
        "calling Nóvak; to Harbor if worse",
        "the results at 14:38, watch the sugars",
        # another language, and other words: as long as both parts take
        "Yo llamo a la clínica por los análisis; si empeora la llevamos al otro hospital y aviso.",
        "I ring the doctor as she wrote, and off to the night hospital she goes if she gets worse.",
    ],
)
def test_a_word_of_each_or_as_many_of_their_own_are_enough(said: str) -> None:
    assert not missing(said, PARTS)


def test_actions_without_a_word_ask_for_none() -> None:
    assert not missing("ok", {"actions": "14:38", "what_if": "-"})


@pytest.mark.parametrize(
    ("actions", "now", "what", "due"),
    [
        (ACTIONS, at(13, 50), ACTIONS, at(14, 38)),
        ("\n- Call the vet\n- text Maya at 15:00", at(13, 50), "Call the vet", None),
        ("1. Call at 2.15 pm", at(13, 50), "Call at 2.15 pm", at(14, 15)),
        ("Call at 12:05 am", at(23, 50), "Call at 12:05 am", at(0, 5, day=3)),
        ("Call the vet at 5", at(13, 50), "Call the vet at 5", None),  # morning or afternoon?
        ("Call the vet at 5 pm", at(13, 50), "Call the vet at 5 pm", at(17, 0)),
        ("Call at 13:40", at(13, 50), "Call at 13:40", None),  # it is over
        ("Call at 23:50", at(0, 10), "Call at 23:50", None),
        ("Call at 7:00", at(13, 50), "Call at 7:00", at(7, 0, day=3)),
        ("Give 27:80 units, then 13:40 pm", at(13, 50), "Give 27:80 units, then 13:40 pm", None),
    ],
)
def test_the_first_line_is_what_is_next_at_its_hour(
    actions: str, now: int, what: str, due: int | None
) -> None:
    assert first_action(actions, now, SEATTLE) == (what, due)


def test_a_long_line_is_cut_between_words() -> None:
    what, due = first_action("Call the clinic about Luna " * 20, at(13, 50), SEATTLE)
    assert (due, what[-1], len(what) <= LETTERS) == (None, "…", True)
    assert what[:-1].split()[-1] in {"Call", "the", "clinic", "about", "Luna"}
