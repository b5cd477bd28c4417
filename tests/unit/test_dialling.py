"""Whom the centre may call: what costs a fortune is never dialled, nor what nobody listed."""

from __future__ import annotations

import msgspec
import pytest

from holdfast.settings.config_file import load_config
from holdfast.settings.environment import default_config_path
from router.core.config import Dialling as Rules
from router.core.config_faults import faults
from router.core.current import Current
from router.core.dialling import Dialling, in_groups, typed_number, zone_of

OURS = ["+12065550100"]
US = Dialling(["US", "CA"], ours=OURS)


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("+19005551234", "premium"),
        ("+12069761234", "premium"),  # 976: premium within any area code
        ("+448712345678", "premium"),
        ("+611900123456", "premium"),
        ("+33892123456", "premium"),
        ("+97912345678", "premium"),
        ("+88213123456", "satellite"),
        ("+8816123456789", "satellite"),
        ("+870773123456", "satellite"),
        ("+881612345", "satellite"),
        ("+491801234567", "shared"),
        ("+34902123456", "shared"),
        ("+80812345678", "shared"),
        ("+447012345678", "personal"),
        ("+4970012345678", "personal"),
        ("+15005550100", "personal"),
        ("+87812345678901", "personal"),
        ("+447640123456", "pager"),
        ("+18765550100", "(JM)"),
        ("+12425550100", "(BS)"),
        ("+525512345678", "(MX)"),
        ("+442079460000", "(GB)"),
        ("+447624123456", "(IM)"),
        ("+99912345678", "no country"),
        ("+21012345678", "no country"),
        ("+80012345678", "no country"),
    ],
)
def test_what_is_never_dialled_or_not_listed_is_refused_with_its_reason(
    number: str, says: str
) -> None:
    refused = US.refusal(number)
    assert refused is not None
    assert (refused.code, says in refused.text) == ("not_allowed", True), refused
    assert number[1:] not in refused.text


@pytest.mark.parametrize(
    "number",
    ["+12065550142", "+16045550100", "+18885550155", "+12125551212",
     "+15681234567"],  # an area code that is younger than what we know
)  # fmt: skip
def test_numbers_of_listed_countries_are_dialled(number: str) -> None:
    assert US.refusal(number) is None


@pytest.mark.parametrize(
    ("listed", "number"),
    [
        ("GB", "+442079460000"),
        ("GB", "+443001234567"),
        ("DE", "+4915123456789"),
        ("MX", "+525512345678"),
        ("PR", "+17875550100"),
    ],
)
def test_a_country_is_dialled_where_it_is_listed_and_nowhere_else(listed: str, number: str) -> None:
    assert Dialling([listed], ours=OURS).refusal(number) is None
    assert US.refusal(number) is not None


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("anonymous:CA1", "withheld"),
        ("sip:lena@pbx.example", "cannot be dialled"),
        ("2065550142", "cannot be dialled"),
        ("+1", "cannot be dialled"),
        ("+1" + "2" * 5000, "cannot be dialled"),
        ("", "withheld"),
        ("+1206555014\u0662", ""),  # an Arabic digit is none of a number
    ],
)
def test_what_is_no_whole_number_is_refused_as_before(number: str, says: str) -> None:
    refused = US.refusal(number)
    assert refused is not None
    assert (refused.code, says in refused.text) == ("bad_request", True)


def test_a_beginning_that_was_added_is_dialled_although_no_plan_knows_it() -> None:
    assert Dialling(["GB"], ours=OURS).refusal("+447700900123") is not None
    assert Dialling(["GB"], ["+447700900"], ours=OURS).refusal("+447700900123") is None
    personal = Dialling(["GB"], ["+44"], ours=OURS).refusal("+447012345678")
    assert personal is not None
    assert Dialling(["GB"], ["+882"], ours=OURS).refusal("+88213123456") is not None


def test_without_a_list_it_is_the_countries_of_our_own_lines_and_never_a_line_itself() -> None:
    config = load_config(default_config_path())
    current = Current(msgspec.structs.replace(config, dialling=Rules()))
    assert current.dialling.refusal("+12065550142") is None
    assert current.dialling.refusal("+16045550100") is not None
    ours = current.dialling.refusal(config.lines[0].number)
    assert ours is not None
    assert "our own line" in ours.text
    assert Current(config).dialling.refusal("+16045550100") is None  # the shipped file lists Canada


def test_a_faulty_list_and_numbers_that_may_not_be_called_are_told_with_their_path() -> None:
    text = default_config_path().read_text()
    text = text.replace('countries = ["US", "CA", "PR", "VI"]', 'countries = ["USA", "001", "us"]')
    text = text.replace("also = []", 'also = ["44"]')
    text += '\n[[on_call]]\nname = "a"\nword = "A"\nnumber = "+447012345678"\n'
    text += '\n[[outside]]\nname = "b"\nword = "B"\nnumber = "+19005551234"\n'
    config = msgspec.toml.decode(text, type=type(load_config(default_config_path())))
    found = "\n".join(faults(config))
    for path in ("dialling.countries[0]", "dialling.countries[1]", "dialling.countries[2]",
                 "dialling.also[0]", "on_call[0].number", "outside[0].number"):  # fmt: skip
        assert f"{path}: " in found, found


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("+1 206 555 0142", "US", "+12065550142"),
        ("(206) 555-0142", "US", "+12065550142"),
        ("1-206-555-0142", "US", "+12065550142"),
        ("tel:+442079460000", "US", "+442079460000"),
        ("020 7946 0000", "GB", "+442079460000"),  # as one dials it there
        ("011 44 20 7946 0000", "US", "+442079460000"),
        ("555-0142", "US", "+15550142"),  # too short: it may not be called, and is said as it is
        ("020 7946 0000", None, None),  # no country, no number
        ("+1 206 555 0142 x7", "US", None),  # an extension is no digit of the number
        ("1-800-FLOWERS", "US", None),
        ("+", "US", None),
        ("", "US", None),
        ("911", "US", None),
        ("+12065550142\n+19005551234", "US", None),
        ("٠١٢٣٤٥٦٧٨٩", "US", None),
        ("9" * 40, "US", None),
        ("sip:me@example.com", "US", None),
    ],
)
def test_what_is_typed_is_read_as_it_would_be_dialled(
    typed: str, country: str | None, number: str | None
) -> None:
    assert typed_number(typed, country) == number


def test_a_centre_without_a_telephone_line_calls_nobody_and_says_so() -> None:
    refused = Dialling(["US"]).refusal("+12065550142")
    assert refused is not None
    assert refused.text == "no line of this centre has a number to call from"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("+12065550142", "+1 206 555 0142"),
        ("+442079460958", "+44 20 7946 0958"),
        ("+34612345678", "+34 612 34 56 78"),
        ("maya@example.org", "maya@example.org"),
        ("anonymous:1", "anonymous:1"),
        ("55512", "55512"),
    ],
)
def test_a_number_is_shown_in_groups_and_any_other_address_as_it_is(value: str, shown: str) -> None:
    assert in_groups(value) == shown


@pytest.mark.parametrize(
    ("value", "zone"),
    [
        ("+12065550142", "America/Los_Angeles"),
        ("+13035550142", "America/Denver"),
        ("+442079460958", "Europe/London"),
        ("+18005550142", None),  # of all of North America
        ("maya@example.org", None),
        ("anonymous:1", None),
        ("55512", None),
    ],
)
def test_a_number_has_a_time_zone_where_its_area_has_one(value: str, zone: str | None) -> None:
    assert zone_of(value) == zone
