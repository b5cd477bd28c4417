"""Our pages, and whether this process is well."""

from __future__ import annotations

from holdfast.leaving import Leaving
from holdfast.metrics import Metrics
from holdfast.pages import Health, Pages
from holdfast.parts import House, Part
from holdfast.proxies import Proxies
from holdfast.security import Sessions
from holdfast.settings import static_dir
from router.spool import Spool


def part(house: House) -> Part:
    health = Health(house.centre, house[Spool], house[Leaving], house[Metrics], house[Proxies])
    pages = Pages(static_dir(), house[Sessions])
    return Part(routes=[*pages.routes(), *health.routes()])
