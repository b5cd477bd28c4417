"""A playbook of effects at the carrier: each effect, each answer or error, and whether it was tried
before. What is asked of the carrier, what becomes of the effect, and where the caller is then."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from channels.twilio.errors import (
    AccountFault,
    BadNumber,
    Busy,
    CarrierError,
    CarrierRefused,
    NotFound,
    NotInProgress,
    OptedOut,
    Unauthorised,
    Unknown,
    Unreachable,
)
from channels.twilio.forms import CallStatus
from channels.twilio.records import CallInfo
from channels.voice.dials import LOOK_FOR_MS, Dials
from channels.voice.effects import (
    REDIRECT_RETRIES_MS,
    UNCLEAR_MS,
    UNKNOWN_IS_OVER_MS,
    VoiceEffects,
)
from channels.voice.limits import Limits, Writing
from channels.voice.link import VoiceLink
from channels.voice.outside import OutsideCalls
from channels.voice.prompts import Prompts
from channels.voice.told import ToldByTelephone
from channels.voice.turns import Turns
from router.core.current import Current
from router.core.model import Effect, LiveContact
from router.core.opening import OnCall
from router.core.states import State
from router.on_call import OutsideRouting
from router.records import contacts, people
from router.records.database import Database
from tests.kit.record import new_sqlite
from tests.kit.store import CONFIG, World, centre_of

LADDER = "safety=3@6000|@5000|@10000*|@*!"
NIGHT = OnCall(name="night", word="Night lead", number="+12065550190")
LEASE_MS = 30_000
PAUSE_S = 2.0
THEIRS, OURS = "+12065550142", "+12065550100"

REFUSALS: dict[str, CarrierError] = {
    "unauthorised": Unauthorised(20003, "no", 401),
    "refused": CarrierRefused(21205, "no"),
    "opted out": OptedOut(21610, "no"),
    "bad number": BadNumber(21211, "no"),
    "account": AccountFault(21219, "no"),
}
GONE: dict[str, CarrierError] = {
    "not found": NotFound(20404, "no", 404),
    "not in progress": NotInProgress(21220, "no"),
}
UNSURE: dict[str, CarrierError] = {"unknown": Unknown("?"), "unreachable": Unreachable("?")}
BUSY: dict[str, CarrierError] = {"busy": Busy("slow down", PAUSE_S)}
ERRORS = REFUSALS | GONE | UNSURE | BUSY


def info(status: CallStatus, sid: str = "CAc1") -> CallInfo:
    return CallInfo(sid, status, THEIRS, OURS, "inbound", *(None,) * 6)


ALIVE, OVER = info(CallStatus.IN_PROGRESS), info(CallStatus.COMPLETED)


class Carrier:
    """Answers as it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.error: CarrierError | None = None
        """Of the request itself."""
        self.sees: CallInfo | CarrierError | None = ALIVE
        """The answer to "how is this call?"; None: it knows no such call."""
        self.listed: list[CallInfo] | CarrierError = []
        """Calls between two numbers."""
        self.meanwhile: Callable[[], Awaitable[Any]] | None = None
        """What happens while it dials."""
        self.requested = ""
        """What it has asked of us for any of them."""
        self.fallback = ""
        """Where it asks if an answer of ours is lost, in the last call that it dialled."""

    def _done(self, what: str) -> None:
        self.asked.append(what)
        if self.error is not None:
            raise self.error

    async def redirect(self, sid: str, **_how: str | None) -> None:
        self._done("redirect")

    async def hang_up(self, sid: str) -> None:
        self._done(f"hang up {sid}")

    async def dial(self, to: str, from_: str, *, fallback_url: str, **_: Any) -> CallInfo:
        self._done("dial")
        self.fallback = fallback_url
        if self.meanwhile is not None:
            await self.meanwhile()
        return info(CallStatus.QUEUED, "CAnew")

    async def call(self, sid: str) -> CallInfo | None:
        if isinstance(self.sees, CarrierError):
            raise self.sees
        return self.sees

    async def find_recent_calls(self, *_: Any, **__: Any) -> list[CallInfo]:
        if isinstance(self.listed, CarrierError):
            raise self.listed
        return self.listed

    async def requests_of(self, sid: str) -> list[str]:
        return [self.requested]


