"""Snippets: filled in the party's language; what is not filled is marked, and is not sent."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from holdfast.settings.config_file import load_config
from holdfast.settings.faults import SettingsError
from router.core.recipient import not_filled
from router.core.snippets import SnippetFile, faults, fitting, unfilled
from tests.kit.store import CONFIG

KNOWN = {"name": "Maya", "reference": "INC-1", "agent": "Priya", "line": "+12065550101"}


def test_the_shipped_ones_are_offered_on_each_channel_in_both_languages() -> None:
    for channel in ("sms", "email"):
        for language in ("en", "es"):
            found = fitting(CONFIG.snippets, channel, language, KNOWN)
            assert found
            assert {one.language for one in found} == {language}
            assert all(not unfilled(one.subject + one.text) for one in found)
            assert all(bool(one.subject) == (channel == "email") for one in found)


def test_a_language_that_a_snippet_lacks_is_its_first() -> None:
    found = fitting(CONFIG.snippets, "sms", "vi", KNOWN)
    assert {one.language for one in found} == {"en"}
    assert fitting(CONFIG.snippets, "sms", None, KNOWN) == found


def test_what_nobody_knows_is_marked_and_is_not_sent() -> None:
    one = fitting(CONFIG.snippets, "sms", "en", {**KNOWN, "name": None, "line": ""})[0]
    assert one.missing == ("name", "line")
    assert unfilled(one.text) == ["{name}", "{line}"]
    refused = not_filled(one.text)
    assert refused is not None
    assert "fill in {name}, {line} first" in refused.text
    assert not_filled("Use {curly} brackets") is None


def test_a_name_with_brackets_fills_nothing_else() -> None:
    one = fitting(CONFIG.snippets, "sms", "en", {**KNOWN, "name": "{agent}"})[0]
    assert "Hello {agent}, this is Priya" in one.text
    assert not_filled(one.text) is not None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"text": {"en": "Hello {nmae}"}}, "snippets[0].text.en: {nmae} is no field"),
        ({"channels": ["fax"]}, "snippets[0].channels: 'fax'"),
        ({"text": {}}, "snippets[0].text: in no language"),
        ({"text": {"xx": "Hi"}}, "'xx' is no language"),
        ({"text": {"en": " "}}, "snippets[0].text.en: empty"),
        ({"word": ""}, "snippets[0].word: empty"),
        ({"text": {"en": "x" * 1601}}, "1,601 letters"),
        ({"channels": ["email"]}, "a mail needs one in each language"),
    ],
)
def test_each_fault_is_told_with_its_place(change: dict[str, object], says: str) -> None:
    usual = {"name": "a", "word": "A", "channels": ["sms"], "text": {"en": "Hi"}}
    file = msgspec.convert({"snippets": [{**usual, **change}]}, SnippetFile)
    assert says in " ".join(faults(file))


def test_the_file_is_read_beside_the_configuration_and_its_faults_name_it(tmp_path: Path) -> None:
    here = Path(__file__).parents[2] / "config"
    config = tmp_path / "ours.toml"
    config.write_text((here / "holdfast.toml").read_text())
    assert load_config(config).snippets == []
    beside = tmp_path / "snippets.toml"
    beside.write_text((here / "snippets.toml").read_text())
    assert load_config(config).snippets == CONFIG.snippets
    beside.write_text('[[snippets]]\nname = "a"\nword = "A"\n[snippets.text]\nen = "{who}"\n')
    with pytest.raises(SettingsError) as told:
        load_config(config)
    assert f"{beside}: snippets[0]" in str(told.value)
    assert len(told.value.faults) == 2, "the field, and the subject that a mail needs"
