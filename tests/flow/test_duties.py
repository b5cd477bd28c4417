"""Duties of an incident team (docs/incidents.md), each acted out at the desks, by its number.

What is under them has tests of its own; these fail if a duty cannot be done from end to end.
"""

from __future__ import annotations

import asyncio
import base64
import io
from typing import Any

import pypdf

from holdfast.clock import now_ms
from tests.flow.test_incident_closed import SUPPORT, done, taken, words_of
from tests.flow.test_mails import sent_mail
from tests.flow.test_next_actions import on_list
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk

HOUR = 3_600_000


def person(role: str, incident: dict[str, Any]) -> dict[str, Any]:
    """Whoever has this role in it."""
    found: dict[str, Any] = next(one for one in incident["parties"] if one["role"] == role)
    return found


async def planned(agent: DeskClient, incident: str, what: str, *, due: int, key: str) -> None:
    plan = {"what": what, "agent": agent.me["id"], "due": due, "key": key, "before": None}
    await agent.do("plan_next", incident=incident, **plan)


async def sent_texts(centre: Centre, to: str) -> list[str]:
    """What the carrier has for this number, once there is something."""
    async with asyncio.timeout(60):
        while not (sent := await centre.sandbox.texts(to)):
            await asyncio.sleep(0.05)
    return [one["body"] for one in sent]


async def test_duty_9_one_key_and_a_supervisor_can_listen_at_once(centre: Centre) -> None:
    async with desk(centre) as agent, desk(centre, "dana", view="board") as board:
        await centre.sandbox.call(talk="tone", from_="+12065550979")
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        asked = (await agent.do("help_ask"))["help"]
        request = await board.until(lambda: board.helps.get(asked))
        assert (request["contact"], request["has"]) == (contact, "talks")
        await board.sound(1000)
        await board.do("sit_beside", contact=contact, mode="listen")
        await agent.until(lambda: (agent.helps[asked]["seen"] or {}).get("name") == "Dana Reyes")
        await agent.until(lambda: agent.helps[asked]["listens"])
        await board.do("help_done", help=asked)


async def test_duty_1_a_call_two_texts_and_a_mail_are_one_timeline_and_each_can_be_moved(
    centre: Centre,
) -> None:
    maya, mail = "+12065550971", "maya.duty1@example.com"
    async with desk(centre) as agent:
        call = await centre.sandbox.call(from_=maya, to=SUPPORT, keys=["1"])
        first = await agent.accept()
        await agent.until_state(first, "active")
        incident = str(agent.contacts[first]["incident"])
        await centre.sandbox.hang_up(call)
        await agent.until_state(first, "wrapup")
        await agent.do("add_party", incident=incident, at=mail, role="owner", name="Maya")
        await planned(agent, incident, "Ask the sitter", due=now_ms() + HOUR, key="duty1")
        await agent.do("wrapped", contact=first, disposition="follow_up")
        texts, _ = await taken(centre, agent, maya, "here is the booking")
        await centre.sandbox.text("and the receipt", from_=maya, to=SUPPORT)
        await agent.until(lambda: agent.contacts[texts]["unread"] == 2)
        await done(agent, texts)
        await centre.sandbox.mail("The vet's letter", "It is attached.", **{"from": mail})
        last = await agent.accept()
        assert agent.contacts[last]["incident"] == incident
        await done(agent, last)

        document = await agent.do("open", incident=incident)
        said = [one for one in document["timeline"] if one["contact"] and one["kind"] != "event"]
        order = [one["contact"] for one in said]
        assert list(dict.fromkeys(order)) == [first, texts, last]
        assert [one["at"] for one in said] == sorted(one["at"] for one in said)

        moved = await agent.do("move_contacts", incident=incident, contacts=[last], key="move-1")
        there = await agent.do("open", incident=moved["incident"])
        assert last in [one["contact"] for one in there["timeline"]]
        line = await centre.rows(
            f"select action from audit where action = 'incident.split' and subject = '{incident}'"
        )
        assert len(line) == 1


