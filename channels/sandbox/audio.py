"""G.711 µ-law at 8 kHz mono: tables, WAV files, tones. 160 bytes are 20 ms.

Source: ITU-T G.711; RIFF WAVE format tags 1 (PCM) and 7 (µ-law).
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import cast

import numpy as np
import numpy.typing as npt

RATE = 8000
FRAME = 160
FRAME_S = 0.02
SILENCE = b"\xff" * FRAME

Samples = npt.NDArray[np.int16]


def _decode_table() -> Samples:
    codes = ~np.arange(256, dtype=np.uint8)
    sign = np.where(codes & 0x80, -1, 1)
    exponent = ((codes >> 4) & 7).astype(np.int32)
    mantissa = (codes & 15).astype(np.int32)
    magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84
    return cast(Samples, (sign * magnitude).astype(np.int16))


def _encode_table() -> npt.NDArray[np.uint8]:
    """µ-law code of every 16-bit sample, indexed by the sample as unsigned."""
    samples = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.minimum(np.abs(samples), 32635) + 0x84
    exponent = np.clip(np.floor(np.log2(magnitude)).astype(np.int32) - 7, 0, 7)
    mantissa = (magnitude >> (exponent + 3)) & 15
    sign = np.where(samples < 0, 0x80, 0)
    table: npt.NDArray[np.uint8] = (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
    return table


_DECODE = _decode_table()
_ENCODE = _encode_table()


def decode(ulaw: bytes) -> Samples:
    """µ-law to 16-bit samples."""
    return _DECODE[np.frombuffer(ulaw, dtype=np.uint8)]


def encode(samples: npt.NDArray[np.int16]) -> bytes:
    """16-bit samples to µ-law."""
    return _ENCODE[samples.view(np.uint16)].tobytes()


@lru_cache(maxsize=64)
def tone(hz: float, ms: int, dbfs: float = -12.0) -> bytes:
    """A sine as µ-law."""
    t = np.arange(RATE * ms // 1000) / RATE
    wave = 32767 * 10 ** (dbfs / 20) * np.sin(2 * np.pi * hz * t)
    return encode(wave.astype(np.int16))


@lru_cache(maxsize=64)
def spoken(text: str, letter_ms: int) -> bytes:
    """A placeholder for a text-to-speech voice: a soft beep per word, and a pause."""
    out = bytearray()
    for word in text.split()[:200]:
        out += tone(330 + 20 * (len(word) % 8), letter_ms * len(word), -24.0)
        out += b"\xff" * (letter_ms * RATE * 4 // 3000)
    return bytes(out)


class NotAudio(ValueError):
    """The bytes are not a WAV file that the carrier could play."""


def read_wav(data: bytes) -> bytes:
    """A WAV file (PCM16 or µ-law, mono or first channel, 8 kHz or a multiple) as µ-law."""
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise NotAudio("no RIFF WAVE header")
    at, fmt, body = 12, None, None
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        chunk = data[at + 8 : at + 8 + size]
        if name == b"fmt " and len(chunk) >= 16:
            fmt = struct.unpack("<HHIIHH", chunk[:16])
        elif name == b"data":
            body = chunk
        at += 8 + size + (size & 1)
    if fmt is None or body is None:
        raise NotAudio("no fmt or data chunk")
    tag, channels, rate, _, _, bits = fmt
    if channels < 1 or rate % RATE:
        raise NotAudio(f"{channels} channels at {rate} Hz")
    step = channels * (rate // RATE)
    if tag == 7 and bits == 8:
        return body[::step]
    if tag == 1 and bits == 16:
        samples = np.frombuffer(body[: len(body) // 2 * 2], dtype="<i2").astype(np.int16)
        return encode(np.ascontiguousarray(samples[::step]))
    raise NotAudio(f"format {tag} with {bits} bits")


def write_wav(ulaw: bytes) -> bytes:
    """µ-law as a WAV file."""
    fmt = struct.pack("<HHIIHHH", 7, 1, RATE, RATE, 1, 8, 0)
    fact = struct.pack("<I", len(ulaw))
    body = ulaw + b"\xff" * (len(ulaw) & 1)
    chunks = b"fmt " + struct.pack("<I", len(fmt)) + fmt
    chunks += b"fact" + struct.pack("<I", 4) + fact
    chunks += b"data" + struct.pack("<I", len(ulaw)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def level_dbfs(ulaw: bytes) -> float:
    """RMS level, -100 for silence."""
    if not ulaw:
        return -100.0
    samples = decode(ulaw).astype(np.float64)
    rms = float(np.sqrt(np.mean(samples * samples)))
    return round(20 * float(np.log10(rms / 32768)), 1) if rms > 0.4 else -100.0


def main_hz(ulaw: bytes) -> float | None:
    """The strongest frequency, None for silence or less than 50 ms."""
    if len(ulaw) < 400 or level_dbfs(ulaw) < -60:
        return None
    samples = decode(ulaw).astype(np.float64)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 8 * RATE))
    spectrum[: 8 * 30] = 0
    return round(float(np.argmax(spectrum)) / 8, 1)
