"""A playbook of the calls that tell of an S1 text or mail: each effect, each answer or error of the
carrier, and whether it was tried before; and what is said in them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.twilio.forms import read_voice
from channels.voice.webhooks import VoiceWebhooks
from router.core.model import Telling
from router.live.engine import IndexUnavailable
from router.on_call import Written, spelled
from router.records import messages
from router.records.database import Database, RecordUnavailable
from tests.live.test_voice_effects import (
    BUSY,
    ERRORS,
    GONE,
    LADDER,
    REFUSALS,
    UNSURE,
    Room,
    is_busy,
    room,
)

__all__ = ["room"]

WORDS = "the dog is not breathing"
THEIRS = "+12065550142"


async def overflowed(room: Room) -> None:
    """Nobody is here: the next number is looked for."""
    await room.world.arrive(
        "sms",
        severity=1,
        id="c1",
        ladder=LADDER,
        about=WORDS,
        who={"name": "Maya Torres", "address": "+1 206 ••• 0142"},
        incident_no="INC-20401",
    )


async def rings(room: Room) -> None:
    await overflowed(room)
    assert await room.becomes(await room.due("tell")) == "done"


async def telling(room: Room) -> Telling:
    live = await room.live()
    assert live is not None
    assert live.telling is not None
    return live.telling


async def hears(room: Room, hook: str, fence: str | None = None, **form: str) -> str:
    """The document that the carrier gets from one of the hooks."""
    voice = read_voice({"CallSid": "CAnew", "CallStatus": "in-progress", **form})
    query = {"c": "c1", "f": fence or (await telling(room)).fence or "", "n": "night"}
    return await room.calls.answer(hook, voice, query)


# The next number --------------------------------------------------------------------------------


async def test_an_overflow_of_a_text_asks_for_the_next_number(room: Room) -> None:
    await rings(room)
    told = await telling(room)
    assert (told.at, told.name, told.word) == ("rings", "night", "Night lead")
    assert room.carrier.asked == []


@pytest.mark.parametrize("how", ["moved on", "ended"])
async def test_nobody_is_rung_for_what_moved_on(room: Room, how: str) -> None:
    await overflowed(room)
    effect = await room.due("tell")
    if how == "ended":
        effect = msgspec.structs.replace(effect, record=None)
    else:
        assert effect.record is not None
        effect.record.telling = None
    assert await room.becomes(effect) == "done"
    assert (await telling(room)).at == "next"


# Dialling ---------------------------------------------------------------------------------------


async def test_it_is_dialled_once(room: Room) -> None:
    """Another process that finds the same row does not dial again."""
    await rings(room)
    effect = await room.due("telephone")
    assert await room.becomes(effect) == "done"
    assert await room.becomes(msgspec.structs.replace(effect, tries=2)) == "done"
    assert room.carrier.asked == ["dial"]
    assert (await telling(room)).call == "CAnew"


async def test_a_call_that_perhaps_rings_is_left_to_the_deadline(room: Room) -> None:
    await rings(room)
    room.carrier.error = UNSURE["unknown"]
    effect = await room.due("telephone")
    assert await room.becomes(effect) == "done"
    room.carrier.error = None
    assert await room.becomes(effect) == "done"
    assert room.carrier.asked == ["dial"]
    assert (await telling(room)).at == "rings"
    await room.world.advance(58_000)
    assert (await telling(room)).at == "next"


@pytest.mark.parametrize("tries", [1, 6])
async def test_a_busy_carrier_dials_when_it_said(room: Room, tries: int) -> None:
    await rings(room)
    room.carrier.error = BUSY["busy"]
    effect = await room.due("telephone", tries)
    became = await room.becomes(effect)
    assert is_busy(became)
    assert isinstance(became, int)
    room.carrier.error = None
    await room.world.advance(became)
    assert await room.becomes(effect) == "done"
    assert (await telling(room)).call == "CAnew"


async def test_it_takes_its_turn_at_the_carrier_before_what_is_less_severe(room: Room) -> None:
    room.turns._per_second = lambda: 0.5
    for other in ("first", "second", "third"):  # others are dialled, and wait
        room.turns.ask(other, 2, room.world.now)
    await rings(room)
    effect = await room.due("telephone")
    assert await room.becomes(effect) == 1_000
    assert room.carrier.asked == []
    await room.world.advance(2_000)
    assert await room.becomes(effect) == "done"
    assert room.carrier.asked == ["dial"]
    await room.world.advance(300)
    waits = room.turns.ask("second", 2, room.world.now)
    assert waits is not None  # its own turn is used


async def test_a_busy_carrier_is_busy_for_everybody(room: Room) -> None:
    await rings(room)
    room.carrier.error = BUSY["busy"]
    became = await room.becomes(await room.due("telephone"))
    other = room.turns.ask("other", 1, room.world.now)
    assert other is not None
    assert other.ms == became


@pytest.mark.parametrize("error", [*sorted(REFUSALS | GONE), "unreachable"])
async def test_a_call_that_the_carrier_refuses_is_for_the_next_number(
    room: Room, error: str
) -> None:
    await rings(room)
    room.carrier.error = ERRORS[error]
    assert await room.becomes(await room.due("telephone")) == "done"
    assert (await telling(room)).at == "next"


@pytest.mark.parametrize("how", ["another call", "not rung", "ended"])
async def test_nobody_is_dialled_for_what_moved_on(room: Room, how: str) -> None:
    await rings(room)
    effect = await room.due("telephone")
    if how == "another call":
        effect.args["fence"] = "1.999"
    elif how == "ended":
        effect = msgspec.structs.replace(effect, record=None)
    else:
        assert effect.record is not None
        effect.record.telling = None
    assert await room.becomes(effect) == "done"
    assert room.carrier.asked == []


async def test_a_number_that_a_reload_took_away_is_not_dialled(room: Room) -> None:
    await overflowed(room)
    people = [{"name": "gone", "word": "Gone"}]
    await room.world.engine.step("tell", contact="c1", people=people)
    assert await room.becomes(await room.due("telephone")) == "done"
    assert room.carrier.asked == []
    assert (await telling(room)).at == "next"


async def test_whoever_takes_it_here_while_it_is_dialled_ends_that_call(room: Room) -> None:
    await rings(room)

    async def taken_here() -> None:
        await room.world.agent("a")
        await room.world.answer("c1")

    room.carrier.meanwhile = taken_here
    assert await room.becomes(await room.due("telephone")) == "done"
    room.carrier.error = BUSY["busy"]
    effect = await room.due("unring")
    assert is_busy(await room.becomes(effect))
    room.carrier.error = None
    assert await room.becomes(effect) == "done"
    assert room.carrier.asked == ["dial", "hang up CAnew", "hang up CAnew"]


# Hanging up -------------------------------------------------------------------------------------


async def taken_here(room: Room) -> None:
    """It rang at a number whose call is known."""
    await rings(room)
    await room.becomes(await room.due("telephone"))
    await room.world.agent("a")
    await room.world.answer("c1")
    room.carrier.asked.clear()


@pytest.mark.parametrize("error", [None, *sorted(GONE)])
async def test_the_call_there_is_hung_up(room: Room, error: str | None) -> None:
    await taken_here(room)
    room.carrier.error = ERRORS[error] if error else None
    assert await room.becomes(await room.due("unring")) == "done"
    assert room.carrier.asked == ["hang up CAnew"]


@pytest.mark.parametrize("error", [*sorted(REFUSALS | UNSURE)])
async def test_a_call_that_is_not_hung_up_is_tried_after_the_lease(room: Room, error: str) -> None:
    await taken_here(room)
    room.carrier.error = ERRORS[error]
    assert await room.becomes(await room.due("unring")) == "lease"


async def test_a_busy_carrier_hangs_up_when_it_said(room: Room) -> None:
    await taken_here(room)
    room.carrier.error = BUSY["busy"]
    assert is_busy(await room.becomes(await room.due("unring")))


# What is said -----------------------------------------------------------------------------------


async def test_what_is_said_before_the_key_names_nobody(room: Room) -> None:
    """A machine may be listening."""
    await rings(room)
    words = await hears(room, "told")
    assert "<Gather" in words
    assert 'timeout="8"' in words
    assert "An emergency text message waits, severity 1." in words
    assert f"They write: {WORDS}." in words
    assert "incident 2, 0, 4, 0, 1." in words
    assert "Maya" not in words
    assert "0142" not in words


async def speaks(room: Room, language: str) -> None:
    """Whoever is on call."""
    current = room.calls._outside._current
    person = msgspec.structs.replace(current.value.on_call[0], language=language)
    current.replace(msgspec.structs.replace(current.value, on_call=[person]))


async def test_whoever_is_on_call_is_told_in_their_language(room: Room) -> None:
    await rings(room)
    await speaks(room, "es")
    words = await hears(room, "told")
    assert "Espera un mensaje de texto de emergencia, gravedad 1. Escriben:" in words
    assert f'<Say language="en-US">{WORDS}.</Say>' in words  # by a voice that can read it
    assert "Es el incidente 2, 0, 4, 0, 1. Oprima cualquier tecla para hacerse cargo." in words
    assert "Queda a su cargo." in await hears(room, "told_key", Digits="1")
    heard = await hears(room, "told_heard")
    assert "Si en 15 minutos nadie lo atiende, la alarma empieza otra vez." in heard
    assert 'language="en' not in heard
    await room.world.engine.step("close_contact", contact="c1")
    assert "Alguien ya lo atiende." in await hears(room, "told_key", "1.9", Digits="1")


async def test_what_was_written_in_spanish_is_read_by_a_spanish_voice(room: Room) -> None:
    await overflowed(room)
    live: Any = await room.live()
    written = Written("mi perro no respira y está sangrando", THEIRS)
    found = room.calls._outside.told_words(live, written, "night")
    assert [it.language for it in found] == ["en", "es", "en"]
    assert found[1].words == f"{written.said}."
    assert found[2].words.endswith("Press any key to take it over.")


async def test_only_a_key_takes_it_over(room: Room) -> None:
    await rings(room)
    await hears(room, "told")
    assert "<Hangup" in await hears(room, "told_key")
    assert (await telling(room)).at == "rings"
    assert "You have taken it over" in await hears(room, "told_key", Digits="1")
    assert (await telling(room)).at == "taken"


async def test_a_call_that_ends_without_a_key_is_for_the_next_number(room: Room) -> None:
    await rings(room)
    await hears(room, "told_status", CallStatus="ringing")
    assert (await telling(room)).at == "rings"
    await hears(room, "told_status", CallStatus="no-answer")
    assert (await telling(room)).at == "next"


async def test_who_is_late_takes_it_over_while_nobody_has_it(room: Room) -> None:
    await rings(room)
    fence = (await telling(room)).fence
    await hears(room, "told_status", CallStatus="no-answer")
    assert f"They write: {WORDS}." in await hears(room, "told", fence)
    assert "You have taken it over" in await hears(room, "told_key", fence, Digits="1")
    there = await telling(room)
    assert (there.at, there.name, there.word) == ("taken", "night", "Night lead")


async def test_who_answers_late_hears_that_somebody_has_it(room: Room) -> None:
    await rings(room)
    fence = (await telling(room)).fence
    await room.world.agent("a")
    await room.world.answer("c1")
    assert "Somebody has it by now" in await hears(room, "told", fence)
    assert "Somebody has it by now" in await hears(room, "told_key", fence, Digits="1")


@pytest.mark.parametrize(
    ("channel", "address", "said"),
    [
        ("sms", THEIRS, "They wrote from: 1, 2, 0, 6, 5, 5, 5, 0, 1, 4, 2. Call them now."),
        ("sms", "whatsapp:+442079460000", "They wrote from: 4, 4, 2, 0,"),
        ("sms", "+19005550100", "0. We do not call that number: sign in and answer them."),
        ("sms", "", "Their number cannot be read just now."),
        ("email", "maya.7@mail.example", "They wrote by mail. Sign in and answer them."),
    ],
)
async def test_after_the_key_they_hear_how_to_reach_the_party(
    room: Room, channel: str, address: str, said: str
) -> None:
    await rings(room)
    live: Any = await room.live()
    live.channel = channel
    written = Written(WORDS, address)
    outside = room.calls._outside
    (first,) = outside.taken_over_words(live, written, "night")
    assert said in first.words
    (last,) = outside.heard_words(live, written, "night")
    then = last.words
    assert "If nobody has it in hand in 15 minutes, the alarm begins again." in then
    assert ("Again: " in then) == (channel == "sms" and bool(address))


@pytest.mark.parametrize("lost", [False, True])
async def test_it_is_theirs_when_the_carrier_asks_for_what_follows_the_number(
    room: Room, lost: bool
) -> None:
    """`lost`: our answer to the key never came, and the carrier asks the fallback."""
    await rings(room)
    await room.becomes(await room.due("telephone"))
    fallback = urlsplit(room.carrier.fallback)
    assert fallback.path.endswith("/told")
    assert dict(parse_qsl(fallback.query))["n"] == "night"
    await hears(room, "told")
    words = await hears(room, "told_key", Digits="1")
    if lost:
        assert await hears(room, "told", ErrorCode="11205") == words
    assert "/told_heard?" in words
    assert not (await telling(room)).heard
    assert "the alarm begins again. Goodbye." in await hears(room, "told_heard")
    assert (await telling(room)).heard


class Stuck(Database):
    """A record that does not answer, or is away."""

    def __init__(self, away: bool) -> None:
        self.away = away

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        if self.away:
            raise RecordUnavailable("away")
        await asyncio.Event().wait()
        raise AssertionError("it never answers")
        yield


async def test_the_newest_message_is_read_out_first(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What made it an emergency is heard, however much they wrote before."""
    rows = [
        SimpleNamespace(subject=None, text=text, from_address=THEIRS)
        for text in (WORDS, "a " * 200)
    ]

    async def last_of(*_: object) -> list[SimpleNamespace]:
        return rows

    await rings(room)
    monkeypatch.setattr(messages, "last_of", last_of)
    assert f"They write: {WORDS} a a" in await hears(room, "told")


@pytest.mark.parametrize("away", [True, False])
async def test_without_the_record_they_hear_what_the_index_knows(room: Room, away: bool) -> None:
    await rings(room)
    room.calls._outside._database = Stuck(away)
    assert f"They write: {WORDS}." in await hears(room, "told")
    assert "cannot be read just now" in await hears(room, "told_key", Digits="1")


def test_a_number_is_spelled() -> None:
    assert spelled("+1 206-555") == "1, 2, 0, 6, 5, 5, 5"
    assert spelled("INC-20401") == "2, 0, 4, 0, 1"


@pytest.mark.parametrize("hook", ["told", "told_key", "told_heard"])
async def test_where_we_fail_whoever_answered_hears_that_somebody_waits(
    room: Room, hook: str
) -> None:
    """Their key may have been noted, and it is theirs until the call is over."""
    webhooks: Any = VoiceWebhooks.__new__(VoiceWebhooks)
    webhooks._outside = SimpleNamespace(told=room.calls, lines=None)

    async def fails(*_: object) -> str:
        raise IndexUnavailable("away")

    webhooks._dispatch = fails
    assert "please sign in" in await webhooks.answer(hook, {"CallSid": "CA1"}, {})
