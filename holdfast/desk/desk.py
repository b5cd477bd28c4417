"""The agent's desk: carries out intents on the index, the record and the sound."""

from __future__ import annotations

from typing import Any

import structlog

from holdfast.clock import now_ms
from holdfast.desk.documents import fold_quotes, peek_of
from holdfast.desk.explained import Explained
from holdfast.desk.finder import Finder
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import (
    CallbackForm,
    CloseForm,
    ContactForm,
    DigitsForm,
    DraftForm,
    HoldForm,
    IntentHandler,
    NoteForm,
    Nothing,
    OfferForm,
    OpenForm,
    PauseForm,
    PeekForm,
    Refused,
    ReplyForm,
    Result,
    TitleForm,
    WrappedForm,
)
from holdfast.desk.promised import Promised
from holdfast.desk.severities import Severities
from holdfast.desk.sound import DeskSound
from holdfast.desk.transfer import Transfers
from holdfast.desk.verbs import Verbs
from holdfast.switchboard import Switchboard
from router.callbacks import CallbackOrder, Callbacks
from router.core import witness
from router.core.bidi import isolated
from router.core.current import Current
from router.core.model import Reply
from router.core.terms import duty_of
from router.intake import Intake
from router.live.engine import Engine, IndexLost, IndexUnavailable
from router.outside import Outside
from router.promises import Promises
from router.records import accounts, contacts, messages, people, timeline
from router.records.accounts import Account
from router.records.database import Database, RecordUnavailable
from router.replies import Replies

log = structlog.get_logger()

WORDS = {
    "caller_gone": "The caller hung up.",
    "too_late": "Too late: the offer has gone to somebody else or back to its place.",
    "taken": "Somebody else took it.",
    "not_yours": "This is not in your hands.",
    "no_sound": "Your sound is not connected; the call goes on to somebody else. "
    "Check the microphone, then press Ready.",
    "unknown": "This is over already.",
}


def _done(reply: Reply) -> Result:
    """The reply of a step as the page's answer; a refusal becomes words."""
    if not reply.ok:
        raise Refused.by(reply, WORDS)
    return {}


