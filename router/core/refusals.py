"""Why a step of the index was refused, in words for the person who asked.

The library (router/live/lua) returns only codes: `why`, and, where the words need them, the agent
(`who`) and the cause (router/core/causes.py). A page has words of its own for most `code`s
(static/strings) and shows these for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "being_called": "it is being called already",
    "given_meanwhile": "somebody gave it to another meanwhile. Look whose it is",
    "call_ended": "the call has ended",
    "call_not_in_your_hands": "this call is not in your hands",
    "call_not_yours": "this call is not yours",
    "caller_hung_up": "the caller hung up",
    "calls_are_held": "a call is put on hold, not set aside",
    "calls_hang_up": "a call is hung up, not closed",
    "closed_before": "closed already",
    "contact_closed": "this contact is closed",
    "contact_ended": "this contact has ended",
    "contact_not_yours": "this contact is not yours",
    "emergency_rings": "an emergency rings at your desk: answer or decline it first",
    "end_the_call": "end the call first",
    "ended_before": "it has ended already",
    "extended_twice": "extended twice already",
    "finish_first": "finish the call in hand and its wrap-up first",
    "help_not_yours": "somebody else asked for this help",
    "help_over": "this request for help is over",
    "help_seen_by": "{who} has it",
    "help_yours": "you have asked for it yourself",
    "in_call_with": "not called: they are in a call with {who}",
    "in_your_hands": "it is in your hands already",
    "interpreter_takes_none": "an interpreter takes no calls: transfer the caller to a colleague",
    "moved_on": "moved on",
    "no_agent": "no such agent",
    "no_call_of_yours": "no such call of yours",
    "no_contact": "no such contact",
    "no_doubt": "this one is not marked unsure",
    "no_open_contact": "no open contact",
    "no_test": "no test is open",
    "no_wrapup": "nothing to wrap up",
    "nobody_free_for_it": "nobody who could be asked in is free. The caller is still with you.",
    "nobody_has_it": "nobody has it",
    "nobody_on_line": "nobody is on the line yet",
    "nobody_there_yet": "nobody whom you asked is there yet",
    "not_asked": "nobody asks you in any more",
    "not_at_desk": "only somebody at their desk can be made ready: with sound, no call in hand and"
    " not recovering",
    "not_in_your_hands": "this contact is not in your hands",
    "not_with_them": "only whoever is with them can say that they were reached: on their call, in"
    " its wrap-up, or with a text of theirs in hand",
    "not_on_its_list": "its incident is restricted, and you are not on its list",
    "not_set_aside": "it is no longer set aside",
    "nobody_talks": "nobody is talking there now",
    "nothing_to_extend": "nothing to extend",
    "offer_gone": "the offer is gone",
    "offer_not_yours": "this offer is no longer yours",
    "offer_over": "the time to answer has run out",
    "older_stream": "an older stream",
    "on_line": "not called: they are on a line of ours already",
    "only_calls_go_out": "only a call goes to a number",
    "only_calls_hang_up": "only a call is hung up",
    "other_board": "another board took over",
    "other_desk": "another desk took over",
    "other_effect": "another effect has this name",
    "others_answer": "somebody is already answering that call",
    "others_have_them": "somebody else had their contact",
    "others_call": "somebody is already calling them",
    "others_have_it": "somebody else has it in hand",
    "others_set_it_aside": "somebody else set it aside",
    "ours_is_dialled": "our own calls are dialled, not queued",
    "over": "it is over already",
    "ready_before": "they are ready already",
    "rings_at_yours": "it is ringing at your desk: accept it",
    "say_why": "say why they need no call",
    "somebody_has_it": "somebody has it",
    "somebody_asked": "you have asked somebody already: one at a time",
    "somebody_on_duty": "somebody is on duty",
    "somebody_took_it": "somebody has it already",
    "tombstone_left": "no such contact; its end is noted",
    "too_long_ago": "it was too long ago, or somebody has changed it since",
    "work_closed": "this work is closed already",
    "your_desk": "your desk is not connected",
    "beside_nobody": "you sit beside nobody",
    "not_your_trainee": "the call is not with somebody whose buddy you are",
    "your_sound": "your sound is not connected",
    "taken_by": "taken by {who}",
    "they_cannot": "{who} cannot take it now: {their_cause}",
    "you_cannot": "you cannot take it now: {your_cause}",
}

THEIRS: Mapping[str, str] = {
    "stands": "the person is with us just now",
    "lost": "they are not connected",
    "restricted": "it is restricted, and they are not on its list",
    "skills": "they lack the skills",
    "training": "they are in training for less urgent work",
    "shift": "they are outside their shift, for S1 and S2 only",
    "paused": "they are paused",
    "self_test": "their desk is being tested",
    "no_sound": "they have no sound",
    "ringing": "they already have an offer",
    "on_call": "they are on a call",
    "wrapup": "they are in wrap-up",
    "full": "they have no room",
    "texts": "they have texts that it cannot interrupt",
}
"""What keeps somebody from taking it, in words for somebody else."""

YOURS: Mapping[str, str] = {
    "stands": "the person is with us just now",
    "lost": "you are not connected",
    "restricted": "it is restricted, and you are not on its list",
    "training": "you are in training for less urgent work",
    "shift": "outside your shift you are offered S1 and S2 only",
    "paused": "press Ready first",
    "self_test": "your desk is being tested",
    "no_sound": "your sound is not connected",
    "ringing": "first answer or decline what is ringing",
    "on_call": "end your call first",
    "wrapup": "finish the wrap-up first",
    "full": "you have no room for another",
    "texts": "it cannot interrupt what you have",
}
"""The same in words for themselves."""


def words_of(why: str, who: str | None = None, cause: str | None = None) -> str:
    """A sentence without its capital and full stop. An unknown code is returned as it is."""
    return WORDS.get(why, why).format(
        who=who or "somebody else",
        their_cause=THEIRS.get(cause or "", cause),
        your_cause=YOURS.get(cause or "", cause),
    )
