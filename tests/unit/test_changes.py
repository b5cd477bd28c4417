"""What another configuration file would change, in words."""

from __future__ import annotations

from typing import Any

import msgspec

from holdfast.settings.changes import UNSET, changes
from router.core.config import Choice, Config, Line
from tests.kit.store import CONFIG


def found(**new: Any) -> list[tuple[str, str, str]]:
    now = msgspec.structs.replace(CONFIG, **new)
    return [(it.key, it.old, it.new) for it in changes(CONFIG, now)]


def test_the_same_changes_nothing() -> None:
    assert found() == []


def test_each_setting_stands_by_itself_with_its_old_and_its_new_value() -> None:
    timing = msgspec.structs.replace(CONFIG.timing, ring_s1="9s")
    assert found(timing=timing, hide_listening=True, closed_answer="") == [
        ("closed_answer", CONFIG.closed_answer[:159] + "…", "empty")
        if len(CONFIG.closed_answer) > 160
        else ("closed_answer", CONFIG.closed_answer, "empty"),
        ("hide_listening", "no", "yes"),
        ("timing.ring_s1", CONFIG.timing.ring_s1, "9s"),
    ]


def test_a_row_is_known_by_its_name_wherever_it_stands() -> None:
    first, *others = CONFIG.lines
    other = msgspec.structs.replace(first, severity=4)
    assert found(lines=[other, *others]) == [
        (f"lines.{first.name}.severity", str(first.severity), "4")
    ]
    more = [*CONFIG.lines, Line(name="new", word="New line", number="+12065550109")]
    ((key, old, new),) = found(lines=more)
    assert (key, old) == ("lines.new", UNSET)
    assert "word: New line" in new
    ((key, old, new),) = found(lines=[*others, first])
    assert (key, old.split(", ")[0], new.split(", ")[-1]) == ("lines", first.name, first.name)


def test_a_list_without_names_and_a_row_that_is_gone_are_told_whole() -> None:
    dialling = msgspec.structs.replace(CONFIG.dialling, countries=["US", "CA"])
    gone = CONFIG.dispositions[0]
    assert isinstance(gone, Choice)
    told = found(dialling=dialling, dispositions=CONFIG.dispositions[1:])
    assert told[0][0] == "dialling.countries"
    assert told[0][2] == "US, CA"
    assert told[1] == (
        f"dispositions.{gone.code}",
        f"code: {gone.code}, word: {gone.word}, asks_next: no, hands_off: no, ends: resolved,"
        " channels: none",
        UNSET,
    )


def test_every_setting_of_the_configuration_can_be_told() -> None:
    empty = Config(lines=[], queues={}, targets={}, dispositions=[], pause_reasons=[])
    assert all(it.old and it.new for it in changes(empty, CONFIG))
    assert all(it.old and it.new for it in changes(CONFIG, empty))