class Room:
    """One process that carries out effects of a real index."""

    def __init__(self, world: World, database: Database) -> None:
        self.world, self.database = world, database
        self.carrier = Carrier()
        self.closed: list[str] = []
        self.promised: list[str] = []
        self.told: list[str] = []
        current = Current(msgspec.structs.replace(CONFIG, on_call=[NIGHT]))
        centre = centre_of(database, world.engine, config=current, clock=lambda: world.now)
        client: Any = self.carrier
        routing = OutsideRouting(centre)

        def url(path: str) -> str:
            return f"https://x.test/twilio/voice{path}"

        def limits() -> Limits:
            return Limits(20, 8, 14_400, 120)

        self.turns = Turns(lambda: 0)
        self.calls = ToldByTelephone(centre, routing, client, url, limits, self.turns)
        prompts = Prompts(lambda: CONFIG, "https://x.test")
        outside = OutsideCalls(
            world.engine, routing, self, Writing(url, limits, prompts), self.calls
        )
        link = VoiceLink("https://x.test", b"k" * 32, prompts, outside=outside)
        dials = Dials(
            centre, client, link, notice=lambda *told: self.told.append(told[1]), turns=self.turns
        )
        self.effects = VoiceEffects(centre, client, link, self, outside, dials)

    def close_stream(self, contact: str, reason: str) -> None:
        self.closed.append(contact)

    async def left(self, contact: str, recording: str, seconds: int, call_sid: str) -> None:
        raise AssertionError("no effect leaves a message")

    async def promise(self, contact: str, why: str) -> None:
        self.promised.append(contact)

    # Effects ------------------------------------------------------------------------------------

    async def due(self, kind: str, tries: int | None = 1) -> Effect:
        """The one that is due, as if it had been tried before; None: as the index counts."""
        await self.world.engine.beat("tick")
        found = {effect.kind: effect for effect in await self.world.engine.claim("p1")}
        assert kind in found, sorted(found)
        effect = found[kind]
        return effect if tries is None else msgspec.structs.replace(effect, tries=tries)

    async def becomes(self, effect: Effect) -> str | int:
        """Carries it out. done: it is over; lease: left to whoever claims it after the lease; a
        number: again in so many ms."""
        await self.effects.perform(effect)
        name = f"{self.world.engine.prefix}:effects"
        at = await self.world.engine._redis.zscore(name, effect.id)
        if at is None:
            return "done"
        left = round(at - self.world.now)
        return "lease" if left == LEASE_MS else left

    async def live(self, contact: str = "c1") -> LiveContact | None:
        return await self.world.contact(contact)

    async def looked_up_in(self, contact: str = "c1") -> int:
        """ms until the carrier is asked about this caller."""
        name = f"{self.world.engine.prefix}:deadlines"
        at = await self.world.engine._redis.zscore(name, f"caller|{contact}")
        assert at is not None
        return round(at - self.world.now)

    # Scenes -------------------------------------------------------------------------------------

    async def rings(self) -> None:
        """The caller's stream is wanted."""
        await self.world.agent("a")
        await self.world.arrive(id="c1")
        await self.world.advance(400)

    async def goes_out(self, *, streaming: bool = False) -> None:
        """Nobody is here: to the number on call."""
        await self.world.arrive(id="c1", severity=1, ladder=LADDER)
        if streaming:
            started = {"contact": "c1", "link_epoch": 1, "proc": "p1"}
            assert (await self.world.engine.step("stream_started", **started)).ok
        await self.world.engine.step(
            "send_outside", contact="c1", name="night", word="Night lead", acknowledge=True
        )
        await self.world.advance(400)

    async def hung_up_here(self) -> None:
        await self.world.agent("a")
        await self.world.answer(await self.world.arrive(id="c1"))
        assert (await self.world.engine.step("hang_up", agent="a", contact="c1")).ok

    async def not_heard_of(self) -> None:
        await self.world.arrive(id="c1")
        await self.world.advance(35_000)

    async def dials(self) -> str:
        """An agent takes a promised call; its intent is in the record. Its id."""
        await self.world.agent("a")
        contact = await self.world.promise()
        assert (await self.world.accept(contact)).ok
        async with self.database.write() as connection:
            await contacts.intend_dial(connection, "k1", contact, THEIRS, OURS, self.world.now)
        return contact

    async def dialled(self) -> tuple[str, str | None]:
        """State and call of the dial in the record."""
        async with self.database.read() as connection:
            row = await contacts.dial_of(connection, "c1")
        assert row is not None
        return row.state, row.carrier_id


