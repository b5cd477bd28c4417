"""Whose incident is merged into a colleague's hears of it."""

from __future__ import annotations

from tests.flow.test_incident_closed import taken
from tests.kit.centre import Centre
from tests.kit.desk import desk


async def test_who_owned_the_incident_that_goes_is_told_whose_it_is_now(centre: Centre) -> None:
    """Found by a user: his page said that it was still his."""
    async with desk(centre) as priya:
        _, stays = await taken(centre, priya, "+12065550981", "where is my parcel")
        async with desk(centre, "noah") as noah:
            await priya.do("pause", reason="break")
            _, goes = await taken(centre, noah, "+12065550982", "my parcel is not here")
            owned = f"select count(*) from incident where id in ('{stays}', '{goes}')"
            await centre.until_rows(f"{owned} and owner is not null", [(2,)])
            await priya.do("merge_incidents", stays=stays, goes=goes, next=None, key="merge-told")
            told = await noah.until(
                lambda: next((n for n in noah.notices if n["code"] == "incident.merged"), None)
            )
            assert told["text"].startswith("Priya Nair merged your INC-")
            assert told["text"].endswith("Its owner is Priya Nair.")
            assert not [n for n in priya.notices if n["code"] == "incident.merged"]
