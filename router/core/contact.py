"""The life of a contact as a table: every (state, event) pair is a move or ignored for a reason.

states.py says what each state means.

The engine's functions (router/live/lua) carry these moves out atomically;
tests/live/test_transitions.py drives each pair against them.

    in_menu -> queued -> offered -> connecting -> active -> wrapup -> ended
                  ^---------'            |           |-> parked -> queued
                  ^----------------------'           '-> queued   (agent lost)
    dialing -> active                                             (we called them)
    parked -> queued, or -> ended                           (we wrote to them first)
    queued, active -> outside -> away -> ended                    (a number outside)
                         '-> queued -> voicemail -> ended, or -> queued
    outside, voicemail -> connecting         (an S1 that an agent accepts meanwhile)
    scheduled -> queued -> offered -> dialing             (we promised to call them)
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from .states import State


class Event(StrEnum):
    """The things that can happen to a contact, whatever the cause."""

    TRIAGED = "triaged"
    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    CONNECTED = "connected"
    CALLER_GONE = "caller_gone"
    HANG_UP = "hang_up"
    WRAPPED = "wrapped"
    WAIT = "wait"
    CLOSE = "close"
    MESSAGE_IN = "message_in"
    AGENT_GONE = "agent_gone"
    SENT_OUTSIDE = "sent_outside"
    TAKEN_OUTSIDE = "taken_outside"
    OUTSIDE_OVER = "outside_over"
    JOINED_OUTSIDE = "joined_outside"
    """Handed over to a number that its agent had asked in."""
    LINE_LOST = "line_lost"
    """That number's sound did not come back."""
    NOBODY_OUTSIDE = "nobody_outside"
    MESSAGE_OVER = "message_over"
    LEAVE_VOICEMAIL = "leave_voicemail"
    CANCEL = "cancel"
    PARK = "park"


MESSAGE_LEFT = "message_left"
"""Cause of an end: the agent left the message on a machine."""


class Outcome(StrEnum):
    """The system's verdict when a contact has ended."""

    HANDLED = "handled"
    UNFINISHED = "unfinished"
    ABANDONED = "abandoned"
    DROPPED = "dropped"
    """Answered; then the agent was lost, and the caller hung up before another came."""
    NOT_REACHED = "not_reached"
    VOICEMAIL = "voicemail"
    """Heard that nobody could take the call, or that we are closed; perhaps left a message."""
    CANCELLED = "cancelled"
    """A promised call that nobody needs any more; `cause` says why."""
    CALLBACK = "callback"
    """The waiting caller asked to be called back; the promised call has their place."""
    UNKNOWN = "unknown"


S, E = State, Event

VOICE_MOVES: Mapping[tuple[State, Event], State] = {
    (S.IN_MENU, E.TRIAGED): S.QUEUED,
    (S.IN_MENU, E.CALLER_GONE): S.ENDED,
    (S.QUEUED, E.CALLER_GONE): S.ENDED,
    (S.OFFERED, E.ACCEPT): S.CONNECTING,
    (S.OFFERED, E.DECLINE): S.QUEUED,
    (S.OFFERED, E.EXPIRE): S.QUEUED,
    (S.OFFERED, E.CALLER_GONE): S.ENDED,
    (S.OFFERED, E.AGENT_GONE): S.QUEUED,
    (S.CONNECTING, E.CONNECTED): S.ACTIVE,
    (S.CONNECTING, E.EXPIRE): S.QUEUED,
    (S.CONNECTING, E.CALLER_GONE): S.ENDED,
    (S.CONNECTING, E.HANG_UP): S.QUEUED,  # nobody has spoken yet: on to the next agent
    (S.CONNECTING, E.AGENT_GONE): S.QUEUED,
    (S.ACTIVE, E.CALLER_GONE): S.WRAPUP,
    (S.ACTIVE, E.HANG_UP): S.WRAPUP,
    (S.ACTIVE, E.AGENT_GONE): S.ACTIVE,  # until the come-back deadline (30 s), then QUEUED
    (S.ACTIVE, E.EXPIRE): S.QUEUED,  # that deadline
    (S.WRAPUP, E.WRAPPED): S.ENDED,
    (S.WRAPUP, E.EXPIRE): S.ENDED,
    (S.WRAPUP, E.AGENT_GONE): S.WRAPUP,  # its deadline goes on without them
    (S.DIALING, E.CONNECTED): S.ACTIVE,
    (S.DIALING, E.CALLER_GONE): S.ENDED,
    (S.DIALING, E.HANG_UP): S.ENDED,
    (S.DIALING, E.EXPIRE): S.ENDED,
    (S.QUEUED, E.SENT_OUTSIDE): S.OUTSIDE,
    (S.QUEUED, E.NOBODY_OUTSIDE): S.VOICEMAIL,
    (S.ACTIVE, E.SENT_OUTSIDE): S.OUTSIDE,
    (S.ACTIVE, E.JOINED_OUTSIDE): S.AWAY,
    (S.OUTSIDE, E.TAKEN_OUTSIDE): S.AWAY,
    (S.OUTSIDE, E.OUTSIDE_OVER): S.QUEUED,
    (S.OUTSIDE, E.EXPIRE): S.QUEUED,
    (S.OUTSIDE, E.CALLER_GONE): S.ENDED,
    (S.AWAY, E.OUTSIDE_OVER): S.ENDED,
    (S.AWAY, E.EXPIRE): S.ENDED,
    (S.AWAY, E.CALLER_GONE): S.ENDED,
    (S.VOICEMAIL, E.MESSAGE_OVER): S.ENDED,
    (S.VOICEMAIL, E.LEAVE_VOICEMAIL): S.QUEUED,  # they pressed the key for an emergency
    (S.VOICEMAIL, E.EXPIRE): S.ENDED,
    (S.VOICEMAIL, E.CALLER_GONE): S.ENDED,
}

