"""Help for an agent in a hard call: asked with one key, seen by one supervisor, ended by either.

Who is told, and when, is the index's rule (router/live/lua/steps/help.lua). The line in the audit
comes from each step's event (router/records/audit.py), also where nobody asked for it.
"""

from __future__ import annotations

from holdfast.desk.hub import Page
from holdfast.desk.intents import Form, Key, Nothing, Refused, Result, intent
from holdfast.http.access import Permission
from router.centre import Centre
from router.core.model import Reply


class HelpForm(Form, frozen=True):
    help: Key
    """Which request: of one that is over, or of a newer one, nothing counts."""


def _request(reply: Reply) -> Result:
    if not reply.ok:
        raise Refused.by(reply, {})
    return {"help": reply.help.id} if reply.help else {}


class Helping:
    """Handlers of requests for help."""

    def __init__(self, centre: Centre) -> None:
        self._engine = centre.engine

    @intent("help_ask", Nothing, audit="help.asked")
    async def _ask(self, page: Page, _form: Nothing) -> Result:
        """Once more is the same request, and no line."""
        account = page.account
        return _request(
            await self._engine.step("help_ask", agent=account.id, lead=account.terms.lead)
        )

    @intent("help_take_back", HelpForm, audit="help.taken_back")
    async def _take_back(self, page: Page, form: HelpForm) -> Result:
        mine = {"agent": page.account.id, "help": form.help}
        return _request(await self._engine.step("help_take_back", **mine))

    @intent("help_see", HelpForm, Permission.CALL_LISTEN, audit="help.seen", desk_only=False)
    async def _see(self, page: Page, form: HelpForm) -> Result:
        who = {"by": page.account.id, "name": page.account.name}
        return _request(await self._engine.step("help_see", help=form.help, **who))

    @intent("help_done", HelpForm, Permission.CALL_LISTEN, audit="help.done", desk_only=False)
    async def _done(self, page: Page, form: HelpForm) -> Result:
        who = {"help": form.help, "by": page.account.id, "name": page.account.name}
        return _request(await self._engine.step("help_close", **who))
