"""The second door of incident work, for programs: each intent that a desk uses, as a request.

A row here is all that an intent needs to be asked for over HTTP: its form, its permission, its
handler and its words are those of the desk (`holdfast/desk/rest.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

V1 = "/api/v1"


@dataclass(frozen=True, slots=True)
class Door:
    """Fields of the intent that its path names stand in the path; the others in the body."""

    do: str
    method: str
    path: str
    summary: str
    by_key: str = ""
    """The field that is made of the request's Idempotency-Key."""
    kept: bool = True
    """False: its answer is told each time anew, with its line in the audit, and kept nowhere."""
    file: str = ""
    """The field of its reply that is a PDF (base64): the answer is that file, by its `name`."""


_OF = "/incidents/{incident}"
_PARTY = f"{_OF}/parties/{{party}}"
_AT = f"{_OF}/addresses/{{address}}"
_SUMMARY = f"{_OF}/summaries/{{summary}}"
_HAND_OFF = "/hand-offs/{hand_off}"

DOORS = (
    Door("incidents", "GET", "/incidents", "Find incidents, as Find does"),
    Door("mine", "GET", "/mine", "The open incidents that one owns, or in which one is to act"),
    Door("callbacks", "GET", "/callbacks", "The callbacks that nobody has made yet"),
    Door("open_incidents", "GET", "/incidents/open", "The open incidents, for a supervisor"),
    Door("colleagues", "GET", "/colleagues", "Everybody who can be given something to do"),
    Door("open", "GET", _OF, "An incident without its timeline; also by number (INC-20419)"),
    Door("title", "POST", f"{_OF}/title", "Says what it is about"),
    Door(
        "incident_status", "POST", f"{_OF}/status", "Says what it waits for, or that it is active"
    ),
    Door("incident_severity", "POST", f"{_OF}/severity", "A person's word on its severity"),
    Door("incident_fact", "POST", f"{_OF}/facts", "Booking, place, zone, type or language"),
    Door("give_incident", "POST", f"{_OF}/owner", "Takes it, or gives it to somebody"),
    Door("restrict", "POST", f"{_OF}/restriction", "Restricts it to some people, or lifts that"),
    Door("hand_off_to", "GET", f"{_OF}/hand-off-to", "To whom it can be handed off"),
    Door("hand_off", "POST", f"{_OF}/hand-offs", "Hands it off, in five parts", "key"),
    Door("hand_offs", "GET", "/hand-offs", "What is handed off to one, and by one"),
    Door("open_hand_off", "POST", f"{_HAND_OFF}/open", "Its receiver has it before them"),
    Door("accept_hand_off", "POST", f"{_HAND_OFF}/accept", "Says it back, and owns the incident"),
    Door("return_hand_off", "POST", f"{_HAND_OFF}/return", "Its receiver cannot, and says why"),
    Door("take_back_hand_off", "POST", f"{_HAND_OFF}/take-back", "Its sender has it back"),
    Door("read_hand_off", "POST", f"{_HAND_OFF}/read", "Its sender has read how it ended"),
    Door("ask_hand_off", "POST", f"{_HAND_OFF}/questions", "Its receiver asks its sender", "key"),
    Door("answer_hand_off", "POST", "/hand-off-questions/{question}/answer", "... who answers"),
    Door("close_incident", "POST", f"{_OF}/close", "Ends it, with a reason"),
    Door("reopen_incident", "POST", f"{_OF}/reopen", "Opens it again"),
    Door("plan_next", "POST", f"{_OF}/next", "What is next, by whom, by when", "key"),
    Door("next_done", "POST", f"{_OF}/next/{{next}}/done", "It was done"),
    Door("add_party", "POST", f"{_OF}/parties", "Adds somebody, by number or mail address"),
    Door("change_party", "POST", _PARTY, "Corrects a name or a role"),
    Door("add_address", "POST", f"{_PARTY}/addresses", "Another number or mail address of theirs"),
    Door("drop_from", "POST", f"{_PARTY}/drop", "Takes back somebody added by mistake"),
    Door("put_back", "POST", f"{_PARTY}/put-back", "Undoes that"),
    Door("consent", "POST", f"{_PARTY}/consent", "What they agreed to, or not"),
    Door(
        "mark_unsafe", "POST", f"{_AT}/unsafe", "Says that it is not safe to contact, or is again"
    ),
    Door("reveal", "POST", f"{_AT}/reveal", "A masked address, whole", kept=False),
    Door("note", "POST", f"{_OF}/notes", "Writes a note", "note"),
    Door("guidance_said", "POST", f"{_OF}/guidance", "What was asked, or why it was not", "key"),
    Door("callbacks_kept", "GET", "/callbacks/kept", "What became of callbacks, for a supervisor"),
    Door("guidance_followed", "GET", "/guidance", "How far cards were followed, for a supervisor"),
    Door("summary", "GET", f"{_OF}/summary", "Versions of its summary, and one as proposed"),
    Door("summary_version", "GET", _SUMMARY, "One version, and what changed in it"),
    Door("save_summary", "POST", f"{_OF}/summaries", "Saves a new version", "key"),
    Door(
        "export_summary",
        "POST",
        f"{_SUMMARY}/export",
        "Its PDF, redacted or full",
        kept=False,
        file="pdf",
    ),
    Door("snippets", "GET", f"{_OF}/snippets", "Words to send, filled for whoever reads them"),
    Door("write_first", "POST", f"{_OF}/messages", "Texts or mails one of its people", "key"),
    Door(
        "request_callback",
        "POST",
        f"{_OF}/callbacks",
        "Promises one of its people a callback",
        "key",
    ),
    Door("merge_look", "GET", f"{_OF}/merge", "What a merge with another would do"),
    Door("merge_incidents", "POST", "/incidents/{stays}/merge", "Another goes into it", "key"),
    Door("move_contacts", "POST", f"{_OF}/moves", "Contacts and notes go elsewhere", "key"),
    Door("join_parties", "POST", f"{_PARTY}/join", "Two of its people are one", "key"),
    Door("undo_look", "GET", "/filings/{filing}", "What undoing a merge, move or join would do"),
    Door("undo_filing", "POST", "/filings/{filing}/undo", "Undoes it exactly"),
)

NONE = {
    "callback": "it rings at a desk, which has to have its sound",
    "dial": "it rings at a desk, which has to have its sound",
    "dial_check": "part of dialling",
    "draft": "words that nobody has sent",
    "draft_guidance": "words that nobody has sent",
    "draft_hand_off": "words that nobody has sent",
    "draft_summary": "words that nobody has saved",
    "peek": "GET of the incident has all of it",
    "open_restricted": "a board, or whoever has a contact of it in hand",
    "abandoned_done": "the board's list of who gave up",
    "abandoned_callback": "the board's list of who gave up",
}
"""Intents about an incident without a door, and why."""