@pytest_asyncio.fixture
async def room(store_url: str, tmp_path: Path) -> AsyncIterator[Room]:
    world = await World(store_url).open(on_call=True)
    database = await new_sqlite(tmp_path / "record.db")
    yield Room(world, database)
    await world.engine.close()
    await database.close()


def is_busy(became: str | int) -> bool:
    """Never earlier than the carrier asked for."""
    return isinstance(became, int) and became >= PAUSE_S * 1000


# To a stream ------------------------------------------------------------------------------------


async def test_a_stream_is_asked_for_once(room: Room) -> None:
    await room.rings()
    assert await room.becomes(await room.due("open_stream")) == "done"
    assert room.carrier.asked == ["redirect"]
    live = await room.live()
    assert live is not None
    assert (live.link, live.state) == ("asked", "offered")


@pytest.mark.parametrize("error", sorted(REFUSALS | UNSURE))
async def test_a_stream_refused_or_unclear_is_not_asked_for_again_but_the_caller_looked_up_soon(
    room: Room, error: str
) -> None:
    await room.rings()
    room.carrier.error = ERRORS[error]
    assert await room.becomes(await room.due("open_stream")) == "done"
    assert room.carrier.asked == ["redirect"]
    assert await room.looked_up_in() == 3_000


@pytest.mark.parametrize("tries", [1, 6])
async def test_a_busy_carrier_is_asked_for_the_stream_when_it_said(room: Room, tries: int) -> None:
    await room.rings()
    room.carrier.error = BUSY["busy"]
    assert is_busy(await room.becomes(await room.due("open_stream", tries)))


@pytest.mark.parametrize("error", sorted(GONE))
@pytest.mark.parametrize("tries", [1, 2, 3, 4])
async def test_a_call_that_is_said_to_be_over_and_lives_is_asked_again_a_few_times(
    room: Room, error: str, tries: int
) -> None:
    await room.rings()
    room.carrier.error = ERRORS[error]
    became = await room.becomes(await room.due("open_stream", tries))
    assert became == [*REDIRECT_RETRIES_MS, "done"][tries - 1]
    live = await room.live()
    assert live is not None
    assert live.state == "offered"
    if became == "done":
        assert await room.looked_up_in() == 3_000


@pytest.mark.parametrize("error", sorted(GONE))
@pytest.mark.parametrize("tries", [1, 4])
async def test_a_call_that_is_over_ends(room: Room, error: str, tries: int) -> None:
    await room.rings()
    room.carrier.error, room.carrier.sees = ERRORS[error], OVER
    assert await room.becomes(await room.due("open_stream", tries)) == "done"
    assert await room.live() is None


@pytest.mark.parametrize("sees", ["busy", "unknown", "unreachable", "unauthorised"])
async def test_whether_it_is_over_is_asked_again_when_nobody_says(room: Room, sees: str) -> None:
    await room.rings()
    room.carrier.error, room.carrier.sees = GONE["not in progress"], ERRORS[sees]
    assert await room.becomes(await room.due("open_stream")) == "lease"
    assert await room.live() is not None


