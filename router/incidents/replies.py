"""Why an act on an incident is refused, whichever act it is."""

from router.core.model import Reply

UNKNOWN = Reply(ok=False, code="unknown", text="no such incident")
NOT_OPEN = Reply(
    ok=False, code="too_late", text="this incident is closed. Reopen it first; nothing was changed"
)
NOBODY = Reply(ok=False, code="unknown", text="no such account, or it is no longer active")
