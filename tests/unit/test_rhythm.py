"""A sweep that begins too soon after somebody asked for it does not make it forget them."""

from __future__ import annotations

import asyncio

from holdfast.followers.rhythm import Rhythm

SOON_S = 0.05


async def test_the_regular_moment_never_comes_before_what_was_asked_for_can_be_seen() -> None:
    """An S1 caller whom only the record held waited for a minute so (one sweep in forty)."""
    rhythm, loop = Rhythm(SOON_S), asyncio.get_running_loop()
    asked = loop.time()
    rhythm.ask()
    await rhythm.next(SOON_S / 10)
    assert loop.time() >= asked + SOON_S


async def test_who_asks_while_somebody_is_answered_is_answered_too() -> None:
    rhythm, loop = Rhythm(SOON_S), asyncio.get_running_loop()
    rhythm.ask()
    looking = loop.create_task(rhythm.next(3600))
    while rhythm._asked.is_set():
        await asyncio.sleep(0)
    asked = loop.time()
    rhythm.ask()
    await looking
    await rhythm.next(3600)
    assert loop.time() >= asked + SOON_S


async def test_nobody_asked() -> None:
    await Rhythm(3600).next(0.01)
