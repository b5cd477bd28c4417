"""What a real centre sends is what static/protocol.d.ts says: read by the type checker itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.kit import fake_scenes
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk
from tests.kit.fake_desk import as_read
from tests.kit.page_types import Told, faults

QUOTED = "It limps.\n\nOn Tue, 3 Mar 2026 at 10:00, Help <help@x.example> wrote:\n> Keep it warm.\n"


def heard(*pages: DeskClient) -> Told:
    """Every message that a page got; each contact and agent once in every state that was seen."""
    return [("Message", message) for page in pages for message in page.heard]


async def test_every_message_and_every_answer_is_as_the_pages_types_say(
    centre: Centre, tmp_path: Path
) -> None:
    told: Told = []
    person = "+12065550381"

    async def ask(page: DeskClient, what: str, **fields: Any) -> Any:
        found = await page.do(what, **fields)
        told.append((f"Results['{what}']", found))
        return found

    async with desk(centre, "dana", view="board") as board, desk(centre) as agent:
        await centre.sandbox.mail("About Rex", QUOTED, from_="types@mail.example")
        mail = await agent.accept()
        await ask(agent, "open", incident=agent.contacts[mail]["incident"])
        await ask(agent, "peek", incident=agent.contacts[mail]["incident"])
        await ask(agent, "transfer_targets", contact=mail)
        await ask(agent, "severity", contact=mail, severity=2)
        await agent.do("park", contact=mail, until=None)

        await centre.sandbox.person(person, answer="busy", ring_ms=100)
        await agent.do("pause", reason="break")
        call = await centre.sandbox.call(from_=person, keys=["2"])
        waits = await board.until(
            lambda: next((c for c in board.contacts.values() if c["state"] == "queued"), None)
        )
        await ask(board, "why", contact=waits["id"])
        await ask(agent, "waiting")
        await agent.ready()
        taken = await agent.accept()
        await agent.until_state(taken, "active")
        await agent.do("hold", contact=taken, on=True)
        note = {"note": "note-of-types", "text": "limps", "ago_ms": 0}
        await agent.do("note", incident=agent.contacts[taken]["incident"], contact=taken, **note)
        incident = await ask(agent, "open", incident=agent.contacts[taken]["incident"])
        await centre.sandbox.hang_up(call)
        await agent.until_state(taken, "wrapup")
        await agent.do("wrapped", contact=taken, disposition="resolved", comment="", anyway=True)

        await agent.do("pause", reason="break")
        (address,) = incident["parties"][0]["addresses"]
        order = {"incident": incident["id"], "address": address["id"]}
        await ask(agent, "request_callback", **order, key="types", at=None)
        await ask(agent, "open", incident=incident["id"])
        again = await centre.sandbox.call(from_="+12065550382", keys=["2"])
        await board.until(lambda: len(board.contacts) >= 3)
        await centre.sandbox.hang_up(again)
        await board.until(lambda: board.abandoned)
        await ask(agent, "incidents", q="")
        await ask(board, "corrections", days=7)
        await ask(board, "open_incidents", filter="")
        await ask(board, "callbacks")
        told += heard(board, agent)
        await agent.do("unpark", contact=mail)

    assert "\n".join(await faults(told, tmp_path)) == ""


async def test_the_checker_names_a_field_too_many_one_too_few_and_one_of_another_kind(
    tmp_path: Path,
) -> None:
    span = {"p50_ms": 1, "p90_ms": 2}
    told = [span, span | {"p99_ms": 3}, {"p50_ms": 1}, span | {"p90_ms": "2"}]
    found = await faults([("Span", value) for value in told], tmp_path)
    assert [re.findall("p9._ms|string", fault)[0] for fault in found] == [
        "p99_ms",
        "p90_ms",
        "string",
    ]


SCENES = ("ring", "textring", "back", "call", "wrapup", "paused", "quiet", "idle", "board")


async def test_the_stand_in_of_the_pages_tests_says_what_a_centre_says(tmp_path: Path) -> None:
    now = 1_790_000_000_000
    told: Told = [("IncidentRow", row) for row in fake_scenes.found(now)]
    for name in SCENES:
        scene = fake_scenes.build(name, now)
        told += [("Me", scene["me"]), ("Centre", scene["centre"]), ("Tally", scene["tally"])]
        told += [("Contact", one) for one in scene["contacts"].values()]
        told += [("Agent", one) for one in scene["agents"].values()]
        told += [("AbandonedCaller", one) for one in scene["abandoned"].values()]
        told += [("Incident", as_read(one)) for one in scene["incidents"].values()]
    assert "\n".join(await faults(told, tmp_path)) == ""
