"""Texts that do not arrive come back to somebody; words, pictures and senders of every kind."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, DeskError, desk, said
from tests.kit.sandbox import Sandbox

LINE = "+12065550101"
PIXEL = base64.b64encode(b"\xff\xd8\xff\xe0 a picture").decode()


async def answered(centre: Centre, agent: DeskClient, person: str, then: str) -> str:
    """The agent answers a text from there; the contact."""
    await centre.sandbox.text("where do I send it?", from_=person, to=LINE)
    contact = await agent.accept()
    await agent.until_state(contact, "active")
    key = f"lost-{person[-4:]}"
    await agent.do("reply", contact=contact, text="Send it here.", then=then, anyway=True, key=key)
    return contact


def opened(agent: DeskClient, contact: str) -> Any:
    return agent.do("open", incident=agent.contacts[contact]["incident"])


@pytest.mark.parametrize(
    ("then", "status", "code", "words"),
    [
        ("close", "undelivered", 30003, "off or out of reach"),
        ("close", "failed", 30034, "no registered campaign"),
        ("wait", "undelivered", 30006, "landline"),
        ("wait", "undelivered", None, "Not delivered"),
        ("keep", "canceled", None, "Not delivered"),
    ],
)
async def test_a_text_that_does_not_arrive_comes_back_with_what_to_do(
    centre: Centre, then: str, status: str, code: int | None, words: str
) -> None:
    person = f"+1206555{(code or 30000) % 100:02}{len(then)}{len(status) % 10}"
    await centre.sandbox.fault(text_status=status, text_error=code, status_twice=9)
    async with desk(centre) as agent:
        contact = await answered(centre, agent, person, then)
        if then == "keep":
            await agent.until(lambda: agent.contacts[contact]["unread"] == 1)
            back = contact
        else:
            back = await agent.accept()
            assert (back == contact) == (then == "wait")
        shown = await opened(agent, back)
        lost = [e for e in shown["timeline"] if e["fault"]]
        assert len(lost) == 1
        assert words in lost[0]["fault"]
        assert "call instead" in lost[0]["fault"]
        us = (lost[0]["direction"], lost[0]["who"], lost[0]["text"])
        assert us == ("out", "Priya Nair", "Send it here.")  # ours: the customer never said it
    await centre.until_rows(
        f"select status from message where key = 'out:lost-{person[-4:]}'", [(status,)]
    )
    await centre.until_rows(
        f"select count(*) from message where text = 'Send it here.' and to_address = '{person}'",
        [(1,)],
    )


async def test_a_text_that_the_carrier_refuses_comes_back_too(centre: Centre) -> None:
    person = "+12065550771"
    async with desk(centre) as agent:
        await centre.sandbox.fault(rest_refuse=1, rest_code=21608)
        await answered(centre, agent, person, "close")
        back = await agent.accept()
        shown = await opened(agent, back)
        assert any("trial account" in (e["fault"] or "") for e in shown["timeline"])
        assert [e["who"] for e in shown["timeline"] if e["direction"] == "in"] == [
            "+1 206 ••• 0771"
        ]


async def test_too_long_is_refused_before_it_is_sent_with_the_count(centre: Centre) -> None:
    person = "+12065550772"
    async with desk(centre) as agent:
        await centre.sandbox.text("a question", from_=person, to=LINE)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        too_long = (("a" * 1_700, "1,700"), ("🆘" * 801, "1,602"), ("€" * 801, "1,602"))
        for words, count in too_long:
            with pytest.raises(DeskError) as refused:
                await agent.do(
                    "reply", contact=contact, text=words, then="close", anyway=True, key="long-1"
                )
            assert f"{count} of 1,600" in str(refused.value)
        assert agent.contacts[contact]["state"] == "active"
        await agent.do(
            "reply", contact=contact, text="b" * 1_600, then="close", anyway=True, key="long-2"
        )
        await centre.until_rows(
            "select status from message where key = 'out:long-2'", [("delivered",)]
        )
    sent = [t for t in await centre.sandbox.texts(person) if t["direction"] != "inbound"]
    assert [len(t["body"]) for t in sent] == [1_600]


async def opted_out(centre: Centre, person: str, wanted: int) -> None:
    await centre.until_rows(f"select opted_out from address where value = '{person}'", [(wanted,)])


async def test_the_account_says_what_its_words_mean(centre: Centre) -> None:
    person = "+12065550773"
    await centre.sandbox.text("basta", from_=person, to=LINE, opt_out="STOP")
    await opted_out(centre, person, 1)
    await centre.sandbox.text("otra vez", from_=person, to=LINE, opt_out="START")
    await opted_out(centre, person, 0)


async def posted(centre: Centre, sandbox: Sandbox, **form: str) -> None:
    """A text as the carrier tells it, signed."""
    import aiohttp

    from holdfast.doctor.address import sign

    url = f"{centre.url}/twilio/sms"
    headers = {"X-Twilio-Signature": sign(sandbox.auth_token, url, form)}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=form, headers=headers) as a,
    ):
        assert a.status == 200


async def test_a_stop_told_twice_does_not_undo_the_start_between(centre: Centre) -> None:
    person = "+12065550774"
    stop = {"MessageSid": "SM" + "7" * 32, "From": person, "To": LINE, "Body": "STOP"}
    start = {"MessageSid": "SM" + "8" * 32, "From": person, "To": LINE, "Body": "START"}
    for form in (stop, start, stop, stop):
        await posted(centre, centre.sandbox, **form)
    await opted_out(centre, person, 0)
    await centre.until_rows(f"select count(*) from message where from_address = '{person}'", [(2,)])


@pytest.mark.parametrize(("n", "words"), enumerate(["HELP🆘", "help?", "S.O.S", "¡Ayuda!"]))
async def test_help_from_an_opted_out_number_is_urgent(centre: Centre, n: int, words: str) -> None:
    person = f"+1206555156{n}"
    await centre.sandbox.text("STOP", from_=person, to=LINE)
    await opted_out(centre, person, 1)
    await centre.sandbox.text(words, from_=person, to=LINE)
    async with desk(centre, "dana", view="board") as board:
        await board.until(lambda: [c["severity"] for c in board.contacts.values()] == [2])


async def test_pictures_keep_their_addresses(centre: Centre) -> None:
    person = "+12065550775"
    media = [{"type": "image/jpeg", "body": PIXEL}, {"type": "video/mp4", "body": PIXEL}]
    await centre.sandbox.text("look", from_=person, to=LINE, media=media)
    rows = f"select media from message where from_address = '{person}'"
    await centre.until_rows(f"select count(*) from ({rows}) where media is not null", [(1,)])
    kept = (await centre.rows(rows))[0][0]
    assert kept.count("/Media/ME") == 2
    assert "image/jpeg" in kept
    assert "video/mp4" in kept
    async with desk(centre) as agent:
        shown = await opened(agent, await agent.accept())
        assert said(shown) == ["look\n[a picture and a video]"]


@pytest.mark.parametrize(("word", "name"), [("whatsapp", "WhatsApp"), ("rcs", "RCS")])
async def test_an_app_is_named_and_answered_by_the_same_way(
    centre: Centre, word: str, name: str
) -> None:
    person = f"+1206555157{len(word)}"
    await centre.sandbox.text("by telephone first", from_=person, to=LINE)
    async with desk(centre) as agent:
        first = await agent.accept()
        await agent.until_state(first, "active")
        incident = agent.contacts[first]["incident"]
        await centre.sandbox.text("hello", from_=f"{word}:{person}", to=f"{word}:{LINE}")
        second = await agent.until(
            lambda: next((c for c in agent.contacts.values() if c["id"] != first), None)
        )
        assert second["who"]["address"].startswith(name)
        assert (second["incident"], second["line"]) == (incident, "support")
        await agent.accept()
        await agent.do(
            "reply", contact=second["id"], text="Hi.", then="close", anyway=True, key=f"app-{word}"
        )
        await centre.until_rows(
            f"select status, to_address from message where key = 'out:app-{word}'",
            [("delivered", f"{word}:{person}")],
        )
        addresses = (await agent.do("open", incident=incident))["parties"][0]["addresses"]
        assert sum(a["no_call"] is None for a in addresses) == 1
