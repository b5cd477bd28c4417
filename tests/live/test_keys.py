"""Keys pressed outside, in the menu and while waiting: any of them counts, also told twice."""

from __future__ import annotations

from xml.etree import ElementTree

import msgspec

from channels.twilio import twiml
from channels.twilio.forms import read_voice
from tests.kit.store import World
from tests.live.test_outside import NIGHT, calls, emergency, live, night

__all__ = ["night"]

X = "https://x.test"


def gather(document: str) -> ElementTree.Element:
    found = ElementTree.fromstring(document).find("Gather")
    assert found is not None
    return found


def test_no_key_only_ends_the_keys_where_one_is_asked_for() -> None:
    """Without finishOnKey="" the hash key is no digit (twilio.com/docs/voice/twiml/gather)."""
    for document in (
        twiml.whisper([twiml.Words("Press any key.")], f"{X}/ack", timeout_s=8),
        twiml.menu([f"{X}/menu.wav"], f"{X}/menu", fallthrough_url=f"{X}/menu?none=1"),
        twiml.hold_loop([f"{X}/hold.wav"], f"{X}/key", f"{X}/wait"),
    ):
        assert gather(document).get("finishOnKey") == ""


async def picked_up(world: World, *, acknowledge: bool) -> tuple[str, dict[str, str]]:
    """A contact that rings outside, and the query of its hooks."""
    contact = await emergency(world)
    sent = NIGHT | {"acknowledge": acknowledge}
    assert (await world.engine.step("send_outside", contact=contact, **sent)).ok
    there = (await live(world, contact)).outside
    assert there is not None
    return contact, {"c": contact, "f": there.fence}


def hangs_up(document: str) -> bool:
    return ElementTree.fromstring(document).find("Hangup") is not None


async def test_hash_is_a_key_as_any_other(night: World) -> None:
    found = calls(night, "+12065550151")
    contact, query = await picked_up(night, acknowledge=True)
    await found.called_party("whisper", read_voice({}), query)
    joined = await found.called_party("ack", read_voice({"Digits": "#"}), query)
    assert not hangs_up(joined)
    assert (await live(night, contact)).state == "away"


async def test_the_key_told_twice_hangs_up_nobody(night: World) -> None:
    found = calls(night, "+12065550151")
    contact, query = await picked_up(night, acknowledge=True)
    for digits in ("1", "1", "11"):
        joined = await found.called_party("ack", read_voice({"Digits": digits}), query)
        assert not hangs_up(joined)
    assert (await live(night, contact)).state == "away"


async def test_the_answer_told_twice_where_no_key_is_asked_for_hangs_up_nobody(
    night: World,
) -> None:
    found = calls(night, "+12065550151")
    contact, query = await picked_up(night, acknowledge=False)
    for _ in range(2):
        joined = await found.called_party("whisper", read_voice({}), query)
        assert not hangs_up(joined)
    assert (await live(night, contact)).state == "away"


async def test_the_words_asked_for_again_after_the_key_join_and_ask_nothing(night: World) -> None:
    found = calls(night, "+12065550151")
    contact, query = await picked_up(night, acknowledge=True)
    await found.called_party("whisper", read_voice({}), query)
    await found.called_party("ack", read_voice({"Digits": "5"}), query)
    again = await found.called_party("whisper", read_voice({}), query)
    assert not hangs_up(again)
    assert ElementTree.fromstring(again).find("Gather") is None
    before = await live(night, contact)
    assert msgspec.to_builtins(before)["state"] == "away"


async def test_a_key_of_an_offer_that_was_left_still_joins_nobody(night: World) -> None:
    found = calls(night, "+12065550151")
    contact, query = await picked_up(night, acknowledge=True)
    await night.engine.step("outside_over", contact=contact, fence=query["f"], cause="no-answer")
    late = await found.called_party("ack", read_voice({"Digits": "1"}), query)
    assert hangs_up(late)
