"""The control API, `/_sandbox/…`: make things happen, make things go wrong, see what was heard.

For tests and the demo; JSON, loopback only. docs/sandbox.md lists it in a table.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from channels.sandbox import audio
from channels.sandbox.carrier import UnknownNumber
from channels.sandbox.demo import DEMO
from channels.sandbox.faults import Faults
from channels.sandbox.mail import Mails
from channels.sandbox.model import Call
from channels.sandbox.orders import Digits, NewCall, NewMail, NewText, Script
from channels.sandbox.party import Plan, Scripted
from channels.sandbox.rest import CARRIER, Handler
from channels.sandbox.rest_texts import TEXTS
from channels.sandbox.session import Session

MAILS = web.AppKey("mails", Mails)
T = TypeVar("T")


def add_routes(app: web.Application) -> None:
    """All control routes."""
    r = app.router
    r.add_get("/_sandbox/", hello)
    r.add_get("/_sandbox/calls", list_calls)
    r.add_post("/_sandbox/calls", new_call)
    r.add_get("/_sandbox/calls/{sid}", one_call)
    r.add_get("/_sandbox/calls/{sid}/wait", wait_call)
    r.add_post("/_sandbox/calls/{sid}/digits", digits)
    r.add_post("/_sandbox/calls/{sid}/hangup", hang_up)
    r.add_post("/_sandbox/calls/{sid}/drop-stream", drop_stream)
    r.add_get("/_sandbox/calls/{sid}/heard.wav", heard)
    r.add_put("/_sandbox/people/{number}", person)
    r.add_get("/_sandbox/texts", list_texts)
    r.add_post("/_sandbox/texts", new_text)
    r.add_get("/_sandbox/mails", list_mails)
    r.add_post("/_sandbox/mails", new_mail)
    r.add_get("/_sandbox/mails/{id}/raw", raw_mail)
    r.add_get("/_sandbox/faults", get_faults)
    r.add_post("/_sandbox/faults", set_faults)
    r.add_delete("/_sandbox/faults", reset_faults)
    r.add_get("/_sandbox/webhooks", webhook_log)
    r.add_get("/_sandbox/script", get_script)
    r.add_post("/_sandbox/script", set_script)


@web.middleware
async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Loopback only, whatever address the process is bound to."""
    if request.path.startswith("/_sandbox/"):
        try:
            near = ipaddress.ip_address(request.remote or "").is_loopback
        except ValueError:
            near = False
        # A page in some browser could be made to come here: it sends an Origin, or (through a
        # name that was made to point at this machine) a Host that is not ours.
        host = request.url.host or ""
        ours = host in ("localhost", "127.0.0.1", "::1", request.app[CARRIER].options.host)
        if not near or not ours or "Origin" in request.headers:
            return _refuse(403, "the control API is for this machine's own programs")
    return await handler(request)


def _refuse(status: int, why: str) -> web.Response:
    return web.json_response({"error": why}, status=status)


