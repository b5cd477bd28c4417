"""`holdfast user add | list | edit | password | end`: accounts from the machine's own terminal."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from holdfast.http.access import ROLES
from holdfast.settings.environment import (
    SettingsError,
    default_config_path,
    load_config,
    load_record,
)
from router.core.terms import Terms, faults

if TYPE_CHECKING:
    from router.records.accounts import Account

BUDDY = 'Login of who may listen to their calls and whisper to them; "" = nobody'
TEAM = 'The team they belong to; "" = none'
LEAD = 'Login of who gets their incidents if they no longer work here; "" = the supervisors'
STAGE = "Stage of training: the name of a stage in the configuration"
SHIFT = "Weekly hours, such as 'Mon-Fri 09:00-17:00'; empty = any time"
ROLE = "agent, supervisor or admin"
SKILLS = 'JSON such as {"safety": 3, "en": 5}'
BY = "command line"

user_app = typer.Typer(no_args_is_help=True, help="Accounts of people who sign in.")
T = TypeVar("T")
Connection = Any
"""One of the record's: only router/records looks into it."""


def fail(message: str) -> NoReturn:
    """Clear lines and a status that is not zero."""
    for line in message.splitlines():
        typer.echo(f"holdfast: {line}", err=True)
    raise typer.Exit(1)


@user_app.command(name="add")
def user_add(
    login: str,
    name: Annotated[str, typer.Option(help="Shown to colleagues")],
    role: Annotated[str, typer.Option(help=ROLE)] = "agent",
    skills: Annotated[str, typer.Option(help=SKILLS)] = "{}",
    stage: Annotated[str, typer.Option(help=STAGE)] = "full",
    contract_from: Annotated[str, typer.Option(help="First day, such as 2026-11-30")] = "",
    contract_to: Annotated[str, typer.Option(help="Last day; no sign-in after it")] = "",
    shift: Annotated[str, typer.Option(help=SHIFT)] = "",
) -> None:
    """Adds an account; the password is asked for (or read from standard input)."""
    from holdfast.clock import now_ms
    from router.records import accounts

    login = login.strip().casefold()
    if not login or not name.strip():
        fail("login and name must not be empty")
    _known_role(role)
    levels = _levels(skills)
    terms = _terms(Terms(stage, contract_from or None, contract_to or None, shift))
    hashed = _hash(_password())

    async def work(connection: Connection) -> bool:
        added = await accounts.add(
            connection,
            login=login,
            name=name.strip(),
            role=role,
            password_hash=hashed,
            skills=levels,
            now=now_ms(),
            terms=terms,
        )
        if added is not None:
            await _audit(connection, added.id, "account.added", role)
        return added is not None

    if not _recorded(work, fresh=True):
        fail(f"the login {login!r} is taken")
    typer.echo(f"holdfast: {name} can sign in as {login}")


@user_app.command(name="list")
def user_list(
    as_json: Annotated[bool, typer.Option("--json", help="For programs")] = False,
) -> None:
    """Lists every account: login, name, role, skills, terms, and whether it has ended."""
    from router.records import accounts

    found = _recorded(accounts.all_accounts)
    if as_json:
        fields = ("login", "name", "role", "skills", "active")
        rows = [{n: getattr(a, n) for n in fields} | asdict(a.terms) for a in found]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    lines = [("LOGIN", "NAME", "ROLE", "SKILLS", "TERMS")]
    for a in found:
        skills = ", ".join(f"{skill} {level}" for skill, level in sorted(a.skills.items()))
        lines.append((a.login, a.name, a.role, skills or "-", _terms_words(a.terms, a.active)))
    widths = [max(len(line[n]) for line in lines) for n in range(4)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=False))
        typer.echo("  ".join((*cells, line[4])).rstrip())


@user_app.command(name="edit")
def user_edit(
    login: str,
    name: Annotated[str | None, typer.Option(help="Shown to colleagues")] = None,
    role: Annotated[str | None, typer.Option(help=f"{ROLE}; a new role signs them out")] = None,
    skills: Annotated[str | None, typer.Option(help=f"Replaces all skills: {SKILLS}")] = None,
    stage: Annotated[str | None, typer.Option(help=STAGE)] = None,
    contract_from: Annotated[str | None, typer.Option(help='First day; "" = any day')] = None,
    contract_to: Annotated[str | None, typer.Option(help='Last day; "" = open')] = None,
    shift: Annotated[str | None, typer.Option(help=SHIFT)] = None,
    buddy: Annotated[str | None, typer.Option(help=BUDDY)] = None,
    team: Annotated[str | None, typer.Option(help=TEAM)] = None,
    lead: Annotated[str | None, typer.Option(help=LEAD)] = None,
    reopen: Annotated[bool, typer.Option("--reopen", help="Undoes `user end`")] = False,
) -> None:
    """Changes an account. A stage of training and a buddy come and go at once; new skills apply
    from the person's next page load; a new role signs them out; a contract that has ended closes
    their pages within seconds."""
    from msgspec.structs import replace

    from holdfast.accounts.routes import TermsForm, with_terms
    from router.records import accounts

    logins = (who and who.strip().casefold() for who in (buddy, lead))
    form = TermsForm(stage, contract_from, contract_to, shift, next(logins), team, next(logins))
    new: dict[str, Any] = {}
    if name is not None:
        new["name"] = name.strip() or fail("the name must not be empty")
    if role is not None:
        new["role"] = _known_role(role)
    if skills is not None:
        new["skills"] = _levels(skills)

    async def work(connection: Connection) -> str:
        account = await _account(connection, login)
        known, more = form, ""
        if form.buddy == "" and account.terms.buddy:
            more = "; nobody is their buddy any more, from this moment"
        if form.buddy:
            buddy = await _account(connection, form.buddy)
            more = f"; {buddy.name} is their buddy, {_from_when(account.terms.stage, form.stage)}"
            known = replace(form, buddy=buddy.id)
            if found := await accounts.other_faults(connection, account, "buddy", buddy.id):
                fail("; ".join(found))
        if form.lead:
            lead = await _account(connection, form.lead)
            known = replace(known, lead=lead.id)
            if found := await accounts.other_faults(connection, account, "lead", lead.id):
                fail("; ".join(found))
        terms = _terms(with_terms(account.terms, known))
        if terms != account.terms:
            await accounts.set_terms(connection, account.id, terms)
            await _audit(connection, account.id, "account.terms_set", str(terms))
        changed = {field: v for field, v in new.items() if getattr(account, field) != v}
        if changed:
            await accounts.edit(connection, account.id, **changed)
            if "role" in changed:
                await accounts.end_sessions(connection, account.id)
            await _audit(connection, account.id, "account.edited", json.dumps(sorted(changed)))
        if reopen and not account.active:
            await accounts.set_active(connection, account.id, True)
            await _audit(connection, account.id, "account.reopened", "")
        return f"{new.get('name', account.name)} was changed{more}"

    typer.echo(f"holdfast: the account of {_recorded(work)}")