@pytest.mark.parametrize("how", ["moved on", "older", "ended", "without a call"])
async def test_a_stream_that_nobody_wants_any_more_is_not_asked_for(room: Room, how: str) -> None:
    await room.rings()
    effect = await room.due("open_stream")
    assert effect.record is not None
    if how == "moved on":
        effect.record.link = "streaming"
    elif how == "older":
        effect.record.link_epoch += 1
    elif how == "without a call":
        effect.record.carrier_id = None
    else:
        effect = msgspec.structs.replace(effect, record=None)
    assert await room.becomes(effect) == "done"
    assert room.carrier.asked == []


# Outside ----------------------------------------------------------------------------------------


async def test_they_are_sent_outside_once(room: Room) -> None:
    await room.goes_out()
    assert await room.becomes(await room.due("go_outside")) == "done"
    assert room.carrier.asked == ["redirect"]
    assert await room.world.state("c1") == "outside"


@pytest.mark.parametrize("error", [*sorted(REFUSALS), "unreachable"])
async def test_who_cannot_be_sent_outside_is_back_at_their_place(room: Room, error: str) -> None:
    await room.goes_out()
    room.carrier.error = ERRORS[error]
    assert await room.becomes(await room.due("go_outside")) == "done"
    assert await room.world.state("c1") == "queued"


async def test_who_may_be_outside_stays_there_until_the_deadline_decides(room: Room) -> None:
    await room.goes_out()
    room.carrier.error = UNSURE["unknown"]
    assert await room.becomes(await room.due("go_outside")) == "done"
    assert await room.world.state("c1") == "outside"


async def test_who_still_has_their_stream_was_not_sent_outside_and_is_sent_again(
    room: Room,
) -> None:
    await room.goes_out(streaming=True)
    room.carrier.error = UNSURE["unknown"]
    for again in range(2):
        assert await room.becomes(await room.due("go_outside", None)) == UNCLEAR_MS, again
        await room.world.advance(UNCLEAR_MS)
    room.carrier.error = None
    assert await room.becomes(await room.due("go_outside", None)) == "done"
    assert room.carrier.asked == ["redirect"] * 3
    assert await room.world.state("c1") == "outside"


async def test_whose_stream_has_ended_is_there_and_is_not_sent_again(room: Room) -> None:
    """A second redirect would end what rings there."""
    await room.goes_out(streaming=True)
    room.carrier.error = UNSURE["unknown"]
    assert await room.becomes(await room.due("go_outside", None)) == UNCLEAR_MS
    live = await room.live()
    assert live is not None
    lost = {"contact": "c1", "link_epoch": live.link_epoch, "cause": "stop"}
    assert (await room.world.engine.step("stream_lost", **lost)).ok
    await room.world.advance(UNCLEAR_MS)
    assert await room.becomes(await room.due("go_outside", None)) == "done"
    assert room.carrier.asked == ["redirect"]
    assert await room.world.state("c1") == "outside"


async def test_a_busy_carrier_sends_them_out_when_it_said(room: Room) -> None:
    await room.goes_out()
    room.carrier.error = BUSY["busy"]
    assert is_busy(await room.becomes(await room.due("go_outside")))
    assert await room.world.state("c1") == "outside"


@pytest.mark.parametrize("error", sorted(GONE))
@pytest.mark.parametrize("tries", [1, 2, 3, 4])
async def test_on_the_way_outside_a_call_that_lives_is_asked_again(
    room: Room, error: str, tries: int
) -> None:
    await room.goes_out()
    room.carrier.error = ERRORS[error]
    became = await room.becomes(await room.due("go_outside", tries))
    assert became == [*REDIRECT_RETRIES_MS, "done"][tries - 1]
    assert await room.world.state("c1") == ("queued" if became == "done" else "outside")


@pytest.mark.parametrize("error", sorted(GONE))
async def test_who_hung_up_on_the_way_outside_has_ended(room: Room, error: str) -> None:
    await room.goes_out()
    room.carrier.error, room.carrier.sees = ERRORS[error], OVER
    assert await room.becomes(await room.due("go_outside")) == "done"
    assert await room.live() is None


