"""A restricted incident on a real centre: its words reach nobody who is not on its list."""

from __future__ import annotations

import json
import re
from typing import Any

import aiohttp
import pytest

from holdfast.clock import now_ms
from holdfast.desk.doors import DOORS, V1
from tests.flow.test_incident_closed import SUPPORT
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, DeskError, desk

PERSON = "+12065550937"
CANARIES = (
    "zirconflamme", "quillon", "vesper", "0937", "2065550937", "halbeinsdorf", "qx-7731",
    "obergruber", "gelbenkraut", "marmelstein",
)  # fmt: skip
"""Of its texts, its person, their number and mail, its title, facts, next action and notes."""
MOMENT = re.compile(r"(?<![\d+])1[6-9]\d{8}(?:\d{3})?(?!\d)")
"""In s or ms. For a hundred seconds of each day or so it has the four digits of a number."""


class Told:
    """All that somebody was ever told, by any door."""

    def __init__(self) -> None:
        self.words: list[tuple[str, str]] = []

    def add(self, door: str, what: Any) -> None:
        said = json.dumps(what, ensure_ascii=False).lower()
        self.words.append((door, MOMENT.sub("", said)))

    def found(self) -> list[tuple[str, str]]:
        return [(door, one) for door, words in self.words for one in CANARIES if one in words]

    async def tries(self, page: DeskClient, do: str, **fields: Any) -> str:
        """The intent, and what came of it: its code, '' if it was done."""
        try:
            self.add(do, await page.do(do, **fields))
        except DeskError as error:
            self.add(do, str(error))
            return error.code
        return ""


async def restricted(centre: Centre, agent: DeskClient) -> tuple[str, str]:
    """Incident and contact: everything that people write into it, and then a list of one."""
    await centre.sandbox.text("zirconflamme at my sitter's", from_=PERSON, to=SUPPORT)
    contact = await agent.accept()
    await agent.until_state(contact, "active")
    of = agent.contacts[contact]["incident"]
    me = agent.me["id"]
    await agent.do("severity", contact=contact, severity=2)  # a correction, with its words
    await agent.do("title", incident=of, title="Marmelstein and her sitter")
    for name, value in (("booking", "QX-7731"), ("place", "Halbeinsdorf")):
        await agent.do("incident_fact", incident=of, name=name, value=value, before="")
    await agent.do("note", incident=of, contact=contact, note="note-937", text="gelbenkraut")
    person = {"at": "quillon@vesper.example", "role": "sitter", "name": "Quillon"}
    await agent.do("add_party", incident=of, **person)
    plan = {"what": "call Obergruber", "agent": me, "due": now_ms() + 3_600_000, "key": "k937"}
    await agent.do("plan_next", incident=of, before=None, **plan)
    await agent.do("restrict", incident=of, people=[me], before=[], reason="about one of us")
    await agent.until(lambda: agent.contacts[contact]["restricted"] == "whole")
    return of, contact


@pytest.mark.slow
async def test_no_word_of_it_reaches_anybody_who_is_not_on_its_list(centre: Centre) -> None:
    told = Told()
    async with (
        desk(centre) as agent,
        desk(centre, "tomas", sound=False) as other,
        desk(centre, "dana", view="board") as board,
    ):
        of, contact = await restricted(centre, agent)
        for page in (other, board):
            page.heard.clear()
        # It goes on: they write again, call and give up; the agent asks for help, sets it aside.
        await centre.sandbox.text("zirconflamme again", from_=PERSON, to=SUPPORT)
        await agent.until(lambda: agent.contacts[contact]["unread"])
        help_ = (await agent.do("help_ask"))["help"]
        request = await board.until(lambda: board.helps.get(help_))
        assert (request["restricted"], request["who"]) == (True, {})
        await agent.do("return", contact=contact)
        row = await board.until(
            lambda: (c := board.contacts.get(contact)) and c["restricted"] == "hidden" and c
        )
        assert (row["who"]["name"], row["about"], row["incident"]) == (None, None, None)
        for page in (other, board):
            await page.do("snapshot")
            for q in (*CANARIES, PERSON, "INC"):
                told.add(f"find {q}", rows := (await page.do("incidents", q=q))["rows"])
                assert of not in [one["id"] for one in rows]
            for do, fields in (
                ("open", {"incident": of}), ("peek", {"incident": of}), ("mine", {}),
                ("why", {"contact": contact}), ("waiting", {}), ("callbacks", {}),
                ("open_incidents", {"filter": ""}), ("corrections", {"days": 7}),
                ("guidance_followed", {"days": 30}), ("callbacks_kept", {"days": 30}),
                ("hand_offs", {}), ("colleagues", {}), ("last_called", {}),
                ("figure", {"figure": "left", "severity": 0}), ("summary", {"incident": of}),
                ("snippets", {"incident": of, "address": None}), ("pull", {"contact": contact}),
                ("severity", {"contact": contact, "severity": 1}),
                ("merge_look", {"incident": of, "other": of}),
            ):  # fmt: skip
                code = await told.tries(page, do, **fields)
                assert code != "" or do not in ("open", "peek", "summary", "pull"), do
        for login in ("tomas", "dana"):
            async with aiohttp.ClientSession() as session:
                program = DeskClient(centre, session)
                await program.sign_in(login)
                paths = [
                    V1 + door.path.replace("{incident}", of)
                    for door in DOORS
                    if door.method == "GET"
                ]
                for path in (
                    *paths, f"{V1}/incidents/{of}/timeline", "/api/board", f"/api/incidents/{of}",
                    "/api/corrections.csv", f"/api/contacts/{contact}/why",
                    "/api/incidents?q=zircon", f"{V1}/incidents?q=quillon", "/metrics",
                ):  # fmt: skip
                    async with session.get(centre.url + path) as answer:
                        told.add(f"{login} {path}", await answer.text())
        for page in (other, board):
            told.add("pushed", page.heard)
        told.add("log", centre.words())
        assert told.found() == []
        assert len(told.words) > 80
        await agent.do("help_take_back", help=help_)
        refused = await centre.rows("select detail from audit where action = 'incident.refused'")
        assert {"open", "peek", "summary", "pull", "severity"} <= {row[0] for row in refused}
        await end(agent, of, contact)


