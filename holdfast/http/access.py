"""Who may do what. Deny by default: a route or a message without a declaration is a fault."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

import msgspec

if TYPE_CHECKING:  # a command that only asks for roles starts without the web server
    from aiohttp import web

Handler: TypeAlias = "Callable[[web.Request], Awaitable[web.StreamResponse]]"


class Permission(StrEnum):
    """The permissions of a role. Recordings and exports get permissions of their own."""

    DESK_USE = "desk.use"
    BOARD_SEE = "board.see"
    SEVERITY_SET = "severity.set"
    QUEUE_STEER = "queue.steer"
    CALL_LISTEN = "call.listen"
    """Beside an agent who talks: listen, whisper, take part, take the call over."""
    INCIDENT_RESTRICT = "incident.restrict"
    """Restrict an incident that one may see, and change its list."""
    INCIDENT_OPEN_RESTRICTED = "incident.open_restricted"
    """Open one without being on its list, with a reason that its list reads."""
    ADDRESS_REVEAL = "address.reveal"
    """Read a number or an address whole, with a line in the audit each time."""
    SUMMARY_EXPORT = "summary.export"
    """The PDF of an incident's summary, redacted, with a line in the audit each time."""
    SUMMARY_EXPORT_FULL = "summary.export_full"
    """The same with names and numbers."""
    ACCOUNTS_MANAGE = "accounts.manage"
    CENTRE_CONFIGURE = "centre.configure"


_AGENT = frozenset(
    {
        Permission.DESK_USE,
        Permission.SEVERITY_SET,
        Permission.ADDRESS_REVEAL,
        Permission.INCIDENT_RESTRICT,
        Permission.SUMMARY_EXPORT,
    }
)
_SUPERVISOR = _AGENT | {
    Permission.BOARD_SEE,
    Permission.QUEUE_STEER,
    Permission.CALL_LISTEN,
    Permission.INCIDENT_OPEN_RESTRICTED,
    Permission.SUMMARY_EXPORT_FULL,
}

ROLES: dict[str, frozenset[Permission]] = {
    "agent": _AGENT,
    "supervisor": _SUPERVISOR,
    "admin": _SUPERVISOR | {Permission.ACCOUNTS_MANAGE, Permission.CENTRE_CONFIGURE},
}


class Open(StrEnum):
    """Access that no permission decides, with what protects it instead."""

    PUBLIC = "public"  # pages without data, health, static files
    CARRIER = "carrier"  # the carrier's signature
    MAIL = "mail"  # the mail endpoint's secret
    TICKET = "ticket"  # a single-use ticket of a session
    SESSION = "session"  # any signed-in account


Access = Permission | Open


@dataclass(frozen=True, slots=True)
class Route:
    """One route with its declared access and a line for the API document."""

    method: str
    path: str
    handler: Handler
    access: Access
    summary: str = ""
    form: type[msgspec.Struct] | None = None
    """The shape of its JSON body, or, of a GET, of its query; fields that the path names are in the
    path."""
    by_key: str | None = None
    """It takes an Idempotency-Key, of which this field of the form is made ("": none)."""


def allowed(role: str, permission: Permission) -> bool:
    return permission in ROLES.get(role, frozenset())
