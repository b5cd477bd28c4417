"""Test credentials: inputs are judged, nothing happens, nobody is called back.

Source: twilio.com/docs/iam/test-credentials.
"""

from __future__ import annotations

from channels.sandbox.rest import RestError

VALID = "+15005550006"

_CALL_FROM = {"+15005550001": (21212, "The caller ID number is not valid")}
_CALL_TO = {
    "+15005550001": (21217, "Phone number does not appear to be valid"),
    "+15005550002": (21214, "'To' phone number cannot be reached"),
    "+15005550003": (21215, "Account not authorized to call that country"),
    "+15005550004": (21216, "Account not allowed to call that number"),
}
_TEXT_FROM = {
    "+15005550001": (21212, "The 'From' number is not a valid phone number"),
    "+15005550007": (21606, "The 'From' phone number is not owned by your account"),
    "+15005550008": (21611, "This 'From' number's queue is full"),
}
_TEXT_TO = {
    "+15005550001": (21211, "The 'To' number is not a valid phone number"),
    "+15005550002": (21612, "The 'To' phone number cannot be reached"),
    "+15005550003": (21408, "Permission to send to that region is not enabled"),
    "+15005550004": (21610, "Attempt to send to an unsubscribed recipient"),
    "+15005550009": (21614, "The 'To' number is not a mobile number"),
}


def judge_call(from_: str, to: str) -> None:
    """RestError for the numbers that stand for a fault; any other From is not owned (21210)."""
    if from_ != VALID:
        code, why = _CALL_FROM.get(from_, (21210, "The source number is not yet verified"))
        raise RestError(400, code, why)
    if to in _CALL_TO:
        code, why = _CALL_TO[to]
        raise RestError(400, code, why)


def judge_text(from_: str, to: str) -> None:
    """RestError for the numbers that stand for a fault; any other From is not owned (21606)."""
    if from_ != VALID:
        code, why = _TEXT_FROM.get(from_, _TEXT_FROM["+15005550007"])
        raise RestError(400, code, why)
    if to in _TEXT_TO:
        code, why = _TEXT_TO[to]
        raise RestError(400, code, why)


def judge_number(number: str, area_code: str) -> None:
    """Buying a number: 0000 is taken (21422), 0001 invalid (21421), area code 533 empty (21452)."""
    if number == "+15005550000":
        raise RestError(400, 21422, "The requested number is unavailable")
    if number == "+15005550001":
        raise RestError(400, 21421, "The phone number is invalid")
    if area_code == "533":
        raise RestError(400, 21452, "No numbers found in area code 533")
