"""Things only the demo has: a telephone in the browser, and people who reach out by themselves."""

from __future__ import annotations

from holdfast.demo import people
from holdfast.demo.sandbox_site import Sandbox, SandboxSite
from holdfast.desk.hub import Hub
from holdfast.http.static_files import StaticFiles
from holdfast.http.web import Gate
from holdfast.parts import House, Part
from holdfast.settings.environment import Settings
from holdfast.tasks import LooseTasks


def part(house: House) -> Part:
    settings, sandbox = house[Settings], house.get(Sandbox)
    if not settings.demo:
        return Part()
    site = SandboxSite(settings, sandbox or {}, house[Gate], house[StaticFiles])
    if sandbox is None:
        return Part(routes=site.routes())
    spawn = house[LooseTasks].spawn
    script = people.Script(sandbox["base_url"], house[Hub].view, spawn)
    return Part(routes=site.routes(), listeners=[script.on_step])
