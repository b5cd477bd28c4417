"""A summary: proposed by the lines of the record; what may be saved, and what changed in it."""

from __future__ import annotations

from typing import Any

import pytest

from router.core.summary import (
    LETTERS,
    SECTIONS,
    SENTENCES,
    Change,
    Sentence,
    changes,
    fault_of,
    moment,
    tidy,
    tied,
)
from router.core.summary_proposal import EXCERPT, FIRST, LAST, OURS, proposal

AT = 1_796_000_000_000
ZONE = "America/Los_Angeles"


def line(name: str, kind: str = "note", **more: Any) -> dict[str, Any]:
    empty = dict.fromkeys(
        ("channel", "direction", "who", "to", "text", "html", "subject", "contact", "parts")
    )
    return {"id": name, "at": AT + len(name), "kind": kind, **empty, **more}


def document(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "title": "Luna ate gum", "severity": 1, "state": "open", "status": "active",
        "parties": [], "contacts": [], "next": None, "timeline": list(lines), **more,
    }  # fmt: skip


def proposed(*lines: dict[str, Any], **more: Any) -> list[Sentence]:
    return proposal(document(*lines, **more), kind_word="Poisoning", zone=ZONE)


CALL = line("call:c1", "call", direction="in", who="Maya", text="called · answered after 3 s",
            contact="c1", channel="voice")  # fmt: skip
NOTE = line("n1", text="15 pieces of gum, an hour ago", who="Priya Nair")
TEXT = line("m1", "message", direction="out", channel="sms", who="Priya Nair", to="Dr. Novak",
            text="She comes to you now")  # fmt: skip
PLANNED = line("next:x1", "event", who="Priya Nair", text="Priya Nair planned: Call the vet")
RAISED = line("e1", "event", text="incident is S1: they called; it was S3")
NEXT = {"id": "x1", "what": "Call the vet", "agent_name": "Priya Nair", "due": AT}
MAYA = {"id": "p1", "name": "Maya Torres", "role": "owner"}


def test_each_part_of_the_page_is_proposed_by_a_line() -> None:
    found = proposed(
        CALL, NOTE, TEXT, RAISED, PLANNED,
        parties=[MAYA], contacts=[{"id": "c1", "party": "p1"}], next=NEXT,
    )  # fmt: skip
    when = moment(AT, ZONE)
    assert [(one.section, one.text, one.line, one.source) for one in found] == [
        ("about", "Poisoning: Luna ate gum.", "call:c1", "call"),
        ("severity", f"S1, life or safety in danger, since {when}.", "e1", "record"),
        ("people", "Owner: Maya Torres.", "call:c1", "call"),
        ("happened", "Maya called · answered after 3 s.", "call:c1", "call"),
        ("happened", "15 pieces of gum, an hour ago.", "n1", "note"),
        ("did", "Priya Nair wrote to Dr. Novak: “She comes to you now”.", "m1", "text"),
        ("next", f"Call the vet: Priya Nair, by {when}.", "next:x1", "record"),
    ]
    assert all(one.when and not one.by for one in found)


def test_what_was_only_noted_of_the_incident_is_nothing_that_we_did() -> None:
    told = ("P set the type to poisoning", "P said who M is: owner", "P set the status to active",
            "P added a vet", "P set the incident’s severity from S3 to S1")  # fmt: skip
    lines = [line(f"e{n}", "event", who="P", text=words) for n, words in enumerate(told)]
    assert [one.text for one in proposed(*lines) if one.section == "did"] == [
        "P set the status to active.", "P set the incident’s severity from S3 to S1.",
    ]  # fmt: skip


def test_of_a_long_record_the_beginning_and_the_end_are_proposed_and_no_sentence_is_long() -> None:
    notes = [line(f"n{n}", text=f"note {n} " + "word " * 200) for n in range(300)]
    sent = [line(f"o{n}", "message", direction="out", text=f"ours {n}") for n in range(200)]
    found = proposed(*notes, *sent)
    told = [one.line for one in found if one.section == "happened"]
    assert told == [f"n{n}" for n in (*range(FIRST), *range(300 - LAST, 300))]
    ours = [one.line for one in found if one.section == "did"]
    assert ours == [f"o{n}" for n in range(200 - OURS, 200)]
    assert all(len(one.text) <= EXCERPT + 40 for one in found)


