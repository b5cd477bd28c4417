"""What the carrier's codes mean, in words for a person, with what to do instead.

A fault of the account is not a fault of the number: it affects everybody until somebody fixes the
account. Source: twilio.com/docs/api/errors.
"""

from __future__ import annotations

CALL = "call instead"

_ACCOUNT = {
    10001: "the carrier's account is not active",
    10002: "a trial account cannot do this: it has to be upgraded",
    10003: "the carrier's account is not active",
    10004: "the account is at its limit of calls at once: try again when one has ended",
    10005: "voice calls are switched off for the carrier's account",
    21210: "our number does not belong to the carrier's account, or is not verified there",
    21212: "the carrier cannot show our number to the person called",
    21215: "the carrier's account may not call that country (its geographic permissions)",
    21216: "the carrier blocks this number, or its account has no approved customer profile",
    21219: "a trial account calls verified numbers only: it has to be upgraded",
    21408: "the carrier's account may not text that country (its geographic permissions)",
    21606: "our number does not belong to the carrier's account, or cannot send texts",
    21608: "a trial account texts verified numbers only: it has to be upgraded",
    30002: "the carrier's account is suspended",
    30032: "our toll-free number is not verified for texts",
    30034: "our number has no registered campaign (A2P 10DLC), which texts in the USA need",
}
"""Faults of the account or of our number: an administrator has to look at them."""

_NUMBER = {
    21211: "this is not a telephone number",
    21214: "this number cannot be reached",
    21217: "this is not a telephone number",
    21610: "this person opted out of texts",
    21611: "too many texts are queued at our number",
    21612: "this number cannot be texted from ours",
    21614: "this number cannot receive texts",
    21617: "the text is too long",
    30003: "the telephone is off or out of reach",
    30004: "the number blocks texts",
    30005: "the number is not in service",
    30006: "this is a landline, or a number that texts do not reach",
    30007: "the carrier filtered the text",
    30008: "the carrier does not say why",
    63016: "WhatsApp allows free text only within 24 h after they wrote",
    30036: "not delivered in time",
    32018: "the number is too long",
}
"""Faults of the number, or of this one message."""

_SOUND = {
    31953: "the carrier no longer had sound from the caller's side (RTP time-out)",
    32014: "the carrier ended the call: it no longer had any sound (RTP time-out)",
}
"""Faults of a call that was in progress."""

ACCOUNT_FAULT = frozenset(_ACCOUNT)
"""Codes that recur for every number until the account is fixed."""


SOUND_LOST = frozenset(_SOUND)
"""Codes of a call or stream without sound."""


def reason(code: int, said: str = "") -> str:
    """Words for a code; for an unknown one, what the carrier `said`, and the code."""
    words = _ACCOUNT.get(code) or _NUMBER.get(code) or _SOUND.get(code)
    if words is None:
        return f"the carrier says: {said[:120]} ({code})" if said else f"carrier code {code}"
    return f"{words} ({code})"


def not_dialled(code: int, said: str = "") -> str:
    """Why a call was not made, and what to do."""
    ask = " Tell an administrator." if code in ACCOUNT_FAULT else ""
    return f"Not dialled: {reason(code, said)}.{ask}"


def not_texted(code: int, said: str = "") -> str:
    """Why a text did not arrive, and what to do."""
    ask = ", and tell an administrator" if code in ACCOUNT_FAULT else ""
    return f"Not delivered: {reason(code, said)}: {CALL}{ask}."
