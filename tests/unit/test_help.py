"""Requests for help, in words and in figures."""

from __future__ import annotations

import msgspec
import pytest

from holdfast.desk.help_news import help_news, incidents_of
from holdfast.desk.helps import NOTHING, Helps
from holdfast.desk.view import View
from holdfast.followers.metrics import Metrics
from router.core.beside import Beside, Mode
from router.core.help import Help, HelpEnd, HelpStage, Seen
from router.core.model import Happening, LiveAgent, LiveContact, Step
from router.core.states import State

ASKED = Help("help-1.1-a", "a", "Ana", 1_000, HelpStage.ONE, contact="c1", incident="i1")
SEEN = msgspec.structs.replace(ASKED, seen=Seen("dana", "Dana Reyes", 8_000, "said"))


def told(name: str, request: Help, by: str | None = None) -> Step:
    return Step(9_000, 1, [Happening(name, agent="a", by=by, help=request)])


@pytest.mark.parametrize(
    ("end", "by", "says"),
    [
        (HelpEnd.TAKEN_BACK, "a", {"dana": "Ana needs no help any more."}),
        (HelpEnd.ASKED_AGAIN, "a", {"dana": "Ana asks for help again."}),
        (HelpEnd.SIGNED_OUT, "a", {"dana": "Ana has signed out"}),
        (HelpEnd.DONE, "dana", {"a": "Olga has closed your request for help"}),
        (HelpEnd.DONE, "olga", {"a": "Olga has closed", "dana": "Olga has closed the request"}),
        (HelpEnd.OVER, None, {"a": "Your request for help is over", "dana": "nobody has said"}),
    ],
)
def test_both_are_told_of_its_end_but_of_what_they_did_themselves(
    end: HelpEnd, by: str | None, says: dict[str, str]
) -> None:
    request = msgspec.structs.replace(SEEN, end=end, closed_by="Olga")
    news = {one.agent: one.text for one in help_news(told("help.ended", request, by))}
    assert set(news) == set(says)
    assert all(words in news[who] for who, words in says.items())
    assert incidents_of(told("help.ended", request)) == {"i1"}


def test_it_is_counted_with_the_seconds_until_somebody_had_it() -> None:
    metrics = Metrics(View())
    metrics.on_step("1-0", told("help.asked", ASKED))
    metrics.on_step("2-0", told("help.seen", SEEN))
    text = metrics.text().decode()
    assert "holdfast_help_asked_total 1.0" in text
    assert 'holdfast_help_seen_seconds_sum{how="said"} 7.0' in text


def test_pages_are_told_what_looks_different_and_nothing_of_who_listens_unseen() -> None:
    agent = LiveAgent("a", "Ana", presence="online", help=ASKED)
    live = LiveContact("c1", "voice", 1, 0, 0, state=State.ACTIVE, agent="a")
    agents, contacts = {"a": agent}, {"c1": live}
    helps = Helps()
    put = helps.fold(Step(1, 1, agents=[agent]), agents, contacts).put
    assert put["help-1.1-a"]["has"] == "talks"

    def listens(*, hidden: bool) -> Step:
        contacts["c1"] = msgspec.structs.replace(
            live,
            beside=[Beside(agent="dana", name="Dana", mode=Mode.LISTEN, since=1, hidden=hidden)],
        )
        return Step(2, 1, contacts=[contacts["c1"]])

    assert not helps.fold(listens(hidden=True), agents, contacts).put
    seen = helps.fold(listens(hidden=False), agents, contacts).put["help-1.1-a"]
    assert [one["name"] for one in seen["listens"]] == ["Dana"]
    assert helps.of("b", "b", {}) == {}
    assert set(helps.of(None, "dana", {})) == set(helps.of("a", "a", {})) == {"help-1.1-a"}
    agents["a"] = msgspec.structs.replace(agent, help=None)
    assert helps.fold(Step(3, 1, agents=[agents["a"]]), agents, contacts).over == {
        "help-1.1-a": "a"
    }
    assert helps.fold(Step(4, 1), agents, contacts) is NOTHING
