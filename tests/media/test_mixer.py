"""Several voices in one ear: what comes out, sample by sample, and when."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from structlog.testing import capture_logs

from softphone import g711
from softphone.mixer import KEEP_BYTES, LOOK_TICKS, MAX_CATCH_UP, READ_S, TICK_S, Mixer, Row, Voice
from tests.media.fakes import VirtualClock

FRAME = g711.FRAME_BYTES


def level(value: int, length: int = FRAME) -> bytes:
    """A frame of one value, the nearest that µ-law can say."""
    return g711.from_pcm(np.full(length, value, np.int16))


class Heard:
    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.stamps: list[int] = []

    def take(self, payload: bytes, timestamp: int) -> None:
        self.frames.append(payload)
        self.stamps.append(timestamp)


class Stage:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.mixer = Mixer(self.clock)

    def room(
        self, voices: int, gains: tuple[float, ...] | None = None
    ) -> tuple[Heard, list[Voice]]:
        """One ear that hears so many."""
        heard, said = Heard(), [Voice() for _ in range(voices)]
        self.mixer.set(heard, [Row(heard, tuple(said), gains or (1.0,) * voices)])
        return heard, said


@pytest.fixture
def stage() -> Stage:
    return Stage()


def values(frame: bytes) -> list[int]:
    return sorted({int(sample) for sample in g711.to_pcm(frame)})


@pytest.mark.parametrize(
    ("said", "comes_out"),
    [
        ((1000, 2000), 3000),
        ((1000, -1000), 0),
        ((20_000, 20_000), g711.FULL_SCALE),
        ((-32_000,) * 4, -g711.FULL_SCALE),
        ((32_000,) * 4, g711.FULL_SCALE),
        ((32_000,) * 6, g711.FULL_SCALE),  # more than the table's codes: cut off, not turned over
        ((-32_000,) * 6, -g711.FULL_SCALE),
    ],
)
def test_a_sum_is_what_a_room_hears_and_never_turns_over(
    stage: Stage, said: tuple[int, ...], comes_out: int
) -> None:
    heard, voices = stage.room(len(said))
    for voice, value in zip(voices, said, strict=True):
        voice.push(level(value))
    stage.clock.advance(TICK_S)
    [value] = values(heard.frames[0])
    assert value == pytest.approx(comes_out, rel=0.04, abs=40)


def test_a_gain_is_how_loud_a_voice_is_in_this_ear_alone(stage: Stage) -> None:
    loud, quiet, voices = Heard(), Heard(), (Voice(), Voice())
    stage.mixer.set("room", [Row(loud, voices, (1.0, 1.0)), Row(quiet, voices, (0.25, 0.0))])
    for voice in voices:
        voice.push(level(8000))
    stage.clock.advance(TICK_S)
    assert values(loud.frames[0])[0] == pytest.approx(16_000, rel=0.04)
    assert values(quiet.frames[0])[0] == pytest.approx(2000, rel=0.04)


def test_each_ear_hears_its_own_voices_whatever_room_comes_or_goes(stage: Stage) -> None:
    first, one = stage.room(2)
    second, two = stage.room(2)

    def said(voices: list[Voice], value: int) -> None:
        for voice in voices:
            voice.push(level(value))

    said(one, 500)
    said(two, 3000)
    stage.clock.advance(TICK_S)
    stage.mixer.set(first, ())
    said(one, 500)
    said(two, 4000)
    stage.clock.advance(TICK_S)
    assert values(first.frames[0])[0] == pytest.approx(1000, rel=0.04)
    assert [values(f)[0] for f in second.frames] == pytest.approx([6000, 8000], rel=0.04)
    assert len(first.frames) == 1


def test_no_timer_runs_while_nobody_hears_several(stage: Stage) -> None:
    heard, _ = stage.room(2)
    assert stage.clock.pending == 1
    stage.mixer.set(heard, ())
    assert stage.clock.pending == 0
    stage.mixer.set("nobody", ())
    assert stage.clock.pending == 0


def test_ticks_are_counted_from_the_start_and_stamps_rise_without_a_gap(stage: Stage) -> None:
    heard, _ = stage.room(2)
    stage.clock.advance(1.0)
    assert len(heard.frames) == 50
    assert [b - a for a, b in zip(heard.stamps, heard.stamps[1:], strict=False)] == [FRAME] * 49


def test_after_a_stall_a_little_is_made_up_for_and_the_rest_is_skipped(stage: Stage) -> None:
    heard, _ = stage.room(2)
    stage.clock.now += 3.0  # nothing ran meanwhile
    stage.clock.advance(READ_S)
    assert len(heard.frames) == MAX_CATCH_UP
    stage.clock.advance(1.0)
    assert len(heard.frames) == MAX_CATCH_UP + 50


def test_an_ear_that_fails_costs_the_others_no_frame_and_itself_one(stage: Stage) -> None:
    class Fails(Heard):
        def take(self, payload: bytes, timestamp: int) -> None:
            if not self.stamps:
                self.stamps.append(timestamp)
                raise RuntimeError("a transport of a strange kind")
            super().take(payload, timestamp)

    fails, voices = Fails(), [Voice(), Voice()]
    stage.mixer.set(fails, [Row(fails, tuple(voices), (1.0, 1.0))])
    heard, _ = stage.room(2)
    with capture_logs() as logs:
        stage.clock.advance(5 * TICK_S)
    assert (len(fails.frames), len(heard.frames)) == (4, 5)
    assert [one["event"] for one in logs] == ["mixer.frame_lost"]


def test_who_says_nothing_in_time_is_silent_and_the_others_are_heard(stage: Stage) -> None:
    heard, (one, _) = stage.room(2)
    one.push(level(1000))
    stage.clock.advance(TICK_S)
    assert values(heard.frames[0])[0] == pytest.approx(1000, rel=0.04)


def test_frames_of_any_length_are_one_sound(stage: Stage) -> None:
    heard, (one, _) = stage.room(2)
    sound = g711.from_pcm(np.arange(3 * FRAME, dtype=np.int16) * 20)
    for start in range(0, len(sound), 48):
        one.push(sound[start : start + 48])
    stage.clock.advance(3 * TICK_S)
    assert b"".join(heard.frames) == sound


def test_what_is_too_far_ahead_loses_its_oldest_sound() -> None:
    voice = Voice()
    for number in range(KEEP_BYTES // FRAME + 10):
        voice.push(bytes([number]) * FRAME)
    assert voice.ahead_ms == KEEP_BYTES / 8
    assert voice.pull() == bytes([10]) * FRAME


def ahead(voice: Voice, frames: int) -> Voice:
    for _ in range(frames):
        voice.push(level(9000))
    return voice


def test_what_was_not_needed_for_a_second_goes_with_silent_frames() -> None:
    voice = ahead(Voice(), 3)
    for _ in range(LOOK_TICKS):
        voice.push(level(9000))
        voice.pull()
    heard = []
    for number in range(LOOK_TICKS):
        voice.push(g711.SILENCE if number % 10 == 9 else level(9000))
        heard.append(voice.pull())
    assert voice.ahead_ms == 0
    assert heard.count(level(9000)) == 3 + 45  # all that was said, and three silences fewer
    assert heard.count(g711.SILENCE) == 2


def test_of_somebody_who_never_pauses_it_goes_at_once_a_second_later() -> None:
    voice = ahead(Voice(), 20)
    for _ in range(2 * LOOK_TICKS):
        voice.push(level(9000))
        voice.pull()
    assert voice.ahead_ms == 0


def test_four_seconds_of_nothing_and_then_all_at_once_leave_nothing_ahead() -> None:
    voice, loud = Voice(), level(1000)

    def talks(frames: int) -> None:
        for _ in range(frames):
            voice.push(loud)
            voice.pull()

    talks(100)
    before = voice.ahead_ms
    for _ in range(200):
        voice.pull()
    for _ in range(200):
        voice.push(loud)
    talks(150)
    assert voice.ahead_ms <= before


def test_what_is_needed_within_a_second_stays() -> None:
    """Somebody whose frames come up to 60 ms late."""
    voice, missing = ahead(Voice(), 3), 0
    for tick in range(4 * LOOK_TICKS):
        late = tick % 20
        if late < 17:
            voice.push(level(9000))
        if late == 19:
            for _ in range(4):
                voice.push(level(9000))
        missing += voice.pull() == g711.SILENCE
    assert missing == 0


def test_sums_of_sines_differ_from_the_true_sum_by_the_codes_own_steps(stage: Stage) -> None:
    heard, voices = stage.room(3)
    time = np.arange(50 * FRAME) / g711.RATE
    waves = [6000 * np.sin(2 * math.pi * hz * time) for hz in (300, 440, 1000)]
    coded = [g711.from_pcm(wave.astype(np.int16)) for wave in waves]
    for tick in range(50):
        for voice, sound in zip(voices, coded, strict=True):
            voice.push(sound[tick * FRAME : (tick + 1) * FRAME])
        stage.clock.advance(TICK_S)
    true = np.sum([g711.to_pcm(sound).astype(np.int32) for sound in coded], axis=0)
    difference = g711.to_pcm(b"".join(heard.frames)) - true
    signal_to_noise = 10 * math.log10(float((true**2).mean()) / float((difference**2).mean()))
    assert signal_to_noise > 35  # µ-law itself gives 38 dB


def test_what_came_while_the_process_stood_still_is_read_before_it_is_mixed(stage: Stage) -> None:
    """A loop runs the timers that are due before it reads its sockets: ticks made up for at once
    would be silence, and what was said in them a delay that stands for a second."""
    heard, (one, _other) = stage.room(2)
    said = [level(1000 * n) for n in range(1, 6)]

    def read() -> None:
        for frame in said:
            one.push(frame)

    stage.clock.now += 5 * TICK_S + 0.004
    stage.clock.call_at(stage.clock.now, read)
    stage.clock.advance(READ_S)
    assert heard.frames == said
    assert heard.stamps == [FRAME * n for n in range(1, 6)]
    assert one.ahead_ms == 0


class Talk:
    """Voices that say a frame each 20 ms, each at its own time, and what is heard when."""

    def __init__(self, stage: Stage, *offsets_ms: float) -> None:
        self.stage, self.offsets = stage, [ms / 1000 for ms in offsets_ms]
        self.heard, self.voices = stage.room(len(offsets_ms))
        self.mixed_at: list[float] = []
        take = self.heard.take

        def noted(payload: bytes, timestamp: int) -> None:
            self.mixed_at.append(stage.clock.time())
            take(payload, timestamp)

        self.heard.take = noted  # type: ignore[method-assign]
        self._cycle, self._zero = 0, stage.clock.time()

    def goes_on(self, seconds: float) -> None:
        clock = self.stage.clock
        for _ in range(round(seconds / TICK_S)):
            began = self._zero + self._cycle * TICK_S
            self._cycle += 1
            each = sorted(zip(self.offsets, self.voices, strict=True), key=lambda it: it[0])
            for offset, voice in each:
                clock.advance(began + offset - clock.time())
                voice.push(level(9000), clock.time())
        clock.advance(self._zero + self._cycle * TICK_S - clock.time())

    def waits_ms(self) -> list[float]:
        """From each voice's last frame to the last mix, in their order."""
        last = self.mixed_at[-1] - self._zero
        return [round((last - offset) % TICK_S * 1000, 1) for offset in self.offsets]


