"""Desks and boards: the intents of their pages, and the sessions behind them."""

from __future__ import annotations

from holdfast.desk.api import DeskApi
from holdfast.desk.asked_numbers import AskedNumbers
from holdfast.desk.guard import SessionGuard
from holdfast.desk.hub import Hub
from holdfast.desk.page_errors import PageErrors
from holdfast.desk.sight import Sight
from holdfast.desk.socket_routes import SocketRoutes
from holdfast.desk.speed_routes import SpeedRoutes
from holdfast.desk.topics import (
    AgentSeen,
    BesideAgents,
    CallingBack,
    Consulting,
    DayLists,
    Desk,
    DeskSound,
    Dialled,
    Explained,
    Finder,
    Helping,
    Incidents,
    MachineMessages,
    Severities,
    SoundChecks,
    SoundPlaces,
    Steering,
    Transfers,
    Writing,
)
from holdfast.desk.typed_numbers import TypedNumbers
from holdfast.followers.waits import Waits
from holdfast.http.access import Open
from holdfast.http.web import Gate
from holdfast.leaving import Leaving
from holdfast.parts import House, Part
from holdfast.security.credentials import Sessions
from holdfast.settings.environment import Settings
from holdfast.sound.face import Sound
from router.callbacks.immediate import Callbacks
from router.callbacks.not_needed import NotNeeded
from router.callbacks.scheduled import ScheduledCallbacks
from router.incidents.findable import Findable
from router.intake.door import Intake
from router.on_call import OutsideRouting
from router.outbox import Replies
from router.recorder import Recorder


def part(house: House) -> Part:
    centre, hub, sound = house.centre, house[Hub], house[Sound]
    pages = DeskSound(sound, hub.desk_of, hub.view.agents.get, house[Settings].relay)
    findable = Findable(centre.database)
    finder = Finder(centre, hub.view, findable)
    sight = Sight(centre, hub)
    opened = Incidents(centre, sight.contacts_of)
    explained = Explained(hub, house[Waits])
    severities = Severities(centre, hub, house[Intake])
    checks = SoundChecks(centre, hub, sound)
    desk = Desk(centre, hub, sound, pages)
    typed, outside = TypedNumbers(centre), house[OutsideRouting]
    numbers = AskedNumbers(centre, outside, house[Callbacks], typed, hub.view)
    hub.view.stays = lambda live: numbers.why_not_alone(live) is not None
    desk.takes(
        MachineMessages(centre, hub),
        Writing(centre, hub, house[Replies]),
        Steering(centre, hub),
        BesideAgents(centre, hub, pages),
        Helping(centre),
        Consulting(centre, hub, numbers),
        Transfers(centre, hub, outside, typed, numbers),
        CallingBack(centre, house[Callbacks], house[ScheduledCallbacks], house[NotNeeded], hub),
        Dialled(centre, house[Callbacks], typed, hub.view),
        severities,
        finder,
        DayLists(centre, hub.view),
        AgentSeen(hub.view),
        opened,
        explained,
        checks,
        SoundPlaces(sound),
    )
    house.keep(Desk, desk)
    sessions, gate = house[Sessions], house[Gate]
    guard = SessionGuard(hub, desk, sessions)
    house.keep(SessionGuard, guard)
    socket_routes = SocketRoutes(centre, hub, guard, sessions, gate, house[Leaving].admits)
    api = DeskApi(hub, finder, opened, explained, severities, sight)
    errors = PageErrors(gate).route("/api/page_errors", Open.SESSION)
    reached = house[Recorder].reached
    return Part(
        routes=[*socket_routes.routes(), *SpeedRoutes().routes(), errors, *api.routes()],
        tasks={
            "sessions": guard.run,
            "sound checks": checks.run,
            "search": findable.run,
            "incidents": lambda: hub.push_incidents(opened.documents, reached),
        },
    )
