"""Which of our lines a call of ours is made from."""

from __future__ import annotations

import pytest

from router.core.config import Line
from router.core.outgoing import line_to_call_from, line_to_write_from
from router.core.severity import Channel

EMERGENCY = Line(name="emergency", word="Emergency line", number="+12065550100", severity=1)
MAIL = Line(name="mail", word="Mail", mail="help@holdfast.test")
SUPPORT = Line(name="support", word="Support line", number="+12065550101")
PARTNERS = Line(name="partners", word="Partners", number="+12065550102")
LINES = [EMERGENCY, MAIL, SUPPORT, PARTNERS]


@pytest.mark.parametrize(
    ("lines", "last", "from_"),
    [
        (LINES, None, SUPPORT),
        (LINES, "emergency", EMERGENCY),  # they know that number
        (LINES, "partners", PARTNERS),
        (LINES, "mail", SUPPORT),  # a line of mail alone has no number to show
        (LINES, "gone", SUPPORT),
        ([EMERGENCY, MAIL], None, EMERGENCY),
    ],
)
def test_they_see_the_line_they_reached_or_else_the_first_that_is_for_no_emergencies(
    lines: list[Line], last: str | None, from_: Line
) -> None:
    assert line_to_call_from(lines, last) == from_


def test_a_centre_without_a_number_calls_from_nowhere() -> None:
    with pytest.raises(ValueError, match="no line has a number"):
        line_to_call_from([MAIL])


@pytest.mark.parametrize(
    ("lines", "channel", "last", "from_"),
    [
        (LINES, Channel.SMS, None, SUPPORT),
        (LINES, Channel.SMS, "emergency", SUPPORT),  # their answer next week is no emergency
        (LINES, Channel.SMS, "partners", PARTNERS),
        (LINES, Channel.EMAIL, "partners", MAIL),
        ([EMERGENCY, MAIL], Channel.SMS, None, EMERGENCY),
        ([SUPPORT], Channel.EMAIL, None, None),
    ],
)
def test_nobody_is_written_to_from_an_emergency_line(
    lines: list[Line], channel: Channel, last: str | None, from_: Line | None
) -> None:
    assert line_to_write_from(lines, channel, last) == from_
