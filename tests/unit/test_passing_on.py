"""To whom the incidents of somebody go who no longer works here."""

from __future__ import annotations

import pytest

from router.core.passing_on import Colleague, heir_of


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
