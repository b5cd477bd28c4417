"""What people hear whom we call ourselves, in every language that we speak."""

from __future__ import annotations

from string import Formatter

import msgspec
import pytest

from router.core.called import CALLED
from router.core.config_faults import faults
from router.core.opening import OnCall, OutsideNumber
from router.core.sentences import LANGUAGES
from router.core.text import spoken
from tests.kit.store import CONFIG


def fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


def test_each_sentence_is_there_in_every_language_with_the_same_values() -> None:
    assert set(CALLED) == set(LANGUAGES)
    english = CALLED["en"]
    for words in CALLED.values():
        assert set(words) == set(english)
        assert {key: fields(it) for key, it in words.items()} == {
            key: fields(it) for key, it in english.items()
        }


@pytest.mark.parametrize(
    ("ms", "language", "says"),
    [
        (45_000, "en", "45 seconds"),
        (90_000, "es", "1 minuto y 30 segundos"),
        (7_200_000, "es", "2 horas"),
        (2 * 86_400_000, "es", "2 días"),
    ],
)
def test_a_time_is_said_in_each(ms: int, language: str, says: str) -> None:
    assert spoken(ms, language) == says


def test_a_language_that_we_do_not_speak_is_a_fault() -> None:
    person = OnCall(name="n", word="N", number="+12065550150", language="xx")
    other = OutsideNumber(name="o", word="O", number="+12065550151", language="de")
    config = msgspec.structs.replace(CONFIG, on_call=[person], outside=[other])
    assert [it for it in faults(config) if "language" in it] == [
        "on_call[0].language: no language 'xx'; known: en, es",
        "outside[0].language: no language 'de'; known: en, es",
    ]