def _bad(why: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(
        text=msgspec.json.encode({"error": why}).decode(), content_type="application/json"
    )


async def _read(request: web.Request, kind: Callable[..., T]) -> T:
    try:
        return msgspec.json.decode(await request.read() or b"{}", type=kind)  # type: ignore[no-any-return]
    except (msgspec.DecodeError, ValueError) as error:
        raise _bad(str(error)) from None


def _session(request: web.Request) -> Session:
    session = request.app[CARRIER].session(request.match_info["sid"])
    if session is None:
        raise web.HTTPNotFound(text='{"error":"no such call"}', content_type="application/json")
    return session


def _number(request: web.Request, name: str, default: float) -> float:
    try:
        return float(request.query.get(name, default))
    except ValueError:
        raise _bad(f"{name} is no number") from None


def describe(call: Call, session: Session | None) -> dict[str, Any]:
    """A short form of one call."""
    found: dict[str, Any] = {
        "sid": call.sid,
        "from": call.from_,
        "to": call.to,
        "direction": call.direction,
        "status": call.status,
        "duration_s": call.duration_s,
        "parent": call.parent_sid,
        "began_at": call.created.timestamp() * 1000,
        "ended_at": call.ended.timestamp() * 1000 if call.ended is not None else None,
        "streaming": session is not None and session.stream is not None and not call.over,
        "gathering": session is not None and session.keys is not None,
    }
    return found


async def hello(request: web.Request) -> web.Response:
    """The carrier's identity."""
    carrier = request.app[CARRIER]
    return web.json_response(
        {
            "account_sid": carrier.options.account_sid,
            "centre": carrier.options.centre,
            "numbers": list(carrier.numbers),
            "phone_number": carrier.options.phone_number,
            "live": len(carrier.live),
            "calls": len(carrier.calls),
        }
    )


async def list_calls(request: web.Request) -> web.Response:
    """All calls, newest first; ?live=1 only those still in progress."""
    carrier = request.app[CARRIER]
    calls = [
        describe(c, carrier.session(c.sid))
        for c in reversed(carrier.calls.values())
        if c.sid in carrier.live or not request.query.get("live")
    ]
    return web.json_response({"calls": calls[:1000]})


async def new_call(request: web.Request) -> web.Response:
    """A scripted person calls."""
    want = await _read(request, NewCall)
    try:
        session = request.app[CARRIER].incoming(
            want.to,
            want.from_,
            Scripted(want.plan),
            forwarded_from=want.forwarded_from,
            caller_name=want.caller_name,
            stir=want.stir,
        )
    except UnknownNumber:
        raise _bad(f"{want.to} is none of the centre's numbers") from None
    except ValueError as error:
        raise _bad(str(error)) from None
    return web.json_response(describe(session.call, session), status=201)


async def one_call(request: web.Request) -> web.Response:
    """One call with its timeline and what was heard in the last ?window_s (1)."""
    session = _session(request)
    found = describe(session.call, session)
    found["timeline"] = session.call.timeline
    found["heard"] = session.party.ear.report(_number(request, "window_s", 1.0))
    return web.json_response(found)


async def wait_call(request: web.Request) -> web.Response:
    """Wait until ?for= a status or a timeline event has come (?n= times); 408 after ?timeout_s."""
    session = _session(request)
    want, n = request.query.get("for", "in-progress"), int(_number(request, "n", 1))
    call = session.call

    def came() -> bool:
        if call.status == want:
            return True
        return sum(1 for e in call.timeline if e["event"] == want) >= n

    if not await request.app[CARRIER].wait_for(came, min(60.0, _number(request, "timeout_s", 5))):
        return web.json_response(
            {"error": f"{want} has not come", "status": call.status, "timeline": call.timeline},
            status=408,
        )
    return await one_call(request)


async def digits(request: web.Request) -> web.Response:
    """The person presses keys."""
    want = await _read(request, Digits)
    session = _session(request)
    session.press(want.digits)
    return web.json_response(describe(session.call, session))


async def hang_up(request: web.Request) -> web.Response:
    """The person hangs up, whatever is going on."""
    session = _session(request)
    session.hang_up()
    return web.json_response(describe(session.call, session))


async def drop_stream(request: web.Request) -> web.Response:
    """The stream's TCP connection breaks, now."""
    session = _session(request)
    if session.stream is None or not session.stream.drop():
        raise _bad("no stream is open")
    return web.json_response(describe(session.call, session))


async def heard(request: web.Request) -> web.Response:
    """What the person heard (?last_s=) as a µ-law WAV file."""
    last = request.query.get("last_s")
    sound = _session(request).party.ear.sound(float(last) if last else None)
    return web.Response(body=audio.write_wav(sound), content_type="audio/wav")


async def person(request: web.Request) -> web.Response:
    """How a number behaves when the centre calls it."""
    request.app[CARRIER].people[request.match_info["number"]] = await _read(request, Plan)
    return web.json_response({})


async def list_texts(request: web.Request) -> web.Response:
    """Texts, oldest first; ?person= only those with one number."""
    texts = request.app[TEXTS]
    who = request.query.get("person")
    found = texts.between(who) if who else list(texts.all.values())[-1000:]
    return web.json_response({"texts": [t.to_json() for t in found]})


async def new_text(request: web.Request) -> web.Response:
    """A person texts the centre."""
    want = await _read(request, NewText)
    try:
        text = request.app[TEXTS].incoming(
            want.from_,
            want.to,
            want.body,
            [(item.type, item.body) for item in want.media],
            want.opt_out,
        )
    except UnknownNumber:
        raise _bad(f"{want.to} is none of the centre's numbers") from None
    return web.json_response(text.to_json(), status=201)


async def list_mails(request: web.Request) -> web.Response:
    """Mail, oldest first; ?direction=out only what the centre sent."""
    want = request.query.get("direction")
    mails = [m.to_json() for m in request.app[MAILS].all if want in (None, m.direction)]
    return web.json_response({"mails": mails})


async def new_mail(request: web.Request) -> web.Response:
    """A person mails the centre; `http_status` is the centre's answer (0: no answer)."""
    want = await _read(request, NewMail)
    mails = request.app[MAILS]
    if want.raw is not None:
        to = want.to or request.app[CARRIER].options.email_to
        mail, status = await mails.post(want.raw, want.from_, to)
    else:
        mail, status = await mails.send(
            want.from_,
            want.subject,
            want.body,
            to=want.to,
            html=want.html,
            in_reply_to=want.in_reply_to,
            name=want.name,
            auto=want.auto,
        )
    return web.json_response({**mail.to_json(), "http_status": status}, status=201)


async def raw_mail(request: web.Request) -> web.Response:
    """One message byte for byte."""
    for mail in request.app[MAILS].all:
        if str(mail.id) == request.match_info["id"]:
            return web.Response(body=mail.raw, content_type="message/rfc822")
    return _refuse(404, "no such mail")


async def get_faults(request: web.Request) -> web.Response:
    """The fault table as it is now."""
    return web.json_response(msgspec.to_builtins(request.app[CARRIER].faults))


async def set_faults(request: web.Request) -> web.Response:
    """Set some faults; the others stay. `smtp_refuse` counts mails refused with 451."""
    carrier = request.app[CARRIER]
    change = await _read(request, dict[str, Any])
    if "smtp_refuse" in change:
        request.app[MAILS].refuse = int(change.pop("smtp_refuse"))
    table = msgspec.to_builtins(carrier.faults)
    table["actions"] |= change.pop("actions", {})
    try:
        carrier.faults = msgspec.convert(table | change, Faults)
    except msgspec.ValidationError as error:
        raise _bad(str(error)) from None
    return await get_faults(request)


async def reset_faults(request: web.Request) -> web.Response:
    """A healthy carrier again."""
    request.app[CARRIER].faults = Faults()
    request.app[MAILS].refuse = 0
    return await get_faults(request)


async def webhook_log(request: web.Request) -> web.Response:
    """Requests to the centre with their times in ms, oldest first; ?kind=."""
    want = request.query.get("kind")
    log = [e for e in request.app[CARRIER].webhooks.log if want in (None, e["kind"])]
    return web.json_response({"webhooks": log})


async def get_script(request: web.Request) -> web.Response:
    """The demo script: whether it is running, and who is in it."""
    return web.json_response(request.app[DEMO].describe())


async def set_script(request: web.Request) -> web.Response:
    """Start or stop the demo script, or let one of its people (`name`) reach out now."""
    want = await _read(request, Script)
    demo = request.app[DEMO]
    if want.name is not None:
        if not demo.play(want.name):
            raise _bad(f"nobody named {want.name!r} in the script")
    elif want.on:
        demo.start(want.every_s, want.at_most)
    else:
        demo.stop()
    return web.json_response(demo.describe())
