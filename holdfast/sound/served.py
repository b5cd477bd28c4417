"""What a process that carries sound does for those with the pages, by their links to it.

They ask (each question has a number, and gets one reply), they tell (no reply), and whoever follows
is told all that becomes of calls here.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec
import structlog

from holdfast.sound.face import PageNumbers
from holdfast.sound.here import SoundHere
from holdfast.sound.peers import Spawn, Superseded
from softphone.exchange import Exchange
from softphone.link import Link, Words
from softphone.plans import Event
from softphone.sdp import OfferError

log = structlog.get_logger()

ALIVE_S: Final = 0.25


class Answer(msgspec.Struct, frozen=True, tag="answer", tag_field="do"):
    """A page's offer of sound."""

    who: str
    epoch: int
    sdp: str
    host: str


class Heard(msgspec.Struct, frozen=True, tag="heard", tag_field="do"):
    who: str


class Digits(msgspec.Struct, frozen=True, tag="digits", tag_field="do"):
    contact: str
    keys: str


class EchoOn(msgspec.Struct, frozen=True, tag="echo", tag_field="do"):
    agent: str


class Streams(msgspec.Struct, frozen=True, tag="streams", tag_field="do"):
    pass


Question = Answer | Heard | Digits | EchoOn | Streams


class EndEcho(msgspec.Struct, frozen=True, tag="end_echo", tag_field="do"):
    agent: str


class Forget(msgspec.Struct, frozen=True, tag="forget", tag_field="do"):
    """`before`: only a leg under an older epoch; None: whichever it is."""

    agent: str
    before: int | None = None


class Report(msgspec.Struct, frozen=True, tag="report", tag_field="do"):
    agent: str


class CloseStream(msgspec.Struct, frozen=True, tag="close_stream", tag_field="do"):
    contact: str
    reason: str


class PageSays(msgspec.Struct, frozen=True, tag="page_says", tag_field="do"):
    who: str
    numbers: PageNumbers


Told = EndEcho | Forget | Report | CloseStream | PageSays


class Served:
    """Of one process."""

    def __init__(self, sound: SoundHere, exchange: Exchange, spawn: Spawn) -> None:
        self._sound, self._exchange, self._spawn = sound, exchange, spawn
        self._followers: list[Link] = []
        sound.listeners.append(self._event)

    def heard(self, link: Link, words: Words) -> None:
        """Raises ValueError if nobody says this."""
        match words:
            case {"follow": True}:
                self._followers.append(link)
                here = [[who, self._exchange.agent_epoch(who)] for who in self._exchange.agents()]
                link.words({"here": here})
            case {"ask": int(number), "of": asked}:
                question = msgspec.convert(asked, Question)
                self._spawn(self._reply(link, number, question), "reply")
            case {"tell": told}:
                self._told(msgspec.convert(told, Told))
            case _:
                log.warning("link.unknown_words", peer=link.peer, words=sorted(words)[:5])

    async def run(self) -> None:
        """Lets followers know that we live, until cancelled."""
        while True:
            for link in self._followers:
                link.words({"alive": True})
            await asyncio.sleep(ALIVE_S)

    def gone(self, link: Link) -> None:
        """A link has ended."""
        if link in self._followers:
            self._followers.remove(link)

    async def _reply(self, link: Link, number: int, question: Question) -> None:
        reply: dict[str, Any]
        try:
            reply = {"is": await self._ask(link, question)}
        except OfferError as error:
            reply = {"refused": str(error)}
        except TimeoutError:
            reply = {"late": True}
        except Superseded:
            reply = {"superseded": True}
        link.words({"reply": number, **reply})

    async def _ask(self, link: Link, question: Question) -> Any:
        match question:
            case Answer(who, epoch, sdp, host):
                return await self._sound.answer(who, epoch, sdp, host)
            case Heard(who):
                return await self._sound.heard(who)
            case Digits(contact, keys):
                return await self._sound.digits(contact, keys)
            case EchoOn(agent):

                def measured(spoken: object) -> None:
                    link.words({"spoken": [agent, msgspec.to_builtins(spoken)]})

                return await self._sound.echo(agent, measured)
            case Streams():
                return msgspec.to_builtins(await self._sound.streams())

    def _told(self, told: Told) -> None:
        match told:
            case EndEcho(agent):
                self._sound.end_echo(agent)
            case Forget(agent, before):
                here = self._exchange.agent_epoch(agent)
                if before is None or (here is not None and here < before):
                    self._sound.forget_agent(agent)
            case Report(agent):
                self._sound.report_agent(agent)
            case CloseStream(contact, reason):
                self._sound.close_stream(contact, reason)
            case PageSays(who, numbers):
                self._sound.page_says(who, numbers)

    def _event(self, event: Event) -> None:
        if self._followers:
            words = {"event": type(event).__name__, "of": msgspec.to_builtins(event)}
            for link in self._followers:
                link.words(words)
