"""To whom the incidents of somebody go who no longer works here."""

from __future__ import annotations

import pytest

from router.core.passing_on import Colleague, heir_among, heir_of


def staff(*people: Colleague) -> dict[str, Colleague]:
    return {one.id: one for one in people}


GONE = Colleague("gone", here=False, steers=False, lead="lead")
LEAD = Colleague("lead", here=True, steers=False)
DANA = Colleague("dana", here=True, steers=True, incidents=3)
OMAR = Colleague("omar", here=True, steers=True, incidents=1)


@pytest.mark.parametrize(
    ("people", "heir"),
    [
        (staff(GONE, LEAD, DANA), "lead"),
        (staff(GONE, Colleague("lead", False, False, lead="dana"), DANA, OMAR), "dana"),
        (staff(GONE, DANA, OMAR), "omar"),  # the lead's account is unknown: the least loaded
        (staff(GONE, Colleague("lead", False, True, lead="gone"), OMAR), "omar"),  # a ring
        (staff(Colleague("gone", False, False), OMAR, DANA), "omar"),
        (staff(GONE, Colleague("ann", True, False)), None),
    ],
)
def test_the_lead_has_it_or_the_leads_lead_or_the_supervisor_with_the_fewest(
    people: dict[str, Colleague], heir: str | None
) -> None:
    assert heir_of("gone", people) == heir


@pytest.mark.parametrize(
    ("people", "heir"),
    [
        ({"gone", "lead"}, "lead"),
        ({"gone", "dana", "ann"}, "dana"),  # a supervisor before anybody else
        ({"gone", "ann", "eve"}, "eve"),  # whoever owns the fewest
        ({"gone"}, None),
    ],
)
def test_a_restricted_one_goes_to_somebody_on_its_list(people: set[str], heir: str | None) -> None:
    ann, eve = (
        Colleague(name, here=True, steers=False, incidents=n)
        for name, n in (("ann", 2), ("eve", 1))
    )
    assert heir_among("gone", staff(GONE, LEAD, DANA, OMAR, ann, eve), people) == heir
