"""The Messages resource. Source: twilio.com/docs/messaging/api/message-resource."""

from __future__ import annotations

from datetime import date

from aiohttp import web

from channels.sandbox import magic
from channels.sandbox.clock import now
from channels.sandbox.model import Text
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
from channels.sandbox.texts import DEFAULT_VALIDITY_S, Texts, bare

TEXTS = web.AppKey("texts", Texts)
MAX_BODY = 1600
MOST_MEDIA = 10


def add_routes(app: web.Application) -> None:
    """POST and GET Messages.json, GET Messages/{sid}.json, GET Messages/{sid}/Media/{media}."""
    app.router.add_post(f"{ROOT}/Messages.json", create)
    app.router.add_get(f"{ROOT}/Messages.json", list_texts)
    app.router.add_get(f"{ROOT}/Messages/{{sid}}.json", fetch)
    app.router.add_get(f"{ROOT}/Messages/{{sid}}/Media/{{media}}", media_file)


async def create(request: web.Request) -> web.Response:
    """Send a text: 201, status queued."""
    carrier = request.app[CARRIER]
    form = await form_of(request)
    to, from_, body = form.get("To"), form.get("From"), form.get("Body")
    if not to:
        raise RestError(400, 21604, "A 'To' phone number is required.")
    if not from_:
        raise RestError(400, 21603, "A 'From' phone number is required.")
    media = form.all("MediaUrl")
    if len(media) > MOST_MEDIA:
        raise RestError(400, 21623, "Number of media files exceeds allowed limit")
    if not body and not media:
        raise RestError(400, 21602, "Message body is required.")
    if len(body) > MAX_BODY:
        raise RestError(
            400, 21617, "The concatenated message body exceeds the 1600 character limit"
        )
    callback = check_url(form, "StatusCallback")
    validity = form.get("ValidityPeriod", str(DEFAULT_VALIDITY_S))
    if not validity.isdecimal() or not 1 <= int(validity) <= DEFAULT_VALIDITY_S:
        raise RestError(400, 21624, "The ValidityPeriod is not valid: 1 to 36000 seconds")
    if request["test"]:
        magic.judge_text(from_, to)
        moment = now()
        text = Text(
            new_sid("SM"), carrier.options.test_sid, from_, to, body, "outbound-api", "queued",
            moment, moment,
        )  # fmt: skip
        return web.json_response(text.to_json(), status=201)
    if not E164.fullmatch(bare(to)):
        raise RestError(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if to.partition("+")[0] != from_.partition("+")[0]:
        raise RestError(400, 21910, "'From' and 'To' have to be of the same channel")
    if bare(from_) not in carrier.numbers:
        raise RestError(400, 21606, f"The 'From' phone number {from_} is not a valid sender")
    if not carrier.reaches(bare(to)):
        raise RestError(400, 21608, f"The number {to} is unverified: a trial account")
    texts = request.app[TEXTS]
    if (from_, to) in texts.opted_out:
        raise RestError(400, 21610, "Attempt to send to unsubscribed recipient")
    text = texts.outgoing(
        from_, to, body, callback=callback, validity_s=int(validity), media_urls=media
    )
    return web.json_response(text.to_json(), status=201)


async def fetch(request: web.Request) -> web.Response:
    """One text."""
    live_only(request)
    text = request.app[TEXTS].all.get(request.match_info["sid"])
    if text is None:
        raise RestError(404, 20404, f"The requested resource {request.path} was not found")
    return web.json_response(text.to_json())


async def media_file(request: web.Request) -> web.Response:
    """A picture of a text (twilio.com/docs/messaging/api/media-resource)."""
    live_only(request)
    found = request.app[TEXTS].media.get(request.match_info["media"])
    if found is None:
        raise RestError(404, 20404, f"The requested resource {request.path} was not found")
    content_type, file = found
    return web.Response(body=file, headers={"Content-Type": content_type})


async def list_texts(request: web.Request) -> web.Response:
    """Newest first; filters To, From, DateSent."""
    live_only(request)
    query = request.query
    try:
        day = date.fromisoformat(query["DateSent"][:10]) if "DateSent" in query else None
    except ValueError:
        raise RestError(400, 20001, "DateSent is not a date") from None
    found = [
        t.to_json()
        for t in reversed(request.app[TEXTS].all.values())
        if query.get("To", t.to) == t.to
        and query.get("From", t.from_) == t.from_
        and (day is None or t.created.date() == day)
    ]
    return page(request, "messages", found)