@pytest.mark.parametrize("how", ["another number", "taken there", "back", "ended"])
async def test_nobody_is_sent_where_they_should_not_go_any_more(room: Room, how: str) -> None:
    await room.goes_out()
    effect = await room.due("go_outside")
    if how == "another number":
        effect.args["fence"] = "1.999"
    elif how == "ended":
        effect = msgspec.structs.replace(effect, record=None)
    else:
        assert effect.record is not None
        effect.record.state = State.AWAY if how == "taken there" else State.QUEUED
    assert await room.becomes(effect) == "done"
    assert room.carrier.asked == []


async def test_an_overflow_asks_for_the_next_number(room: Room) -> None:
    await room.world.arrive(id="c1", severity=1, ladder=LADDER)
    await room.world.advance(400)
    assert await room.becomes(await room.due("overflow")) == "done"
    live = await room.live()
    assert live is not None
    assert (live.state, live.tried) == ("outside", ["night"])
    assert room.carrier.asked == []


async def test_an_overflow_waits_while_a_webhook_is_answered(room: Room) -> None:
    await room.world.arrive(id="c1", severity=1, ladder=LADDER)
    await room.world.advance(400)
    effect = await room.due("overflow")
    assert effect.record is not None
    effect.record.quiet_until = room.world.now + 170
    assert await room.becomes(effect) == 170
    assert await room.world.state("c1") == "queued"


async def test_a_promise_after_the_voicemail_is_made(room: Room) -> None:
    await room.world.arrive(id="c1", severity=1, ladder=LADDER)
    assert (await room.world.engine.step("nobody_outside", contact="c1")).ok
    await room.world.engine.step("message_over", contact="c1", cause="no_message")
    assert await room.becomes(await room.due("call_back")) == "done"
    assert room.promised == ["c1"]


# Ending -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["still waits", "taken", "newer", "ended"])
async def test_an_idle_stream_is_closed_only_while_they_wait_on_it(room: Room, how: str) -> None:
    await room.world.arrive(id="c1")
    await room.world.engine.step("stream_started", contact="c1", link_epoch=1, proc="p1")
    await room.world.advance(25_000)
    effect = await room.due("close_stream")
    assert effect.record is not None
    if how == "taken":
        effect.record.state = State.OFFERED
    elif how == "newer":
        effect.record.link_epoch += 1
    elif how == "ended":
        effect = msgspec.structs.replace(effect, record=None)
    assert await room.becomes(effect) == "done"
    assert room.closed == (["c1"] if how == "still waits" else [])
    assert room.carrier.asked == []


async def test_a_call_is_hung_up_once(room: Room) -> None:
    await room.hung_up_here()
    assert await room.becomes(await room.due("hang_up")) == "done"
    assert (room.carrier.asked, room.closed) == (["hang up CAc1"], ["c1"])


@pytest.mark.parametrize("error", sorted(REFUSALS | UNSURE))
@pytest.mark.parametrize("tries", [1, 9])
async def test_a_hang_up_that_is_unclear_is_asked_for_again_after_the_lease(
    room: Room, error: str, tries: int
) -> None:
    await room.hung_up_here()
    room.carrier.error = ERRORS[error]
    assert await room.becomes(await room.due("hang_up", tries)) == "lease"


async def test_a_busy_carrier_hangs_up_when_it_said(room: Room) -> None:
    await room.hung_up_here()
    room.carrier.error = BUSY["busy"]
    assert is_busy(await room.becomes(await room.due("hang_up")))


@pytest.mark.parametrize("error", sorted(GONE))
@pytest.mark.parametrize("sees", ["over", "nothing"])
async def test_what_had_hung_up_by_itself_is_done(room: Room, error: str, sees: str) -> None:
    await room.hung_up_here()
    room.carrier.error, room.carrier.sees = ERRORS[error], OVER if sees == "over" else None
    assert await room.becomes(await room.due("hang_up")) == "done"


