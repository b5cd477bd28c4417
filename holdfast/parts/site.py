"""Our pages, and whether this process is well."""

from __future__ import annotations

from holdfast.followers.metrics import Metrics
from holdfast.http.pages import Health, Pages
from holdfast.http.proxies import Proxies
from holdfast.http.static_files import StaticFiles
from holdfast.leaving import Leaving
from holdfast.parts import House, Part
from holdfast.security.credentials import Sessions
from router.intake.spool import Spool


def part(house: House) -> Part:
    health = Health(
        house.centre,
        house[Spool],
        lambda: house[Leaving].draining,
        house[Metrics],
        house[Proxies],
    )
    pages = Pages(house[StaticFiles], house[Sessions])
    return Part(routes=[*pages.routes(), *health.routes()])
