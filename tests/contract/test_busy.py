"""429 of the carrier: what it asks for is kept, and not everybody comes again at one moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from channels.twilio.client import CarrierClient, _seconds
from channels.twilio.errors import Busy
from tests.kit.sandbox import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_it_asks_for_is_kept(sandbox: Sandbox, client: CarrierClient) -> None:
    await sandbox.fault(rest_429=1, retry_after_s=7)
    with pytest.raises(Busy) as busy:
        await client.account()
    assert busy.value.retry_after_s == 7
    await sandbox.fault(rest_429=1, retry_after_s=None)
    with pytest.raises(Busy) as busy:
        await client.live_calls()  # a list, which the library reads in another way
    assert busy.value.retry_after_s is None


@pytest.mark.parametrize("draw", [0.0, 0.5, 0.999])
async def test_never_earlier_than_it_asked_and_growing(draw: float) -> None:
    asked = Busy("", 7)
    assert 7_000 <= asked.pause_ms(1, lambda: draw) <= 10_500
    pauses = [Busy("").pause_ms(n, lambda: draw) for n in range(1, 6)]
    assert pauses == sorted(pauses)
    assert pauses[0] >= 250
    assert Busy("", 10_000_000).pause_ms(500, lambda: draw) <= 90_000


async def test_two_that_were_refused_together_do_not_come_again_together() -> None:
    pauses = {Busy("", 2).pause_ms(1) for _ in range(50)}
    assert len(pauses) > 10


async def test_a_date_is_read_and_nonsense_is_nothing() -> None:
    now = datetime(2026, 11, 28, 23, 59, 40, tzinfo=UTC)
    at, later = (format_datetime(t, usegmt=True) for t in (now, now + timedelta(seconds=30)))
    assert _seconds(later, at) == 30
    assert _seconds(at, later) == 0
    assert _seconds(later, None) is None
    for text in (None, "", "soon", "Mon, 99", "nan", "1e9"):
        assert _seconds(text, at) is None
