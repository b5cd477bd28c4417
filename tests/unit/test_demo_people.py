"""The people of the demo: what the telephone page says of them is what triage will say."""

from __future__ import annotations

import pytest

from channels.sandbox.demo import Person, people
from holdfast.demo import ACCOUNTS, pace
from router.core.triage import triage
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
