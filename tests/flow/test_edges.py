"""Forged requests, undeclared routes, the protocol's promise, personal values in logs."""

from __future__ import annotations

import asyncio
import base64

import aiohttp
import pytest

from holdfast.app import App
from holdfast.desk.topics import INTENTS
from holdfast.http.access import ROLES, Open, Permission
from holdfast.settings.environment import load
from tests.kit.centre import PASSWORD, Centre
from tests.kit.desk import DeskClient, DeskError, desk

HOOKS = [
    "/twilio/voice", "/twilio/voice/menu", "/twilio/voice/key", "/twilio/voice/wait",
    "/twilio/voice/resume",
    "/twilio/voice/status", "/twilio/voice/fallback", "/twilio/sms", "/twilio/sms/status",
]  # fmt: skip


@pytest.mark.parametrize("path", HOOKS)
@pytest.mark.parametrize(
    "signature",
    [None, "", "not base64 ☂", base64.b64encode(b"x" * 20).decode(), "A" * 5000],
)
async def test_unsigned_and_forged_requests_are_refused(
    centre: Centre, path: str, signature: str | None
) -> None:
    headers = {} if signature is None else {"X-Twilio-Signature": signature}
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{centre.url}{path}", data={"CallSid": "CA1", "From": "+1"}, headers=headers
        ) as answer,
    ):
        assert answer.status == 403


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data"),
        (b"a=%zz&b", "application/x-www-form-urlencoded; charset=no-such"),
        (b"x" * 2_000_000, "application/x-www-form-urlencoded"),
    ],
)
async def test_unreadable_bodies_are_refused_not_500(
    centre: Centre, body: bytes, kind: str
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{centre.url}/twilio/voice",
            data=body,
            headers={"Content-Type": kind, "X-Twilio-Signature": "eA=="},
        ) as answer,
    ):
        assert answer.status in (400, 403, 413)


async def test_stream_upgrade_without_signature_is_refused(centre: Centre) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"{centre.url}/twilio/stream")
        assert refused.value.status == 403


async def test_pages_of_other_sites_cannot_act(centre: Centre) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        client = DeskClient(centre, session)
        await client.sign_in("priya")
        ours = {"X-Holdfast": "1"}
        for headers in (
            {},
            {"Origin": centre.url},
            ours | {"Origin": "https://evil.example"},
            ours | {"Origin": "null"},  # a sandboxed frame, a file, a redirect to another site
            ours | {"Origin": f"{centre.url}/"},
        ):
            async with session.post(f"{centre.url}/api/desk/ticket", headers=headers) as answer:
                assert answer.status == 403, headers
        async with session.post(
            f"{centre.url}/api/desk/ticket", headers={"X-Holdfast": "1"}
        ) as answer:
            ticket = (await answer.json())["ticket"]
        for origin in ("https://evil.example", f"{centre.url}.evil.example", "null"):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(
                    f"{centre.url}/api/desk/ws?ticket={ticket}", headers={"Origin": origin}
                )


async def test_a_ticket_is_good_once(centre: Centre) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        await DeskClient(centre, session).sign_in("priya")
        async with session.post(
            f"{centre.url}/api/desk/ticket", headers={"X-Holdfast": "1"}
        ) as answer:
            ticket = (await answer.json())["ticket"]
        url = f"{centre.url}/api/desk/ws?ticket={ticket}"
        async with session.ws_connect(url, headers={"Origin": centre.url}):
            pass
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url, headers={"Origin": centre.url})


async def test_a_ticket_ends_with_the_session_that_asked_for_it(centre: Centre) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    ours = {"X-Holdfast": "1"}
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        await DeskClient(centre, session).sign_in("noah")
        async with session.post(f"{centre.url}/api/desk/ticket", headers=ours) as answer:
            ticket = (await answer.json())["ticket"]
        async with session.post(f"{centre.url}/api/logout", headers=ours) as answer:
            assert answer.status == 204
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(
                f"{centre.url}/api/desk/ws?ticket={ticket}", headers={"Origin": centre.url}
            )
        assert refused.value.status == 401


async def test_signed_out_is_401_and_an_agent_sees_no_board(centre: Centre) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("/api/me", "/api/board", "/api/incidents/x", "/api/incidents"):
            async with session.get(f"{centre.url}{path}") as answer:
                assert answer.status == 401
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        client = DeskClient(centre, session)
        await client.sign_in("priya")
        async with session.get(f"{centre.url}/api/board") as answer:
            assert answer.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await client.connect("board")


async def test_every_intent_declares_its_permission_and_has_a_handler(centre: Centre) -> None:
    assert all(isinstance(intent.permission, Permission) for intent in INTENTS.values())
    every = list(INTENTS.items())
    for at in range(0, len(every), 50):  # a page may ask for so many at once
        async with desk(centre, sound=False) as agent:
            for name, intent in every[at : at + 50]:
                code = await agent.code_of(name)
                if intent.permission not in ROLES["agent"]:
                    assert code == "not_allowed", name
                else:
                    assert code in (None, "bad_request", "unknown", "not_yours", "too_late"), name


async def test_nonsense_intents_get_a_clear_reply_and_harm_nothing(centre: Centre) -> None:
    async with desk(centre, sound=False) as agent:
        for raw in ({"do": "no_such_thing"}, {"do": "accept", "contact": 7, "fence": []}):
            with pytest.raises(DeskError) as refused:
                await agent.do(raw.pop("do"), **raw)
            assert refused.value.code == "bad_request"
        assert agent._ws is not None
        await agent._ws.send_str("[1, 2")
        await agent._ws.send_str('{"id": 5}')
        await agent.do("snapshot")


