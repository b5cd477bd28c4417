"""Accounts over the API: their people, and on what terms they work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any

import msgspec
from aiohttp import web

from holdfast.clock import now_ms
from holdfast.http.access import Permission, Route
from holdfast.http.web import ACCOUNT, problem, read_form
from router.core.current import Current
from router.core.terms import Terms, faults
from router.records import accounts, audit
from router.records.accounts import Account
from router.records.database import Database


class TermsForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fields that change; the others stay. An empty string removes a date, the buddy, the team
    or the lead."""

    stage: str | None = None
    contract_from: str | None = None
    contract_to: str | None = None
    shift: str | None = None
    buddy: str | None = None
    """The id of an account."""
    team: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    lead: str | None = None
    """The id of an account."""


def with_terms(terms: Terms, form: TermsForm) -> Terms:
    """The terms after the change."""
    return Terms(
        form.stage if form.stage is not None else terms.stage,
        terms.contract_from if form.contract_from is None else form.contract_from or None,
        terms.contract_to if form.contract_to is None else form.contract_to or None,
        form.shift if form.shift is not None else terms.shift,
        terms.buddy if form.buddy is None else form.buddy or None,
        terms.team if form.team is None else " ".join(form.team.split()),
        terms.lead if form.lead is None else form.lead or None,
    )


class AccountSite:
    """GET and PATCH of accounts, for administrators."""

    def __init__(
        self, database: Database, current: Current, changed: Callable[[Account], Awaitable[None]]
    ) -> None:
        """`changed` is called with an account that has new terms: they apply at once to an agent
        who is here."""
        self._database = database
        self._current = current
        self._changed = changed

    def routes(self) -> list[Route]:
        manage = Permission.ACCOUNTS_MANAGE
        return [
            Route("GET", "/api/accounts", self.all, manage, "Accounts, with stage and contract"),
            Route(
                "PATCH",
                "/api/accounts/{id}",
                self.change,
                manage,
                "Stage, contract dates, weekly shift, buddy, team and lead of an account",
                TermsForm,
            ),
        ]

    async def all(self, _request: web.Request) -> web.StreamResponse:
        async with self._database.read() as connection:
            found = await accounts.all_accounts(connection)
        return web.json_response([_entity(account) for account in found])

    async def change(self, request: web.Request) -> web.StreamResponse:
        form = await read_form(request, TermsForm)
        async with self._database.write() as connection:
            account = await accounts.by_id(connection, request.match_info["id"])
            if account is None:
                return problem(404, "unknown", "No such account.")
            terms = with_terms(account.terms, form)
            found = faults(terms, list(self._current.value.stages))
            for who, other in (("buddy", form.buddy), ("lead", form.lead)):
                if other:
                    found += await accounts.other_faults(connection, account, who, other)
            if found:
                return problem(400, "bad_request", "; ".join(found))
            await accounts.set_terms(connection, account.id, terms)
            await audit.append(
                connection,
                actor=request[ACCOUNT].id,
                action="account.terms_set",
                subject=account.id,
                detail=msgspec.json.encode(asdict(terms)).decode(),
                now=now_ms(),
            )
            account = await accounts.by_id(connection, account.id)
        assert account is not None
        await self._changed(account)
        return web.json_response(_entity(account))


def _entity(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "login": account.login,
        "name": account.name,
        "role": account.role,
        "skills": account.skills,
        "active": account.active,
        **asdict(account.terms),
    }
