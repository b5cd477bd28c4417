"""Why the record takes nothing: one of a few causes that somebody can act on."""

from __future__ import annotations

import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class Trouble(StrEnum):
    """The cause that keeps the database from taking a write."""

    LOCKED = "locked"
    """Somebody else holds its lock."""
    BUSY = "busy"
    """It answers, but too slowly: writes wait for each other."""
    FULL = "full"
    """Its disk is full."""
    READ_ONLY = "read_only"
    """Its file, disk or server takes no writes."""
    RECOVERY = "recovery"
    """The server starts, or follows another one."""
    CONNECTIONS = "connections"
    """The server has no connection left for us."""
    AWAY = "away"
    """It does not answer, or gives an error of its own."""


_SQLITE = {
    sqlite3.SQLITE_BUSY: Trouble.LOCKED,
    sqlite3.SQLITE_LOCKED: Trouble.LOCKED,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
}
_STATES = {
    "53100": Trouble.FULL,
    "25006": Trouble.READ_ONLY,
    "53300": Trouble.CONNECTIONS,
    "53400": Trouble.CONNECTIONS,
    "57P03": Trouble.RECOVERY,
    "57014": Trouble.BUSY,
    "55P03": Trouble.LOCKED,
    "40P01": Trouble.LOCKED,
}
"""SQLSTATE: postgresql.org/docs/current/errcodes-appendix.html."""


def trouble_of(error: BaseException) -> Trouble:
    """The cause behind an error of the driver or of the pool."""
    if isinstance(error, (PoolTimeout, TimeoutError)):
        return Trouble.BUSY
    seen: list[BaseException] = []
    while error not in seen:
        seen.append(error)
        state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
        if state in _STATES:
            return _STATES[state]
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and code & 0xFF in _SQLITE:
            return _SQLITE[code & 0xFF]
        deeper = error.orig if isinstance(error, DBAPIError) else error.__cause__
        if deeper is None:
            break
        error = deeper
    return Trouble.AWAY


def cause(known: Trouble | None, met: Trouble) -> Trouble:
    """The cause to name: a writer that waited in vain behind others knows less than one that met
    it."""
    return known if known is not None and met is Trouble.BUSY else met
