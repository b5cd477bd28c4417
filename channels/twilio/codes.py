"""The vendor's error codes that change what we do, by name.

Source: twilio.com/docs/api/errors. A code that is not listed here is treated as "refused".
"""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """Numbers the carrier's REST API, webhooks and streams use for what went wrong."""

    CONTENT_UNREADABLE = 11200
    """Our webhook could not be fetched: wrong status, time-out, or no connection."""
    HTTP_CONNECTION_FAILURE = 11205
    """The carrier could not open a connection to our webhook."""
    DOCUMENT_PARSE_FAILURE = 12100
    """Our TwiML was not well-formed XML."""
    INVALID_TWIML_URL = 15004
    """A live call's inline TwiML had a relative URL."""
    AUTHENTICATE = 20003
    """Wrong account SID, auth token or key."""
    NOT_FOUND = 20404
    """No such resource (or not yet: REST lags behind webhooks)."""
    TOO_MANY_REQUESTS = 20429
    """Slow down and repeat later; nothing was done."""
    INVALID_TO = 21211
    """The number to reach is not a phone number."""
    INVALID_FROM = 21212
    """The number to show is not a phone number."""
    CANNOT_ROUTE_CALL = 21214
    """The number cannot be reached by a call."""
    NO_CALL_PERMISSION = 21215
    """The account may not call that country (geographic permissions)."""
    CALL_BLOCKED = 21216
    """The number is on the carrier's block list, or the account has no customer profile."""
    INVALID_CALL_TO = 21217
    """The number to call does not look like a phone number."""
    NOT_IN_PROGRESS = 21220
    """The call cannot be redirected or ended: it is over, or not yet in progress."""
    NO_TEXT_PERMISSION = 21408
    """The account may not text that country."""
    FROM_NOT_TEXTABLE = 21606
    """The sender is not ours or cannot send texts."""
    OPTED_OUT = 21610
    """The person answered STOP: never retry, never change the sender."""
    TEXT_QUEUE_FULL = 21611
    """The sender's outgoing queue is full."""
    CANNOT_ROUTE_TEXT = 21612
    """The number cannot be reached by a text."""
    NOT_A_MOBILE = 21614
    """The number cannot receive texts."""
    EXPIRED = 30036
    """A text's validity period ended before it was delivered: call instead."""
    STREAM_CONNECT_TIMEOUT = 31901
    """The stream's WebSocket did not answer."""
    STREAM_TLS = 31902
    """The stream's WebSocket could not be secured."""
    STREAM_BROKEN = 31903
    """The stream's connection broke without a closing handshake (a killed process)."""
    STREAM_HANDSHAKE = 31920
    """Our WebSocket answered with a status other than 101."""
    STREAM_CLOSED = 31921
    """We closed the socket: the ordinary end of a Connect Stream, reported as an error."""
    STREAM_PROTOCOL = 31924
    """A frame of ours broke the WebSocket protocol."""
    STREAM_SLOW_READER = 31930
    """We read too slowly; caller audio was dropped."""
    STREAM_MESSAGE = 31951
    """We sent a message that is not a valid media, mark or clear; it was ignored."""


BAD_NUMBER = frozenset(
    {
        Code.INVALID_TO,
        Code.CANNOT_ROUTE_CALL,
        Code.INVALID_CALL_TO,
        Code.CANNOT_ROUTE_TEXT,
        Code.NOT_A_MOBILE,
    }
)
"""The fault is the number itself: repeating will not help."""
