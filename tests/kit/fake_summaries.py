"""Summaries of the stand-in of the centre: proposed and redacted by the real rules."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import msgspec

from router.core.redaction import Known, Person, Redactor, words_of_roles
from router.core.summary import SECTIONS, Sentence, changes
from router.core.summary_proposal import proposal

if TYPE_CHECKING:
    from tests.kit.fake_desk import FakeDesk

ROOM, WIDTH = 54, 80
M = 60_000
NONE = dict.fromkeys(("channel", "direction", "who", "to", "text", "subject", "contact"))


def shown(sentence: Sentence) -> dict[str, Any]:
    return msgspec.to_builtins(sentence) | {"here": sentence.line != "gone"}


class Summaries:
    """What a connection answers; its scene has `summaries` (the newest first), `summary_draft`."""

    scene: dict[str, Any]
    desk: FakeDesk

    def _said(self, intent: dict[str, Any]) -> list[Sentence]:
        lines = {one["id"]: one for one in self.scene["incidents"]["i1"]["timeline"]}
        found = []
        for one in intent["sentences"]:
            source = lines.get(one["line"], {}).get("kind", "assessment")
            more = {"by_name": "" if one["line"] else "Priya Nair", "source": source}
            found.append(Sentence(one["section"], one["text"], one["line"], **more))
        return found

    def _redacted(self, texts: list[str], hide: list[str]) -> Any:
        parties = self.scene["incidents"]["i1"]["parties"]
        words = words_of_roles([one["role"] for one in parties])
        people = tuple(
            Person((one["name"],), word) for one, word in zip(parties, words, strict=True)
        )
        known = Known(people, ("Priya Nair", "Tomás Vega"), "88-1920", hide=tuple(hide))
        return [Redactor(known).parts(one) for one in texts]

    async def do_summary(self, intent: dict[str, Any]) -> Any:
        of = self.scene["incidents"][intent["incident"]]
        document = of | {"timeline": [NONE | one for one in of["timeline"]]}
        found = proposal(document, kind_word="Poisoning", zone="America/Los_Angeles")
        versions = self.scene.setdefault("summaries", [])
        names = ("id", "number", "incident", "by_name", "at")
        return {
            "sections": [{"name": name, "word": word} for name, word in SECTIONS.items()],
            "versions": [{name: one[name] for name in names} for one in versions],
            "draft": self.scene.get("summary_draft"),
            "proposal": [shown(one) for one in found],
            "may": {"redacted": True, "full": self.scene.get("may_full", True)},
        }

    async def do_summary_version(self, intent: dict[str, Any]) -> Any:
        [found] = [one for one in self.scene["summaries"] if one["id"] == intent["summary"]]
        return found

    async def do_draft_summary(self, intent: dict[str, Any]) -> Any:
        said = self._said(intent)
        if not intent.get("look"):
            draft = {
                "sentences": [shown(one) for one in said], "hide": intent["hide"],
                "before": intent["before"],
            }  # fmt: skip
            self.scene["summary_draft"] = None if intent.get("drop") else draft
        lines = 10 + sum(len(one.text) // WIDTH + 1 for one in said)
        redacted = self._redacted([one.text for one in said], intent["hide"])
        return {"lines": lines, "room": ROOM, "redacted": redacted}

    async def do_save_summary(self, intent: dict[str, Any]) -> Any:
        versions, said = self.scene.setdefault("summaries", []), self._said(intent)
        was = (
            [msgspec.convert(one, Sentence) for one in versions[0]["sentences"]] if versions else []
        )
        number = len(versions) + 1
        of = self.scene["incidents"]["i1"]
        texts = [*(one.text for one in said), of["title"], of["facts"]["place"]]
        versions.insert(0, {
            "id": f"s{number}", "number": number, "incident": of["number"], "title": of["title"],
            "by_name": "Priya Nair", "at": self.desk.now() - M, "whole": True,
            "sentences": [shown(one) for one in said], "hide": intent["hide"],
            "redacted": self._redacted(texts, intent["hide"]),
            "since": number - 1 or None,
            "changes": msgspec.to_builtins(changes(was, said)) if was else [], "exports": {},
        })  # fmt: skip
        self.scene["summary_draft"] = None
        return {"summary": f"s{number}", "number": number}

    async def do_export_summary(self, intent: dict[str, Any]) -> Any:
        name = f"INC-20419-summary-v1-{intent['variant']}.pdf"
        pdf = base64.b64encode(b"%PDF-1.4 a page").decode()
        return {"name": name, "pdf": pdf, "sha256": "0" * 64, "first": None}
