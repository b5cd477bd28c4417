"""How long a body is waited for, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from holdfast.http.half import FLOOR, LOOKS, TOTAL, arriving

HALF_S = 15.0
LOOK_S = HALF_S / LOOKS
MAIL = 25 * 1024 * 1024


class Quick(asyncio.SelectorEventLoop):
    """Its time passes only while everybody waits for it, and then at once."""

    def __init__(self) -> None:
        super().__init__()
        self._passed = 0.0

    def time(self) -> float:
        return self._passed

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self._passed = max(self._passed, self._scheduled[0]._when)  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


@dataclass
class Content:
    total_bytes: int = 0


def waited(sent: Iterable[tuple[float, int]]) -> tuple[bool, float]:
    """(Did it come, after how many seconds), when so many bytes come after each pause."""

    async def body() -> tuple[bool, float]:
        loop, content = asyncio.get_running_loop(), Content()
        try:
            async with arriving(content, HALF_S):
                for pause_s, count in sent:
                    await asyncio.sleep(pause_s)
                    content.total_bytes += count
        except TimeoutError:
            return False, loop.time()
        return True, loop.time()

    with asyncio.Runner(loop_factory=Quick) as runner:
        return runner.run(body())


def line(bits_s: int, size: int) -> list[tuple[float, int]]:
    """A line of so many bits per second carries so many bytes, in packets of 1400."""
    return [(1400 * 8 / bits_s, 1400)] * -(-size // 1400)


@pytest.mark.parametrize("bits_s", [400_000, 1_000_000, 10_000_000])
def test_a_whole_mail_on_a_bad_line_gets_in(bits_s: int) -> None:
    came, took_s = waited(line(bits_s, MAIL))
    assert came
    assert took_s == pytest.approx(MAIL * 8 / bits_s, rel=0.01)


def test_small_words_on_the_worst_line_get_in() -> None:
    assert waited(line(40_000, 300_000))[0]


def test_pauses_of_a_line_are_forgiven() -> None:
    assert waited([(HALF_S - LOOK_S, FLOOR)] * 20)[0]


@pytest.mark.parametrize(
    "sent",
    [
        [(3600, 1)],
        [(1, 1)] * 3600,
        [(HALF_S - 1, 1)] * 3600,
        line(8_000, MAIL),
        [(0.1, MAIL // 2), (3600, 1)],
    ],
)
def test_what_comes_no_more_or_drips_is_not_waited_for(sent: list[tuple[float, int]]) -> None:
    """It ends a look after its time, however much came before."""
    came, took_s = waited(sent)
    assert not came
    began = sent[0][0] if sent[0][1] > FLOOR else 0
    assert HALF_S <= took_s <= began + HALF_S * 1.35 + 2 * LOOK_S


def test_nobody_sends_one_request_for_ever() -> None:
    came, took_s = waited([(1, FLOOR)] * 10_000)
    assert (came, took_s) == (False, TOTAL * HALF_S + LOOK_S)
