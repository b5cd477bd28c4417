"""The model's opinion at the door: it raises, it never lowers, and it says why."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from router.core.current import Current
from router.core.severity import Channel, Severity
from router.intake.door import Intake, Text
from router.records.database import Database
from router.triage import learned
from router.triage.learned import Weights
from tests.kit.doubt import doubted
from tests.kit.store import CONFIG, World, centre_of
from tests.kit.weights import CODE, taken

SUPPORT, PERSON = "+12065550101", "+12065550177"


def intake_with(
    database: Database, world: World, *, asked: bool, weights: Weights | None = None
) -> Intake:
    triage = msgspec.structs.replace(CONFIG.triage, second_opinion=asked)
    config = msgspec.structs.replace(CONFIG, triage=triage)
    return Intake(centre_of(database, world.engine, config=Current(config)), weights)


def a_text(words: str, line: str = SUPPORT) -> Text:
    return Text(Channel.SMS, f"sms:{words}", "+12065550177", line, words)


EMERGENCY = "her gums are blue and she is limp"


@pytest.mark.parametrize(("asked", "severity"), [(True, 1), (False, 3)])
async def test_it_raises_what_no_list_has(
    database: Database, world: World, asked: bool, severity: int
) -> None:
    found = await intake_with(database, world, asked=asked).text(a_text(EMERGENCY), 1)
    assert found is not None
    assert found.contact.severity == severity
    assert ("“gums”" in found.contact.rule) is asked
    assert found.contact.queue == ("emergency" if asked else "general")


@pytest.mark.parametrize(
    ("words", "line", "severity"),
    [
        ("a question", SUPPORT, 3),
        ("SOS", "+12065550100", 1),  # an S2 by its words, on the line for emergencies
        ("help, xylitol", SUPPORT, 1),  # a word of the centre's list
    ],
)
async def test_it_never_lowers(
    database: Database, world: World, words: str, line: str, severity: int
) -> None:
    found = await intake_with(database, world, asked=True).text(a_text(words, line), 1)
    assert found is not None
    assert found.contact.severity == severity


INSTALLED = "the intruder alarm was installed, thanks"


@pytest.mark.parametrize(
    ("words", "asked", "severity"),
    [
        (INSTALLED, True, 3), (INSTALLED, False, 1),
        (f"{INSTALLED}. he is not breathing", True, 1),
        ("thanks, somebody says the intruder has a knife", True, 1),
    ],
)  # fmt: skip
async def test_a_single_word_of_a_list_gives_way_to_what_is_surely_everyday(
    database: Database, world: World, words: str, asked: bool, severity: int
) -> None:
    intake = intake_with(database, world, asked=asked)
    found = await intake.text(a_text(words), 1)
    assert found is not None
    assert min(3, found.contact.severity) == severity


async def test_of_mails_that_nobody_wrote_it_is_not_asked(database: Database, world: World) -> None:
    intake = intake_with(database, world, asked=True)
    assert not intake.urgent(EMERGENCY)
    assert intake.urgent("The automatic feeder says: water everywhere")


async def test_it_reads_by_the_weights_that_were_learned(
    database: Database, world: World, tmp_path: Path
) -> None:
    weights = Weights(tmp_path)
    intake = intake_with(database, world, asked=True, weights=weights)

    async def severity(sender: str) -> int:
        weights.load()
        text = Text(Channel.SMS, f"sms:{sender}", sender, SUPPORT, CODE)
        found = await intake.text(text, 1)
        assert found is not None
        return found.contact.severity

    assert await severity("+12065550171") == 3
    taken(tmp_path, "k1")
    assert await severity("+12065550172") == 1
    learned.back(tmp_path)
    assert await severity("+12065550173") == 3


async def test_a_doubt_is_raised_again_by_the_next_message(
    database: Database, world: World
) -> None:
    """Somebody settled it; what they write then is read anew, with its own words."""
    intake = intake_with(database, world, asked=True)
    first = await intake.text(Text(Channel.SMS, "sms:first", PERSON, SUPPORT, doubted()), 1)
    assert first is not None
    contact = first.contact.id
    reply = await intake.change_severity(contact, Severity.S2, "set by Priya", "u1")
    assert reply.ok
    live = await world.contact(contact)
    assert live is not None
    assert (live.severity, live.grounds) == (2, None)
    await intake.text(Text(Channel.SMS, "sms:more", PERSON, SUPPORT, doubted()), 2)
    live = await world.contact(contact)
    assert live is not None
    assert live.severity == 2
    assert live.grounds is not None
    assert live.grounds.unsure
    assert live.grounds.why
