"""Tones made here, once, as µ-law: ringing, keypad digits, connecting.

Frequencies: ringing and call progress after ITU-T E.180 / North American Precise Tone Plan
(440 + 480 Hz, 2 s on, 4 s off); digits after ITU-T Q.23. A carrier stream has no digits outward
(Media Streams "Out: only media, mark, clear"), so a digit is its sound, 100 ms long
(Q.24 asks for at least 40 ms, and as much pause).
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from softphone import g711

DIGIT_MS: Final = 100
DIGIT_PAUSE_MS: Final = 80
DIGITS: Final = "0123456789*#ABCD"

_ROWS: Final = (697, 770, 852, 941)
_COLUMNS: Final = (1209, 1336, 1477, 1633)
_KEYS: Final = ("123A", "456B", "789C", "*0#D")


def tone(*hertz: float, ms: int, amplitude: int = 6000) -> bytes:
    """A sum of sines with 4 ms ramps at both ends (no clicks). `amplitude` is PCM16 peak each."""
    count = ms * g711.RATE // 1000
    time = np.arange(count) / g711.RATE
    wave = np.zeros(count)
    for frequency in hertz:
        wave += amplitude * np.sin(2 * np.pi * frequency * time)
    ramp = min(32, count // 2)
    if ramp:
        wave[:ramp] *= np.linspace(0, 1, ramp)
        wave[-ramp:] *= np.linspace(1, 0, ramp)
    return g711.from_pcm(np.clip(wave, -32768, 32767).astype(np.int16))


def silence(ms: int) -> bytes:
    """Digital silence."""
    return b"\xff" * (ms * g711.RATE // 1000)


@cache
def ringing() -> bytes:
    """The ringing that a caller hears while the other telephone rings; 6 s, to be looped."""
    return tone(440, 480, ms=2000, amplitude=3000) + silence(4000)


@cache
def connecting() -> bytes:
    """Two soft notes every two seconds: something happens here; never silence. To be looped."""
    return (
        tone(523, ms=160, amplitude=2200)
        + silence(90)
        + tone(659, ms=160, amplitude=2200)
        + silence(1590)
    )


@cache
def hold() -> bytes:
    """A quiet chord swelling every four seconds, for a house without a hold clip. To be looped."""
    chord = tone(392, 494, 587, ms=1400, amplitude=1300)
    other = tone(349, 440, 523, ms=1400, amplitude=1300)
    return chord + silence(600) + other + silence(600)


@cache
def digit(key: str) -> bytes:
    """100 ms of the key's two frequencies and 80 ms of pause.

    Raises ValueError if it is not a telephone key.
    """
    for row, keys in zip(_ROWS, _KEYS, strict=True):
        if len(key) == 1 and key in keys:
            column = _COLUMNS[keys.index(key)]
            return tone(row, column, ms=DIGIT_MS, amplitude=8000) + silence(DIGIT_PAUSE_MS)
    raise ValueError("not a key of a telephone")
