"""The people of the demo: what the telephone page says of them is what triage will say."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from itertools import chain

import pytest

from channels.sandbox.carrier import Carrier
from channels.sandbox.demo import (
    FIRST_S,
    Demo,
    Later,
    Pacing,
    Person,
    called,
    coming,
    people,
    senders,
)
from channels.sandbox.mail import Mails
from channels.sandbox.options import Options
from channels.sandbox.party import clip
from channels.sandbox.texts import Texts
from holdfast.demo.people import order_for
from holdfast.demo.show import ACCOUNTS, pace
from holdfast.settings.demo_config import load_demo_config
from holdfast.settings.environment import default_config_path
from router.core.model import Chosen, LiveAgent, LiveContact
from router.core.states import State
from router.core.triage import triage
from router.triage.judging import Judge
from tests.kit.store import CONFIG


@pytest.mark.parametrize("person", people(), ids=lambda person: person.name)
def test_the_label_is_what_the_shipped_configuration_triages(person: Person) -> None:
    numbered = [line for line in CONFIG.lines if line.number]
    line = next(x for x in CONFIG.lines if x.mail) if person.mail else numbered[person.line]
    default = CONFIG.line_default(line)
    said = "\n".join([*person.texts[:1], person.subject, person.body])
    digit = person.plan.keys[0] if person.plan.keys else None
    verdict = triage(default, digit=digit, text=said, words=CONFIG.word_rules())
    assert person.words.startswith(f"S{int(verdict.severity)} · "), (verdict, person.words)


@pytest.mark.parametrize("person", people(), ids=lambda person: person.name)
def test_somebody_of_the_demo_has_the_skills(person: Person) -> None:
    numbered = [line for line in CONFIG.lines if line.number]
    line = next(x for x in CONFIG.lines if x.mail) if person.mail else numbered[person.line]
    said = "\n".join([*person.texts[:1], person.subject, person.body])
    digit = person.plan.keys[0] if person.plan.keys else None
    verdict = triage(CONFIG.line_default(line), digit=digit, text=said, words=CONFIG.word_rules())
    needs = CONFIG.steps(verdict.queue, verdict.severity)[0].needs
    able = [a for a in ACCOUNTS if all(a.skills.get(n, 0) >= level for n, level in needs.items())]
    assert any(account.role == "agent" for account in able)


def test_one_person_can_cope_and_more_people_get_more() -> None:
    (least, most), open_at_most = pace(1)
    assert least >= 35  # a call with its wrap-up takes about a minute
    assert most <= 75
    assert open_at_most <= 3
    for ready in range(1, 8):
        (a, b), n = pace(ready)
        (c, d), m = pace(ready + 1)
        assert c <= a
        assert d <= b
        assert m >= n
        assert c >= 10


def test_its_messages_come_in_the_field_s_proportions_and_none_twice() -> None:
    severities = Counter(person.words[:2] for person in senders())
    everyday = severities["S4"] / len(senders())
    assert len(senders()) >= 60
    assert set(severities) == {"S1", "S2", "S3", "S4"}
    assert 0.5 < everyday < 0.8
    assert severities["S1"] + severities["S2"] < len(senders()) / 4
    said = [*chain.from_iterable(person.texts or [person.body] for person in senders())]
    assert len(set(said)) == len(said)
    names = [person.name for person in (*people(), *senders())]
    addresses = [person.number or person.mail for person in (*people(), *senders())]
    assert len(set(names)) == len(names)
    assert len(set(addresses)) == len(addresses)
    assert all("55501" in person.number for person in senders() if person.kind == "text")
    assert {person.name for person in coming()} == set(names)


def test_the_second_opinion_shows_at_work_on_them() -> None:
    """Not each is read right, as in the field: a picture of triage, and no more than that."""
    judge = Judge.of(CONFIG)
    read = [
        (
            person.words[:2],
            judge.judge("\n".join([*person.texts, person.subject, person.body])).severity,
        )
        for person in senders()
    ]
    worst = [severity for label, severity in read if label == "S1"]
    everyday = [severity for label, severity in read if label == "S4"]
    assert sum(severity <= 2 for severity in worst) >= 0.7 * len(worst)
    assert sum(severity == 1 for severity in everyday) <= 0.15 * len(everyday)


def test_ready_once_more_brings_nobody_sooner() -> None:
    rng, pacing = random.Random(1), Pacing((40.0, 70.0))
    assert pacing.begins(100.0) == FIRST_S
    waits = pacing.goes_on(103.0, rng)
    assert 40 <= waits <= 70
    assert pacing.begins(110.0) == 103.0 + waits - 110.0  # paused, and ready again
    assert pacing.begins(500.0) == FIRST_S  # after a break


def test_nobody_new_comes_while_nobody_is_ready_or_several_wait_for_a_call() -> None:
    ready = LiveAgent("a", "A", choice=Chosen(ready=True), presence="online")
    paused = LiveAgent("b", "B", choice=Chosen(reason="break"), presence="online")
    promised = [LiveContact(f"c{n}", "voice", 1, 0, 0, state=State.SCHEDULED) for n in range(9)]
    in_hand = [LiveContact(f"d{n}", "sms", 3, 0, 0, state=State.ACTIVE) for n in range(9)]
    assert order_for([paused], []) == {"on": False}
    every_s, at_most = pace(1)
    assert order_for([ready, paused], [*promised[: at_most - 1], *in_hand]) == {
        "on": True, "every_s": every_s, "at_most": at_most,
    }  # fmt: skip
    assert order_for([ready], promised[:at_most])["on"] is False


def test_the_demos_interpreter_answers_at_the_number_that_its_configuration_names() -> None:
    config = load_demo_config(default_config_path())
    assert set(config.interpreters) == {"es"}
    plan = called()[config.interpreters["es"]].plan
    assert (plan.answer, plan.wait_for_answer) == ("answers", False)
    assert all(len(clip(name)) > 8_000 for name in plan.clips)
    reach_out = {person.number for person in (*people(), *senders())}
    assert called().keys().isdisjoint(reach_out)


def test_somebody_follows_up_calls_from_another_telephone_and_a_vet_answers_texts() -> None:
    """What incident work needs: the same incident again, one that is resolved opens, two who are
    one person, and a third party who is written to first."""
    later = {person.name.partition(":")[0]: person.later for person in people() if person.later}
    assert later.keys() == {"Maya", "Tom", "Jonas"}
    reach_out = {person.number for person in (*people(), *senders())}
    others = [beat.number for beats in later.values() for beat in beats if beat.number]
    assert len(others) == 1
    assert reach_out.isdisjoint(others)
    assert any(len(one.texts) >= 2 for one in called().values())


async def test_who_follows_up_while_nobody_is_ready_does_so_once_somebody_is() -> None:
    """The text of Jonas's wife came to nothing if the agent wrote up his call just then."""
    options = Options("AC1", "token")
    ida = Person(
        name="Ida", kind="text", words="", number="+12065550101", texts=["Rex ate gum"],
        later=[Later(after_s=0, text="This is my wife's phone.", number="+12065550102")],
    )  # fmt: skip
    async with Carrier(options) as carrier:
        texts = Texts(carrier)
        demo = Demo(carrier, texts, Mails(options))
        demo.stop()
        carrier.spawn(demo._live(ida))
        assert await carrier.wait_for(lambda: len(texts.all) == 1, 10)
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(texts.all) == 1
        demo.start((900, 900))
        carrier.changed()
        assert await carrier.wait_for(lambda: len(texts.all) == 2, 10)
        assert [it.from_ for it in texts.all.values()] == ["+12065550101", "+12065550102"]
