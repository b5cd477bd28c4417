"""The Calls resource, and the sound of recordings.

Sources: twilio.com/docs/voice/api/call-resource, twilio.com/docs/voice/api/recording.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from aiohttp import web

from channels.sandbox import document, magic
from channels.sandbox.carrier import MAX_CALL_S
from channels.sandbox.clock import now
from channels.sandbox.document import BadDocument
from channels.sandbox.model import Call
from channels.sandbox.rest import (
    CARRIER,
    E164,
    ROOT,
    Form,
    RestError,
    check_url,
    form_of,
    live_only,
    page,
)
from channels.sandbox.session import Fetch, Inline, Stop
from channels.sandbox.signing import new_sid
from channels.sandbox.status import asked_for


def add_routes(app: web.Application) -> None:
    """POST and GET Calls.json, POST and GET Calls/{sid}.json, GET Events, Recordings/{sid}.wav."""
    app.router.add_post(f"{ROOT}/Calls.json", create)
    app.router.add_get(f"{ROOT}/Calls.json", list_calls)
    app.router.add_get(f"{ROOT}/Calls/{{sid}}.json", fetch)
    app.router.add_post(f"{ROOT}/Calls/{{sid}}.json", update)
    app.router.add_get(f"{ROOT}/Calls/{{sid}}/Events.json", events)
    app.router.add_get(f"{ROOT}/Recordings/{{sid}}.wav", recording)


async def create(request: web.Request) -> web.Response:
    """Dial. 201 with status queued; everything else comes by callbacks."""
    carrier = request.app[CARRIER]
    form = await form_of(request)
    to, from_ = form.get("To"), form.get("From")
    if not to:
        raise RestError(400, 21201, "No 'To' number is specified")
    if not from_:
        raise RestError(400, 21213, "'From' parameter is required")
    if form.get("ApplicationSid"):
        raise RestError(400, 21218, f"ApplicationSid {form.get('ApplicationSid')} is not valid")
    first = _first_step(form)
    if first is None:
        raise RestError(400, 21205, "Url parameter is required")
    fallback, callback = check_url(form, "FallbackUrl"), check_url(form, "StatusCallback")
    timeout_s = _seconds(form, "Timeout", 60, 1, 600)
    limit_s = _seconds(form, "TimeLimit", MAX_CALL_S, 1, 86_400)
    if request["test"]:
        magic.judge_call(from_, to)
        return web.json_response(_pretended(request, from_, to), status=201)
    if re.fullmatch(r"\+?\d{16,}", to):
        raise RestError(400, 32018, f"The number {to} is too long")
    if not E164.fullmatch(to):
        raise RestError(
            400, 21211, f"The phone number you are attempting to call, {to}, is not valid"
        )
    if not E164.fullmatch(from_):
        raise RestError(400, 21212, f"The caller ID {from_} is not a valid phone number")
    if from_ not in carrier.numbers:
        raise RestError(
            400, 21210, f"The source phone number provided, {from_}, is not yet verified"
        )
    most = carrier.account.calls_at_once
    if most is not None and len(carrier.live) >= most:
        raise RestError(400, 10004, "Call concurrency limit exceeded")
    if not carrier.reaches(to):
        raise RestError(400, 21219, f"{to} is not verified: a trial account calls verified ones")
    call = carrier.outgoing(
        to,
        from_,
        first,
        fallback_url=fallback,
        fallback_method=form.get("FallbackMethod", "POST").upper(),
        callback=(
            callback,
            asked_for(form.all("StatusCallbackEvent")),
            form.get("StatusCallbackMethod", "POST"),
        ),
        timeout_s=timeout_s,
        machine_callback=check_url(form, "AsyncAmdStatusCallback")
        if form.get("MachineDetection") in ("Enable", "DetectMessageEnd")
        and form.get("AsyncAmd") == "true"
        else "",
    )
    if call.sid in carrier.live:
        carrier.live[call.sid].limit(limit_s)
    return web.json_response(call.to_json(), status=201)


async def fetch(request: web.Request) -> web.Response:
    """One call as REST sees it: slightly out of date."""
    carrier = live_only(request)
    return web.json_response(_found(request).to_json(carrier.options.rest_lag_ms))


async def events(request: web.Request) -> web.Response:
    """The requests to the centre for a call (twilio.com/docs/voice/api/call-event-resource)."""
    live_only(request)
    return page(request, "events", _found(request).requests)


async def recording(request: web.Request) -> web.Response:
    """What a Record verb kept."""
    sound = live_only(request).recordings.get(request.match_info["sid"])
    if sound is None:
        raise RestError(404, 20404, f"The requested resource {request.path} was not found")
    return web.Response(body=sound, content_type="audio/x-wav")


async def update(request: web.Request) -> web.Response:
    """Redirect (Url or Twiml) or end (Status) a live call.

    21220 if it is over, or if it is to be redirected while REST still sees it ringing.
    """
    carrier = live_only(request)
    call = _found(request)
    form = await form_of(request)
    session = carrier.live.get(call.sid)
    status = form.get("Status")
    if status and status not in ("completed", "canceled"):
        raise RestError(400, 20001, f"Invalid call status '{status}'")
    step = _first_step(form)
    if step is None and not status and not form.has("TimeLimit"):
        raise RestError(400, 20001, "Nothing to update: Url, Twiml or Status is required")
    if session is None or call.over or session.hung_up:
        raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
    if form.has("TimeLimit"):
        session.limit(max(0.0, _seconds(form, "TimeLimit", 0, 1, 86_400) - call.duration_s))
    if status:
        ringing = call.status in ("queued", "ringing")
        if status == "completed" or ringing:
            session.order(
                Stop("canceled" if ringing and status == "canceled" else "completed", "api")
            )
    elif step is not None:
        if call.status_for_rest(carrier.options.rest_lag_ms) != "in-progress":
            raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
        fallback = check_url(form, "FallbackUrl")
        if fallback or isinstance(step, Fetch):
            session.fallback_url = fallback
            session.fallback_method = form.get("FallbackMethod", "POST").upper()
        call.note("call.redirected", inline=isinstance(step, Inline))
        session.order(step)
    return web.json_response(call.to_json(carrier.options.rest_lag_ms))


async def list_calls(request: web.Request) -> web.Response:
    """Newest first; filters To, From, Status, ParentCallSid, StartTime and EndTime (<, >)."""
    carrier = live_only(request)
    lag, query = carrier.options.rest_lag_ms, request.query
    found = [
        call
        for call in reversed(carrier.calls.values())
        if query.get("To", call.to) == call.to
        and query.get("From", call.from_) == call.from_
        and query.get("ParentCallSid", call.parent_sid) == call.parent_sid
        and query.get("Status", call.status_for_rest(lag)) == call.status_for_rest(lag)
        and _dated(request, "StartTime", call.started or call.created)
        and _dated(request, "EndTime", call.ended)
    ]
    return page(request, "calls", [call.to_json(lag) for call in found])


def _found(request: web.Request) -> Call:
    call = request.app[CARRIER].calls.get(request.match_info["sid"])
    if call is None:
        raise RestError(404, 20404, f"The requested resource {request.path} was not found")
    return call


def _first_step(form: Form) -> Fetch | Inline | None:
    """Url or Twiml as the step to run; RestError if it cannot be run."""
    twiml = form.get("Twiml")
    if not twiml:
        url = check_url(form, "Url")
        return Fetch(url, form.get("Method", "POST").upper()) if url else None
    if len(twiml) > document.MAX_INLINE:
        raise RestError(400, 21626, f"Twiml is longer than {document.MAX_INLINE} characters")
    try:
        document.read(twiml)
    except BadDocument as bad:
        code = 15004 if bad.code == 11100 else bad.code
        raise RestError(400, code, bad.why) from None
    return Inline(twiml)


def _seconds(form: Form, name: str, default: int, low: int, high: int) -> int:
    text = form.get(name)
    if not text:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise RestError(400, 20001, f"{name} must be a number from {low} to {high}")
    return int(text)


def _dated(request: web.Request, name: str, moment: datetime | None) -> bool:
    """StartTime, `StartTime<` (on or before) and `StartTime>` (on or after): dates in UTC."""
    try:
        bounds = {
            sign: date.fromisoformat(request.query[name + sign][:10])
            for sign in ("", "<", ">")
            if name + sign in request.query
        }
    except ValueError:
        raise RestError(400, 20001, f"{name} is not a date") from None
    if not bounds:
        return True
    if moment is None:
        return False
    day = moment.date()
    return (
        bounds.get("", day) == day
        and day <= bounds.get("<", date.max)
        and day >= bounds.get(">", date.min)
    )


def _pretended(request: web.Request, from_: str, to: str) -> dict[str, object]:
    """A call that test credentials made: shown once, kept nowhere."""
    call = Call(
        sid=new_sid("CA"),
        account_sid=request.match_info["account"],
        from_=from_,
        to=to,
        direction="outbound-api",
        status="queued",
        created=now(),
    )
    return call.to_json()
