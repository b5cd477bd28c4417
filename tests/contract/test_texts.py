"""Texts both ways: delivery states, opting out, faults."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web

from channels.twilio.client import CarrierClient
from channels.twilio.errors import CarrierRefused, OptedOut
from channels.twilio.forms import read_text, read_text_status
from tests.contract.centre import Centre
from tests.kit.sandbox import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMS = "/twilio/sms"
STATUS = "/twilio/sms/status"
ALICE = "+12065550142"


async def test_an_inbound_text_is_posted_once_and_signed(
    centre: Centre, sandbox: Sandbox, line: str
) -> None:
    """twilio.com/docs/messaging/guides/webhook-request."""
    sid = await sandbox.text("Bella is bleeding 🐕", from_=ALICE)
    seen = await centre.wait_for(SMS)
    assert seen.genuine
    text = read_text(seen.form)
    assert (text.sid, text.from_, text.to) == (sid, ALICE, line)
    assert (text.body, text.media, text.opt_out) == ("Bella is bleeding 🐕", (), None)


async def test_an_outgoing_text_is_queued_sent_and_delivered(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks."""
    sent = await client.send_message(
        ALICE, line, "We are coming.", status_callback=centre.url + STATUS
    )
    assert sent.status == "queued"
    await centre.wait_for(STATUS, n=2)
    states = [read_text_status(s.form) for s in centre.requests(STATUS)]
    assert [s.status for s in states] == ["sent", "delivered"]
    assert {s.sid for s in states} == {sent.sid}
    assert all(s.genuine for s in centre.requests(STATUS))
    found = await client.find_recent_messages(ALICE, line, now=datetime.now(UTC))
    assert (found[0].sid, found[0].status) == (sent.sid, "delivered")


