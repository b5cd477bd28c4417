"""Access: sessions, signing in, accounts and their terms."""

from __future__ import annotations

from holdfast.accounts.routes import AccountSite
from holdfast.accounts.sign_in import Keys, SignIn
from holdfast.desk.desk import Desk
from holdfast.desk.guard import SessionGuard
from holdfast.http.proxies import Proxies
from holdfast.http.web import Gate
from holdfast.parts import House, Part
from holdfast.security.credentials import Passwords, Sessions
from holdfast.security.tries import Devices
from holdfast.settings.environment import Settings
from router.records.accounts import Account


def part(house: House) -> Part:
    centre, settings = house.centre, house[Settings]
    sessions = Sessions(
        centre.database, secure=settings.secure, zone=lambda: centre.config.value.zone
    )
    house.keep(Sessions, sessions)
    gate = Gate(sessions, settings.desk_origins)
    house.keep(Gate, gate)
    proxies = Proxies(settings.trusted_proxies)
    house.keep(Proxies, proxies)
    devices = Devices(settings.secret_key.encode(), secure=settings.secure)

    async def changed(account: Account) -> None:
        await house[Desk].account_changed(account)

    sign_in = SignIn(
        centre,
        Keys(Passwords(), sessions, devices),
        gate,
        proxies,
        lambda account: house[SessionGuard].in_call(account),
    )
    people = AccountSite(centre.database, centre.config, changed)
    return Part(routes=[*sign_in.routes(), *people.routes()])
