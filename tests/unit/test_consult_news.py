"""Whatever ends a consult, whoever did not do it is told, and told what they have now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from holdfast.desk.consult_news import consult_news
from router.core.model import Happening, LiveAgent, Step

LUA = Path(__file__).parents[2] / "router" / "live" / "lua"
NAMES = {"a": LiveAgent(id="a", name="Priya"), "b": LiveAgent(id="b", name="Tomás")}
UNTOLD = {"mended"}
"""By the sweeper: it was over before."""


def told(why: str, agents: dict[str, LiveAgent]) -> dict[str, str]:
    event = Happening(name="contact.consult_over", contact="c", agent="a", handed_to="b", why=why)
    step = Step(epoch=1, at=1, events=[event])
    return {news.agent: news.text for news in consult_news(step, agents)}


@pytest.mark.parametrize(
    ("why", "agent", "colleague"),
    [
        ("declined", "cannot come now", None),
        ("not_answered", "did not come", None),
        ("own_work", "a call of their own", None),
        ("left", "has left", None),
        ("left_desk", "left their desk", None),
        ("not_back", "did not come back", "gone for too long"),
        ("taken", "has taken the call", None),
        ("called_off", None, "no longer needs you"),
        ("ended", None, "goes on alone"),
        ("call_over", None, "no longer has the call"),
        ("handed_over", None, "you are with the caller"),
        ("inherited", None, "the call is yours"),
    ],
)
def test_who_is_told_what(why: str, agent: str | None, colleague: str | None) -> None:
    found = told(why, NAMES)
    assert found.keys() == {who for who, says in (("a", agent), ("b", colleague)) if says}
    for who, says in (("a", agent), ("b", colleague)):
        assert (says or "") in found.get(who, "")
        assert ("Priya" if who == "b" else "Tomás") in found.get(who, "PriyaTomás")
    assert all(not re.search("[{}]", text) for text in told(why, {}).values())


def test_every_end_of_the_library_has_its_words() -> None:
    code = "\n".join(path.read_text() for path in LUA.rglob("*.lua"))
    ends = set(re.findall(r"consult\.(?:over|leave)\(\w+, '(\w+)'", code))
    ends |= set(re.findall(r"hand_over\(c, '(\w+)'", code)) | {"taken", "handed_over"}
    ends |= {"left", "declined", "ended", "called_off", "not_back", "not_answered"}
    assert len(ends) >= 12
    assert {why for why in ends - UNTOLD if not told(why, NAMES)} == set()