class Desk:
    """Handlers of intents; one instance for all pages of this process."""

    def __init__(
        self,
        *,
        engine: Engine,
        database: Database,
        hub: Hub,
        switchboard: Switchboard,
        intake: Intake,
        callbacks: Callbacks,
        promises: Promises,
        replies: Replies,
        sound: DeskSound,
        finder: Finder,
        explained: Explained,
        outside: Outside,
        current: Current,
    ) -> None:
        """`current` names the dispositions and the queues."""
        self._engine = engine
        self._database = database
        self._hub = hub
        self._switchboard = switchboard
        self._callbacks = callbacks
        self._replies = replies
        self.sound = sound
        self.finder = finder
        self.explained = explained
        self._current = current
        self.severities = Severities(database, hub, intake, _done, self._names)
        self.handlers: dict[str, IntentHandler] = {
            "snapshot": self._snapshot,
            "ready": self._ready,
            "pause": self._pause,
            "accept": self._accept,
            "decline": self._decline,
            "hangup": self._hangup,
            "hold": self._hold,
            "digits": self._digits,
            "wrapped": self._wrapped,
            "extend": self._extend,
            "note": self._note,
            "draft": self._draft,
            "reply": self._reply,
            "close": self._close,
            "callback": self._callback,
            "open": self._open,
            "peek": self._peek,
            "incidents": finder.incidents,
            "gave_up_done": finder.done,
            "why": explained.intent,
            "waiting": explained.waiting,
            "title": self._title,
            "rtc_state": sound.rtc_state,
            **self.severities.handlers,
            **Verbs(engine, hub, current, self._audit, _done).handlers,
            **Transfers(engine, hub, current, outside, self._audit, _done).handlers,
            **Promised(promises, hub, self._audit).handlers,
        }

    # Presence ---------------------------------------------------------------------------------

    async def online(self, page: Page) -> None:
        """A desk connected; the choice it had (ready or paused) is kept by the index."""
        account = page.account
        known = self._hub.view.agents.get(account.id)
        try:
            await self._engine.step(
                "agent_online",
                agent={
                    **(
                        {"choice": known.choice, "pause_reason": known.pause_reason}
                        if known
                        else {}
                    ),
                    "id": account.id,
                    "name": account.name,
                    "skills": account.skills,
                    "supervisor": account.role != "agent",
                    **duty_of(account.terms, self._current.now, now_ms()),
                },
                conn=page.conn,
            )
            self._switchboard.report_agent(account.id)
        except (IndexUnavailable, IndexLost):
            log.warning("desk.index_away", agent=account.id)  # the rebuild asks for our desks

    async def account_changed(self, account: Account) -> None:
        """New terms of somebody who is here: they count for the next offer."""
        page = self._hub.desk_of(account.id)
        if page is not None:
            page.account = account
            await self.online(page)

    async def gone(self, page: Page) -> None:
        try:
            await self._engine.step("agent_lost", agent=page.account.id, conn=page.conn)
        except (IndexUnavailable, IndexLost):
            log.warning("desk.index_away", agent=page.account.id)

    async def seen(self, page: Page) -> None:
        """The page answered; if the index thought it lost, it is back."""
        if page.view != "desk":
            return
        try:
            reply = await self._engine.beat("agent_seen", agent=page.account.id, conn=page.conn)
            lost = not reply.ok or reply.presence != "online"
            known = self._hub.view.agents.get(page.account.id)
            over = known is not None and (known.shift_to or reply.now) < reply.now
            if (lost or over) and self._hub.desk_of(page.account.id) is page:
                await self.online(page)  # with his next shift, if one is over
        except (IndexUnavailable, IndexLost):
            pass  # the next answer comes in four seconds

    async def sign_out(self, agent: str) -> Result:
        """Ends the agent's duty; refused during a call."""
        result = _done(await self._engine.step("agent_off", agent=agent))
        self._switchboard.exchange.forget_agent(agent)
        return result

    def desks(self) -> list[witness.Desk]:
        """The desks here with the choice each had, for a rebuild of the index."""
        found = []
        for page in self._hub.pages():
            if page.view != "desk":
                continue
            known = self._hub.view.agents.get(page.account.id)
            found.append(
                witness.Desk(
                    agent=page.account.id,
                    name=page.account.name,
                    skills=page.account.skills,
                    choice=known.choice if known else "paused",
                    pause_reason=known.pause_reason if known else "signed_in",
                    conn=page.conn,
                    sound=self.sound.connected(page.account.id),
                    supervisor=page.account.role != "agent",
                    duty=duty_of(page.account.terms, self._current.now, now_ms()),
                )
            )
        return found

    # Choice and offers ------------------------------------------------------------------------

    async def _snapshot(self, page: Page, form: Nothing) -> Result:
        self._hub.snapshot(page)
        return {}

    async def _ready(self, page: Page, form: Nothing) -> Result:
        return _done(await self._engine.step("agent_choice", agent=page.account.id, choice="ready"))

    async def _pause(self, page: Page, form: PauseForm) -> Result:
        return _done(
            await self._engine.step(
                "agent_choice", agent=page.account.id, choice="paused", reason=form.reason
            )
        )

    async def _accept(self, page: Page, form: OfferForm) -> Result:
        reply = await self._engine.step(
            "accept", agent=page.account.id, contact=form.contact, fence=form.fence
        )
        result = _done(reply)
        if reply.contact is not None and reply.contact.incident is not None:
            try:
                async with self._database.write() as connection:
                    await people.own_if_nobody_does(
                        connection, reply.contact.incident, page.account.id
                    )
                self._hub.incident_changed(reply.contact.incident)
            except RecordUnavailable:
                log.warning("incident.owner_not_recorded", contact=form.contact)
        return result

    async def _decline(self, page: Page, form: OfferForm) -> Result:
        return _done(
            await self._engine.step(
                "decline", agent=page.account.id, contact=form.contact, fence=form.fence
            )
        )

    # Calls ------------------------------------------------------------------------------------

    async def _hangup(self, page: Page, form: ContactForm) -> Result:
        return _done(
            await self._engine.step("hang_up", agent=page.account.id, contact=form.contact)
        )

    async def _hold(self, page: Page, form: HoldForm) -> Result:
        return _done(
            await self._engine.step("hold", agent=page.account.id, contact=form.contact, on=form.on)
        )

    async def _digits(self, page: Page, form: DigitsForm) -> Result:
        live = self._hub.view.contacts.get(form.contact)
        if live is None or live.agent != page.account.id:
            raise Refused("not_yours", WORDS["not_yours"])
        for key in form.digits[:32]:
            if not self._switchboard.exchange.digit(form.contact, key):
                raise Refused("bad_request", "Only 0-9, * and # can be sent, in a call.")
        return {}

    def _known_disposition(self, code: str | None) -> None:
        known = {choice.code for choice in self._current.now.dispositions}
        if code and code not in known:
            raise Refused("bad_request", "No such result. Reload this page: the list has changed.")

    async def _wrapped(self, page: Page, form: WrappedForm) -> Result:
        self._known_disposition(form.disposition)
        live = self._hub.view.contacts.get(form.contact)
        if live is not None and live.channel != "voice":  # a text that needs no answer
            return await self._close(page, CloseForm(form.contact, form.disposition, form.comment))
        return _done(
            await self._engine.step(
                "wrapped",
                agent=page.account.id,
                contact=form.contact,
                disposition=form.disposition,
                comment=form.comment[:2000],
            )
        )

    async def _extend(self, page: Page, form: ContactForm) -> Result:
        return _done(await self._engine.step("extend", agent=page.account.id, contact=form.contact))

    async def _callback(self, page: Page, form: CallbackForm) -> Result:
        reply = await self._callbacks.order(
            CallbackOrder(page.account.id, form.incident, form.address, form.key), now_ms()
        )
        await self._audit(page, "callback.ordered", form.incident)
        return _done(reply)

    # Words ------------------------------------------------------------------------------------

    async def _note(self, page: Page, form: NoteForm) -> Result:
        if not 8 <= len(form.note) <= 64 or len(form.text) > 10_000:
            raise Refused("bad_request", "A note has an id of 8 to 64 and at most 10 000 letters.")
        offset = None
        begun = now_ms() - form.ago_ms
        live = self._hub.view.contacts.get(form.contact or "")
        if live is not None and live.channel == "voice" and live.answered_at is not None:
            offset = max(0, begun - int(live.answered_at))
        async with self._database.write() as connection:
            incident = form.incident
            row = None
            if form.contact and live is None:  # it is over; what was typed in it may come late
                row = await contacts.get(connection, form.contact)
                offset = contacts.offset_in(row, begun) if row is not None else None
            if incident is None:
                row = row or await contacts.get(connection, form.contact or "")
                if row is None:
                    raise Refused(
                        "not_recorded",
                        "The record does not have this call yet; this page keeps it.",
                    )
                incident = row.incident
            if await people.incident_by_id(connection, incident) is None:
                raise Refused("unknown", "No such incident.")
            kept = await messages.save_note(
                connection,
                form.note,
                incident=incident,
                contact=form.contact,
                author=page.account.id,
                text=form.text,
                offset_ms=offset,
                begun=begun,
                now=now_ms(),
            )
        if not kept:
            raise Refused("not_yours", "This note is somebody else's.")
        self._hub.incident_changed(incident)
        return {"saved_at": now_ms()}

    async def _draft(self, page: Page, form: DraftForm) -> Result:
        live = self._hub.view.contacts.get(form.contact)
        incident = live.incident if live is not None else None
        if incident is None:  # it may have ended while the last words were on their way
            async with self._database.read() as connection:
                row = await contacts.get(connection, form.contact)
            incident = row.incident if row is not None else None
        if incident is None:
            raise Refused("unknown", "There is nothing here to be answered.")
        async with self._database.write() as connection:
            await messages.save_draft(
                connection,
                incident,
                form.contact,
                page.account.id,
                form.text[:20_000],
                now_ms(),
            )
        return {"saved_at": now_ms()}

    async def _reply(self, page: Page, form: ReplyForm) -> Result:
        self._known_disposition(form.disposition)
        result = await self._replies.send(
            agent=page.account.id,
            contact_id=form.contact,
            text=form.text,
            key=form.key,
            then=form.then,
            disposition=form.disposition,
            now=now_ms(),
        )
        if not result.ok:
            raise Refused(result.code, result.text)
        return {}

    async def _close(self, page: Page, form: CloseForm) -> Result:
        self._known_disposition(form.disposition)
        if page.view == "board":  # a supervisor closes what needs nobody
            await self._audit(page, "contact.closed", form.contact)
            return _done(await self._engine.step("close_contact", contact=form.contact))
        return _done(
            await self._engine.step(
                "reply",
                agent=page.account.id,
                contact=form.contact,
                next="close",
                sent=False,
                disposition=form.disposition,
                comment=form.comment[:2000],
            )
        )

    async def _open(self, page: Page, form: OpenForm) -> Result:
        page.incident = form.incident
        if form.incident is None:
            return {}
        document = await self.incident(form.incident, page.account.id)
        if document is None:
            page.incident = None
            raise Refused("unknown", "No such incident.")
        return document

    async def _peek(self, page: Page, form: PeekForm) -> Result:
        document = await self.incident(form.incident, page.account.id)
        if document is None:
            raise Refused("unknown", "No such incident.")
        return peek_of(document)

    async def _title(self, page: Page, form: TitleForm) -> Result:
        title = isolated(" ".join(form.title.split())[:200], 200)
        if not title:
            raise Refused("bad_request", "A title needs words.")
        async with self._database.write() as connection:
            await people.set_title(connection, form.incident, title)
        self._hub.incident_changed(form.incident)
        await self._audit(page, "incident.titled", form.incident)
        return {}

    async def incident(self, incident_id: str, reader: str) -> dict[str, Any] | None:
        """The incident as one document."""
        async with self._database.read() as connection:
            names = {a.id: a.name for a in await accounts.all_accounts(connection)}
            found = await timeline.incident_document(
                connection, incident_id, reader, names, self._current.dialling.words
            )
        return fold_quotes(found) if found else None

    async def _names(self) -> dict[str, str]:
        async with self._database.read() as connection:
            return {a.id: a.name for a in await accounts.all_accounts(connection)}

    async def _audit(self, page: Page, action: str, subject: str) -> None:
        async with self._database.write() as connection:
            await accounts.audit(
                connection,
                actor=page.account.id,
                action=action,
                subject=subject,
                detail="",
                now=now_ms(),
            )
