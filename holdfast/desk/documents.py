"""What a page gets of an incident beside the record's own document: folds and a first look."""

from __future__ import annotations

from typing import Any

from channels.email.quotes import split
from router.core.masks import excerpt

FOLD_AT_MOST = 100_000
"""A mail with more letters than this is shown whole."""

PEEK_LINES = 12
PEEK_LETTERS = 200
SAID = ("message", "call", "note")


def fold_quotes(document: dict[str, Any]) -> dict[str, Any]:
    """Gives the mails that repeat what was said before their `parts`: [{text, quoted}]."""
    for entry in document["timeline"]:
        entry["parts"] = _parts(entry)
    return document


def _parts(entry: dict[str, Any]) -> list[dict[str, Any]] | None:
    text = entry["text"] or ""
    mail_in = entry["channel"] == "email" and entry["direction"] == "in"
    if not mail_in or len(text) > FOLD_AT_MOST:
        return None
    segments = split(text)
    if not any(segment.quoted for segment in segments):
        return None
    return [{"text": segment.text, "quoted": segment.quoted} for segment in segments]


def peek_of(document: dict[str, Any]) -> dict[str, Any]:
    """What it is about and what was said last, for somebody who has another incident open."""
    lines = [entry for entry in document["timeline"] if entry["kind"] in SAID][-PEEK_LINES:]
    return {name: document[name] for name in ("id", "number", "title", "severity", "opened_at")} | {
        "lines": [
            {
                name: entry[name]
                for name in ("id", "at", "kind", "channel", "direction", "who", "contact")
            }
            | {"text": _words(entry)}
            for entry in lines
        ]
    }


def _words(entry: dict[str, Any]) -> str:
    parts = entry["parts"]
    said = "".join(part["text"] for part in parts if not part["quoted"]) if parts else entry["text"]
    return excerpt(": ".join(word for word in (entry["subject"], said) if word), PEEK_LETTERS)
