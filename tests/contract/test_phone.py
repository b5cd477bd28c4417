"""The phone page's socket, mail both ways, the demo people, and the process itself."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

import aiohttp
import aiosmtplib
import pytest

from channels.sandbox import audio
from channels.twilio import twiml
from channels.twilio.client import CarrierClient
from tests.contract.centre import Centre, Stream
from tests.kit.sandbox import ROOT, Sandbox, running_sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

VOICE = "/twilio/voice"


class Page:
    """A phone page made of nothing but its socket."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.heard = bytearray()

    async def do(self, do: str, **fields: Any) -> None:
        await self.ws.send_json({"do": do, **fields})

    async def event(self, kind: str, **want: Any) -> dict[str, Any]:
        """The next JSON event of a kind (whose call is in state `want`); sound is collected."""
        async with asyncio.timeout(60):
            async for message in self.ws:
                if message.type is aiohttp.WSMsgType.BINARY:
                    self.heard += message.data
                    continue
                found: dict[str, Any] = json.loads(message.data)
                if found["type"] == kind and all(found["call"][k] == v for k, v in want.items()):
                    return found
        raise AssertionError(f"closed before {kind}")

    async def listen(self, n: int) -> bytes:
        """Until n bytes were heard."""
        async with asyncio.timeout(60):
            while len(self.heard) < n:
                message = await self.ws.receive()
                if message.type is aiohttp.WSMsgType.BINARY:
                    self.heard += message.data
        return bytes(self.heard)


async def open_page(sandbox: Sandbox, origin: str) -> Page:
    ws = await sandbox.session.ws_connect(f"{sandbox.base_url}/phone", origin=origin)
    return Page(ws)


async def test_only_the_centres_pages_may_open_the_phone(sandbox: Sandbox) -> None:
    """No same-origin rule covers WebSockets: the server has to look (RFC 6455, 10.2)."""
    for origin in ("http://evil.example", "null", ""):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await open_page(sandbox, origin)
        assert refused.value.status == 403


async def test_a_call_from_the_page_with_sound_both_ways(centre: Centre, sandbox: Sandbox) -> None:
    """The page's microphone is the call's inbound track, the stream's audio its loudspeaker."""
    got = bytearray()

    async def serve(stream: Stream) -> None:
        await stream.next("start")
        clip = base64.b64encode(audio.tone(523, 2000)).decode()
        await stream.send("media", payload=clip)
        while len(got) < 8000:
            media = await stream.next("media")
            frame = base64.b64decode(media["media"]["payload"])
            if frame != audio.SILENCE:
                got.extend(frame)

    centre.streams["s"] = serve
    centre.answers[VOICE] = twiml.menu([], f"{centre.url}/menu", fallthrough_url=f"{centre.url}/no")
    centre.answers["/menu"] = twiml.connect_stream(
        centre.stream_url("s"), f"{centre.url}/resume", None, {}
    )
    page = await open_page(sandbox, centre.url)
    ready = await page.event("ready")
    assert ready["number"] == sandbox.phone_number
    await page.do("call", to=sandbox.numbers[1])
    await page.event("call", state="answered")
    await page.do("digits", digits="1")
    assert (await centre.wait_for("/menu")).form["Digits"] == "1"

    async def speak() -> None:
        tone = audio.tone(440, 1000)
        loop = asyncio.get_running_loop()
        start = loop.time()
        for n in range(100):
            await page.ws.send_bytes(tone[(n % 50) * 160 : (n % 50 + 1) * 160])
            await asyncio.sleep(max(0.0, start + n * 0.02 - loop.time()))

    async with asyncio.TaskGroup() as group:
        speaking = group.create_task(speak())
        heard = await page.listen(8000)
        await centre.wait_for("/resume")
        speaking.cancel()
    assert audio.main_hz(heard[-3200:]) == pytest.approx(523, abs=3)
    assert audio.main_hz(bytes(got[-4000:])) == pytest.approx(440, abs=5)
    await page.event("call", state="ended")
    await page.ws.close()


