"""The carrier's buffer of received audio: played in order, 20 ms at a time, with marks between.

Source: twilio.com/docs/voice/media-streams/websocket-messages (media, mark, clear).
"""

from __future__ import annotations

from collections import deque

from channels.sandbox import audio

BUFFER_LIMIT = 600 * audio.RATE
"""Bytes kept for playing; more is dropped."""


class Playout:
    """Received audio and marks in order, taken out in frames of 20 ms."""

    def __init__(self) -> None:
        self._items: deque[memoryview | str] = deque()
        self._due: list[str] = []
        self._bytes = 0
        self.dropped = 0

    @property
    def backlog_ms(self) -> float:
        """Audio not yet played."""
        return self._bytes / 8

    def add(self, ulaw: bytes) -> None:
        """Queue audio of any length."""
        if self._bytes + len(ulaw) > BUFFER_LIMIT:
            self.dropped += len(ulaw)
        elif ulaw:
            self._items.append(memoryview(ulaw))
            self._bytes += len(ulaw)

    def mark(self, name: str) -> None:
        """Queue a mark behind all audio so far."""
        self._items.append(name)

    def clear(self) -> list[str]:
        """Drop everything; returns the marks that were pending."""
        pending = self._due + [i for i in self._items if isinstance(i, str)]
        self._items.clear()
        self._due, self._bytes = [], 0
        return pending

    def tick(self) -> tuple[list[str], bytes | None]:
        """One 20 ms step: marks whose audio has been played, and the next frame (None: nothing)."""
        reached, self._due = self._due, []
        frame = bytearray()
        while self._items and len(frame) < audio.FRAME:
            head = self._items[0]
            if isinstance(head, str):
                (self._due if frame else reached).append(head)
                self._items.popleft()
                continue
            part = head[: audio.FRAME - len(frame)]
            frame += part
            self._bytes -= len(part)
            if len(part) == len(head):
                self._items.popleft()
            else:
                self._items[0] = head[len(part) :]
        if not frame:
            return reached, None
        return reached, bytes(frame) + audio.SILENCE[len(frame) :]