@pytest.mark.parametrize("error", sorted(GONE))
@pytest.mark.parametrize("tries", [1, 2, 3, 4])
async def test_a_call_that_lives_is_hung_up_again_a_few_times(
    room: Room, error: str, tries: int
) -> None:
    await room.hung_up_here()
    room.carrier.error = ERRORS[error]
    assert await room.becomes(await room.due("hang_up", tries)) == (500 if tries < 4 else "done")


@pytest.mark.parametrize(
    ("state", "carrier_id", "tries", "became"),
    [
        (None, None, 1, "done"),
        ("intended", None, 1, "done"),
        ("refused", None, 1, "done"),
        ("unclear", None, 1, "done"),
        ("attempted", None, 1, 500),
        ("attempted", None, 19, 500),
        ("attempted", None, 20, "done"),
        ("dialed", "CAnew", 1, "done"),
    ],
)
async def test_a_call_of_ours_is_hung_up_as_soon_as_it_has_an_id(
    room: Room, state: str | None, carrier_id: str | None, tries: int, became: str | int
) -> None:
    """The agent hangs up while the request to dial is on its way."""
    await room.hung_up_here()
    effect = msgspec.structs.replace(await room.due("hang_up", tries), carrier_id=None)
    if state is not None:
        async with room.database.write() as connection:
            await contacts.intend_dial(connection, "k1", "c1", THEIRS, OURS, room.world.now)
            await contacts.set_dialled(connection, "c1", state, carrier_id)
    assert await room.becomes(effect) == became
    assert room.carrier.asked == (["hang up CAnew"] if carrier_id else [])


# Looking ----------------------------------------------------------------------------------------


async def test_a_caller_who_is_there_is_asked_about_again_later(room: Room) -> None:
    await room.not_heard_of()
    assert await room.becomes(await room.due("look_up")) == "done"
    assert await room.world.state("c1") == "queued"
    assert await room.looked_up_in() == 35_000


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (CallStatus.COMPLETED, "hung_up"),
        (CallStatus.BUSY, "busy"),
        (CallStatus.NO_ANSWER, "no_answer"),
        (CallStatus.CANCELED, "cancelled"),
        (CallStatus.FAILED, "failed"),
    ],
)
async def test_a_caller_who_has_gone_has_ended_with_the_carriers_cause(
    room: Room, status: CallStatus, cause: str
) -> None:
    await room.not_heard_of()
    room.carrier.sees = info(status)
    await room.world.happened()
    assert await room.becomes(await room.due("look_up")) == "done"
    (ended,) = [one for one in await room.world.happened() if one.name == "contact.ended"]
    assert (ended.cause, ended.outcome) == (cause, "abandoned")


@pytest.mark.parametrize(("silent_ms", "ends"), [(UNKNOWN_IS_OVER_MS - 1, False), (0, True)])
async def test_a_call_that_nobody_knows_is_over_only_after_long_silence(
    room: Room, silent_ms: int, ends: bool
) -> None:
    """The carrier's lists lag behind its requests to us."""
    await room.not_heard_of()
    effect = await room.due("look_up")
    assert effect.record is not None
    effect.record.quiet_until = room.world.now - (silent_ms or UNKNOWN_IS_OVER_MS)
    effect.record.link_asked_at = effect.record.rang_at = None
    room.carrier.sees = None
    assert await room.becomes(effect) == "done"
    assert (await room.live() is None) == ends


@pytest.mark.parametrize("error", sorted(ERRORS))
@pytest.mark.parametrize("tries", [1, 9])
async def test_a_look_that_fails_ends_nobody_and_is_taken_again(
    room: Room, error: str, tries: int
) -> None:
    await room.not_heard_of()
    room.carrier.sees = ERRORS[error]
    assert await room.becomes(await room.due("look_up", tries)) == "lease"
    assert await room.world.state("c1") == "queued"


# Dialling ---------------------------------------------------------------------------------------


