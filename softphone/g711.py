"""G.711 µ-law: the one audio format of the house, on look-up tables.

A µ-law byte is a sign, a 3-bit segment and a 4-bit step, all bits inverted, so that 0xFF is zero
(ITU-T G.711, table 2a/G.711). The tables are built once with numpy; the questions that are asked
for every frame ("is it silent?", "how loud?") use `bytes.translate`, which runs in C in under a
microsecond for 20 ms of sound.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 8000
"""Samples, and bytes, in a second."""
FRAME_BYTES: Final = 160
"""Bytes in one 20 ms frame."""
SILENCE: Final = b"\xff" * FRAME_BYTES
"""One frame of digital silence (µ-law zero is 0xFF)."""
FULL_SCALE: Final = 32124
"""The largest PCM16 value that µ-law can say."""
QUIET: Final = 120
"""Magnitude up to which a sample counts as quiet: -48 dB of full scale, µ-law's lowest segment."""

_BIAS: Final = 132
_CLIP: Final = 32635


def _decode_table() -> NDArray[np.int16]:
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = (((codes & 0x0F) << 3) + _BIAS << ((codes & 0x70) >> 4)) - _BIAS
    return np.where(codes & 0x80, -magnitude, magnitude).astype(np.int16)


def _encode_table(bits: int) -> NDArray[np.uint8]:
    """Indexed by the sample taken as an unsigned number of so many bits."""
    samples = np.arange(1 << bits, dtype=np.int32)
    samples = np.where(samples >= 1 << bits - 1, samples - (1 << bits), samples)
    biased = np.minimum(np.abs(samples), _CLIP) + _BIAS
    segment = np.floor(np.log2(biased)).astype(np.int32) - 7
    step = (biased >> (segment + 3)) & 0x0F
    sign = np.where(samples < 0, 0x80, 0)
    table: NDArray[np.uint8] = (~(sign | (segment << 4) | step) & 0xFF).astype(np.uint8)
    return table


DECODE: Final = _decode_table()
"""int16[256]: µ-law byte → PCM16."""
ENCODE: Final = _encode_table(16)
"""uint8[65536]: PCM16 seen as uint16 → µ-law byte."""
LINEAR: Final = DECODE.astype(np.int32)
"""int32[256]: µ-law byte → sample, wide enough for sums."""

_SUM_BITS: Final = 18
MOST_VOICES: Final = 4
"""So many voices at full scale may be summed: 18 bits hold them, and what is louder than µ-law can
say becomes its loudest step without being looked at."""
_SUM_MASK: Final = (1 << _SUM_BITS) - 1
_ENCODE_SUMS: Final = _encode_table(_SUM_BITS)

_SQUARES: Final = DECODE.astype(np.float32) ** 2
_LOUD_REMOVED: Final = bytes(code for code in range(256) if abs(int(DECODE[code])) <= QUIET)
_NOISE_REMOVED: Final = bytes(code for code in range(256) if abs(int(DECODE[code])) <= 8)
_MAX_LOUD_SHARE: Final = 16
"""Up to one sample in this many may be louder than QUIET in a silent frame (a crackle)."""


def to_pcm(payload: bytes) -> NDArray[np.int16]:
    """µ-law bytes → PCM16 samples."""
    samples: NDArray[np.int16] = DECODE[np.frombuffer(payload, dtype=np.uint8)]
    return samples


def from_pcm(samples: NDArray[np.int16]) -> bytes:
    """PCM16 samples → µ-law bytes."""
    return ENCODE[np.ascontiguousarray(samples, dtype=np.int16).view(np.uint16)].tobytes()


def from_sums(sums: NDArray[np.int32]) -> bytes:
    """Sums of up to MOST_VOICES samples (gains up to 1) → µ-law bytes. `sums` is used up."""
    sums &= _SUM_MASK
    return np.take(_ENCODE_SUMS, sums).tobytes()


def is_silent(payload: bytes) -> bool:
    """True when nobody speaks in it: at most one sample in 16 is louder than -48 dB."""
    return len(payload.translate(None, _LOUD_REMOVED)) * _MAX_LOUD_SHARE <= len(payload)


def is_dead(payload: bytes) -> bool:
    """True when there is no sound at all, not even a room's noise: every sample within ±1 step.

    A silent person in a real room is not dead; a muted or broken microphone is.
    """
    return not payload.translate(None, _NOISE_REMOVED)


def level_db(payload: bytes) -> float:
    """Root mean square relative to full scale, in dB: 0 = as loud as can be, -96 = nothing."""
    if not payload:
        return -96.0
    mean = float(_SQUARES[np.frombuffer(payload, dtype=np.uint8)].mean())
    return max(-96.0, 10 * math.log10(mean / FULL_SCALE**2)) if mean > 0 else -96.0