async def test_snapshot_and_events_equal_a_fresh_snapshot(centre: Centre) -> None:
    async with desk(centre, "dana", view="board") as board, desk(centre) as agent:
        await centre.sandbox.call(from_="+12065550200")  # first: which of several is, is open
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        calls = [await centre.sandbox.call(from_=f"+120655502{n:02d}") for n in range(1, 4)]
        await board.until(lambda: len(board.contacts) == 4)
        await centre.sandbox.hang_up(calls[1])
        await centre.sandbox.text("hello there", from_="+12065550230", to="+12065550101")
        await agent.do("severity", contact=contact, severity=3)
        await agent.do("hang_up", contact=contact)
        await board.until(lambda: any(c["state"] == "wrapup" for c in board.contacts.values()))
        await board.until(lambda: any("0202" in str(m["who"]) for m in board.abandoned.values()))
        async with asyncio.timeout(60):
            while True:  # equal at a moment when nothing is under way
                seq = board.seq
                folded = (
                    dict(board.contacts),
                    dict(board.agents),
                    dict(board.tally),
                    dict(board.abandoned),
                )
                await board.do("snapshot")
                fresh = (board.contacts, board.agents, board.tally, board.abandoned)
                if board.seq == seq + 1 and fresh == folded:  # the counts come a moment later
                    break
        assert board.gaps == 0
        assert agent.gaps == 0


async def test_silent_page_is_lost_and_returns_with_its_choice(centre: Centre) -> None:
    async with desk(centre, "dana", view="board") as board, desk(centre, sound=False) as agent:
        await agent.ready()
        name = agent.me["id"]
        await board.until(lambda: name in board.agents)
        agent.answer_pings = False
        await board.until(lambda: board.agents.get(name, {}).get("state") == "lost")
        await agent.close()
        agent.answer_pings = True
        await agent.connect()
        assert agent.agent()["choice"] == "ready"
        await agent.until(lambda: agent.agent()["presence"] == "online")


async def test_caller_who_rings_while_the_store_is_away_is_not_lost(centre: Centre) -> None:
    centre.kill_store()
    call = await centre.sandbox.call(from_="+12065550240")
    await centre.sandbox.wait_for(call, "play.started")
    await centre.until_ready()
    async with desk(centre) as agent:
        contact = await agent.accept()
        await agent.until_state(contact, "active")


async def test_no_personal_value_in_the_log(centre: Centre) -> None:
    canaries = ("Xylocanary", "5550271", "canary@", "Notecanary")
    async with desk(centre) as agent:
        await centre.sandbox.text("Xylocanary ate gum", from_="+12065550271", to="+12065550101")
        contact = await agent.accept()
        live = await agent.until_state(contact, "active")
        await agent.do(
            "note", incident=live["incident"], contact=contact, note="note-00000001",
            text="Notecanary",
        )  # fmt: skip
        await agent.do(
            "reply", contact=contact, text="Xylocanary", then="close", anyway=True, key="canary-01"
        )
        await agent.until(lambda: contact not in agent.contacts)
    log = (centre.data_dir / "centre.log").read_text()
    assert "text.arrived" in log
    assert [word for word in canaries if word in log] == []


async def test_every_route_declares_its_access() -> None:
    app = App(load(demo=True, environment={}), "unix:///nowhere", {"base_url": "x", "port": 1})
    routes = app.routes
    declared = {(route.method, route.path) for route in routes}
    for resource in app.web.router.routes():
        path = resource.resource.canonical if resource.resource else ""
        assert (
            path == "/static/{path}"
            or resource.method == "HEAD"
            or ((resource.method, path.replace("{rest}", "{rest:.*}")) in declared)
        ), path
    await app.process.close(drained=False)
    assert len(routes) > 20
    assert all(isinstance(route.access, Permission | Open) for route in routes)
    public = {route.path for route in routes if route.access is Open.PUBLIC}
    assert public == {
        "/", "/login", "/desk", "/board", "/sandbox/phone", "/sandbox/ws", "/livez", "/readyz",
        "/metrics", "/callers", "/clips/{name}", "/clips/{digest}/{name}", "/api/login",
        "/api/sandbox", "/api/demo", "/api/openapi.json", "/api/v1/openapi.json",
            "/api/sandbox/page_errors",  # of the demo: the telephone has no session
    }  # fmt: skip


async def test_openapi_document_names_every_api_route(centre: Centre) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{centre.url}/api/openapi.json") as answer,
    ):
        document = await answer.json()
    assert document["openapi"].startswith("3.1")
    assert {"/api/login", "/api/me", "/api/incidents", "/api/incidents/{id}"} <= set(
        document["paths"]
    )
    shapes = document["components"]["schemas"]
    for path, method, fields in (
        ("/api/login", "post", {"login", "password"}),
        ("/api/password", "post", {"old", "new"}),
        (
            "/api/accounts/{id}",
            "patch",
            {"stage", "contract_from", "contract_to", "shift", "buddy", "team", "lead"},
        ),
    ):
        body = document["paths"][path][method]["requestBody"]["content"]["application/json"]
        name = body["schema"]["$ref"].removeprefix("#/components/schemas/")
        assert set(shapes[name]["properties"]) == fields, path
    assert "requestBody" not in document["paths"]["/api/logout"]["post"]


async def test_signing_in_from_an_unlisted_address_names_the_mend(centre: Centre) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{centre.url}/api/login",
            json={"login": "priya", "password": PASSWORD},
            headers={"X-Holdfast": "1", "Origin": "http://192.0.2.7:8080"},
        ) as answer,
    ):
        assert answer.status == 403
        words = (await answer.json())["error"]["message"]
    assert "HOLDFAST_DESK_ORIGINS" in words
    assert "https" in words