async def test_a_call_is_dialled_once(room: Room) -> None:
    await room.dials()
    effect = await room.due("dial")
    assert await room.becomes(effect) == "done"
    assert room.carrier.asked == ["dial"]
    live = await room.live()
    assert live is not None
    assert (live.state, live.carrier_id) == ("dialing", "CAnew")
    assert await room.dialled() == ("dialed", "CAnew")
    await room.effects.perform(effect)  # claimed twice: after a lease that lapsed too early
    assert room.carrier.asked == ["dial"]


@pytest.mark.parametrize("error", [*sorted(REFUSALS | GONE), "unreachable"])
async def test_a_refusal_ends_the_try_and_who_pressed_is_told(room: Room, error: str) -> None:
    contact = await room.dials()
    room.carrier.error = ERRORS[error]
    assert await room.becomes(await room.due("dial")) == "done"
    assert (await room.dialled())[0] == "refused"
    assert room.told == ["dial.refused"]
    assert await room.world.state(contact) == "ended"


async def test_a_busy_carrier_is_asked_to_dial_when_it_said_and_that_is_the_first_time(
    room: Room,
) -> None:
    await room.dials()
    room.carrier.error = BUSY["busy"]
    assert is_busy(await room.becomes(await room.due("dial")))
    assert await room.dialled() == ("intended", None)
    assert room.told == ["dial.waits"]
    assert await room.world.state("c1") == "dialing"


@pytest.mark.parametrize("tries", range(1, len(LOOK_FOR_MS) + 1))
async def test_a_dial_that_is_unclear_is_looked_for_and_never_dialled_again(
    room: Room, tries: int
) -> None:
    contact = await room.dials()
    room.carrier.error = UNSURE["unknown"]
    effect = await room.due("dial")
    assert await room.becomes(effect) == LOOK_FOR_MS[0]
    assert await room.dialled() == ("attempted", None)
    room.carrier.error = None
    if tries == len(LOOK_FOR_MS):
        await room.world.advance(sum(LOOK_FOR_MS))
    became = await room.becomes(msgspec.structs.replace(effect, tries=tries))
    assert room.carrier.asked == ["dial"]
    if tries < len(LOOK_FOR_MS):
        assert became == LOOK_FOR_MS[tries]
        assert await room.world.state(contact) == "dialing"
    else:
        assert became == "done"
        assert (await room.dialled())[0] == "unclear"
        assert await room.world.state(contact) == "ended"


async def test_turns_that_were_waited_for_are_neither_looks_nor_failures(room: Room) -> None:
    await room.dials()
    for _ in range(6):
        room.turns.hold(room.world.now, 1_000)
        assert await room.becomes(await room.due("dial", None)) == 1_000
        await room.world.advance(1_000)
    room.carrier.error = BUSY["busy"]
    busy = await room.due("dial", None)
    assert busy.tries == 1
    pause = await room.becomes(busy)
    assert isinstance(pause, int)
    await room.world.advance(pause)
    room.carrier.error = UNSURE["unknown"]
    assert await room.becomes(await room.due("dial", None)) == LOOK_FOR_MS[0]
    room.carrier.error = None
    for pause, then in pairwise((*LOOK_FOR_MS, "done")):
        assert isinstance(pause, int)
        await room.world.advance(pause)
        assert await room.becomes(await room.due("dial", None)) == then
    assert room.carrier.asked == ["dial", "dial"]
    assert (await room.dialled())[0] == "unclear"


async def test_a_dial_of_a_killed_worker_is_looked_for_as_long_however_often_it_was_refused(
    room: Room,
) -> None:
    """It had waited for a busy carrier many times, and died before it wrote what it knew."""
    await room.dials()
    async with room.database.write() as connection:
        await contacts.begin_dial(connection, "c1", room.world.now)
    assert await room.becomes(await room.due("dial", 9)) == LOOK_FOR_MS[-1]
    await room.world.advance(sum(LOOK_FOR_MS))
    assert await room.becomes(await room.due("dial", 9)) == "done"
    assert (await room.dialled())[0] == "unclear"