@pytest.mark.parametrize("before", range(60, 99))
def test_half_a_name_or_number_is_never_proposed(before: int) -> None:
    said = f"{'x' * (before - 1)} Featherstonehaugh 206 555 0142 came late and stayed for an hour"
    [told] = [one.text for one in proposed(line("n1", text=said)) if one.section == "happened"]
    words = set(told.rstrip("….").split(" "))
    assert words <= set(said.split(" "))
    assert not words & {"206", "555", "0142"} or {"206", "555", "0142"} <= words


def test_an_incident_without_a_fact_says_just_that() -> None:
    assert proposed() == []
    found = proposed(line("m1", "message", direction="in", channel="sms", text=""), title="")
    assert [one.text for one in found if one.section in ("happened", "next")] == [
        "Somebody sent something that is not text.",
        "Open: active. Nobody has said what is next.",
    ]


def test_quoted_parts_of_a_mail_are_not_said_again() -> None:
    parts = [{"text": "She is better", "quoted": False}, {"text": "> old words", "quoted": True}]
    mail = line("m1", "message", direction="in", channel="email", who="Maya", subject="Luna",
                text="She is better> old words", parts=parts)  # fmt: skip
    [said] = [one for one in proposed(mail) if one.section == "happened"]
    assert (said.text, said.source) == ("Maya wrote: “Luna: She is better”.", "mail")


def test_a_moment_has_its_zone_and_needs_no_locale() -> None:
    assert moment(AT, ZONE) == "29 Nov 16:53 PST"
    assert moment(AT, "UTC", year=True) == "30 Nov 2026 00:53 UTC"


def test_words_have_no_letters_that_nobody_sees() -> None:
    assert tidy(" a\u202eb\u200bc\u0000 \n\t d\ud800 ") == "abc d"
    assert tidy("<b>x</b> &amp; Ł") == "<b>x</b> &amp; Ł"


def test_a_sentence_is_tied_to_a_line_of_the_timeline_or_to_none() -> None:
    lines = {"n1": NOTE}
    it = tied(Sentence("about", "x", "n1", by="u1", by_name="P"), lines, ZONE)
    assert it == Sentence("about", "x", "n1", "note", moment(NOTE["at"], ZONE))
    assert tied(Sentence("about", "x", "gone"), lines, ZONE) is None


@pytest.mark.parametrize(
    ("sentences", "hide", "words"),
    [
        ([], [], "no sentence yet"),
        ([Sentence("about", "x")] * (SENTENCES + 1), [], f"at most {SENTENCES}"),
        ([Sentence("elsewhere", "x")], [], "one of: about"),
        ([Sentence("about", "")], [], "no words"),
        ([Sentence("about", "x" * (LETTERS + 1))], [], f"longer than {LETTERS}"),
        ([Sentence("about", "x")], ["x" * 81], "words to take out"),
    ],
)
def test_what_cannot_be_saved_is_said_in_words(
    sentences: list[Sentence], hide: list[str], words: str
) -> None:
    assert words in str(fault_of(sentences, hide))


def test_what_is_right_can_be_saved() -> None:
    assert fault_of([Sentence(one, "x" * LETTERS) for one in SECTIONS], ["Blue Gate"]) is None


def test_what_changed_between_two_versions_is_told_by_sentence() -> None:
    before = [
        Sentence("about", "Luna ate gum.", "n1"), Sentence("happened", "She is asleep.", "n2"),
        Sentence("did", "We called.", "n3"), Sentence("next", "The vet calls.", "n4"),
    ]  # fmt: skip
    after = [
        Sentence("about", "Luna ate 15 pieces of gum.", "n1"), Sentence("did", "We called.", "n3"),
        Sentence("did", "The vet calls.", "n4"), Sentence("next", "Ask Dr. Novak at nine.", "n5"),
    ]  # fmt: skip
    assert changes(before, after) == [
        Change("changed", "about", "Luna ate 15 pieces of gum.", "Luna ate gum."),
        Change("gone", "happened", "She is asleep."),
        Change("moved", "did", "The vet calls.", "The vet calls."),
        Change("new", "next", "Ask Dr. Novak at nine."),
    ]
    assert changes(after, after) == []
    turned = [after[0], after[2], after[1], after[3]]
    assert [one.kind for one in changes(after, turned)] == ["moved"]
