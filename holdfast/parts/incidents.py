"""The life of incidents: closed and opened again at a person's word, and what is next in them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from holdfast.desk.desk import Desk
from holdfast.desk.entities import RESTRICTED
from holdfast.desk.filing import PutRight
from holdfast.desk.first_words import WritingFirst
from holdfast.desk.guidance import GuidanceDesk
from holdfast.desk.hand_off_news import tell
from holdfast.desk.hand_offs import HandingOff
from holdfast.desk.hub import Hub, Page, notice
from holdfast.desk.incident_life import Ending
from holdfast.desk.next_actions import NextSteps
from holdfast.desk.opened import Incidents
from holdfast.desk.parties import PeopleOf
from holdfast.desk.party_facts import SaidOfPeople
from holdfast.desk.restricting import RestrictingDesk
from holdfast.desk.sight import Sight
from holdfast.desk.snippets import Snippets
from holdfast.desk.summaries import SummaryDesk
from holdfast.desk.talk import Talk
from holdfast.desk.typed_numbers import WrittenFirst
from holdfast.followers import handing_off
from holdfast.followers.overdue import Overdue
from holdfast.followers.passing_on import PassingOn
from holdfast.followers.restricted import CODE, FewSeen, Lists
from holdfast.followers.settling import Settling
from holdfast.http.access import Permission, allowed
from holdfast.parts import House, Part
from holdfast.sound.face import Sound
from router.callbacks.scheduled import ScheduledCallbacks
from router.core.states import AgentState
from router.incidents.facts import Facts
from router.incidents.filing import Filings
from router.incidents.first_words import FirstWords
from router.incidents.guidance import Guidance
from router.incidents.hand_off import HandOffs
from router.incidents.life import IncidentLife
from router.incidents.next_actions import NextActions
from router.incidents.ownership import Ownership
from router.incidents.parties import Parties
from router.incidents.party_facts import PartyFacts
from router.incidents.restricting import Restricting
from router.incidents.unplanned import Unplanned
from router.live.engine import IndexLost, IndexUnavailable
from router.outbox import Replies
from router.recorder import Recorder

log = structlog.get_logger()

NOBODY_HERE = (
    "nobody on its list is at a desk. Call one of them, or open it with a reason and take it."
)
BEHIND_S = 2.0
"""Within this time the record has what has just ended; else it is judged as it is."""


def part(house: House) -> Part:
    centre, recorder, promises = house.centre, house[Recorder], house[ScheduledCallbacks]

    async def catch_up() -> None:
        try:
            async with asyncio.timeout(BEHIND_S):
                await recorder.caught_up()
                await promises.settle(centre.clock())
        except (TimeoutError, IndexLost, IndexUnavailable) as error:
            log.warning("incident.record_behind", error=type(error).__name__)

    life = house.keep(IncidentLife, IncidentLife(centre, catch_up))
    hub, ownership, room = house[Hub], Ownership(centre), HandOffs(centre)
    opened = Incidents(centre, Sight(centre, hub).contacts_of)
    view = hub.view

    def show(lists: Lists) -> None:
        hub.show_lists(lists)
        tell(hub.pages(), None)  # whoever handed off one that is not theirs to see any more

    few = FewSeen(
        centre, lambda: view.contacts.values(), lambda: view.agents, show,
        lambda live: hub.alarm(live.severity, CODE, {"name": RESTRICTED}, NOBODY_HERE, live.id),
    )  # fmt: skip
    house[Desk].takes(
        Talk(centre, hub, house[Sound], life),
        Ending(hub, life, Facts(centre)),
        PeopleOf(centre, hub, Parties(centre)),
        Snippets(centre),
        SummaryDesk(centre, hub, opened),
        GuidanceDesk(centre, hub, Guidance(centre)),
        SaidOfPeople(centre, hub, PartyFacts(centre)),
        PutRight(centre, hub, opened, Filings.of(centre)),
        NextSteps(centre, hub, NextActions(centre), ownership, promises.given),
        RestrictingDesk(centre, hub, Restricting(centre), few),
        HandingOff(centre, hub, room, promises.given),
        WritingFirst(centre, hub, FirstWords(centre, house[Replies]), WrittenFirst(centre)),
    )
    late = Overdue(centre, hub.alarm_boards, hub.has_board)

    def passed_on(to: str, incidents: Sequence[str]) -> None:
        hub.mine_changed(to)
        promises.given(*incidents)
        for incident in incidents:
            hub.incident_changed(incident)

    def steers(role: str) -> bool:
        return allowed(role, Permission.QUEUE_STEER)

    heirs = PassingOn(centre, ownership, steers, passed_on)

    def settled(incidents: Sequence[str]) -> None:
        hub.mine_changed()
        for incident in incidents:
            hub.incident_changed(incident)

    settling = Settling(centre, life, Unplanned(centre, steers), settled)
    handed = handing_off.HandingOff(centre, room, _told(hub))
    tasks = {
        "overdue next actions": late.run, "passing on": heirs.run, "settling": settling.run,
        "hand-offs": handed.run, "restricted incidents": few.run,
    }  # fmt: skip
    return Part(tasks=tasks)


def _told(hub: Hub) -> handing_off.Told:
    def theirs(lead: str | None) -> list[Page]:
        return [page for page in hub.pages() if page.account.id == lead and not page.closed]

    def alarm(lead: str | None, text: str) -> None:
        for page in theirs(lead):
            page.send(notice("alarm", handing_off.EXPIRED, text))
        if not theirs(lead):
            hub.alarm_boards(text, handing_off.EXPIRED)

    def here(agent: str) -> bool:
        live = hub.view.agents.get(agent)
        return live is not None and live.state != AgentState.OFFLINE

    return handing_off.Told(
        ask=lambda agents: tell(hub.pages(), agents),
        changed=hub.incident_changed,
        say=lambda agent, text: hub.notice(agent, handing_off.OVER, text, "info"),
        open=lambda lead: bool(theirs(lead)),
        boards=hub.has_board,
        alarm=alarm,
        here=here,
    )
