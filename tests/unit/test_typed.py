"""How people type comes to the same words."""

from __future__ import annotations

from time import process_time

import pytest

from router.core.typed import (
    MOST_CHARACTERS,
    MOST_PIECES,
    MOST_QUOTED,
    as_typed,
    listed,
    plain,
    read,
    words,
)


@pytest.mark.parametrize(
    "text",
    [
        "he isn't breathing", "He ISN’T breathing", "he isn´t breathing", "he isnʼt breathing",
        "he isnt\nbreathing", "he isnt... breathing", "he is\u00adnt brea\u200bthing",
        "he isnt b r e a t h i n g", "he isnt br34thing", "he isnt breathinggggg",
        "𝐡𝐞 𝐢𝐬𝐧𝐭 𝐛𝐫𝐞𝐚𝐭𝐡𝐢𝐧𝐠", "ＨＥ isnt breathing", "he_isnt-breathing", "he isn t breathing",
        "h\u00e9 isnt breathing", "h e  i s n t  b r e a t h i n g",
    ],
)  # fmt: skip
def test_a_dress_does_not_change_the_words(text: str) -> None:
    assert words(text) == ["he", "isnt", "breathing"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("pls help u r late", ["please", "help", "you", "are", "late"]),
        ("xq no respira", ["porque", "no", "respira"]),
        ("🆘 🩸", ["sos", "blood"]),
        ("¿Está bien?", ["esta", "bien", "?"]),
        ("3 dogs at 5", ["3", "dogs", "at", "5"]),
        ("", []), ("...", []), ("\u200b", []), ("日本語", ["日本語"]),
        ("a b c", ["a", "b", "c"]),
    ],
)  # fmt: skip
def test_shorthand_emoji_and_nothing(text: str, wanted: list[str]) -> None:
    assert words(text) == wanted


@pytest.mark.parametrize(
    ("text", "word", "typed"),
    [
        ("idk, he won't wake", "dont", "idk"), ("¡no respirá!", "respira", "respirá"),
        ("he won’t move", "wont", "won’t"), ("🔥 in the kitchen", "emofire", "🔥"),
        ("DOG is down", "dog", "dog"), ("h e l p me", "help", "help"), ("", "dog", "dog"),
        ("you are mean", "u", "u"), ("please heeelp!", "help", "heeelp"),
        ("omg🔥🔥 in here", "emofire", "🔥"), ("¡🔥!", "emofire", "🔥"), ("🐶❤️‍🔥", "emofire", "🔥"),
        ("i know, come rn", "now", "rn"), ("idk,he,won't,wake", "dont", "idk"),
        ("“idk”, she said", "dont", "idk"), ("https://a.b/idk/c", "dont", "idk"),
        ("respira\u0301 mal", "respira", "respira\u0301"),
        ("bre\u200bathing", "breathing", "bre\u200bathing"),
    ],
)  # fmt: skip
def test_a_word_is_quoted_as_it_was_typed(text: str, word: str, typed: str) -> None:
    assert as_typed(text, word) == typed


def test_a_quote_is_found_in_time_whatever_stands_around_it() -> None:
    text = "idk" + "." * (MOST_QUOTED - 4) + "x"
    began = process_time()
    for _ in range(20):
        assert as_typed(text, "dont") == "idk"
    assert process_time() - began < 0.2  # a twentieth of a second each, when it was quadratic


@pytest.mark.parametrize("letter", ["ﷺ", "🔥", "㍿", "ß"])
def test_what_becomes_longer_as_it_is_read_is_cut_again(letter: str) -> None:
    found = plain("gas " + letter * MOST_CHARACTERS + " fire")
    assert len(found) <= MOST_CHARACTERS + 1
    assert found.startswith("gas")
    assert found.endswith("fire")


def test_sentences_are_ranges_of_the_words() -> None:
    found = read("Hi there. All good here! The dog ate grapes\n\nthanks a lot")
    told = [" ".join(found.words[begin:end]) for begin, end in found.sentences]
    assert told == ["hi there", "all good here !", "the dog ate grapes", "thanks a lot"]
    assert read("The dog ate grapes").sentences == []


def test_a_long_sentence_is_read_through_windows_that_leave_nothing_out() -> None:
    found = read(" ".join(f"w{n}x" for n in range(100)))
    assert {at for begin, end in found.sentences for at in range(begin, end)} == set(range(100))


def test_a_book_is_read_at_both_ends() -> None:
    found = read("begin " + "some words here. " * 30_000 + "the end")
    assert len(plain("x" * 10 * MOST_CHARACTERS)) <= MOST_CHARACTERS + 1
    assert (found.words[0], found.words[-1]) == ("begin", "end")
    assert len(found.sentences) <= MOST_PIECES


@pytest.mark.parametrize(
    "entry", ["gums", "se trago", "u", "help u", "Isnt", "encías", "noooo", "x ray", "a  b", "911"]
)
def test_an_entry_of_a_list_is_read_as_a_text_is(entry: str) -> None:
    assert listed(entry) == words(entry)
