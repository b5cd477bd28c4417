"""Arrivals kept on this machine's disk while the record took nothing."""

from __future__ import annotations

from holdfast.parts import House, Part
from holdfast.parts.premises import Premises
from router.intake.spool import Spool


def part(house: House) -> Part:
    place = house[Premises]
    spool = Spool(
        place.data_dir / "spool",
        house.centre.database.takes_writes,
        reserve_bytes=place.spool_reserve,
    )
    house.keep(Spool, spool)
    return Part(tasks={"spool": spool.run})
