"""G.711 tables against the definition, asked slowly."""

from __future__ import annotations

import bisect

import numpy as np
import pytest

from channels.voice import leg
from softphone import g711


def slow_decode(code: int) -> int:
    """ITU-T G.711 clause 3: y = sign * ((2 * step + 33) * 2^segment - 33), 14 bit, here times 4."""
    code ^= 0xFF
    segment, step = (code >> 4) & 7, code & 15
    value = 4 * ((2 * step + 33) * 2**segment - 33)
    return -value if code & 0x80 else value


def test_every_code_decodes_to_the_value_of_the_definition() -> None:
    assert [int(v) for v in g711.DECODE] == [slow_decode(code) for code in range(256)]


def slow_encode(sample: int, decisions: list[int]) -> int:
    """Table 2a/G.711: the number of decision values reached, sign, all bits inverted."""
    reached = bisect.bisect_right(decisions, abs(sample))
    return (reached | (0x80 if sample < 0 else 0)) ^ 0xFF


def test_every_sample_is_encoded_by_the_decision_values_of_the_definition() -> None:
    decisions = [
        4 * ((2 * step + 32) * 2**segment - 33) for segment in range(8) for step in range(16)
    ][1:]
    assert [v // 4 for v in decisions[:3]] == [1, 3, 5]
    assert decisions[-16] // 4 == 4063
    samples = range(-32768, 32768)
    expected = bytes(slow_encode(sample, decisions) for sample in samples)
    assert g711.from_pcm(np.array(samples, dtype=np.int16)) == expected


def test_encoding_what_was_decoded_gives_the_same_sound() -> None:
    codes = bytes(range(256))
    again = g711.from_pcm(g711.to_pcm(codes))
    # 0x7F is "minus zero": the only code that comes back as another one.
    assert again == codes.replace(b"\x7f", b"\xff")


def test_silence_is_zero_and_dead_and_silent() -> None:
    assert not g711.to_pcm(g711.SILENCE).any()
    assert g711.is_dead(g711.SILENCE)
    assert g711.is_silent(g711.SILENCE)
    assert g711.level_db(g711.SILENCE) == -96.0


def test_room_noise_is_silent_but_not_dead() -> None:
    noise = np.random.default_rng(1).integers(-40, 40, 160).astype(np.int16)
    assert g711.is_silent(g711.from_pcm(noise))
    assert not g711.is_dead(g711.from_pcm(noise))


def test_speech_level_is_neither() -> None:
    wave = (8000 * np.sin(np.arange(160) / 8)).astype(np.int16)
    payload = g711.from_pcm(wave)
    assert not g711.is_silent(payload)
    assert not g711.is_dead(payload)
    assert g711.level_db(payload) == pytest.approx(20 * np.log10(8000 / 2**0.5 / 32124), abs=0.5)


def test_the_carrier_stream_calls_the_same_codes_quiet() -> None:
    quiet = {code for code in range(256) if abs(slow_decode(code)) <= g711.QUIET}
    assert set(leg._QUIET_CODES) == quiet
