"""New and quoted parts: nothing is lost, and what nobody has heard yet is heard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.quotes import folds_of, new_part, parts, unseen

OURS = "We called the vet.\nPlease keep her warm."
QUOTED = "> We called the vet.\n> Please keep her warm.\n"
GMAIL = f"She is worse.\n\nOn Tue, 3 Mar 2026 at 10:00, Help <help@x.example> wrote:\n{QUOTED}"
WRAPPED = "She is worse.\n\nOn Tue, 3 Mar 2026, Help\n<help@x.example> wrote:\n> We called\n"
SPANISH = "Está peor.\n\nEl mar, 3 mar 2026, Ayuda (<help@x.example>)\nescribió:\n\n> Hola\n"
OUTLOOK = (
    "She is worse.\n\n-----Original Message-----\nFrom: Help\nSent: Tuesday\n\nWe called the vet.\n"
)
BLOCK = "She is worse.\n\nFrom: Help\nSent: Tuesday\nTo: Maya\nSubject: dog\n\nWe called\n"
BELOW = "On Tue, Help <h@x.example> wrote:\n> We called the vet.\n\nShe is worse.\n"
BETWEEN = "On Tue, Help <h@x.example> wrote:\n> Is she warm?\nShe is worse.\n> Is he?\nno\n"


@pytest.mark.parametrize("text", [GMAIL, WRAPPED, OUTLOOK, BLOCK, BELOW, "She is worse."])
def test_new_part_is_what_was_written_now(text: str) -> None:
    assert new_part(text) == "She is worse."


def test_spanish_mark_is_known() -> None:
    assert new_part(SPANISH) == "Está peor."


def test_answers_between_the_lines_are_new() -> None:
    assert new_part(BETWEEN) == "She is worse.\nno"


@pytest.mark.parametrize("text", ["> only a quote\n", "-----Original Message-----\nHelp!\n", ""])
def test_nothing_new_shows_everything(text: str) -> None:
    assert folds_of(text) == []


@given(
    st.lists(
        st.one_of(
            st.text(max_size=30),
            st.sampled_from([GMAIL, BELOW, BETWEEN, OUTLOOK, "> a\n", "\r\n", "From: a\n", "\x85"]),
        )
    )
)
def test_segments_joined_are_the_text(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert "".join(part for part, _ in parts(text, folds_of(text))) == text


def test_what_we_said_is_not_heard_again() -> None:
    assert unseen(GMAIL, OURS) == "She is worse."


def test_cry_for_help_below_the_mark_is_heard() -> None:
    text = OUTLOOK + "She stopped breathing\n"
    assert "stopped breathing" in unseen(text, OURS)
    assert "called the vet" not in unseen(text, OURS)


def test_forwarded_words_that_are_new_to_us_are_heard() -> None:
    text = "FYI\n\n---------- Forwarded message ---------\nFrom: x\n\nHe has a knife\n"
    assert "knife" in unseen(text, "")


def test_many_marks_cost_little() -> None:
    text = "On a day they wrote:\n> a\n" * 10_000 + "end\n"
    assert new_part(text) == "end"
