"""Everything that can be made to go wrong, in one table that can be set.

A count says how many of the next events are affected, and goes down by itself; -1 means all.
"""

from __future__ import annotations

import msgspec

RECORD = ("kept", "late", "absent", "obeyed")
ACTIONS = ("sent", "late", "twice", "missing")


class Actions(msgspec.Struct, forbid_unknown_fields=True):
    """For each way a stream ends: what happens to the Connect verb's `action` request."""

    closed: str = "sent"
    """We (the centre) closed the socket."""
    handshake: str = "missing"
    """The socket never opened; `missing` = the next verb runs."""
    lost: str = "sent"
    """The connection broke without a closing handshake (a killed process)."""
    redirect: str = "sent"
    """A REST request redirected the call: `sent` requests the action first and drops its answer."""
    record: str = "kept"
    """A REST request redirected the call out of a Record: what becomes of the message (nobody knows
    what the vendor does). kept: reported at once, and the old action's answer dropped; late:
    reported late; absent: no message and no action; obeyed: the old action's answer is obeyed, not
    the target."""
    hangup: str = "missing"
    """The caller hung up: `sent` requests it with CallStatus=completed."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            words = RECORD if name == "record" else ACTIONS
            if getattr(self, name) not in words:
                raise ValueError(f"actions.{name}: one of {', '.join(words)}")


class Faults(msgspec.Struct, forbid_unknown_fields=True):
    """The carrier's present faults. All defaults: a healthy carrier."""

    actions: Actions = msgspec.field(default_factory=Actions)
    action_late_ms: int = 1500
    webhook_delay_ms: int = 0
    """Every webhook is sent this much later."""
    webhook_twice: int = 0
    """Webhooks (voice, sms) that are sent a second time; the second answer is dropped."""
    webhook_lost: int = 0
    """Webhooks of calls that never arrive (11205)."""
    webhook_unanswered: int = 0
    """Webhooks of calls that arrive, and whose answer is lost on its way (11205)."""
    status_delay_ms: int = 0
    status_shuffle: bool = False
    """Status callbacks of one call arrive out of order."""
    status_missing: int = 0
    """Status callbacks that are never sent."""
    status_twice: int = 0
    status_early: int = 0
    """Inbound calls that end, with their terminal callback, during their first webhook."""
    rest_429: int = 0
    retry_after_s: int | None = None
    """The pause that a 429 asks for."""
    rest_refuse: int = 0
    """POSTs that are refused with `rest_code`."""
    rest_code: int = 21216
    rest_500: int = 0
    rest_delay_ms: int = 0
    rest_acts_then_hangs: int = 0
    """POSTs that are carried out and then never answered: an unknown outcome."""
    rest_acts_then_500: int = 0
    """The same, answered with a 500."""
    rest_hang_before: int = 0
    """POSTs that are never answered and not carried out either."""
    dial_silent: int = 0
    """Dials that are answered 201 and then never heard of again."""
    stream_refused: int = 0
    """Streams whose socket cannot be opened (31920)."""
    stream_drop_after_ms: int = 0
    """Streams break off by themselves, without a closing handshake, after this time."""
    stream_drop: int = 0
    """How many streams `stream_drop_after_ms` hits."""
    stream_start_ms: tuple[int, int] | None = None
    """Overrides the start delay of streams."""
    stream_deaf_after_ms: int = 0
    """The caller's sound stops coming after this time, and 500 ms later the carrier ends the call:
    RTP time-out (31953, then 32014)."""
    stream_mute: bool = False
    """Nothing comes from callers while their streams stand, and nobody says so."""
    stream_no_pong: int = 0
    """Streams that do not answer pings."""
    stream_slash: int = 0
    """Streams whose signature covers the address with one more slash."""
    stop_missing: int = 0
    """Streams whose `stop` message is not sent."""
    text_status: str = "delivered"
    """Where an outgoing text ends: delivered, undelivered, failed."""
    text_error: int | None = None
    text_stuck: int = 0
    """Texts that stay queued until their validity period expires (30036)."""
    text_shuffle: bool = False
    """Delivery reports arrive out of order."""

    def take(self, name: str) -> bool:
        """Use up one of a counted fault; True if this event is affected."""
        left: int = getattr(self, name)
        if left == 0:
            return False
        if left > 0:
            setattr(self, name, left - 1)
        return True
