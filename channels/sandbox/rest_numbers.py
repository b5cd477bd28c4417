"""IncomingPhoneNumbers and Accounts.

Sources: twilio.com/docs/phone-numbers/api/incomingphonenumber-resource,
twilio.com/docs/iam/api/account.
"""

from __future__ import annotations

from aiohttp import web

from channels.sandbox import magic
from channels.sandbox.clock import now, rfc2822
from channels.sandbox.model import Number
from channels.sandbox.rest import (
    CARRIER,
    E164,
    ROOT,
    RestError,
    check_url,
    form_of,
    live_only,
    page,
)
from channels.sandbox.signing import new_sid

_URL_FIELDS = {
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "voice_fallback_url",
    "StatusCallback": "status_callback",
    "SmsUrl": "sms_url",
    "SmsFallbackUrl": "sms_fallback_url",
}
_METHOD_FIELDS = {
    "VoiceMethod": "voice_method",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallbackMethod": "status_callback_method",
    "SmsMethod": "sms_method",
    "SmsFallbackMethod": "sms_fallback_method",
}


def add_routes(app: web.Application) -> None:
    """Accounts/{sid}.json and IncomingPhoneNumbers: list, buy, fetch, update."""
    app.router.add_get("/2010-04-01/Accounts/{account}.json", account)
    app.router.add_get(f"{ROOT}/IncomingPhoneNumbers.json", list_numbers)
    app.router.add_post(f"{ROOT}/IncomingPhoneNumbers.json", create)
    app.router.add_get(f"{ROOT}/IncomingPhoneNumbers/{{sid}}.json", fetch)
    app.router.add_post(f"{ROOT}/IncomingPhoneNumbers/{{sid}}.json", update)


async def account(request: web.Request) -> web.Response:
    """The account of the credentials."""
    carrier = live_only(request)
    sid = carrier.options.account_sid
    return web.json_response(
        {
            "sid": sid,
            "owner_account_sid": sid,
            "friendly_name": "Sandbox carrier",
            "status": "active",
            "type": carrier.account.kind,
            "auth_token": "hidden",
            "date_created": rfc2822(now()),
            "date_updated": rfc2822(now()),
            "subresource_uris": {},
            "uri": f"/2010-04-01/Accounts/{sid}.json",
        }
    )


async def list_numbers(request: web.Request) -> web.Response:
    """Filter: PhoneNumber."""
    carrier = live_only(request)
    wanted = request.query.get("PhoneNumber", "")
    found = [n.to_json() for n in carrier.numbers.values() if wanted in n.number]
    return page(request, "incoming_phone_numbers", found)


async def create(request: web.Request) -> web.Response:
    """Buy a number."""
    form = await form_of(request)
    number, area = form.get("PhoneNumber"), form.get("AreaCode")
    if not number and not area:
        raise RestError(400, 21404, "PhoneNumber or AreaCode is required")
    carrier = request.app[CARRIER]
    if request["test"]:
        magic.judge_number(number, area)
        bought = Number(
            new_sid("PN"), carrier.options.test_sid, number or f"+1{area}5550100", "", "", "", "",
            "", now(),
        )  # fmt: skip
        return web.json_response(bought.to_json(), status=201)
    if not E164.fullmatch(number):
        raise RestError(400, 21421, f"PhoneNumber is invalid: {number}")
    if number in carrier.numbers:
        raise RestError(400, 21422, f"PhoneNumber is not available: {number}")
    return web.json_response(carrier.add_number(number).to_json(), status=201)


async def fetch(request: web.Request) -> web.Response:
    """One number."""
    live_only(request)
    return web.json_response(_found(request).to_json())


async def update(request: web.Request) -> web.Response:
    """Set where its events go; an empty value clears the address."""
    live_only(request)
    number = _found(request)
    form = await form_of(request)
    for name, field in _URL_FIELDS.items():
        if form.has(name):
            setattr(number, field, check_url(form, name))
    for name, field in _METHOD_FIELDS.items():
        if form.has(name):
            method = form.get(name).upper()
            if method not in ("GET", "POST"):
                raise RestError(400, 21403, f"{name} must be GET or POST")
            setattr(number, field, method)
    return web.json_response(number.to_json())


def _found(request: web.Request) -> Number:
    for number in request.app[CARRIER].numbers.values():
        if number.sid == request.match_info["sid"]:
            return number
    raise RestError(404, 20404, f"The requested resource {request.path} was not found")
