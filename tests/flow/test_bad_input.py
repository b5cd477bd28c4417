"""Input that no page of ours sends: refused in words, it reaches neither store, record nor log."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec
import pytest

from holdfast.desk.topics import INTENTS
from tests.kit.centre import PASSWORD, Centre
from tests.kit.desk import DeskClient, desk
from tests.kit.sandbox import EMAIL_SECRET

DIGITS, DEEP = "1" * 5000, "[" * 5000
BAD_BODIES = {
    "bad gzip": (b"\x1f\x8b\x08\x00nonsense that is no gzip", {"Content-Encoding": "gzip"}),
    "cut gzip": (gzip.compress(b'{"login": "priya"}' * 99)[:40], {"Content-Encoding": "gzip"}),
    "bad deflate": (b"\xff\xfe\xfd", {"Content-Encoding": "deflate"}),
    "digits": (f'{{"login": {DIGITS}}}'.encode(), {}),
    "digits alone": (DIGITS.encode(), {}),
    "deep": (DEEP.encode(), {}),
    "deep inside": (f'{{"login": "x", "password": {DEEP}'.encode(), {}),
    "not utf-8": (b'{"login": "\xff\xfe"}', {}),
    "half a character": (b'{"login": "\\ud800", "password": "x"}', {}),
}
ID_FIELDS = ("contact", "incident", "address", "agent", "note", "key", "fence")
BAD_VALUES: dict[str, Any] = {
    "nul": "a\0b",
    "escape": "a\x1bb",
    "large": 2**70,
    "larger": 2**63,
    "negative": -(2**70),
    "real": 1e308,
    "nested": [[[[]]]],
    "object": {"a\0": {}},
    "long": "x" * 40_000,
}


@asynccontextmanager
async def signed_in(centre: Centre, login: str) -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)
    headers = {"X-Holdfast": "1"}
    async with aiohttp.ClientSession(cookie_jar=jar, headers=headers) as session:
        await DeskClient(centre, session).sign_in(login)
        yield session


@pytest.mark.parametrize("name", BAD_BODIES)
async def test_bodies_that_cannot_be_read_are_refused_everywhere(centre: Centre, name: str) -> None:
    body, headers = BAD_BODIES[name]
    before = len(centre.words())
    async with signed_in(centre, "ada") as session:
        me = (await (await session.get(f"{centre.url}/api/me")).json())["me"]["id"]
        for method, path in (
            ("POST", "/api/login"),
            ("POST", "/api/password"),
            ("PATCH", f"/api/accounts/{me}"),
        ):
            async with session.request(
                method, f"{centre.url}{path}", data=body, headers=headers
            ) as answer:
                # a login of half a character is a login that nobody has
                assert answer.status in (400, 401), (method, path)
                assert (await answer.json())["error"]["code"] in ("bad_request", "wrong")
        for path in ("/twilio/voice", "/twilio/sms"):
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            async with session.post(
                f"{centre.url}{path}", data=body, headers=headers | kind
            ) as answer:
                assert answer.status in (400, 403), path
        if name in ("bad gzip", "bad deflate"):  # a mail that is cut is shown as far as it goes
            auth = aiohttp.BasicAuth("inbound", EMAIL_SECRET)
            async with session.post(
                f"{centre.url}/email/inbound", data=body, headers=headers, auth=auth
            ) as answer:
                assert answer.status == 400
    said = centre.words()[before:]
    assert "request.failed" not in said
    assert "argon2" not in said
    assert PASSWORD not in said


@pytest.mark.parametrize(
    "path",
    [
        "/api/incidents/a%00b",
        "/api/incidents/a%1bb",
        "/api/contacts/a%00b/why",
        "/api/incidents?q=%00",
        "/api/incidents?q=x&before=%00",
        f"/api/incidents?before={'1' * 60}",
        f"/api/incidents?q={'1' * 90}&before=2%0A",
        f"/api/incidents?q={'%5B' * 5000}",
        "/api/incidents/%ed%a0%80",
        "/static/a%00b.js",
        "/api/%00",
    ],
)
async def test_addresses_with_what_no_id_has_are_refused(centre: Centre, path: str) -> None:
    async with (
        signed_in(centre, "dana") as session,
        session.get(aiohttp.client.URL(f"{centre.url}{path}", encoded=True)) as answer,
    ):
        assert answer.status in (400, 404)


async def test_frames_that_cannot_be_read_are_refused_and_the_desk_goes_on(
    centre: Centre,
) -> None:
    async with desk(centre, "noah", sound=False) as agent:
        assert agent._ws is not None
        numbered = (f'{{"do": "open", "id": {bad}' for bad in (DEEP, DIGITS))
        for text in (DEEP, DIGITS, *numbered, '{"do": "\\ud800"}', '{"do":' * 3000, "\0", "{}"):
            await agent._ws.send_str(text)
        await agent.do("snapshot")
        for number in (DEEP.replace("[", "[1,", 1)[:10], {"a": 1}, [1], 1.5, "x" * 500, None):
            await agent._ws.send_str(json.dumps({"do": "snapshot", "id": number}))
        await agent.do("snapshot")


@pytest.mark.parametrize("name", BAD_VALUES)
async def test_fields_with_what_they_cannot_hold_are_refused_and_the_desk_goes_on(
    centre: Centre, name: str
) -> None:
    """Every field of every intent: whatever it says, it is not that the database is away."""
    value = BAD_VALUES[name]
    asked = 0
    async with desk(centre, "dana", sound=False) as agent:
        for do, intent in INTENTS.items():
            fields = msgspec.structs.fields(intent.form)
            for field in fields:
                good = {other.name: filler(other) for other in fields if other.required}
                code = await agent.code_of(do, **good | {field.name: value})
                if code == "too_fast":
                    await agent.connect()  # a page that has asked for nothing yet
                    code = await agent.code_of(do, **good | {field.name: value})
                asked += 1
                assert code != "not_ready", (do, field.name)
                if field.name in ID_FIELDS:
                    assert code == "bad_request", (do, field.name)
        await agent.do("snapshot")
    assert asked > 50


def filler(field: msgspec.structs.FieldInfo) -> Any:
    """Something that a page may send."""
    plain = {"on": True, "passed": True, "severity": 9, "agents": 0, "skills": None}
    return plain.get(field.name, "abcdefgh")
