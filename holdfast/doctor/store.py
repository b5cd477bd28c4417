"""The record and the live store."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from holdfast.doctor.outcome import Finding, fail, ok, unknown, warn
from holdfast.host.data_folder import no_record
from holdfast.host.store import socket_path
from router.core.config import Config
from router.core.staffing import unmet
from router.live.condition import condition
from router.live.engine import IndexUnavailable
from router.records import accounts, search_index
from router.records.database import Database, RecordUnavailable
from router.records.upgrades import head_revision

OLDEST = 7
"""Function libraries came with version 7."""


async def database(url: str) -> Finding:
    """Answers, and has this version's tables."""
    check = "database"
    if no_record(url):
        what = "there is none yet"
        return warn(check, what, "`holdfast migrate` or the first `holdfast serve` makes it.")
    record = None
    try:
        record = Database(url)
        revision = await record.revision()
    except (RecordUnavailable, ImportError) as error:
        words = str(error).partition("\n")[0]
        mend = "Check HOLDFAST_DATABASE_URL, and that its server runs."
        return fail(check, f"cannot be used: {words}", mend)
    finally:
        if record is not None:
            await record.close()
    head = head_revision()
    if revision != head:
        what = f"its tables are at revision {revision or 'none'}, this version needs {head}"
        mend = (
            "Run `holdfast migrate`. If it refuses, a newer version made the tables: install that."
        )
        return fail(check, what, mend)
    return ok(check, f"answers, at revision {revision}")


async def search(url: str) -> list[Finding]:
    """While incidents of an older version are still taken in; nothing otherwise."""
    if no_record(url):
        return []
    record = None
    try:
        record = Database(url)
        if await record.revision() != head_revision():
            return []
        async with record.read() as connection:
            progress = await search_index.progress(connection)
    except RecordUnavailable:
        return []  # the check of the database says why
    finally:
        if record is not None:
            await record.close()
    if progress is None:
        return []
    done, total = progress
    what = f"{done:,} of {total:,} incidents are searched through since the upgrade"
    return [
        warn("search", what, "Find has all once it is done: a running centre does it by itself.")
    ]


async def agents(url: str, config: Config) -> list[Finding]:
    """Ladder steps that nobody who can sign in has the skills for."""
    if no_record(url):
        return []
    record = None
    try:
        record = Database(url)
        async with record.read() as connection:
            found = unmet(config, await accounts.crew(connection))
    except (RecordUnavailable, ImportError):
        return []  # the check of the database says why
    finally:
        if record is not None:
            await record.close()
    mend = "Give somebody the skills (`holdfast user`), or let the step require less."
    return [warn("agents", what, mend) for what in found]


async def live_store(url: str | None, data_dir: Path, running: bool) -> list[Finding]:
    """The store answers, is new enough, evicts nothing, and writes to disk."""
    names = ("store", "store eviction", "store persistence")
    if url is None:
        if not running:
            why = "the embedded one starts with the centre, which is not running"
            return [unknown(name, why) for name in names]
        url = f"unix://{socket_path(data_dir)}"
    try:
        seen = await condition(url)
    except IndexUnavailable as error:
        host = urlsplit(url).hostname or urlsplit(url).path
        mend = "Start it, or correct HOLDFAST_REDIS_URL (address, password, rediss:// for TLS)."
        first = fail(names[0], f"{host} does not answer: {error}", mend)
        return [first, *(unknown(name, "the store must answer first") for name in names[1:])]
    version = ".".join(map(str, seen.version))
    found = [ok(names[0], f"{seen.kind} {version} answers")]
    if seen.version < (OLDEST,):
        mend = "Install Redis 7.2 or Valkey 8, or newer."
        found = [fail(names[0], f"{seen.kind} {version} is too old", mend)]
    if seen.eviction == "noeviction":
        found.append(ok(names[1], "noeviction"))
    else:
        found.append(
            fail(
                names[1],
                f"{seen.eviction}: short of memory, it would delete people who wait",
                "CONFIG SET maxmemory-policy noeviction, and set it in its configuration file.",
            )
        )
    if seen.persists:
        found.append(ok(names[2], "kept on disk"))
    else:
        found.append(
            fail(
                names[2],
                "nothing is kept on disk: each of its restarts means a rebuild from the record",
                "CONFIG SET appendonly yes, and set it in its configuration file.",
            )
        )
    return found
