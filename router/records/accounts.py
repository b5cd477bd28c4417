"""Accounts and sessions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.terms import Terms
from router.core.text import clean
from router.records import audit, schema
from router.records.ids import derived_id
from router.records.sql import put_meta

SHUT_UNTIL = "centre.shut_until"
SHUT_MS = 36 * 3_600_000
"""Longer than a night without anybody at a desk: the centre was shut. Nobody counts as away for
that; the key in `meta` has when it ended."""

user = schema.user
session = schema.session


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in. role: agent, supervisor or admin."""

    id: str
    login: str
    name: str
    role: str
    skills: dict[str, int]
    active: bool
    password_hash: str = field(repr=False)
    terms: Terms = field(default_factory=Terms)


def _account(row: Row[Any]) -> Account:
    return Account(
        row.id,
        row.login,
        row.name,
        row.role,
        json.loads(row.skills),
        row.active,
        row.password_hash,
        Terms(
            row.stage, row.contract_from, row.contract_to, row.shift, row.buddy, row.team, row.lead
        ),
    )


async def add(
    connection: AsyncConnection,
    *,
    login: str,
    name: str,
    role: str,
    password_hash: str,
    skills: dict[str, int],
    now: int,
    terms: Terms = Terms(),  # noqa: B008 - frozen
) -> Account | None:
    """A new account; None when the login is taken."""
    account_id = derived_id("u", login)
    taken = (await connection.execute(select(user.c.id).where(user.c.login == login))).first()
    if taken:
        return None
    await connection.execute(
        insert(user).values(
            id=account_id,
            login=login,
            name=name,
            role=role,
            password_hash=password_hash,
            skills=json.dumps(skills),
            active=True,
            created_at=now,
            **asdict(terms),
        )
    )
    return Account(account_id, login, name, role, skills, True, password_hash, terms)


async def other_faults(
    connection: AsyncConnection, account: Account, name: str, other_id: str
) -> list[str]:
    """What is impossible of the account with this id as their `name` (buddy, lead), as
    'name: what'."""
    other = await by_id(connection, other_id)
    if other is None or not other.active:
        return [f"{name}: no such account"]
    return [f"{name}: somebody else than themselves"] if other.id == account.id else []


async def training(
    connection: AsyncConnection, ids: Iterable[str]
) -> dict[str, tuple[str, str | None]]:
    """Stage and buddy of each of these accounts."""
    wanted = select(user.c.id, user.c.stage, user.c.buddy).where(user.c.id.in_([*ids]))
    rows = await connection.execute(wanted)
    return {row.id: (row.stage, row.buddy) for row in rows}


async def set_terms(connection: AsyncConnection, account_id: str, terms: Terms) -> None:
    await connection.execute(update(user).where(user.c.id == account_id).values(**asdict(terms)))


async def by_login(connection: AsyncConnection, login: str) -> Account | None:
    if clean(login) != login:
        return None  # PostgreSQL refuses even to look for a NUL
    row = (await connection.execute(select(user).where(user.c.login == login))).first()
    return _account(row) if row else None


async def by_id(connection: AsyncConnection, account_id: str) -> Account | None:
    row = (await connection.execute(select(user).where(user.c.id == account_id))).first()
    return _account(row) if row else None


async def hold(connection: AsyncConnection, account_id: str) -> Account | None:
    """The account, locked until this transaction ends (SQLite has one writer anyway)."""
    row = select(user).where(user.c.id == account_id).with_for_update()
    found = (await connection.execute(row)).first()
    return _account(found) if found else None


async def all_accounts(connection: AsyncConnection) -> Sequence[Account]:
    return [_account(row) for row in await connection.execute(select(user).order_by(user.c.name))]


async def names(connection: AsyncConnection) -> dict[str, str]:
    """Of everybody who ever had an account, by id."""
    return {row.id: row.name for row in await connection.execute(_NAMES)}


_NAMES = select(user.c.id, user.c.name)


async def crew(connection: AsyncConnection) -> list[dict[str, int]]:
    """The skills of everybody who may take contacts."""
    return [a.skills for a in await all_accounts(connection) if a.active]


async def count(connection: AsyncConnection) -> int:
    return int((await connection.execute(select(func.count()).select_from(user))).scalar_one())


async def set_active(connection: AsyncConnection, account_id: str, active: bool) -> None:
    await connection.execute(update(user).where(user.c.id == account_id).values(active=active))
    if not active:
        await end_sessions(connection, account_id)


async def edit(
    connection: AsyncConnection,
    account_id: str,
    *,
    name: str | None = None,
    role: str | None = None,
    skills: dict[str, int] | None = None,
) -> None:
    """Fields that are None stay as they are."""
    new: dict[str, Any] = {"name": name, "role": role}
    new["skills"] = None if skills is None else json.dumps(skills)
    values = {column: value for column, value in new.items() if value is not None}
    await connection.execute(update(user).where(user.c.id == account_id).values(**values))