@pytest.mark.parametrize("found", ["its own requests", "the list", "another's", "over", "no list"])
async def test_a_dial_that_was_perhaps_made_is_found_by_what_the_carrier_asked_of_us(
    room: Room, found: str
) -> None:
    contact = await room.dials()
    room.carrier.error = UNSURE["unknown"]
    effect = await room.due("dial")
    await room.effects.perform(effect)
    room.carrier.error = None
    made = CallInfo(
        "CAnew", CallStatus.COMPLETED if found == "over" else CallStatus.RINGING, OURS, THEIRS,
        "outbound-api", datetime.fromtimestamp(room.world.now / 1000, UTC), *(None,) * 5,
    )  # fmt: skip
    room.carrier.listed = UNSURE["unknown"] if found == "no list" else [made]
    room.carrier.requested = f"https://x.test/twilio/voice/wait?c={contact}"
    if found == "another's":
        room.carrier.requested = "https://x.test/twilio/voice/wait?c=another"
    await room.world.advance(LOOK_FOR_MS[0])
    effect = await room.due("dial", 2)
    if found == "its own requests":
        assert effect.record is not None
        effect.record.carrier_id = "CAnew"
        room.carrier.listed = []
    became = await room.becomes(effect)
    assert room.carrier.asked == ["dial"]
    if found in ("its own requests", "the list"):
        assert became == "done"
        assert await room.dialled() == ("dialed", "CAnew")
    else:
        assert became == ("lease" if found == "no list" else LOOK_FOR_MS[2])
        assert await room.dialled() == ("attempted", None)
    assert await room.world.state(contact) == "dialing"


async def test_who_called_us_in_that_moment_is_not_dialled(room: Room) -> None:
    contact = await room.dials()
    async with room.database.write() as connection:
        assert await contacts.cancel_dial(connection, contact)
    assert await room.becomes(await room.due("dial")) == "done"
    assert room.carrier.asked == []
    assert await room.world.state(contact) == "ended"


@pytest.mark.parametrize("intent", [True, False])
async def test_what_has_ended_is_not_dialled(room: Room, intent: bool) -> None:
    await room.dials()
    effect = msgspec.structs.replace(await room.due("dial"), record=None)
    if not intent:
        effect = msgspec.structs.replace(effect, contact="unknown")
    assert await room.becomes(effect) == "done"
    assert room.carrier.asked == []
    assert (await room.dialled())[0] == ("cancelled" if intent else "intended")


@pytest.mark.parametrize("sid", ["CAnew", None])
async def test_what_ended_while_nobody_knew_whether_it_was_dialled_does_not_stay_open(
    room: Room, sid: str | None
) -> None:
    """The carrier's own events named its call, or nothing did."""
    contact = await room.dials()
    effect = await room.due("dial")
    live = effect.record
    assert live is not None
    live.carrier_id = sid
    async with room.database.write() as connection:
        who = await people.find_or_make(connection, "phone", THEIRS, room.world.now)
        live.incident = (
            await people.open_incident(connection, "Call", 3, who.party, "owner", room.world.now)
        ).id
        await contacts.admit(
            connection, live, party=who.party, address=who.address, our_address=OURS
        )
        assert await contacts.begin_dial(connection, contact, room.world.now)
    assert await room.becomes(msgspec.structs.replace(effect, record=None, tries=2)) == "done"
    assert room.carrier.asked == []
    assert await room.dialled() == ("dialed" if sid else "unclear", sid)


# Faults of ours ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("tries", "became"), [(1, 5_000), (4, 20_000), (5, "done")])
async def test_an_effect_at_which_our_own_code_fails_is_put_off_and_then_given_up(
    room: Room, tries: int, became: str | int
) -> None:
    await room.rings()
    room.carrier.error = ValueError("broken")  # type: ignore[assignment]
    assert await room.becomes(await room.due("open_stream", tries)) == became
    assert await room.world.state("c1") == "offered"
