"""The standing of the carrier's account: profile, campaign for texts, calls at once and per
second."""

from __future__ import annotations

from channels.twilio.client import CarrierClient
from channels.twilio.errors import CarrierError
from channels.twilio.standing import TRIAL, TRIAL_AT_ONCE, Campaign, Profile
from holdfast.doctor.outcome import Finding, ok, unknown, warn

UNKNOWN_AT_ONCE = 10
TOLL_FREE = tuple(f"+1{code}" for code in (800, 833, 844, 855, 866, 877, 888))
NAMES = ("customer profile", "text campaign", "calls at once", "calls a second")


async def standing(client: CarrierClient, numbers: list[str]) -> list[Finding]:
    """Four checks on the account; `numbers` are those of our lines."""
    try:
        kind = (await client.account()).kind
        profiles, campaigns = await client.profiles(), await client.campaigns()
    except CarrierError as error:
        why = f"the carrier did not say: {error}"
        mend = "The API key needs rights for Trust Hub and Messaging; or look in the console."
        return [unknown(name, why, mend) for name in NAMES]
    approved = any(profile.approved for profile in profiles)
    return [
        profile(profiles),
        campaign(campaigns, [number for number in numbers if number.startswith("+1")]),
        at_once(kind, approved),
        ok(
            NAMES[3],
            "1 outgoing call a second, unless the carrier raised it (its API does not say)",
        ),
    ]


def profile(profiles: list[Profile]) -> Finding:
    """Without an approved one the carrier refuses some calls as if the number were blocked."""
    approved = next((one for one in profiles if one.approved), None)
    if approved is not None:
        return ok(NAMES[0], f"{approved.name!r} is approved")
    is_now = ", ".join(sorted({one.status for one in profiles})) or "none"
    mend = "In the console's Trust Hub, have a customer profile approved (21216 may mean this)."
    return warn(NAMES[0], f"none is approved (now: {is_now})", mend)


def campaign(campaigns: list[Campaign], numbers: list[str]) -> Finding:
    """Each of our American numbers sends under a verified campaign, or is toll-free."""
    under = {number for one in campaigns if one.verified for number in one.numbers}
    without = [n for n in numbers if n not in under and not n.startswith(TOLL_FREE)]
    if without:
        statuses = ", ".join(sorted({one.status for one in campaigns})) or "none"
        what = f"{', '.join(without)} has no verified campaign for its texts (now: {statuses})"
        mend = "Register it (console, Messaging, Regulatory compliance), or texts fail with 30034."
        return warn(NAMES[1], what, mend)
    if any(number.startswith(TOLL_FREE) for number in numbers):
        return ok(NAMES[1], "verified; for toll-free numbers see the console")
    return ok(NAMES[1], "verified for every line" if numbers else "not needed: no American number")


def at_once(kind: str, approved: bool) -> Finding:
    """Above this number callers hear a busy tone and our calls are refused (10004)."""
    if kind == TRIAL:
        return ok(NAMES[2], f"{TRIAL_AT_ONCE}, as on every trial account")
    if not approved:
        what = f"{UNKNOWN_AT_ONCE} calls at once, callers and our own together"
        mend = "One more caller hears a busy tone (10004): have a business profile approved."
        return warn(NAMES[2], what, mend)
    return ok(NAMES[2], "as many as you agreed with the carrier (its API does not say)")
