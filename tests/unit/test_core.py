"""The pure core: triage, order, skills, masks, configuration."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.desk.view import View
from holdfast.settings.environment import SettingsError, default_config_path, load_config
from router.core.bidi import isolated
from router.core.display import excerpt, in_words, mask_mail, mask_phone
from router.core.durations import duration_ms
from router.core.model import LiveContact
from router.core.severity import TIER_WIDTH, Channel, Severity, score
from router.core.skills import parse_need, satisfies, signature
from router.core.text import fold, span, spoken
from router.core.triage import triage

CONFIG = load_config(default_config_path())
WORDS = CONFIG.word_rules()
SUPPORT = CONFIG.line_default(CONFIG.lines[1])
TARGETS = CONFIG.target_ms()


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("My dog is NOT  breathing!!", 1),
        ("he isn’t breathing", 1),
        ("No está respirando", 1),
        ("la atropellaron", 1),
        ("stop the bleeding please", 1),
        ("we lost the cat", 2),
        ("el perro se escapó", 2),
        ("a firefly in the garden", 3),
        ("I will send the receipt", 3),
        ("", 3),
    ],
)
def test_words_decide_severity(text: str, severity: int) -> None:
    verdict = triage(SUPPORT, text=text, words=WORDS)
    assert verdict.severity == severity
    assert verdict.rule


def test_the_worst_rule_wins_and_is_named() -> None:
    verdict = triage(SUPPORT, digit="4", text="she is unconscious", words=WORDS)
    assert (verdict.severity, verdict.rule) == (Severity.S1, "emergency words: “unconscious”")


def test_an_open_s1_makes_the_next_contact_urgent_at_least() -> None:
    verdict = triage(SUPPORT, incident_severity=Severity.S1, incident_number="INC-1")
    assert (verdict.severity, verdict.rule) == (Severity.S2, "open INC-1")


def test_unknown_digit_falls_to_the_line() -> None:
    assert triage(SUPPORT, digit="7").rule == "Support line"


@given(st.text())
def test_triage_takes_any_text(text: str) -> None:
    assert triage(SUPPORT, text=text, words=WORDS).severity in (1, 2, 3)
    assert fold(fold(text)) == fold(text)


@given(
    st.integers(0, TIER_WIDTH - 10**9),
    st.integers(0, TIER_WIDTH - 10**9),
    st.sampled_from(list(Channel)),
    st.sampled_from(list(Channel)),
)
def test_a_tier_outranks_every_deadline(a: int, b: int, one: Channel, other: Channel) -> None:
    assert score(a, Severity.S1, one, TARGETS) < score(b, Severity.S2, other, TARGETS)
    assert score(a, Severity.S2, one, TARGETS) < score(b, Severity.S3, other, TARGETS)


def test_within_a_tier_the_earliest_deadline_is_first() -> None:
    call = score(1000, Severity.S3, Channel.VOICE, TARGETS)
    mail = score(0, Severity.S4, Channel.EMAIL, TARGETS)
    assert call < mail


def test_needs_are_read_and_compared() -> None:
    assert parse_need("vet>=3") == ("vet", 3)
    assert parse_need("es") == ("es", 1)
    for bad in ("vet>=9", "", "a b>=1", "vet>=", "vet>=x"):
        with pytest.raises(ValueError, match=r"level|need"):
            parse_need(bad)
    assert satisfies({"vet": 3, "en": 1}, {"vet": 3})
    assert not satisfies({"vet": 2}, {"vet": 3})
    assert signature({"vet": 3, "en": 1}) == "en=1,vet=3"


@pytest.mark.parametrize(
    ("text", "ms"), [("500ms", 500), ("20s", 20_000), ("1.5m", 90_000), ("4h", 14_400_000)]
)
def test_durations_carry_units(text: str, ms: int) -> None:
    assert duration_ms(text) == ms


@pytest.mark.parametrize("text", ["20", "s", "-1s", "1 week", ""])
def test_a_duration_without_a_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        duration_ms(text)


def test_masks_hide_the_middle() -> None:
    assert mask_phone("+12065550142") == "+1 206 ••• 0142"
    assert mask_phone("+34600111222") == "+34 ••• 1222"
    assert mask_phone("anonymous:CA1") == "withheld number"
    assert mask_mail("maya.torres@example.com") == "ma•••@example.com"
    assert len(excerpt("word " * 100)) <= 140


def test_all_faults_are_told_at_once(tmp_path: object) -> None:
    path = tmp_path / "bad.toml"  # type: ignore[operator]
    text = default_config_path().read_text()
    text = text.replace('voice = "15s"', 'voice = "15"').replace('queue = "claims"', 'queue = "x"')
    path.write_text(text.replace('number = "+12065550100"', 'number = "2065550100"'))
    with pytest.raises(SettingsError) as error:
        load_config(path)
    told = str(error.value)
    assert "targets.S1.voice" in told
    assert "lines[1].menu.4.queue" in told
    assert "lines[0].number" in told


def test_unknown_key_is_refused(tmp_path: object) -> None:
    path = tmp_path / "bad.toml"  # type: ignore[operator]
    path.write_text("colour = 1\n" + default_config_path().read_text())
    with pytest.raises(SettingsError, match="colour"):
        load_config(path)


def test_a_length_of_time_is_written_as_the_pages_write_it() -> None:
    told = [span(ms) for ms in (-1, 59_999, 60_000, 187_000, 3_720_000)]
    assert told == ["0 s", "59 s", "1:00", "3:07", "1:02 h"]


def test_a_length_of_time_is_said_exactly() -> None:
    said = [spoken(ms) for ms in (500, 1_000, 45_000, 60_000, 90_000, 900_000, 3_720_000)]
    assert said == [
        "1 second", "1 second", "45 seconds", "1 minute", "1 minute and 30 seconds", "15 minutes",
        "1 hour and 2 minutes",
    ]  # fmt: skip


def test_the_tally_names_who_is_due_first_and_who_came_first() -> None:
    def waiting(name: str, channel: str, arrived: int, due: int) -> LiveContact:
        fields = {"id": name, "channel": channel, "severity": 3, "state": "queued", "dir": "in"}
        return msgspec.convert(
            {**fields, "arrived_at": arrived, "answer_by": due, "score": 0}, LiveContact
        )

    view = View(
        contacts={c.id: c for c in (waiting("m", "email", 1, 900), waiting("v", "voice", 50, 110))}
    )
    row = view.tally()["waiting"]["3"]
    assert (row["voice"], row["email"], row["oldest"]) == (1, 1, 1)
    assert row["due"] == {"waits_from": 50, "answer_by": 110}


def test_whom_an_agent_handed_to_a_number_that_rings_waits_for_nobody_here() -> None:
    """Found by users: their own desk turned red about the caller whom they had just handed on, and
    of an S1 that had only come it was told at once, because the other was the oldest."""
    known = {"channel": "voice", "severity": 1, "arrived_at": 10, "score": 0}
    there = {"name": "n", "word": "Poison line", "fence": "1"}
    lives = [
        {"id": "waits", "state": "queued", "arrived_at": 50, "answer_by": 90},
        {"id": "handed", "state": "outside", "outside": {**there, "kind": "transfer"}},
        {
            "id": "sent",
            "state": "outside",
            "outside": {**there, "kind": "on_call"},
            "arrived_at": 40,
        },
    ]
    contacts = {str(it["id"]): msgspec.convert({**known, **it}, LiveContact) for it in lives}
    row = View(contacts=contacts).tally()["waiting"]["1"]
    assert (row["voice"], row["oldest"]) == (2, 40)
    del contacts["sent"]
    view = View(contacts=contacts)
    row = view.tally()["waiting"]["1"]
    assert (row["voice"], row["oldest"]) == (1, 50)
    assert row["due"] == {"waits_from": 50, "answer_by": 90}
    contacts["handed"] = msgspec.structs.replace(contacts["handed"], state="queued", outside=None)
    row = view.tally()["waiting"]["1"]
    assert (row["voice"], row["oldest"]) == (2, 10)  # nobody took them: since they came


def test_tile_and_row_tell_one_wait_of_who_wrote_again_after_an_answer() -> None:
    known = {"id": "t", "severity": 3, "state": "queued", "arrived_at": 10, "score": 0}
    text = {**known, "channel": "sms", "queued_at": 90, "answered_at": 20, "answer_by": 100}
    for fields, since in (
        (text, 90),
        ({**text, "answered_at": None}, 10),
        ({**text, "channel": "voice"}, 10),  # answered, and its agent lost
        ({**text, "queued_at": None}, 10),
    ):
        live = msgspec.convert(fields, LiveContact)
        view = View(contacts={live.id: live})
        row = view.tally()["waiting"]["3"]
        assert row["oldest"] == row["due"]["waits_from"] == since
        assert view.entity(live)["waits_from"] == since


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[attachment 1: image/jpeg]", "a picture"),
        ("[attachment 1: image/jpeg]\n[attachment 2: image/png]", "2 pictures"),
        ("[attachment 1: video/mp4]\n[attachment 2: audio/amr]", "a video and a sound"),
        ("[attachment 1: text/vcard]", "a file"),
        ("[attachment 1: file]", "a file"),
        ("look\n[attachment 1: image/jpeg]", "look\n[a picture]"),
        ("[attachment: dog.jpg, image/jpeg, 52 KB]", "a picture"),
        ("[attachment: claim.pdf, application/pdf, 52 KB]", "a file"),
        ("see [attachment 1: image/jpeg] above", "see [attachment 1: image/jpeg] above"),
        ("(empty text)", "(empty text)"),
        ("", ""),
    ],
)
def test_what_is_no_words_is_told_in_words(text: str, words: str) -> None:
    assert in_words(text) == words
    assert excerpt(text) == isolated(" ".join(words.split()))
