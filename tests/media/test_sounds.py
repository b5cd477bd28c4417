"""Clips, tones, pacing and the opinion score."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from softphone import clips, g711, tones
from softphone.clips import ClipError
from softphone.pacer import CARRIER_CHUNK, Pacer
from softphone.quality import mos
from tests.media.fakes import FakeLeg, VirtualClock


def wav(body: bytes, *, tag: int = 1, bits: int = 16, rate: int = 8000, channels: int = 1) -> bytes:
    step = channels * bits // 8
    fmt = struct.pack("<HHIIHH", tag, channels, rate, rate * step, step, bits)
    chunks = b"LIST" + struct.pack("<I", 3) + b"abc\0"  # odd size: padded
    chunks += b"fmt " + struct.pack("<I", len(fmt)) + fmt
    chunks += b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def test_a_pcm_file_and_a_mu_law_file_give_the_same_clip(tmp_path: Path) -> None:
    pcm = (5000 * np.sin(np.arange(400) / 9)).astype("<i2")
    mu_law = g711.from_pcm(pcm.astype(np.int16))
    assert clips.parse(wav(pcm.tobytes())) == mu_law[:320]
    assert clips.parse(wav(mu_law, tag=7, bits=8)) == mu_law[:320]
    path = tmp_path / "hold.wav"
    path.write_bytes(wav(pcm.tobytes()))
    assert clips.load(path) == mu_law[:320]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a WAV"),
        (b"RIFF\0\0\0\0WAVE", "no sound"),
        (wav(bytes(640), rate=44100), "8000 Hz"),
        (wav(bytes(640), channels=2), "mono"),
        (wav(bytes(640), bits=8), "16 bit"),
        (wav(bytes(10)), "shorter"),
        (b"RIFF\0\0\0\0WAVEdata\x04\0\0\0abcd", "no format"),
        (b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xffab", "cut off"),
    ],
)
def test_a_file_that_cannot_be_played_says_why(data: bytes, words: str) -> None:
    with pytest.raises(ClipError, match=words):
        clips.parse(data)


@pytest.mark.parametrize(("key", "low", "high"), [("1", 697, 1209), ("0", 941, 1336), ("D", 941, 1633)])  # fmt: skip # noqa: E501
def test_a_digit_is_its_two_frequencies_for_100_ms(key: str, low: int, high: int) -> None:
    sound = tones.digit(key)
    assert len(sound) == 1440
    assert set(sound[800:]) == {0xFF}
    pcm = g711.to_pcm(sound[:800]).astype(float)
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(800), 8000))
    peak_low = int(spectrum[:1050].argmax())
    peak_high = 1050 + int(spectrum[1050:2000].argmax())
    assert (peak_low, peak_high) == (pytest.approx(low, abs=4), pytest.approx(high, abs=4))


def test_what_is_no_key_has_no_tone() -> None:
    for text in ("", "x", "11"):
        with pytest.raises(ValueError):
            tones.digit(text)


def test_tones_can_be_looped_in_whole_frames() -> None:
    for clip in (tones.ringing(), tones.connecting(), tones.hold()):
        assert len(clip) % 160 == 0
        assert not g711.is_silent(clip)


def test_pacing_does_not_drift_and_catches_up_after_a_stall() -> None:
    clock, leg = VirtualClock(), FakeLeg("browser")
    clip = bytes(range(160)) * 10
    pacer = Pacer(leg, clip, clock)
    clock.advance(10)
    assert len(leg.heard) == 501
    clock.now += 1.0  # the loop stood still
    clock.advance(0)
    assert len(leg.heard) == 506  # five at once, the rest is skipped
    clock.advance(0.1)
    assert len(leg.heard) == 511
    pacer.stop()
    assert (leg.clears, clock.pending) == (1, 0)


def test_a_clip_played_once_ends_by_itself_and_is_not_cut_off() -> None:
    clock, leg = VirtualClock(), FakeLeg("carrier")
    clip = b"\x40" * (CARRIER_CHUNK + 800)
    pacer = Pacer(leg, clip, clock, chunk=CARRIER_CHUNK, loop=False)
    clock.advance(5)
    assert b"".join(leg.heard) == clip
    assert pacer.done
    pacer.stop()
    assert leg.clears == 0


def test_opinion_falls_with_loss_and_delay() -> None:
    assert mos(one_way_ms=20, loss=0) > 4.3
    assert (
        mos(one_way_ms=20, loss=0.05) < mos(one_way_ms=20, loss=0.01) < mos(one_way_ms=20, loss=0)
    )
    assert mos(one_way_ms=400, loss=0) < 3.9
    assert mos(one_way_ms=20, loss=0.05, concealed=False) < mos(one_way_ms=20, loss=0.05)
    assert mos(one_way_ms=5000, loss=1) == 1.0