async def test_stop_then_21610_then_start(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """twilio.com/docs/api/errors/21610; STOP and START are handled by the carrier."""
    who = "+12065550143"
    await sandbox.text(" Stop ", from_=who)
    assert read_text((await centre.wait_for(SMS)).form).opt_out == "STOP"
    with pytest.raises(OptedOut):
        await client.send_message(who, line, "hello")
    await client.send_message(who, sandbox.numbers[1], "another sender is another pair")
    await sandbox.text("START", from_=who)
    await centre.wait_for(SMS, n=2)
    await client.send_message(who, line, "hello again")


async def test_stop_inside_a_sentence_is_no_opt_out(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """The whole body has to be the word."""
    who = "+12065550144"
    await sandbox.text("how do I stop the bleeding", from_=who)
    assert read_text((await centre.wait_for(SMS)).form).opt_out is None
    await client.send_message(who, line, "Press on it.")


async def test_undelivered_with_its_code(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """twilio.com/docs/api/errors/30003 as an example of ErrorCode in a status callback."""
    await sandbox.fault(text_status="undelivered", text_error=30003)
    await client.send_message(ALICE, line, "x", status_callback=centre.url + STATUS)
    last = read_text_status((await centre.wait_for(STATUS, n=2)).form)
    assert (last.status, last.error_code) == ("undelivered", 30003)


async def test_an_expired_text_fails_with_30036(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """twilio.com/docs/api/errors/30036: ValidityPeriod."""
    await sandbox.fault(text_stuck=1)
    await client.send_message(ALICE, line, "x", status_callback=centre.url + STATUS, validity_s=1)
    last = read_text_status((await centre.wait_for(STATUS)).form)
    assert (last.status, last.error_code) == ("failed", 30036)


async def test_delivery_reports_out_of_order_and_webhooks_twice(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """Nothing promises their order or that they come once."""
    await sandbox.fault(text_shuffle=True, webhook_twice=1)
    await client.send_message(ALICE, line, "x", status_callback=centre.url + STATUS)
    await centre.wait_for(STATUS, n=2)
    states = [s.form["MessageStatus"] for s in centre.requests(STATUS)]
    assert states == ["delivered", "sent"]
    sid = await sandbox.text("twice", from_=ALICE)
    await centre.wait_for(SMS, n=2)
    assert {s.form["MessageSid"] for s in centre.requests(SMS)} == {sid}


async def test_a_message_verb_in_the_answer_is_sent_as_a_text(
    centre: Centre, sandbox: Sandbox
) -> None:
    """twilio.com/docs/messaging/twiml/message."""
    who = "+12065550145"
    centre.answers[SMS] = "<Response><Message>Hello back</Message></Response>"
    await sandbox.text("hi", from_=who)
    await centre.wait_for(SMS)
    while len(found := await sandbox.texts(who)) < 2:
        pass
    assert (found[1]["direction"], found[1]["body"]) == ("outbound-reply", "Hello back")


async def test_a_failing_centre_is_not_asked_again(centre: Centre, sandbox: Sandbox) -> None:
    """twilio.com/docs/usage/webhooks/webhooks-connection-overrides: no retry by default on 5xx."""
    centre.answers[SMS] = lambda _: web.Response(status=503)
    await sandbox.text("hi", from_=ALICE)
    await centre.wait_for(SMS)
    log = await sandbox.webhooks("sms")
    while not log or log[-1]["error"] is None:
        log = await sandbox.webhooks("sms")
    assert (log[-1]["error"], len(centre.requests(SMS))) == (11200, 1)


@pytest.mark.parametrize(
    ("to", "body", "code"),
    [("12", "x", 21211), (ALICE, "", 21602), (ALICE, "x" * 1601, 21617)],
)
async def test_bad_texts_are_refused(
    client: CarrierClient, line: str, to: str, body: str, code: int
) -> None:
    """twilio.com/docs/api/errors/<code>."""
    with pytest.raises(CarrierRefused) as refused:
        await client.send_message(to, line, body)
    assert refused.value.code == code


async def test_pictures_come_in_with_their_addresses_behind_the_password(
    centre: Centre, sandbox: Sandbox
) -> None:
    """twilio.com/docs/messaging/api/media-resource: HTTP Basic auth."""
    picture = base64.b64encode(b"\xff\xd8\xff picture").decode()
    sid = await sandbox.text("", media=[{"type": "image/jpeg", "body": picture}] * 2)
    text = read_text((await centre.wait_for(SMS)).form)
    assert text.sid == sid
    assert sid.startswith("MM")
    assert [item.content_type for item in text.media] == ["image/jpeg"] * 2
    auth = aiohttp.BasicAuth(sandbox.account_sid, sandbox.auth_token)
    async with aiohttp.ClientSession() as session:
        async with session.get(text.media[0].url) as closed:
            assert closed.status == 401
        async with session.get(text.media[0].url, auth=auth) as answer:
            assert (answer.content_type, await answer.read()) == (
                "image/jpeg", b"\xff\xd8\xff picture"
            )  # fmt: skip


async def test_pictures_go_out_fetched_from_us_or_the_text_fails(
    centre: Centre, sandbox: Sandbox, line: str
) -> None:
    centre.files["a.wav"] = b"picture"
    url = f"{sandbox.base_url}/2010-04-01/Accounts/{sandbox.account_sid}/Messages.json"
    auth = aiohttp.BasicAuth(sandbox.account_sid, sandbox.auth_token)
    for name, ending in (("a.wav", "delivered"), ("gone.wav", "failed")):
        form = {"To": ALICE, "From": line, "MediaUrl": f"{centre.url}/files/{name}",
                "StatusCallback": centre.url + STATUS}  # fmt: skip
        async with (
            aiohttp.ClientSession(auth=auth) as session, session.post(url, data=form) as answer
        ):  # fmt: skip
            assert answer.status == 201
            sid = (await answer.json())["sid"]
        await sandbox.until_text(sid, ending)


async def test_an_app_s_addresses_have_to_be_of_one_channel(
    sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """twilio.com/docs/api/errors/21910"""
    sent = await client.send_message(f"whatsapp:{ALICE}", f"whatsapp:{line}", "hello")
    assert sent.to == f"whatsapp:{ALICE}"
    with pytest.raises(CarrierRefused) as refused:
        await client.send_message(f"whatsapp:{ALICE}", line, "hello")
    assert refused.value.code == 21910
