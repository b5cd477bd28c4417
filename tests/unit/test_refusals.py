"""The library tells codes alone; for every `why` there are words, and for no other."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

import router.live
from router.core.causes import Cause
from router.core.model import Reply
from router.core.refusals import THEIRS, WORDS, YOURS, words_of

FOLDER = Path(router.live.__file__).parent / "lua"
CODE = {
    one.stem: re.sub(r"--.*", "", one.read_text(encoding="utf-8")) for one in FOLDER.rglob("*.lua")
}


def test_every_why_has_its_words() -> None:
    asked = set()
    for code in CODE.values():
        asked |= set(re.findall(r"\bno\([^\n]*?', '(\w+)'", code))
        asked |= set(re.findall(r"ok = false,[^\n]* why = '(\w+)'", code))
    assert asked == set(WORDS)


def test_every_cause_has_its_words() -> None:
    """Only who is to be told of them: no named person lacks skills or is held back for others."""
    may = set(Cause) - {"s1_text", "cooling", "passed_over", "sticky", "reserve"}
    assert set(THEIRS) == may
    assert set(YOURS) == may - {"skills"}


def test_no_sentence_stands_in_the_library() -> None:
    texts = ((part, text) for part, code in CODE.items() for text in literals(code))
    assert not [found for found in texts if words_in(found[1])]


def literals(code: str) -> list[str]:
    """The texts in code: in either kind of quotes, or in long brackets."""
    return [
        next(filter(None, found), "")
        for found in re.findall(
            r"""'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|\[=*\[(.*?)\]=*\]""", code, re.DOTALL
        )
    ]


def words_in(text: str) -> bool:
    """Whether people would read it: a word of two letters or more beside a space.

    No exceptions: names of pools and of lanes have no space beside a word, JSON and patterns none.
    """
    return bool(re.search(r"[a-zA-Z]{2,}\s|\s[a-zA-Z]{2,}", text))


def test_what_counts_as_a_sentence() -> None:
    code = """x = 'v0' .. ' t5' .. 'a \\'quoted\\' one'
    f("needs vet") g([[no such]]) y['by'] = ' (step '"""
    assert [text for text in literals(code) if words_in(text)] == [
        r"a \'quoted\' one", "needs vet", "no such", " (step ",
    ]  # fmt: skip


def test_a_reply_says_it_in_words() -> None:
    raw = b'{"ok":false,"code":"not_ready","why":"they_cannot","who":"Sam","cause":"on_call"}'
    assert msgspec.json.decode(raw, type=Reply).text == "Sam cannot take it now: they are on a call"
    assert words_of("you_cannot", None, "ringing") == (
        "you cannot take it now: first answer or decline what is ringing"
    )
    assert words_of("taken_by") == "taken by somebody else"
    assert words_of("taken_by", "Priya {Nair}") == "taken by Priya {Nair}"
    assert Reply(ok=False, code="x", text="as it was said").text == "as it was said"
    assert Reply(ok=False, why="a_code_of_tomorrow").text == "a_code_of_tomorrow"
