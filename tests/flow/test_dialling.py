"""Who may not be called is not called: not at once, not later, not by a key, not by a transfer."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from holdfast.settings.config_file import load_config
from holdfast.settings.environment import default_config_path
from router.core.current import Current
from router.core.model import OutsideCall as There
from router.core.opening import OnCall
from router.core.opening import OutsideNumber as Entry
from router.live.engine import Engine
from router.on_call import OutsideRouting
from router.records.database import Database
from tests.flow.conftest import short_config
from tests.flow.test_database_away import locked
from tests.flow.test_texts import take_text
from tests.kit.centre import Centre, running_centre
from tests.kit.desk import DeskClient, DeskError, desk
from tests.kit.store import centre_of

PERSONAL, JAMAICA, SATELLITE = "+447012345678", "+18765550142", "+881612345678"


async def words_of(agent: DeskClient, what: str, **fields: Any) -> tuple[str, str]:
    with pytest.raises(DeskError) as refused:
        await agent.do(what, **fields)
    return refused.value.code, str(refused.value)


@pytest.mark.parametrize(
    ("person", "says"),
    [(PERSONAL, "personal"), (JAMAICA, "(JM)"), (SATELLITE, "satellite"), ("+19005551234", "prem")],
)
async def test_nobody_calls_back_what_may_not_be_called(
    centre: Centre, person: str, says: str
) -> None:
    async with desk(centre) as agent:
        await centre.sandbox.text("please call me", from_=person, to="+12065550101")
        text = await take_text(agent)
        incident = await agent.do("open", incident=agent.contacts[text]["incident"])
        address = incident["parties"][0]["addresses"][0]
        assert says in address["no_call"]
        order = {"incident": incident["id"], "address": address["id"]}
        for what in ("callback", "request_callback"):
            code, words = await words_of(agent, what, **order, key=f"{what}-{person}")
            assert (code, says in words) == ("not_allowed", True)
        assert [c for c in await centre.sandbox.calls() if c["to"] == person] == []
        await agent.do("close", contact=text, disposition="resolved", anyway=True)


async def test_a_caller_who_may_not_be_called_keeps_the_place_when_pressing_the_key(
    centre: Centre,
) -> None:
    async with desk(centre, "noah") as agent:
        await agent.do("pause", reason="break")
        call = await centre.sandbox.call(from_=JAMAICA, to="+12065550100", talk="tone", hz=440)
        await centre.until_rows("select count(*) from contact where state = 'queued'", [(1,)])
        await centre.sandbox.press(call, "1")
        await agent.ready()
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        incident = agent.contacts[contact]["incident"]
        assert await centre.rows(f"select id from callback where incident = '{incident}'") == []


@pytest.fixture
def outside() -> OutsideRouting:
    config = msgspec.structs.replace(
        load_config(default_config_path()),
        outside_countries=["+1", "+44"],
        on_call=[OnCall(name="lead", word="Lead", number=PERSONAL)],  # from an older file
        outside=[Entry(name="vet", word="Vet", number="+12065550155")],
    )
    return OutsideRouting(
        centre_of(cast(Database, None), cast(Engine, None), config=Current(config), clock=lambda: 0)
    )


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (PERSONAL, "personal"),
        ("+19005551234", "premium"),
        (JAMAICA, "(JM)"),
        ("+442079460000", "(GB)"),
        ("+12065550100", "our own line"),
        ("12065550155", "cannot be dialled"),
    ],
)
def test_no_transfer_goes_where_no_call_may_go(
    outside: OutsideRouting, number: str, says: str
) -> None:
    assert says in (outside.refusal(number, typed=True) or "")
    assert says in (outside.refusal(number, typed=False) or "")


def test_numbers_that_are_typed_have_to_begin_as_listed_too(outside: OutsideRouting) -> None:
    assert outside.refusal("+12065550155", typed=True) is None
    outside._current.replace(msgspec.structs.replace(outside._current.value, outside_countries=[]))
    assert "none" in (outside.refusal("+12065550155", typed=True) or "")
    assert outside.refusal("+12065550155", typed=False) is None


def test_a_number_that_an_older_file_let_through_is_not_dialled(outside: OutsideRouting) -> None:
    lead = There(name="lead", word="Lead", kind="on_call", fence="f")
    assert outside.number_of(lead) is None


async def test_typed_numbers_are_capped_by_account_and_hour_in_words_with_an_audit_line(
    tmp_path: Path,
) -> None:
    config = short_config(tmp_path)
    text = config.read_text().replace("typed_an_hour = 20", "typed_an_hour = 1")
    assert "calls_a_day = 200" in text
    text = text.replace("calls_a_day = 200", "calls_a_day = 0")
    config.write_text(text.replace("outside_countries = []", 'outside_countries = ["+1"]'))
    async with running_centre(tmp_path / "data", HOLDFAST_CONFIG=str(config)) as centre:
        await centre.sandbox.person("+12065550156", talk="tone", hz=500, ring_ms=50, keys=["1"])
        async with desk(centre) as agent:
            contacts = []
            for number in ("+12065550521", "+12065550522"):
                await centre.sandbox.call(from_=number, to="+12065550100", talk="tone", hz=440)
                contacts.append(await agent.accept())
                await agent.until_state(contacts[-1], "active")
                if len(contacts) == 1:
                    for odd in ("+441234", "+19005551234"):  # refused anyhow: it counts for nothing
                        await words_of(agent, "transfer", contact=contacts[0], number=odd)
                    await agent.do("transfer", contact=contacts[0], number="+1 206 555 0156")
                    await agent.do("handed_done")
                    await agent.until(lambda: agent.agent()["state"] == "ready")
            code, words = await words_of(
                agent, "transfer", contact=contacts[1], number="+12065550156"
            )
            assert code == "not_allowed"
            assert "at most 1 typed number an hour" in words
            assert "The next one is possible in " in words
            assert "still with you" in words
            await agent.do("severity", contact=contacts[1], severity=4)
            await agent.until(lambda: agent.contacts[contacts[1]]["severity"] == 4)
            code, _ = await words_of(agent, "consult", contact=contacts[1], number="+12065550156")
            assert code == "not_allowed"
            too_many = "select subject from audit where action = 'callback.too_many'"
            assert await centre.rows(too_many) == [(contacts[1],)]
            assert agent.contacts[contacts[1]]["state"] == "active"
        rows = "select action, subject from audit where action like 'contact.%'"
        await centre.until_rows(
            f"{rows} order by id",
            [("contact.sent_outside", contacts[0]), ("contact.typed_too_often", contacts[1])],
        )


async def called(agent: DeskClient) -> str | None:
    """Whom they called last."""
    last = (await agent.do("last_called"))["last"]
    return last and str(last["masked"])


async def test_whom_an_agent_called_last_is_called_again_by_the_same_rule(centre: Centre) -> None:
    person = "+12065550841"
    async with desk(centre) as agent:
        assert await called(agent) != "+1 206 ••• 0841"  # they may have called others before
        await centre.sandbox.text("please call me", from_=person, to="+12065550101")
        text = await take_text(agent)
        incident = agent.contacts[text]["incident"]
        no = agent.contacts[text]["incident_no"]
        opened = await agent.do("open", incident=incident)
        address = opened["parties"][0]["addresses"][0]["id"]
        await centre.sandbox.person(person, ring_ms=100, talk="tone", hz=440)
        for times in (1, 2):
            order = {"incident": incident, "address": address, "key": f"again-{times}"}
            await agent.do("callback", **order)
            made = await agent.until(
                lambda: next((c for c in agent.contacts.values() if c["state"] == "dialing"), None)
            )
            call = made["id"]
            await agent.until_state(call, "active")
            await agent.do("hang_up", contact=call)
            await agent.until_state(call, "wrapup")
            assert await called(agent) == "+1 206 ••• 0841"  # and nobody whom they called before
            await agent.do("wrapped", contact=call, disposition="resolved", comment="", anyway=True)
            ended = f"select count(*) from contact where id = '{call}' and ended_at is not null"
            await centre.until_rows(ended, [(1,)])
            last = (await agent.do("last_called"))["last"]
            assert last == {
                "incident": incident, "incident_no": no, "address": address,
                "name": last["name"], "masked": "+1 206 ••• 0841",
            }  # fmt: skip
        assert len([c for c in await centre.sandbox.calls() if c["to"] == person]) == 2
        await agent.do("close", contact=text, disposition="resolved", anyway=True)
    async with desk(centre, "noah") as other:
        assert await called(other) != "+1 206 ••• 0841"


async def dialled(centre: Centre, agent: DeskClient, number: str, **more: Any) -> dict[str, Any]:
    """The agent dials what they type, and hangs up once somebody is there; the contact."""
    await agent.do("dial", number=number, **more)
    made = await agent.until(
        lambda: next((c for c in agent.contacts.values() if c["state"] == "dialing"), None)
    )
    call = dict(made)
    await agent.until_state(call["id"], "active")
    await agent.do("hang_up", contact=call["id"])
    await agent.do("wrapped", contact=call["id"], disposition="resolved", comment="", anyway=True)
    return call


async def test_a_number_is_dialled_alone_and_into_an_incident_and_nothing_is_lost(
    centre: Centre,
) -> None:
    clinic = "+12065550842"
    await centre.sandbox.person(clinic, ring_ms=100, talk="tone", hz=440)
    async with desk(centre) as agent:
        check = await agent.do("dial_check", number="(206) 555-0842")
        support = {"word": "Support line", "number": "+12065550101"}
        said = {"number": clinic, "country": "US", "refusal": None, "name": None}
        assert check == said | {"line": support}  # no emergency line, for who calls back later
        alone = await dialled(centre, agent, "(206) 555-0842", key="alone-1", incident=None)
        assert (alone["severity"], alone["direction"], alone["line"]) == (4, "out", "support")
        opened = await agent.do("open", incident=alone["incident"])
        assert opened["title"] == "Call to +1 206 ••• 0842"
        assert opened["owner_name"] == "Priya Nair"  # who dialled: nothing is ownerless
        assert [p["addresses"][0]["masked"] for p in opened["parties"]] == ["+1 206 ••• 0842"]
        again = await dialled(centre, agent, clinic, key="alone-2", incident=None)
        assert again["incident"] == alone["incident"]  # as a call from there would
        await centre.sandbox.text("please help", from_="+12065550843", to="+12065550100")
        text = await take_text(agent)
        into = agent.contacts[text]["incident"]
        check = await agent.do("dial_check", number=clinic, incident=into)
        emergency = {"word": "Emergency line", "number": "+12065550100"}
        assert check["line"] == emergency  # where that incident's people reached us
        third = await dialled(centre, agent, clinic, key="into-1", incident=into)
        assert (third["incident"], third["line"]) == (into, "emergency")
        opened = await agent.do("open", incident=into)
        assert len(opened["parties"]) == 2
        assert [c["id"] for c in opened["contacts"] if c["id"] == third["id"]] == [third["id"]]
        await agent.do("close", contact=text, disposition="resolved", anyway=True)
    ordered = "select subject from audit where action = 'callback.ordered' order by id desc limit 3"
    assert await centre.rows(ordered) == [(into,), (alone["incident"],), (alone["incident"],)]


@pytest.mark.parametrize(
    ("typed", "code", "says"),
    [
        ("+44 70 1234 5678", "not_allowed", "personal"),
        ("1 900 555 1234", "not_allowed", "premium"),
        ("+52 55 1234 5678", "not_allowed", "(MX)"),
        ("+1 206 555 0100", "not_allowed", "our own line"),
        ("1-800-FLOWERS", "bad_request", "no telephone number"),
        ("112", "bad_request", "no telephone number"),
    ],
)
async def test_a_typed_number_that_may_not_be_called_is_refused_and_leaves_nothing(
    centre: Centre, typed: str, code: str, says: str
) -> None:
    before = await centre.rows("select count(*) from incident")
    async with desk(centre) as agent:
        check = await agent.do("dial_check", number=typed)
        assert says in check["refusal"]
        told, words = await words_of(agent, "dial", number=typed, key="no-1", incident=None)
        assert (told, says in words) == (code, True)
    assert await centre.rows("select count(*) from incident") == before


async def test_who_types_too_many_numbers_is_stopped_and_named(tmp_path: Path) -> None:
    config = short_config(tmp_path)
    text = config.read_text()
    assert "typed_an_hour = 20" in text
    config.write_text(text.replace("typed_an_hour = 20", "typed_an_hour = 1"))
    async with (
        running_centre(tmp_path / "data", HOLDFAST_CONFIG=str(config)) as centre,
        desk(centre) as agent,
    ):
        order = {"number": "+12065550844", "key": "one-0001", "incident": None}
        await centre.sandbox.person("+12065550844", ring_ms=100, talk="tone", hz=440)
        with locked(centre):  # nothing was written: nobody was called, and it does not count
            assert (await words_of(agent, "dial", **order))[0] == "not_ready"
        await dialled(centre, agent, "+12065550844", key="one-0001", incident=None)
        await agent.do("dial", **order)  # the same order, once more: no second call
        code, words = await words_of(
            agent, "dial", number="+12065550845", key="two-0001", incident=None
        )
        assert (code, "at most 1 typed number an hour" in words) == ("not_allowed", True)
        told = "select subject from audit where action = 'dial.typed_too_often'"
        assert await centre.rows(told) == [("",)]
