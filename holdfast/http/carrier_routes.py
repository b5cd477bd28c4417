"""The carrier's side of HTTP: signed webhooks and the media stream."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import structlog
from aiohttp import web

from channels.twilio import twiml
from channels.twilio.forms import fold
from channels.twilio.signature import (
    SETTINGS_HEADER,
    SIGNATURE_HEADER,
    Verdict,
    signed_url,
    verify,
)
from channels.voice.dials import Dials
from channels.voice.outside import HOOKS as OUTSIDE_HOOKS
from channels.voice.probe import Probe
from channels.voice.stream import StreamOwner, stream_handler
from channels.voice.webhooks import VoiceWebhooks
from holdfast.followers.metrics import Metrics
from holdfast.http.access import Open, Route
from router.live.engine import IndexLost, IndexUnavailable
from router.records.database import RecordUnavailable

log = structlog.get_logger()

VOICE_HOOKS = (
    "voice",
    "menu",
    "key",
    "wait",
    "resume",
    "status",
    "fallback",
    *OUTSIDE_HOOKS,
)

TextHook = Callable[[Mapping[str, str]], Awaitable[str]]


class Signatures:
    """Checked against the configured public URL, never the Host header."""

    def __init__(self, public_url: str, tokens: tuple[str, ...]) -> None:
        self._public_url = public_url
        self._tokens = tokens

    async def form(self, request: web.Request) -> Mapping[str, str] | None:
        """The form, if the carrier signed it; None = answer 403."""
        try:
            posted = await request.post()
            pairs = [(name, str(value)) for name, value in posted.items()]
        except (ValueError, LookupError, web.HTTPException):  # LookupError: an unknown charset
            log.warning("webhook.refused", path=request.path, reason="unreadable form")
            return None
        verdict = verify(
            tokens=self._tokens,
            url=signed_url(self._public_url, request.raw_path),
            signature=request.headers.get(SIGNATURE_HEADER),
            params=pairs,
            settings=request.headers.get(SETTINGS_HEADER),
        )
        if verdict is not Verdict.OK:
            log.warning("webhook.refused", path=request.path, reason=verdict.value)
            return None
        return fold(pairs)

    def of_stream(self, request: web.Request) -> bool:
        return self.how_stream(request) is not None

    def how_stream(self, request: web.Request) -> str | None:
        """exact: over the requested address; slash: over it with or without a slash at its
        end (a path may lose or win one on its way); None: not the carrier's."""
        asked = signed_url(self._public_url, request.raw_path, stream=True)
        other = asked.removesuffix("/") if asked.endswith("/") else f"{asked}/"
        for how, url in (("exact", asked), ("slash", other)):
            verdict = verify(
                tokens=self._tokens,
                url=url,
                signature=request.headers.get(SIGNATURE_HEADER),
                settings=request.headers.get(SETTINGS_HEADER),
            )
            if verdict is Verdict.OK:
                return how
        return None


class TextHooks:
    """Webhooks of a channel of texts."""

    def __init__(
        self, signatures: Signatures, metrics: Metrics, hooks: Mapping[str, TextHook]
    ) -> None:
        self._signatures = signatures
        self._metrics = metrics
        self._hooks = hooks

    def routes(self) -> list[Route]:
        return [
            Route("POST", path, self._text_hook(path, hook), Open.CARRIER)
            for path, hook in self._hooks.items()
        ]

    def _text_hook(
        self, path: str, hook: TextHook
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        name = path.removeprefix("/twilio/").replace("/", "_")

        async def handle(request: web.Request) -> web.StreamResponse:
            loop = asyncio.get_running_loop()
            began = loop.time()
            form = await self._signatures.form(request)
            if form is None:
                return web.Response(status=403, text="signature does not match")
            document = await hook(form)
            self._metrics.webhook.labels(name).observe(loop.time() - began)
            return web.Response(text=document, content_type="text/xml")

        return handle


def stream_routes(owner: StreamOwner, authorise: Callable[[web.Request], bool]) -> list[Route]:
    """Where the carrier opens media streams."""
    stream = stream_handler(owner, authorise=authorise)
    paths = ("/twilio/stream", "/twilio/stream/{rest:.*}")
    return [Route("GET", path, stream, Open.CARRIER) for path in paths]


class VoiceHooks:
    """Webhooks of calls, and their media streams."""

    def __init__(
        self,
        signatures: Signatures,
        metrics: Metrics,
        voice: VoiceWebhooks,
        streams: StreamOwner | None,
        parting: Callable[[str], str | None],
    ) -> None:
        """`streams`: None: they come to other processes. `parting`: a document in place of a
        hook's own, once we go (`processes.leaving`)."""
        self._signatures = signatures
        self._metrics = metrics
        self._voice = voice
        self._parting = parting
        self._streams = stream_routes(streams, signatures.of_stream) if streams is not None else []

    def routes(self) -> list[Route]:
        return [
            *(
                Route(
                    "POST",
                    "/twilio/voice" if hook == "voice" else f"/twilio/voice/{hook}",
                    self._voice_hook(hook),
                    Open.CARRIER,
                )
                for hook in VOICE_HOOKS
            ),
            *self._streams,
        ]

    def _voice_hook(self, hook: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            loop = asyncio.get_running_loop()
            began = loop.time()
            form = await self._signatures.form(request)
            if form is None:
                return web.Response(status=403, text="signature does not match")
            document = await self._voice.answer(hook, form, request.query)
            document = self._parting(hook) or document
            self._metrics.webhook.labels(hook).observe(loop.time() - began)
            return web.Response(text=document, content_type="text/xml")

        return handle


class AnsweredHook:
    """Whether a person or a machine answered a call of ours."""

    def __init__(self, signatures: Signatures, dials: Dials) -> None:
        self._signatures = signatures
        self._dials = dials

    def routes(self) -> list[Route]:
        return [Route("POST", "/twilio/voice/answered_by", self.answered_by, Open.CARRIER)]

    async def answered_by(self, request: web.Request) -> web.StreamResponse:
        form = await self._signatures.form(request)
        if form is None:
            return web.Response(status=403, text="signature does not match")
        try:
            contact, who = request.query.get("c", ""), form.get("AnsweredBy", "")
            await self._dials.answered_by(contact, who)
        except (RecordUnavailable, IndexLost, IndexUnavailable) as error:
            log.warning("dial.machine_not_told", error=type(error).__name__)  # nothing hangs on it
        return web.Response(text=twiml.empty(), content_type="text/xml")


class ProbeHooks:
    """Webhooks of `holdfast doctor --call`."""

    def __init__(self, signatures: Signatures, data_dir: Path, public_url: str) -> None:
        self._signatures = signatures
        self._probe = Probe(data_dir, public_url, signatures.how_stream)

    def routes(self) -> list[Route]:
        return [
            Route("POST", "/twilio/probe/{step}", self._probe_hook, Open.CARRIER),
            Route("GET", "/twilio/probe-stream", self._probe.stream, Open.CARRIER),
            Route("GET", "/twilio/probe-stream/", self._probe.stream, Open.CARRIER),
        ]

    async def _probe_hook(self, request: web.Request) -> web.StreamResponse:
        """A call of `holdfast doctor --call`."""
        form = await self._signatures.form(request)
        if form is None:
            return web.Response(status=403, text="signature does not match")
        status, document = self._probe.hook(request.match_info["step"], form, request.query)
        return web.Response(status=status, text=document, content_type="text/xml")
