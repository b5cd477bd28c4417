"""S1 texts and mails that nobody here takes, and agents who ask for help: told to the numbers on
call by telephone.

Whoever answers hears what the party wrote, or of help the number of the incident alone, and presses
a key; nothing else counts as an answer, and the carrier's own verdict is never taken for one. That
they have heard how to reach the party is known when the carrier asks for what follows those words:
an answer of ours may be lost on its way. Then the carrier asks the fallback, which is the first
address again: it says what is due by then.
Each call takes its turn at the carrier as every other, and is dialled once: the index is told
before the carrier is asked, and a call of which nobody knows is left to its deadline.
Sources: twilio.com/docs/voice/api/call-resource, twilio.com/docs/voice/twiml/gather,
twilio.com/docs/voice/twiml/redirect.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

import structlog

from channels.twilio import twiml
from channels.twilio.client import CarrierClient
from channels.twilio.errors import Busy, CarrierError, NotFound, NotInProgress, Unknown
from channels.twilio.forms import VoiceForm
from channels.voice.dial_words import ASK_AGAIN_MS
from channels.voice.limits import Limits
from channels.voice.prompts import spoken
from channels.voice.turns import Fresh, Turns
from router.centre import Centre
from router.core.help import Help, is_help
from router.core.model import Effect, LiveContact
from router.core.states import Told
from router.on_call import OutsideRouting

log = structlog.get_logger()

HOOKS = ("told", "told_key", "told_heard", "told_status")
"""The document of whoever answers; their key; what follows the number; the end of the call."""

LONGEST_S = 180
"""The words, the key and the answer to it take less."""

LATE = {"taken": "has_it", "stale": "not_told"}
"""What whoever is too late hears, by the code of the refusal."""


class ToldByTelephone:
    """Effects, documents and hooks of the calls that tell it."""

    def __init__(
        self,
        centre: Centre,
        outside: OutsideRouting,
        client: CarrierClient,
        url: Callable[[str], str],
        limits: Callable[[], Limits],
        turns: Turns,
    ) -> None:
        """`url` makes a voice webhook's address."""
        self._engine = centre.engine
        self._clock = centre.clock
        self._outside = outside
        self._client = client
        self._url = url
        self._limits = limits
        self._turns = turns

    # Effects ----------------------------------------------------------------------------------

    def effects(self) -> dict[str, Callable[[Effect], Awaitable[int | None]]]:
        """By kind; a number: ms until it is to be tried again."""
        return {"tell": self._tell, "telephone": self._telephone, "unring": self._unring}

    async def _tell(self, effect: Effect) -> None:
        it = effect.help or effect.record
        if it is not None and it.telling is not None and it.telling.at == Told.NEXT:
            await self._outside.tell(it.id)

    async def _telephone(self, effect: Effect) -> int | None:
        it, fence = effect.help or effect.record, str(effect.args.get("fence"))
        name = _rung(it, fence)
        if it is None or name is None:
            return None
        number = self._outside.number_on_call(name)
        if number is None:
            await self._not_taken(it.id, fence, "refused")
            return None
        urgency = 1 if isinstance(it, Help) else it.severity
        wait = self._turns.ask(f"{it.id}/{fence}", urgency, self._clock())
        if wait is not None:
            return Fresh(min(wait.ms, ASK_AGAIN_MS))
        begun = await self._engine.step("telephone_begun", contact=it.id, fence=fence)
        if not begun.ok:
            return None  # it moved on, or was perhaps dialled before
        try:
            info = await self._client.dial(
                number,
                self._outside.caller_id(it.line),
                url=self._address("told", it.id, fence, name),
                fallback_url=self._address("told", it.id, fence, name),
                status_callback=self._address("told_status", it.id, fence, name),
                events=("completed",),
                timeout_s=self._limits().ring,
                time_limit_s=LONGEST_S,
            )
        except Unknown:
            return None  # it may ring
        except Busy as busy:  # nothing was done: it is dialled a moment later
            await self._engine.step("telephone_begun", contact=it.id, fence=fence, undone=True)
            pause_ms = busy.pause_ms(effect.tries)
            self._turns.hold(self._clock(), pause_ms)
            return pause_ms
        except CarrierError:
            log.warning("telephone.refused", contact=it.id)
            await self._not_taken(it.id, fence, "refused")
            return None
        # Somebody here may have been quicker: then the index has it hung up.
        await self._engine.step("telephone_dialled", contact=it.id, fence=fence, call=info.sid)
        return None

    async def _unring(self, effect: Effect) -> int | None:
        try:
            await self._client.hang_up(str(effect.args.get("call")))
        except (NotInProgress, NotFound):
            pass  # over already
        except Busy as busy:
            return busy.pause_ms(effect.tries)
        return None

    # The carrier asks -------------------------------------------------------------------------

    async def answer(self, hook: str, voice: VoiceForm, query: Mapping[str, str]) -> str:
        """The document for one of HOOKS."""
        contact, fence, name = (query.get(key, "") for key in ("c", "f", "n"))
        if hook == "told_status":
            if voice.status.over:
                await self._not_taken(contact, fence, voice.status.value)
            return twiml.empty()
        if hook == "told":
            return await self._words(contact, fence, name, voice.call_sid)
        if hook == "told_key" and not voice.digits:
            return twiml.hang_up()
        return await self._taken_over(
            contact, fence, name, voice.call_sid, heard=hook == "told_heard"
        )

    async def _words(self, contact: str, fence: str, name: str, call: str) -> str:
        reply = await self._engine.step(
            "telephone_picked_up", contact=contact, fence=fence, call=call
        )
        it = reply.help or reply.contact
        if not reply.ok or it is None:
            return self._late(name, reply.code)
        if it.telling is not None and it.telling.at == Told.TAKEN:
            return await self._after_key(it, fence, name)
        if isinstance(it, Help):
            words = self._outside.help_words(it, name)
        else:
            words = self._outside.told_words(it, await self._outside.written(it), name)
        return twiml.whisper(
            spoken(words),
            self._address("told_key", contact, fence, name),
            timeout_s=self._limits().acknowledge,
        )

    async def _taken_over(
        self, contact: str, fence: str, name: str, call: str, *, heard: bool
    ) -> str:
        """The key: theirs to see to, with a line in the audit (of help: that of its event). heard:
        they have the number."""
        line = {
            "by": f"on_call:{name}", "action": "contact.taken_over", "subject": contact,
            "detail": "by telephone",
        }  # fmt: skip
        reply = await self._engine.step(
            "take_over",
            contact=contact,
            fence=fence,
            name=name,
            word=self._outside.word_on_call(name),
            call=call,
            heard=heard,
            audit=None if heard or is_help(contact) else line,
        )
        it = reply.help or reply.contact
        if not reply.ok or it is None:
            return self._late(name, reply.code)
        if not heard:
            log.info("contact.taken_over", contact=contact)
        if not heard or isinstance(it, Help):
            return await self._after_key(it, fence, name)
        live = it
        words = self._outside.heard_words(live, await self._outside.written(live), name)
        return twiml.say_and_hang_up(spoken(words))

    def _late(self, name: str, code: str) -> str:
        key = LATE.get(code)
        return twiml.say_and_hang_up(spoken(self._outside.to(name, key)) if key else ())

    def failed(self) -> str:
        """To whoever answered or pressed the key, when we fail: the key may have been noted."""
        return twiml.say_and_hang_up(spoken(self._outside.to_anybody("failed")))

    async def _after_key(self, it: LiveContact | Help, fence: str, name: str) -> str:
        if isinstance(it, Help):
            return twiml.say_and_hang_up(spoken(self._outside.help_taken_words(it, name)))
        return await self._number(it, fence, name)

    async def _number(self, live: LiveContact, fence: str, name: str) -> str:
        """How to reach the party. The carrier then asks for what follows: they have heard it."""
        words = self._outside.taken_over_words(live, await self._outside.written(live), name)
        follows = self._address("told_heard", live.id, fence, name)
        return twiml.hold_loop(spoken(words), None, follows)

    async def _not_taken(self, contact: str, fence: str, cause: str) -> None:
        await self._engine.step("telephone_over", contact=contact, fence=fence, cause=cause)

    def _address(self, hook: str, contact: str, fence: str, name: str) -> str:
        """It tells which number was called, for a key that comes when the list has gone on."""
        return self._url(f"/{hook}?{urlencode({'c': contact, 'f': fence, 'n': name})}")


def _rung(it: LiveContact | Help | None, fence: str) -> str | None:
    """The name of the number that rings for it under this fence."""
    telling = it.telling if it is not None else None
    if telling is None or telling.at != Told.RINGS or telling.fence != fence:
        return None
    return telling.name