async def end(agent: DeskClient, of: str, contact: str) -> None:
    """Whoever is on its list closes it."""
    if agent.contacts.get(contact, {}).get("state") != "active":
        assert await agent.accept() == contact
        await agent.until_state(contact, "active")
    await agent.do("close", contact=contact, disposition="resolved", anyway=True)
    await agent.until(lambda: contact not in agent.contacts)
    before = (await agent.do("open", incident=of))["restricted"]["people"]
    order = {"people": [], "before": [one["id"] for one in before], "reason": "over"}
    await agent.do("restrict", incident=of, **order)


async def test_a_page_that_has_it_open_loses_it_and_gets_it_back_by_a_reason(
    centre: Centre,
) -> None:
    async with (
        desk(centre) as agent,
        desk(centre, "dana", view="board") as board,
        desk(centre, "tomas", sound=False) as other,
    ):
        await centre.sandbox.text("my sitter again", from_="+12065550938", to=SUPPORT)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        of = agent.contacts[contact]["incident"]
        await board.do("open", incident=of)
        me = agent.me["id"]
        await agent.do("restrict", incident=of, people=[me], before=[], reason="about one of us")
        await board.until(
            lambda: any(m["type"] == "shut" and m["incident"] == of for m in board.heard)
        )
        assert await board.code_of("open", incident=of) == "restricted"
        # a desk asks again for what it handed off: the read-back stood there until a reload
        await other.until(lambda: any(n["code"] == "hand_offs_changed" for n in other.notices))
        may = (await agent.do("colleagues", incident=of))["people"]
        assert [one["name"] for one in may] == ["Priya Nair"]
        assert len((await agent.do("colleagues"))["people"]) > 1
        assert (await agent.do("hand_off_to", incident=of))["people"] == []
        assert await board.code_of("colleagues", incident=of) == "restricted"
        assert await board.code_of("open_restricted", contact=contact, reason=" ") == "bad_request"
        assert await board.code_of("open_restricted", reason="no incident named") == "too_late"
        opened = await board.do("open_restricted", contact=contact, reason="Priya asked me to look")
        assert opened["incident"] == of
        document = await board.do("open", incident=of)
        assert [one["name"] for one in document["restricted"]["people"]] == [
            "Dana Reyes", "Priya Nair"
        ]  # fmt: skip
        assert any(
            "opened it: Priya asked me to look" in (one["text"] or "")
            for one in document["timeline"]
        )
        await board.until(lambda: any(n["code"] == "incident.let_in" for n in board.notices))
        await end(agent, of, contact)


async def test_the_only_one_on_its_list_goes_and_an_s1_rings_for_somebody_else(
    centre: Centre,
) -> None:
    """With the caller's own words alone; the one on the list has it again when they are back."""
    async with desk(centre) as agent:
        await centre.sandbox.text("about my sitter", from_="+12065550939", to=SUPPORT)
        text = await agent.accept()
        await agent.until_state(text, "active")
        of = agent.contacts[text]["incident"]
        me = agent.me["id"]
        await agent.do("title", incident=of, title="Marmelstein")
        await agent.do("restrict", incident=of, people=[me], before=[], reason="about one of us")
        await agent.do("close", contact=text, disposition="resolved", anyway=True)
        await agent.until(lambda: text not in agent.contacts)
        async with desk(centre, "tomas") as other, desk(centre, "dana", view="board") as board:
            await centre.sandbox.call(talk="tone", from_="+12065550939")
            call = await agent.accept()
            await agent.until_state(call, "active")
            await agent.close()
            alarm = await board.until(
                lambda: next((n for n in board.notices if n["code"] == "contact.agent_lost"), None)
            )
            assert alarm["text"].startswith("S1 Restricted: ")
            ring = await other.until(
                lambda: next((c for c in other.contacts.values() if c["offer"]), None), 30
            )
            assert (ring["id"], ring["restricted"], ring["about"]) == (call, "contact", None)
            await other.accept()
            await other.until_state(call, "active")
            document = await other.do("open", incident=of)
            assert (document["title"], document["restricted"]["whole"]) == ("Restricted", False)
            assert "marmelstein" not in json.dumps(document).lower()
            await other.do("hang_up", contact=call)
            await other.until_state(call, "wrapup")
            await other.do("wrapped", contact=call, disposition="resolved", anyway=True)
            await other.until(lambda: call not in other.contacts)
    async with desk(centre) as agent:
        people = {"people": [], "before": [me], "reason": "over"}
        await agent.do("restrict", incident=of, **people)
