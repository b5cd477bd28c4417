"""`doctor --call`: one call proves what the carrier does, in both behaviours of the stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from holdfast.doctor.address import sign
from holdfast.doctor.call import prove
from holdfast.doctor.outcome import Finding, State
from tests.kit.centre import Centre, running_centre

ME = "+12065550931"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """A centre that the carrier reaches without a proxy between: media streams pass."""
    async with running_centre(tmp_path_factory.mktemp("proven") / "data") as centre:
        yield centre


@pytest_asyncio.fixture(loop_scope="session")
async def proven(running: Centre) -> AsyncIterator[Centre]:
    await running.sandbox.person(ME, ring_ms=50, talk="tone", hz=440)
    yield running
    await running.sandbox.heal()


async def call(centre: Centre, number: str = ME, **faults: Any) -> dict[str, Finding]:
    """What one call shows while the carrier behaves so."""
    if faults:
        await centre.sandbox.fault(**faults)
    found = await prove(centre.env, number, demo=False)
    assert not list((centre.data_dir / "probe").glob("*")), "its file is left"
    return {outcome.check: outcome for outcome in found}


async def test_a_call_proves_stream_pings_action_redirect_and_fallback(proven: Centre) -> None:
    found = await call(proven)
    assert {name: o.state for name, o in found.items()} == dict.fromkeys(found, State.OK)
    assert len(found) == 6
    assert "as it was asked for" in found["call: stream"].what
    assert found["call: pings"].what == "answered"
    assert "requested when our side closes" in found["call: action"].what
    assert "11200" in found["call: fallback"].what
    live = await proven.sandbox.calls(live=True)
    assert [c for c in live if c["to"] == ME] == []


async def test_the_other_behaviour_is_told_and_is_no_fault(proven: Centre) -> None:
    found = await call(proven, stream_no_pong=1, stream_slash=1, actions={"closed": "missing"})
    assert {o.state for o in found.values()} == {State.OK}
    assert "another slash" in found["call: stream"].what
    assert "only silence" in found["call: pings"].what
    assert "the next verb runs" in found["call: action"].what


async def test_streams_that_do_not_come_are_a_fault_with_its_mend(proven: Centre) -> None:
    found = await call(proven, stream_refused=1)
    assert found["call: stream"].state is State.FAIL
    assert "443" in found["call: stream"].mend
    assert found["call: redirect"].state is State.OK


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("2065550931", "not called"),
        ("+19005550931", "premium"),
        ("+12065550190", "nobody answered"),
    ],
)
async def test_numbers_that_cannot_be_reached_are_told(
    proven: Centre, number: str, words: str
) -> None:
    found = (await call(proven, number))["call"]
    assert found.state is State.FAIL
    assert words in found.what


async def test_refused_by_the_account_it_says_so_in_words(proven: Centre) -> None:
    found = (await call(proven, rest_refuse=1, rest_code=21219))["call"]
    assert "trial account" in found.what


async def test_nobody_else_can_use_it(proven: Centre) -> None:
    """Without doctor's file no step is answered, rightly signed or not."""
    url = f"{proven.url}/twilio/probe/start?t={'a' * 32}"
    form = {"CallSid": "CA" + "1" * 32}
    right = {"X-Twilio-Signature": sign(proven.sandbox.auth_token, url, form)}
    async with aiohttp.ClientSession() as session:
        for headers, status in ((right, 404), ({}, 403)):
            async with session.post(url, data=form, headers=headers) as answer:
                assert answer.status == status
        for token in ("../../etc/passwd", "b" * 31, ""):
            url = f"{proven.url}/twilio/probe/start?t={token}"
            headers = {"X-Twilio-Signature": sign(proven.sandbox.auth_token, url, form)}
            async with session.post(url, data=form, headers=headers) as answer:
                assert answer.status in (403, 404)