@pytest.mark.parametrize(
    ("offsets_ms", "wait_ms"),
    [
        ((7, 9), (8, 6)),  # mixed at 15, not at 20
        ((1, 2), (4, 3)),
        ((0.5, 12), (14.5, 3)),
        ((19, 19.5), (1, 0.5)),  # nobody is late: it stays
        ((3, 4, 8), (7, 6, 2)),
    ],
)
def test_a_room_is_mixed_at_the_moment_that_suits_its_voices(
    stage: Stage, offsets_ms: tuple[float, ...], wait_ms: tuple[float, ...]
) -> None:
    talk = Talk(stage, *offsets_ms)
    talk.goes_on(3)
    assert talk.waits_ms() == pytest.approx(wait_ms, abs=0.2)
    stamps = talk.heard.stamps
    assert {b - a for a, b in pairwise(stamps)} == {FRAME}
    before = len(talk.heard.frames)
    talk.goes_on(1)
    assert len(talk.heard.frames) - before == 50
    assert all(values(frame)[0] > 9000 for frame in talk.heard.frames[before:])  # nobody is missing


def test_a_voice_that_comes_later_than_before_has_its_room_mixed_later(stage: Stage) -> None:
    talk = Talk(stage, 7, 9)
    talk.goes_on(3)
    talk.offsets = [0.007, 0.016]  # after the moment of 15 ms
    talk.goes_on(4)
    assert talk.waits_ms() == pytest.approx((13, 4), abs=0.2)
    before = len(talk.heard.frames)
    talk.goes_on(2)
    assert all(values(frame)[0] > 15_000 for frame in talk.heard.frames[before:])
    assert all(voice.ahead_ms == 0 for voice in talk.voices)


def test_rooms_of_different_moments_are_mixed_each_at_its_own(stage: Stage) -> None:
    one, other = Talk(stage, 1, 2), Talk(stage, 11, 12)
    both = [(o, v) for talk in (one, other) for o, v in zip(talk.offsets, talk.voices, strict=True)]
    for _ in range(150):
        base = stage.clock.time()
        for offset, voice in both:
            stage.clock.advance(base + offset - stage.clock.time())
            voice.push(level(9000), stage.clock.time())
        stage.clock.advance(base + TICK_S - stage.clock.time())
    assert one.waits_ms() == pytest.approx((4, 3), abs=0.2)
    assert other.waits_ms() == pytest.approx((4, 3), abs=0.2)
    assert stage.clock.pending == 1
