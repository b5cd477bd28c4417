"""Things a page gets about an incident beside the record's document: folds and a first look."""

from __future__ import annotations

import json
from typing import Any

from channels.email.quotes import NO_FOLDS, parts
from router.core.display import excerpt

LETTERS = 1_500_000
"""Letters of an incident's messages that go to a page; of what is older only the beginnings."""
LETTERS_OF_ONE = 2_000
CUT = "\n[… the rest is in the record]"

PEEK_LINES = 12
PEEK_LETTERS = 200
SAID = ("message", "call", "note")


def fold_quotes(document: dict[str, Any]) -> dict[str, Any]:
    """Gives mails that repeat earlier words their `parts`: [{text, quoted}]. The repeated parts
    were found when the mail was read; here they are only cut."""
    left = LETTERS
    for entry in reversed(document["timeline"]):
        folds = entry.pop("folds", None)
        entry["parts"] = None
        text = entry["text"] or ""
        most = max(left, LETTERS_OF_ONE)
        left -= len(text)
        if len(text) > most:
            entry["text"] = text[:most] + CUT
        if folds and folds != NO_FOLDS:
            cut = parts(entry["text"] or "", json.loads(folds))
            entry["parts"] = [{"text": text, "quoted": quoted} for text, quoted in cut]
    return document


def peek_of(document: dict[str, Any]) -> dict[str, Any]:
    """Its subject and the last things said, for an agent who has another incident open."""
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
    words = (entry["fault"], entry["subject"], said)
    return excerpt(": ".join(word for word in words if word), PEEK_LETTERS)