async def test_the_centre_calls_the_phone_page(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """twilio.com/docs/voice/api/call-resource#create-a-call: rings, is answered, runs Twiml."""
    page = await open_page(sandbox, centre.url)
    await page.event("ready")
    call = await client.dial(
        sandbox.phone_number, line, twiml=twiml.pause_and_redirect(20, f"{centre.url}/x")
    )
    rings = await page.event("call", state="ringing")
    assert (rings["call"]["direction"], rings["call"]["number"]) == ("in", line)
    await page.do("answer")
    await page.event("call", state="answered")
    await page.ws.close()
    assert (await sandbox.wait_for(call.sid, "completed"))["status"] == "completed"


async def test_a_declined_call_is_busy_and_a_closed_page_does_not_answer(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """twilio.com/docs/voice/api/call-resource#call-status-values."""
    page = await open_page(sandbox, centre.url)
    await page.event("ready")
    call = await client.dial(sandbox.phone_number, line, twiml=twiml.empty())
    await page.event("call", state="ringing")
    await page.do("decline")
    await sandbox.wait_for(call.sid, "busy")
    await page.ws.close()
    call = await client.dial(sandbox.phone_number, line, twiml=twiml.empty())
    await sandbox.wait_for(call.sid, "no-answer")


async def test_texts_and_mail_survive_a_reload_of_the_page(
    centre: Centre, sandbox: Sandbox, client: CarrierClient, line: str
) -> None:
    """The conversation belongs to the number, not to the page."""
    page = await open_page(sandbox, centre.url)
    ready = await page.event("ready")
    await page.do("text", to=line, body="Is anybody there?")
    assert (await page.event("text"))["text"]["direction"] == "out"
    assert (await centre.wait_for("/twilio/sms")).form["Body"] == "Is anybody there?"
    await client.send_message(sandbox.phone_number, line, "Yes, we are.")
    assert (await page.event("text"))["text"]["body"] == "Yes, we are."
    await page.do("mail", subject="Scratches", body="On the floor.")
    mail = (await page.event("mail"))["mail"]
    assert (mail["subject"], mail["direction"]) == ("Scratches", "out")  # as with texts: theirs
    await send_mail(sandbox, ready["mail"], "Re: Scratches")
    assert (await page.event("mail"))["mail"]["direction"] == "in"
    await page.ws.close()
    again = await (await open_page(sandbox, centre.url)).event("ready")
    assert [t["body"] for t in again["texts"]][-2:] == ["Is anybody there?", "Yes, we are."]
    assert [m["subject"] for m in again["mails"]][-2:] == ["Scratches", "Re: Scratches"]


async def test_nonsense_from_a_page_is_answered_with_words(
    centre: Centre, sandbox: Sandbox
) -> None:
    """A page of another version must not break the phone."""
    page = await open_page(sandbox, centre.url)
    await page.ws.send_str("[1]")
    assert (await page.event("error"))["code"] == "bad_request"
    await page.do("hangup")
    assert (await page.event("error"))["code"] == "bad_request"
    await page.do("call", to="+19999999999")
    assert (await page.event("error"))["code"] == "unknown_number"
    await page.do("scripted", script="nobody")
    assert (await page.event("error"))["code"] == "unknown_script"
    await page.ws.close()


# -- mail --------------------------------------------------------------------------------------


async def send_mail(sandbox: Sandbox, to: str, subject: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "help@holdfast.test", to, subject
    message.set_content("We have your photographs.")
    await aiosmtplib.send(message, hostname="127.0.0.1", port=sandbox.smtp_port)


async def test_mail_to_the_centre_is_posted_as_it_is(centre: Centre, sandbox: Sandbox) -> None:
    """RFC 5322 bytes over HTTP, Basic auth, the envelope in headers."""
    sent = await sandbox.mail("Help", "The door is open.", from_="dana@mail.example", name="Dana")
    assert sent["http_status"] == 202
    headers, raw = centre.mails[0]
    assert headers["Content-Type"] == "message/rfc822"
    assert headers["X-Envelope-From"] == "dana@mail.example"
    assert headers["X-Envelope-To"] == "help@holdfast.test"
    message = message_from_bytes(raw)
    assert (message["Subject"], message["From"]) == ("Help", "Dana <dana@mail.example>")
    garbage = b"\xff\x00 not a mail"
    await sandbox.mail("", "", raw=base64.b64encode(garbage).decode())
    assert centre.mails[1][1] == garbage


async def test_mail_of_the_centre_is_kept_and_refused_on_demand(
    centre: Centre, sandbox: Sandbox
) -> None:
    """RFC 5321: 250 kept, 451 try again later."""
    await send_mail(sandbox, "dana@mail.example", "Your claim")
    last = (await sandbox.mails("out"))[-1]
    assert (last["subject"], last["to"]) == ("Your claim", ["dana@mail.example"])
    assert "photographs" in last["text"]
    await sandbox.fault(smtp_refuse=1)
    with pytest.raises(aiosmtplib.SMTPException, match="451"):
        await send_mail(sandbox, "dana@mail.example", "Not now")


# -- demo and process --------------------------------------------------------------------------


async def test_the_demo_people_reach_out_mixed(centre: Centre, sandbox: Sandbox) -> None:
    """Calls, texts and a mail from different people, without being asked twice. Who is on the
    telephone does not call."""
    centre.answers[VOICE] = twiml.menu(
        [], f"{centre.url}/menu", fallthrough_url=f"{centre.url}/no", timeout_s=60
    )
    maya = "+12065550111"  # the first of them
    await sandbox.call(from_=maya)
    await sandbox.ask("POST", "script", {"on": True, "every_s": [0.05, 0.1], "at_most": 9})
    await centre.wait_for(VOICE)
    await centre.wait_for("/twilio/sms")
    async with asyncio.timeout(60):
        while not centre.mails:
            await centre.wait_for(VOICE, n=len(centre.requests(VOICE)) + 1)
    stopped = await sandbox.ask("POST", "script", {"on": False})
    assert {p["kind"] for p in stopped["people"]} == {"call", "text", "mail"}
    assert [seen.form["From"] for seen in centre.requests(VOICE)].count(maya) == 1


async def test_the_pace_of_the_demo_people_changes_while_they_come(
    centre: Centre, sandbox: Sandbox
) -> None:
    """The first comes soon; with more agents ready the others come faster."""
    await sandbox.ask("POST", "script", {"on": True, "every_s": [9000, 9001], "at_most": 9})
    await sandbox.ask("POST", "script", {"on": True, "every_s": [0.05, 0.1], "at_most": 9})
    await centre.wait_for(VOICE, n=2)
    await sandbox.ask("POST", "script", {"on": False})


async def test_a_caller_tells_the_story_once_somebody_answers(
    centre: Centre, sandbox: Sandbox
) -> None:
    """The clip begins after `clear` (music over), not when the stream opens."""
    before, after = bytearray(), bytearray()

    async def serve(stream: Stream) -> None:
        await stream.next("start")
        music = base64.b64encode(audio.tone(300, 3000)).decode()
        await stream.send("media", payload=music)
        for _ in range(20):
            before.extend(base64.b64decode((await stream.next("media"))["media"]["payload"]))
        await stream.send("clear")
        for _ in range(60):
            after.extend(base64.b64decode((await stream.next("media"))["media"]["payload"]))

    centre.streams["s"] = serve
    centre.answers[VOICE] = twiml.connect_stream(
        centre.stream_url("s"), f"{centre.url}/resume", None, {}
    )
    await sandbox.call(talk="clips", clips=["xylitol"])
    await centre.wait_for("/resume")
    assert audio.level_dbfs(bytes(before)) == -100
    assert audio.level_dbfs(bytes(after[-3200:])) > -45


async def test_a_clip_that_is_not_shipped_is_refused(sandbox: Sandbox) -> None:
    """Nor can a name leave the folder of clips."""
    for name in ("nothing", "../people"):
        with pytest.raises(AssertionError, match="no clip"):
            await sandbox.call(talk="clips", clips=[name])


async def test_the_control_api_is_closed_to_web_pages(sandbox: Sandbox) -> None:
    """A page in any browser on this machine could post here; it always sends its Origin."""
    async with sandbox.session.post(
        f"{sandbox.base_url}/_sandbox/texts",
        json={"body": "x"},
        headers={"Origin": "http://evil.example"},
    ) as answer:
        assert answer.status == 403


async def test_sigterm_ends_it_with_calls_running(centre: Centre) -> None:
    """Exit status 0, promptly; a taken port is one line and status 1."""
    centre.answers[VOICE] = twiml.pause_and_redirect(60, f"{centre.url}/x")
    async with running_sandbox(centre.url) as other:
        sid = await other.call()
        await other.wait_for(sid, "in-progress")
        second = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "channels.sandbox", "--account-sid", "A", "--auth-token", "t"),
            *("--port", other.base_url.rsplit(":", 1)[1], "--smtp-port", "0"),
            cwd=ROOT,
            stderr=asyncio.subprocess.PIPE,
        )
        _, words = await second.communicate()
        assert (second.returncode, words.count(b"\n")) == (1, 1)
        other.process.terminate()
        async with asyncio.timeout(60):
            assert await other.process.wait() == 0