async def test_duty_3_severity_is_changed_while_somebody_waits_and_the_wait_goes_on(
    centre: Centre,
) -> None:
    async with desk(centre, "dana", view="board") as board:
        call = await centre.sandbox.call(from_="+12065550973", to=SUPPORT, keys=["2"])
        contact = await board.until(
            lambda: next((c["id"] for c in board.contacts.values() if c["state"] == "queued"), None)
        )
        before = dict(board.contacts[contact])
        await board.do("severity", contact=contact, severity=1)
        await board.until(lambda: board.contacts[contact]["severity"] == 1)
        after = board.contacts[contact]
        assert (after["arrived_at"], after["score"] < before["score"]) == (
            before["arrived_at"],
            True,
        )
        await board.do("open", incident=after["incident"])
        await board.until(lambda: board.incident and board.incident["severity"] == 1)
        await centre.sandbox.hang_up(call)


async def test_duty_4_an_incident_goes_to_who_says_it_back_and_comes_back_if_nobody_does(
    centre: Centre,
) -> None:
    async with desk(centre) as sender:
        contact, incident = await taken(centre, sender, "+12065550974", "my dog ate gum")
        await planned(sender, incident, "Call the vet", due=now_ms() + HOUR, key="duty4")
        await sender.do("close", contact=contact, disposition="resolved")
        async with desk(centre, "noah") as receiver, desk(centre, "dana", view="board") as board:
            noah = receiver.me["id"]
            five = {
                "reason": "her liver", "summary": "Luna ate gum",
                "actions": "call the vet at 14:38",
                "what_if": "her sugar drops: Harbor", "questions": "who pays?",
            }  # fmt: skip
            order = {"incident": incident, "agent": noah, **five}

            async def owner() -> str:
                return str((await sender.do("open", incident=incident))["owner_name"])

            # Nobody accepts it in time: it never left.
            await sender.do("hand_off", **order, within=5_000, key="duty4-1")
            await receiver.until(lambda: notices(receiver, "hand_offs_changed"))
            (card,) = (await receiver.do("hand_offs"))["incoming"]
            assert (card["parts"], card["incident"]) == (five, incident)

            def alarm() -> str:
                told = [one["text"] for one in notices(board, "hand_off.expired")]
                return next((one for one in told if card["number"] in one), "")

            await board.until(alarm)
            assert "did not accept" in alarm()
            mine = (await sender.do("hand_offs"))["outgoing"]
            (back,) = [one for one in mine if one["incident"] == incident]
            assert (back["state"], await owner()) == ("expired", "Priya Nair")
            told = await words_of(receiver, "accept_hand_off", hand_off=card["id"], words="Luna")
            assert "time is over" in told

            # They say it back: owner and next action are theirs.
            await sender.do("hand_off", **order, within=60_000, key="duty4-2")
            (card,) = (await receiver.do("hand_offs"))["incoming"]
            assert await owner() == "Priya Nair"
            told = await words_of(receiver, "accept_hand_off", hand_off=card["id"], words="got it")
            assert "say also what you do next" in told.lower()
            words = "Luna ate gum; I call the vet at 14:38"
            told = await words_of(receiver, "accept_hand_off", hand_off=card["id"], words=words)
            assert "what you do if it gets worse" in told
            words = f"{words}, {five['what_if']}"
            await receiver.do("accept_hand_off", hand_off=card["id"], words=words)
            assert await owner() == "Noah Kim"
            document = await receiver.do("open", incident=incident)
            assert document["next"]["agent_name"] == "Noah Kim"
            assert words in document["timeline"][-1]["text"]
            row = await on_list(receiver, incident, there=True)
            assert row is not None
            await receiver.do(
                "next_done", incident=incident, next=document["next"]["id"], anyway=True
            )
            await receiver.do("close_incident", incident=incident, reason="resolved")


def notices(page: DeskClient, code: str) -> list[dict[str, Any]]:
    return [one for one in page.notices if one["code"] == code]


