"""What a text says, by the weights that are shipped; figures are `make bench-triage`'s."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import msgspec
import pytest

from holdfast.settings.environment import default_config_path, load_config
from router.core.config import Config, Words
from router.triage.judging import Judge
from tests.kit.doubt import doubted, emergency

CONFIG = load_config(default_config_path())


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.of(CONFIG)


def with_triage(**changes: object) -> Config:
    triage = msgspec.structs.replace(CONFIG.triage, **changes)
    return msgspec.structs.replace(CONFIG, triage=triage, words={})


@pytest.mark.parametrize(
    "text",
    [
        "my dog is not breathing", "dog isnt breathing", "NOT... breathing. not 😭 breathing",
        "h e  i s  n o t  b r e a t h i n g", "mi perro no respira", "huele a gas en la cocina",
        "Hi! Thanks for yesterday.\nThe key is under the mat.\nHer gums are blue and she is limp",
    ],
)  # fmt: skip
def test_an_emergency_is_one_in_any_dress(judge: Judge, text: str) -> None:
    found = judge.judge(text)
    assert (found.severity, found.queue) == (1, "emergency")
    assert found.why


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop!", " Unsubscribe ", "START", "baja", "STOP STOP", "Unsubscribe\nunsubscribe"],
)
def test_what_a_carrier_answers_is_nobodys_work(judge: Judge, text: str) -> None:
    assert judge.judge(text).severity == 4


@pytest.mark.parametrize(
    "text",
    [
        "HELP", "help me!!", "SOS", "S.O.S.", "s o s!", "🆘", "Ayuda", "auxilio", "call me",
        "call me please",
        "HELP HELP HELP", "SOS help", "Help\nhelp me please", "please please help", "🆘🆘 ayuda",
        "I need help now", "socorro por favor", "emergencia!! urgente",
    ],
)  # fmt: skip
def test_a_bare_cry_is_urgent(judge: Judge, text: str) -> None:
    assert judge.judge(text).severity <= 2


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("No, all good", ()), ("k", ()), ("He sent me a copy, no rush", ()),
        ("¿Y la factura?", ("es",)), ("hay la llave", ("es",)),
        ("Hola, necesito el recibo del martes", ("es",)), ("la perrita no respira", ("es",)),
        ("hi, the cleaner says que no hay agua en la casa", ("es",)), ("El Paso trip is off", ()),
    ],
)  # fmt: skip
def test_the_language_is_that_of_words_which_only_it_has(
    judge: Judge, text: str, needs: tuple[str, ...]
) -> None:
    assert [need for need in judge.judge(text).needs if need == "es"] == [*needs]


@pytest.mark.parametrize(
    "text", ["", " ", "...", "\u200b", "\x00", "日本", "🙂", "\ud800", "a" * 9]
)
def test_anything_has_a_judgement(judge: Judge, text: str) -> None:
    assert judge.judge(text).severity in (1, 2, 3, 4)


def test_what_nobody_can_read_is_not_quoted(judge: Judge) -> None:
    found = judge.judge("ayuda no respira " + "bloodfire" * 500)
    assert found.severity == 1
    assert {"no", "respira"} <= {*found.why}
    assert max(map(len, found.why)) < 50


def test_a_name_of_the_centre_is_read_as_a_name(judge: Judge) -> None:
    ignoring = Judge.of(with_triage(ignored=["Fire", "gun club road"]))
    for text, named in (
        ("Fire is limping and bleeding", "somename is limping and bleeding"),
        ("we live on Gun Club  Road 4", "we live on somename 4"),
        ("the fire is real", "the somename is real"),
    ):
        assert ignoring.judge(text) == Judge.of(with_triage()).judge(named)
    assert ignoring.judge("a bonfire").why == Judge.of(with_triage()).judge("a bonfire").why


def test_words_of_the_centre_raise_and_are_named() -> None:
    rule = Words(severity=1, queue="emergency", words=["code red"])
    config = msgspec.structs.replace(with_triage(), words={"our_alarm": rule})
    found = Judge.of(config).judge("a code red, thanks")
    assert (found.severity, found.rule) == (1, "our alarm: “code red”")


def test_a_phrase_of_the_centre_raises_even_what_is_surely_everyday() -> None:
    calm, config = "the intruder alarm was installed, thanks", with_triage()
    found = {
        phrase: Judge.of(
            msgspec.structs.replace(
                config, words={"ours": Words(severity=level, queue="emergency", words=[phrase])}
            )
        ).judge(calm)
        for phrase, level in (("intruder", 1), ("intruder alarm", 1), ("installed", 2))
    }
    assert found["intruder"].calm
    assert found["intruder"].severity == 4
    assert found["intruder alarm"].severity == 1
    assert found["installed"].severity == 2  # only of S1: a list of S2 costs nobody their place


def test_the_rule_quotes_words_of_the_text(judge: Judge) -> None:
    rule = Judge.of(with_triage()).judge("the kitchen floor is warm and i smell gas").rule
    assert rule.startswith("words: “")


def test_a_line_for_people_says_how_sure_and_which_skills() -> None:
    raw = f"{doubted()}\n{emergency()}\nel gato no se mueve\n".encode()
    done = subprocess.run(
        [sys.executable, "-m", "holdfast.cli", "triage"],
        input=raw, capture_output=True, check=True,
    )  # fmt: skip
    doubt, sure, spanish = done.stdout.decode().splitlines()
    assert re.match(r"S2  unsure ", doubt)
    assert re.match(r"S1   ?\d+ % ", sure)
    assert " es " in spanish


def test_the_command_answers_every_line_whatever_its_bytes() -> None:
    raw = b"dog isnt breathing\n\n\xff\xfe\x00odd\n" + b"x" * 1_000_000 + b"\nlast without an end"
    done = subprocess.run(
        [sys.executable, "-m", "holdfast.cli", "triage", "--json"],
        input=raw, capture_output=True, check=True,
    )  # fmt: skip
    told = [json.loads(line) for line in done.stdout.split(b"\n")[:-1]]
    assert [one["severity"] in (1, 2, 3, 4) for one in told] == [True] * 5
    assert set(told[0]) == {"text", "severity", "queue", "needs", "confidence", "why"}
    assert (told[0]["severity"], told[1]["text"]) == (1, "")
    assert told[2]["text"] == "\ufffd\ufffd\x00odd"