CALLBACK_MOVES: Mapping[tuple[State, Event], State] = {
    (S.SCHEDULED, E.EXPIRE): S.QUEUED,  # its moment has come
    (S.SCHEDULED, E.CANCEL): S.ENDED,
    (S.SCHEDULED, E.CALLER_GONE): S.ENDED,
    (S.QUEUED, E.CANCEL): S.ENDED,
    (S.QUEUED, E.CALLER_GONE): S.ENDED,
    (S.OFFERED, E.ACCEPT): S.DIALING,
    (S.OFFERED, E.DECLINE): S.QUEUED,
    (S.OFFERED, E.EXPIRE): S.QUEUED,
    (S.OFFERED, E.AGENT_GONE): S.QUEUED,
    (S.OFFERED, E.CANCEL): S.ENDED,
    (S.OFFERED, E.CALLER_GONE): S.ENDED,
}
"""A promised call until it is dialled; from then on it moves as any call."""

OVERLAID_MOVES: Mapping[tuple[State, Event], State] = {
    (S.OUTSIDE, E.ACCEPT): S.CONNECTING,
    (S.OUTSIDE, E.OUTSIDE_OVER): S.OFFERED,  # what rings here goes on ringing
    (S.OUTSIDE, E.EXPIRE): S.OFFERED,
    (S.VOICEMAIL, E.ACCEPT): S.CONNECTING,
}
"""An S1 caller whom the carrier has elsewhere while an offer is laid over it: declined, missed or
withdrawn, the state goes on; everything else moves it as without an offer."""

JOINED_MOVES: Mapping[tuple[State, Event], State] = {(S.AWAY, E.LINE_LOST): S.QUEUED}
"""A caller whom we have joined with a number; everything else moves them as any who is away."""

TEXT_MOVES: Mapping[tuple[State, Event], State] = {
    (S.QUEUED, E.CLOSE): S.ENDED,
    (S.OFFERED, E.ACCEPT): S.ACTIVE,
    (S.OFFERED, E.DECLINE): S.QUEUED,
    (S.OFFERED, E.EXPIRE): S.QUEUED,
    (S.OFFERED, E.AGENT_GONE): S.QUEUED,
    (S.ACTIVE, E.WAIT): S.PARKED,
    (S.ACTIVE, E.CLOSE): S.ENDED,
    (S.ACTIVE, E.AGENT_GONE): S.ACTIVE,
    (S.ACTIVE, E.EXPIRE): S.QUEUED,
    (S.ACTIVE, E.MESSAGE_IN): S.ACTIVE,
    (S.QUEUED, E.MESSAGE_IN): S.QUEUED,
    (S.OFFERED, E.MESSAGE_IN): S.OFFERED,
    (S.PARKED, E.MESSAGE_IN): S.QUEUED,
    (S.ACTIVE, E.PARK): S.PARKED,  # without an answer: at its deadline QUEUED
    (S.QUEUED, E.PARK): S.PARKED,  # by a supervisor
    (S.OFFERED, E.PARK): S.PARKED,
    (S.PARKED, E.WAIT): S.PARKED,  # written to once more: its deadline begins again
    (S.PARKED, E.CLOSE): S.ENDED,
    (S.PARKED, E.EXPIRE): S.ENDED,  # the person never wrote again (72 h)
}

IGNORED: Mapping[Event, str] = {
    E.TRIAGED: "the menu was answered before: the first answer counts",
    E.ACCEPT: "stale fence: the offer is gone; the desk is told why",
    E.DECLINE: "stale fence: the offer is gone already",
    E.EXPIRE: "a deadline of a state that was left: removed with it",
    E.CONNECTED: "a late bridge report: the contact has moved on",
    E.CALLER_GONE: "ended before, or a text: nobody hangs up on a text",
    E.HANG_UP: "nothing to hang up in this state",
    E.WRAPPED: "wrap-up is over already",
    E.WAIT: "only what one has can wait for its party",
    E.CLOSE: "only a text is closed; a call is hung up and wrapped up",
    E.MESSAGE_IN: "a message to an ended contact begins a new one",
    E.AGENT_GONE: "no agent is bound in this state",
    E.SENT_OUTSIDE: "only who waits, or is in an agent's hands, goes outside",
    E.TAKEN_OUTSIDE: "stale fence: it does not ring there any more; they are told",
    E.OUTSIDE_OVER: "stale fence: the carrier's late news of a number that was left",
    E.JOINED_OUTSIDE: "only whose agent has a number in their call is handed over to it",
    E.LINE_LOST: "only who was handed over to a number hangs on its sound",
    E.NOBODY_OUTSIDE: "somebody has it meanwhile",
    E.MESSAGE_OVER: "no message is being left",
    E.LEAVE_VOICEMAIL: "they are not at the voicemail (any more)",
    E.PARK: "only a text in hand or waiting is set aside",
    E.CANCEL: "only a callback that nobody dials yet is cancelled",
}


def next_state(
    state: State,
    event: Event,
    *,
    voice: bool,
    promised: bool = False,
    overlaid: bool = False,
    joined: bool = False,
) -> State | None:
    """The state after `event`; None = ignored, for the reason in IGNORED.

    promised: a call that we have promised but not yet dialled; overlaid: an S1 caller is elsewhere
    and rings here all the same; joined: with a number, by us.
    """
    if joined and (state, event) in JOINED_MOVES:
        return JOINED_MOVES[state, event]
    if promised:
        return CALLBACK_MOVES.get((state, event))
    if overlaid and (state, event) in OVERLAID_MOVES:
        return OVERLAID_MOVES[state, event]
    return (VOICE_MOVES if voice else TEXT_MOVES).get((state, event))
