"""What a supervisor sees of one agent, beside what everybody's board shows of all."""

from __future__ import annotations

from holdfast.clock import now_ms
from holdfast.desk.hub import Page
from holdfast.desk.intents import AgentForm, Refused, Result, intent
from holdfast.desk.view import View
from holdfast.http.access import Permission


class AgentSeen:
    """Handler of `agent_day`."""

    def __init__(self, view: View) -> None:
        self._view = view

    @intent("agent_day", AgentForm, Permission.QUEUE_STEER, desk_only=False)
    async def _day(self, _page: Page, form: AgentForm) -> Result:
        """The last hour, and the counts of today."""
        if form.agent not in self._view.agents:
            raise Refused("unknown", "Nobody here has that name.")
        return self._view.agent_days.shown(form.agent, now_ms())