async def test_duty_5_an_open_incident_has_an_owner_and_a_next_action_or_it_is_resolved(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        contact, incident = await taken(centre, agent, "+12065550975", "where is my parcel")
        row = await on_list(agent, incident, there=True)
        assert row is not None
        assert row["owner_name"] == "Priya Nair"
        told = await words_of(agent, "wrapped", contact=contact, disposition="follow_up")
        assert "say what is next" in told
        due = now_ms() + HOUR
        await planned(agent, incident, "Ask the carrier", due=due, key="duty5")
        await agent.do("wrapped", contact=contact, disposition="follow_up")
        await agent.until(lambda: contact not in agent.contacts)
        row = await on_list(agent, incident, there=True)
        assert row is not None
        assert (row["next"]["what"], row["next"]["due"]) == ("Ask the carrier", due)
        action = (await agent.do("open", incident=incident))["next"]
        done_ = {"incident": incident, "next": action["id"]}
        assert "say what is next" in await words_of(agent, "next_done", **done_)
        await agent.do("next_done", anyway=True, **done_)  # as a page does that resolves it now
        await agent.do("close_incident", incident=incident, reason="resolved")
        await on_list(agent, incident, there=False)


async def test_duty_7_notes_typed_while_talking_belong_to_the_moment_of_the_call(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        call = await centre.sandbox.call(from_="+12065550977", to=SUPPORT, keys=["1"])
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        incident = agent.contacts[contact]["incident"]
        written = {"incident": incident, "contact": contact, "note": "note-duty-7"}
        await agent.do("note", text="Luna, 4 years, ate", **written)  # the tab dies here
        async with desk(centre, "noah") as other:
            document = await other.do("open", incident=incident)
            note = next(one for one in document["timeline"] if one["kind"] == "note")
            assert (note["text"], note["contact"]) == ("Luna, 4 years, ate", contact)
            assert note["offset_ms"] is not None
            assert 0 <= note["offset_ms"] < 60_000
        await centre.sandbox.hang_up(call)
        await agent.until_state(contact, "wrapup")
        await agent.do("wrapped", contact=contact, disposition="resolved", anyway=True)


async def test_duty_13_what_one_side_says_is_not_sent_to_the_other(centre: Centre) -> None:
    owner, sitter = "+12065550983", "+12065550984"
    words = "the sitter left my old dog alone in the hot car for two hours"
    async with desk(centre) as agent:
        contact, incident = await taken(centre, agent, owner, words)
        document = await agent.do("open", incident=incident)
        mine = document["parties"][0]
        await agent.do(
            "change_party", incident=incident, party=mine["id"], role="owner", name="Maya",
            was_role=mine["role"], was_name=mine["given_name"],
        )  # fmt: skip
        await agent.do("add_party", incident=incident, at=sitter, role="sitter", name="Noor")
        document = await agent.do("open", incident=incident)
        noor = person("sitter", document)
        letter = {
            "incident": incident, "address": noor["addresses"][0]["id"], "role": "sitter",
            "then": "close",
        }  # fmt: skip
        told = await words_of(agent, "write_first", text=f"Did it happen: {words}?", key="d13-1",
                              **letter)  # fmt: skip
        assert "repeats Maya’s words" in told
        await agent.do("write_first", text="Please tell us about the day.", key="d13-2", **letter)
        assert await sent_texts(centre, sitter) == ["Please tell us about the day."]
        await done(agent, contact)


async def test_duty_14_a_vet_is_written_to_first_and_their_call_is_in_that_incident(
    centre: Centre,
) -> None:
    vet, mail = "+12065550985", "vet.duty14@example.com"
    async with desk(centre) as agent:
        contact, incident = await taken(centre, agent, "+12065550986", "where is my parcel")
        await agent.do("add_party", incident=incident, at=vet, role="vet", name="Dr. Novak")
        document = await agent.do("open", incident=incident)
        known = person("vet", document)
        await agent.do("add_address", incident=incident, party=known["id"], at=mail)
        document = await agent.do("open", incident=incident)
        addresses = {one["kind"]: one["id"] for one in person("vet", document)["addresses"]}
        await agent.do(
            "write_first", incident=incident, address=addresses["email"], role="vet",
            subject="A dog on the way to you", text="Please call us.", key="d14-1", then="close",
        )  # fmt: skip
        assert (await sent_mail(centre, mail))["subject"].startswith("A dog on the way to you")
        shown = await agent.do("reveal", incident=incident, address=addresses["phone"])
        assert shown["value"] == vet
        await done(agent, contact)
        call = await centre.sandbox.call(from_=vet, to=SUPPORT, keys=["1"])
        back = await agent.accept()
        await agent.until_state(back, "active")
        assert agent.contacts[back]["incident"] == incident
        await centre.sandbox.hang_up(call)
        await agent.until_state(back, "wrapup")
        await agent.do("wrapped", contact=back, disposition="resolved", anyway=True)
        revealed = await centre.rows(
            "select subject from audit where action = 'address.revealed' order by id desc limit 1"
        )
        assert revealed == [(incident,)]


async def test_duty_21_who_speaks_spanish_is_rung_and_without_them_anybody_who_sees_it(
    centre: Centre,
) -> None:
    async with desk(centre) as priya:
        async with desk(centre, "tomas") as tomas:
            call = await centre.sandbox.call(from_="+12065550921", to=SUPPORT, keys=["9"])
            rung = await tomas.offered()
            assert rung["speaks"] == "es"
            assert rung["id"] not in priya.contacts
            await tomas.do("pause", reason="break")  # the last who speaks it: nobody waits for them
            offer = await priya.offered()
            assert offer["id"] == rung["id"]
            assert offer["speaks"] == "es"
            assert "es" not in priya.agent()["skills"]
            why = await priya.do("why", contact=offer["id"])
            assert (why["needs"], why["ranks"]) == ({}, ["es"])
        await centre.sandbox.hang_up(call)


async def test_duty_9_guidance_leads_through_a_call_and_blocks_nothing(centre: Centre) -> None:
    async with desk(centre) as agent, desk(centre, "dana", view="board") as board:
        call = await centre.sandbox.call(from_="+12065550909", to=SUPPORT, keys=["1"])
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        incident = str(agent.contacts[contact]["incident"])
        fact = {"name": "kind", "value": "poisoning", "before": ""}
        await agent.do("incident_fact", incident=incident, **fact)
        card = (await agent.do("open", incident=incident))["guidance"]
        assert (card["number"], card["asked"]) == (None, 0)
        said = {"incident": incident, "card": card["card"], "contact": contact}
        words = "15 pieces of gum"
        await agent.do("guidance_said", **said, line="what", says="asked", words=words, key="g1")
        await agent.do("guidance_said", **said, line="weight", says="left", words="known", key="g2")
        document = await agent.do("open", incident=incident)
        [note] = [one for one in document["timeline"] if one["kind"] == "note"]
        assert note["text"] == "What, how much, when? 15 pieces of gum"
        assert note["offset_ms"] is not None
        await centre.sandbox.hang_up(call)
        await agent.until_state(contact, "wrapup")  # two with a star are open, and nothing asks
        await agent.do("wrapped", contact=contact, disposition="resolved", anyway=True)
        figure = await board.do("guidance_followed", days=1)
        [row] = [one for one in figure["rows"] if one["incident"] == incident]
        assert (row["stars"], row["asked"], row["left"]) == (4, 1, 1)


async def test_duty_16_leadership_reads_one_page_whose_sentences_are_the_records(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        contact, of = await taken(
            centre, agent, "+12065550916", "Luna ate gum, my cell 206 555 0917"
        )
        her = (await agent.do("open", incident=of))["parties"][0]
        about = {"role": "owner", "was_role": her["role"], "name": "Maya Torres", "was_name": ""}
        await agent.do("change_party", incident=of, party=her["id"], **about)
        words = "Maya’s dog Luna ate 15 pieces; the sitter’s card is 4111 1111 1111 1111"
        note = {"note": "note-duty16", "text": words, "ago_ms": 0}
        await agent.do("note", incident=of, contact=contact, **note)
        await planned(agent, of, "Call the vet", due=now_ms() + HOUR, key="plan-16")
        lines = {one["id"] for one in (await agent.do("open", incident=of))["timeline"]}
        proposed = (await agent.do("summary", incident=of))["proposal"]
        assert {one["section"] for one in proposed} >= {"about", "severity", "happened", "next"}
        assert {one["line"] for one in proposed} <= lines, "each sentence traces to a line"
        said = [{name: one[name] for name in ("section", "text", "line")} for one in proposed]
        said.append({"section": "next", "text": "Priya thinks Luna will be well.", "line": ""})
        begun = {"incident": of, "sentences": said, "hide": ["Luna"], "before": None}
        page = await agent.do("draft_summary", **begun)
        assert 0 < page["lines"] <= page["room"]
        saved = await agent.do("save_summary", **begun, key="summary-16")
        assert saved["number"] == 1
        version = {"incident": of, "summary": saved["summary"]}
        sent = await agent.do("export_summary", **version, variant="redacted")
        assert sent["name"].endswith("-summary-v1-redacted.pdf")
        again = await agent.do("export_summary", **version, variant="redacted")
        assert (again["pdf"], again["first"]) == (sent["pdf"], None), "the same bytes each time"
        told = pypdf.PdfReader(io.BytesIO(base64.b64decode(sent["pdf"]))).pages[0].extract_text()
        assert "assessment by an agent" in told
        for secret in ("Maya", "Torres", "0917", "Luna", "Priya", "1111", "4111"):
            assert secret not in told, secret
        await done(agent, contact)


async def test_duty_15_a_restricted_matter_stays_with_its_few(centre: Centre) -> None:
    async with desk(centre) as agent, desk(centre, "tomas", sound=False) as other:
        contact, of = await taken(centre, agent, "+12065550915", "it is about my sitter")
        me = agent.me["id"]
        await agent.do("restrict", incident=of, people=[me], before=[], reason="about one of us")
        assert await other.code_of("open", incident=of) == "restricted"
        assert (await other.do("incidents", q="0915"))["rows"] == []
        await agent.do("open", incident=of)
        await centre.until_rows(
            "select actor, action from audit where subject = "
            f"'{of}' and action in ('incident.refused', 'incident.read') order by id",
            [(other.me["id"], "incident.refused"), (me, "incident.read")],
        )
        await done(agent, contact)
        await agent.do("restrict", incident=of, people=[], before=[me], reason="over")
        assert [one["id"] for one in (await other.do("incidents", q="0915"))["rows"]] == [of]


async def test_duty_24_who_is_to_be_called_stands_at_their_place_and_is_dialled_once(
    centre: Centre,
) -> None:
    """With whose it is, and the clock where they are; two who press at once make one call."""
    who = "+12065550924"
    await centre.sandbox.person(who, answer="answers", ring_ms=100)
    async with desk(centre, "dana", view="board") as board:
        call = await centre.sandbox.call(from_=who)
        waiting = await board.until(lambda: next(iter(board.contacts.values()), None))
        await centre.sandbox.hang_up(call)
        gone = await board.until(
            lambda: next((r for r in board.abandoned.values() if "0924" in str(r["who"])), None)
        )
        await board.do("abandoned_callback", incident=gone["incident"])
        promise = await board.until(
            lambda: next((c for c in board.contacts.values() if c["callback"]), None)
        )
        rows = (await board.do("callbacks"))["rows"]
        row = next(one for one in rows if one["contact"] == promise["id"])
        assert (row["kind"], row["zones"], row["severity"]) == (
            "gave_up", ["America/Los_Angeles"], 1
        )  # fmt: skip
        assert promise["arrived_at"] == waiting["arrived_at"]
        async with desk(centre) as agent, desk(centre, "tomas") as other:
            order = {"incident": gone["incident"], "address": row["address"]}
            told = await asyncio.gather(
                agent.code_of("callback", **order, key="duty-24-a"),
                other.code_of("callback", **order, key="duty-24-b"),
            )
            assert sorted(one or "" for one in told)[0] == ""
            assert None in told
            assert told.count(None) == 1
            took = agent if told[0] is None else other
            await took.until(lambda: any(c["state"] == "active" for c in took.contacts.values()))
        assert len([one for one in await centre.sandbox.calls() if one["to"] == who]) == 1
