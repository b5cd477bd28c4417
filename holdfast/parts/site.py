"""Our pages, and whether this process is well."""

from __future__ import annotations

from holdfast.accounts.security import Sessions
from holdfast.followers.metrics import Metrics
from holdfast.http.pages import Health, Pages
from holdfast.http.proxies import Proxies
from holdfast.parts import House, Part
from holdfast.processes.leaving import Leaving
from holdfast.settings.environment import static_dir
from router.intake.spool import Spool


def part(house: House) -> Part:
    health = Health(house.centre, house[Spool], house[Leaving], house[Metrics], house[Proxies])
    pages = Pages(static_dir(), house[Sessions])
    return Part(routes=[*pages.routes(), *health.routes()])
