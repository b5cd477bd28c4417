"""Who may come in: sessions, signing in, accounts and their terms."""

from __future__ import annotations

from holdfast.account_routes import AccountSite
from holdfast.desk.desk import Desk
from holdfast.desk.guard import SessionGuard
from holdfast.parts import House, Part
from holdfast.proxies import Proxies
from holdfast.security import Passwords, Sessions
from holdfast.settings import Settings
from holdfast.sign_in import Keys, SignIn
from holdfast.tries import Devices
from holdfast.web import Gate
from router.records.accounts import Account


def part(house: House) -> Part:
    centre, settings = house.centre, house[Settings]
    sessions = Sessions(
        centre.database, secure=settings.secure, zone=lambda: centre.config.now.zone
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