@user_app.command(name="password")
def user_password(login: str) -> None:
    """Sets a new password (asked for, or read from standard input); all its sessions end."""
    from router.records import accounts

    async def known(connection: Connection) -> None:
        await _account(connection, login)

    _recorded(known)  # before anybody types
    hashed = _hash(_password())

    async def work(connection: Connection) -> str:
        account = await _account(connection, login)
        await accounts.set_password(connection, account.id, hashed)
        await _audit(connection, account.id, "account.password_set", "")
        return account.name

    typer.echo(f"holdfast: {_recorded(work)} has a new password and is signed out everywhere")


@user_app.command(name="end")
def user_end(login: str) -> None:
    """Ends an account: nobody can sign in with it, and its pages close within two seconds. What the
    person has done stays under their name. `user edit --reopen` undoes it."""
    from router.records import accounts

    async def work(connection: Connection) -> str:
        account = await _account(connection, login)
        if account.active:
            await accounts.set_active(connection, account.id, False)
            await _audit(connection, account.id, "account.ended", "")
        return account.name

    typer.echo(f"holdfast: the account of {_recorded(work)} has ended")


def _recorded(work: Callable[[Connection], Awaitable[T]], *, fresh: bool = False) -> T:
    """Does the work in one transaction. `fresh`: the record may not exist yet."""
    from holdfast.host.data_folder import private
    from router.records.database import Database, RecordUnavailable

    async def run() -> T:
        url, data_dir = load_record()
        if fresh:
            private(data_dir)
        database = Database(url)
        try:
            if fresh:
                await database.migrate()
            async with database.write() as connection:
                return await work(connection)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except (SettingsError, RecordUnavailable, OSError) as error:
        fail(str(error))


async def _account(connection: Connection, login: str) -> Account:
    from router.records import accounts

    account = await accounts.by_login(connection, login.strip().casefold())
    return account or fail(f"there is no account {login!r}")


async def _audit(connection: Connection, subject: str, action: str, detail: str) -> None:
    from holdfast.clock import now_ms
    from router.records import audit

    await audit.append(
        connection, actor=BY, action=action, subject=subject, detail=detail, now=now_ms()
    )


def _password() -> str:
    """Asked for twice at a terminal; otherwise the first line of standard input."""
    from holdfast.security.credentials import password_fault

    if sys.stdin.isatty():
        password = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    else:
        password = sys.stdin.readline().rstrip("\n")
    if fault := password_fault(password):
        fail(fault)
    return password


def _hash(password: str) -> str:
    from holdfast.security.credentials import Passwords

    return asyncio.run(Passwords().hash(password))


def _known_role(role: str) -> str:
    return role if role in ROLES else fail(f"role {role!r}: choose one of {', '.join(ROLES)}")


def _terms(terms: Terms) -> Terms:
    """The terms as given; refused unless this machine's configuration knows them."""
    named = os.environ.get("HOLDFAST_CONFIG")
    try:
        config = load_config(Path(named) if named else default_config_path())
    except SettingsError as error:
        fail(str(error))
    if found := faults(terms, list(config.stages)):
        fail("; ".join(found))
    return terms


def _from_when(stage: str, new: str | None) -> str:
    """When a new buddy of somebody in this stage of training may listen."""
    from router.core.terms import FULL

    if (new or stage) == FULL:
        return "as soon as they are in training (--stage)"
    return "from this moment"


def _terms_words(terms: Terms, active: bool) -> str:
    days = f"{terms.contract_from or ''} to {terms.contract_to or ''}"
    words = (
        "" if active else "ended",
        terms.stage,
        days if terms.contract_from or terms.contract_to else "",
        terms.shift,
        f"team {terms.team}" if terms.team else "",
    )
    return ", ".join(word for word in words if word)


def _levels(text: str) -> dict[str, int]:
    """Skills with their levels."""
    try:
        levels = json.loads(text)
    except ValueError:
        levels = None
    if not isinstance(levels, dict) or not all(
        type(level) is int and 1 <= level <= 5 for level in levels.values()
    ):
        fail('skills must be a JSON object of skills and levels 1-5, such as {"safety": 3}')
    return levels
