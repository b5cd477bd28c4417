"""Sound files → µ-law bytes: RIFF/WAVE, 8 kHz, mono, PCM16 or µ-law.

Our own chunk reader, because the standard library's `wave` refuses µ-law (format tag 7). Format
tags and the padding rule: Microsoft/IBM "Multimedia Programming Interface and Data
Specifications 1.0", chapter 3 (RIFF), and RFC 2361.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

import numpy as np

from softphone import g711

_PCM: Final = 1
_MU_LAW: Final = 7
_EXTENSIBLE: Final = 0xFFFE
MAX_BYTES: Final = 16 * 1024 * 1024
"""Files above this are refused: half an hour of µ-law has 14 MB."""


class ClipError(ValueError):
    """The file is not a sound that can be played to a caller; the words say why."""


def parse(data: bytes) -> bytes:
    """The µ-law samples of a WAV file's content, cut to whole frames.

    Raises ClipError; its message says how to fix it.
    """
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ClipError("not a WAV file")
    tag = bits = 0
    samples: bytes | None = None
    position = 12
    while position + 8 <= len(data) and samples is None:
        name, size = data[position : position + 4], struct.unpack_from("<I", data, position + 4)[0]
        body = data[position + 8 : position + 8 + size]
        if name == b"fmt ":
            tag, bits = _format(body)
        elif name == b"data":
            if not tag:
                raise ClipError("the WAV file has no format before its sound")
            samples = body
        position += 8 + size + (size & 1)
    if samples is None:
        raise ClipError("the WAV file holds no sound")
    if tag == _PCM and bits == 16:
        samples = samples[: len(samples) & ~1]
        samples = g711.from_pcm(np.frombuffer(samples, dtype="<i2").astype(np.int16))
    elif not (tag == _MU_LAW and bits == 8):
        raise ClipError("use PCM 16 bit or µ-law")
    whole = len(samples) // g711.FRAME_BYTES * g711.FRAME_BYTES
    if not whole:
        raise ClipError("the sound is shorter than 20 ms")
    return samples[:whole]


def _format(body: bytes) -> tuple[int, int]:
    if len(body) < 16:
        raise ClipError("the WAV file's format is cut off")
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if tag == _EXTENSIBLE and len(body) >= 26:
        tag = struct.unpack_from("<H", body, 24)[0]
    if channels != 1:
        raise ClipError("use one channel (mono)")
    if rate != g711.RATE:
        raise ClipError("use a rate of 8000 Hz")
    return tag, bits


def load(path: Path) -> bytes:
    """Read and parse a file. Raises ClipError (also when the file is too big) or OSError."""
    if path.stat().st_size > MAX_BYTES:
        raise ClipError("the file is larger than 16 MB")
    try:
        return parse(path.read_bytes())
    except ClipError as error:
        raise ClipError(f"{path.name}: {error}") from None