async def set_password(connection: AsyncConnection, account_id: str, password_hash: str) -> None:
    """Sets the password; every session that began with the old one ends."""
    changed = update(user).where(user.c.id == account_id).values(password_hash=password_hash)
    await connection.execute(changed)
    await end_sessions(connection, account_id)


async def end_sessions(connection: AsyncConnection, account_id: str) -> None:
    """Their pages end within two seconds; a call in hand locks its page instead."""
    await connection.execute(delete(session).where(session.c.account == account_id))


async def open_session(
    connection: AsyncConnection, id_hash: str, account_id: str, now: int
) -> None:
    last = (await connection.execute(select(func.max(user.c.seen_at)))).scalar_one_or_none()
    if last is not None and now - last > SHUT_MS:
        await put_meta(connection, SHUT_UNTIL, str(now))
    await connection.execute(
        insert(session).values(id_hash=id_hash, account=account_id, created_at=now, seen_at=now)
    )
    await connection.execute(update(user).where(user.c.id == account_id).values(seen_at=now))


async def begin_session(
    connection: AsyncConnection, id_hash: str, account_id: str, now: int
) -> None:
    """Writes a new session and its line in the audit."""
    await open_session(connection, id_hash, account_id, now)
    await audit.append(
        connection,
        actor=account_id,
        action="session.opened",
        subject=account_id,
        now=now,
    )


async def session_account(
    connection: AsyncConnection, id_hash: str, *, idle_since: int, begun_since: int, today: str
) -> tuple[Account, int] | None:
    """The account that a session belongs to, and when it was last seen; None if it is unknown, idle
    too long or too old, if the account is closed, or if its contract does not hold today."""
    row = (
        await connection.execute(
            select(user, session.c.seen_at)
            .join(session, session.c.account == user.c.id)
            .where(
                and_(
                    session.c.id_hash == id_hash,
                    session.c.seen_at >= idle_since,
                    session.c.created_at >= begun_since,
                    user.c.active,
                    *_under_contract(today),
                )
            )
        )
    ).first()
    return (_account(row), int(row.seen_at)) if row else None


async def good_sessions(
    connection: AsyncConnection,
    id_hashes: set[str],
    *,
    idle_since: int,
    begun_since: int,
    today: str,
) -> set[str]:
    """Those of these sessions that `session_account` would find."""
    rows = await connection.execute(
        select(session.c.id_hash)
        .join(user, session.c.account == user.c.id)
        .where(
            and_(
                session.c.id_hash.in_(id_hashes),
                session.c.seen_at >= idle_since,
                session.c.created_at >= begun_since,
                user.c.active,
                *_under_contract(today),
            )
        )
    )
    return set(rows.scalars())


def _under_contract(today: str) -> tuple[Any, Any]:
    """Days compare as strings: they are written year, month, day."""
    begins, ends = user.c.contract_from, user.c.contract_to
    return or_(begins.is_(None), begins <= today), or_(ends.is_(None), ends >= today)


async def see_sessions(connection: AsyncConnection, id_hashes: Iterable[str], now: int) -> None:
    """They, and whoever signed in by them, are here. In the order of their ids: two processes that
    see the same ones do not wait for each other in a ring."""
    hashes = sorted(set(id_hashes))
    if not hashes:
        return
    await connection.execute(_SEEN, [{"the_hash": one, "now": now} for one in hashes])
    rows = await connection.execute(_WHOSE, {"hashes": hashes})
    if found := [{"the_id": one, "now": now} for one in sorted(set(rows.scalars()))]:
        await connection.execute(_SEEN_ACCOUNT, found)


_SEEN = (
    update(session)
    .where(session.c.id_hash == bindparam("the_hash"))
    .values(seen_at=bindparam("now"))
)
_WHOSE = select(session.c.account).where(session.c.id_hash.in_(bindparam("hashes", expanding=True)))
_SEEN_ACCOUNT = (
    update(user).where(user.c.id == bindparam("the_id")).values(seen_at=bindparam("now"))
)


async def unseen(connection: AsyncConnection, since: int) -> set[str]:
    """Accounts that were at no desk since this moment, while others were: nobody, if the centre was
    shut for longer than a night since then."""
    mark = select(schema.meta.c.value).where(schema.meta.c.key == SHUT_UNTIL)
    shut = (await connection.execute(mark)).scalar_one_or_none()
    if shut is not None and int(shut) > since:
        return set()
    last = func.coalesce(user.c.seen_at, user.c.created_at)
    return set((await connection.execute(select(user.c.id).where(last < since))).scalars())


async def close_session(connection: AsyncConnection, id_hash: str) -> None:
    await connection.execute(delete(session).where(session.c.id_hash == id_hash))
