"""Hand-offs of the stand-in of the centre: as much as the pages need to be built and looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.kit.fake_desk import FakeDesk

S, M, H = 1000, 60_000, 3_600_000
PARTS = {
    "reason": "Her liver can fail within hours.",
    "summary": "Luna, Labrador, 14 kg, ate 15 pieces of xylitol gum at 13:40. One seizure, 14:12."
    " At Ballard since 14:13, stable on a drip.",
    "actions": "14:38 call Dr. Novak for the blood result. Then text Maya. Ask Jonah for the"
    " packet.",
    "what_if": "Sugar below 60 again: Dr. Novak moves her to Harbor, open all night. Tell Maya"
    " first.",
    "questions": "Who pays above $1,500? Claims will answer by 15:00.",
}  # fmt: skip
QUESTION = {"id": "q1", "by": "Elena Popov", "question": "Is she still on the drip?", "answer": ""}


def hand_off(now: int, **more: Any) -> dict[str, Any]:
    return {
        "id": "o1", "state": "offered", "sender": "a4", "sender_name": "Elena Popov", "agent": "a1",
        "to": "Priya Nair", "parts": PARTS, "made_at": now - 19 * S, "due": now + 41 * S,
        "opens_at": None, "hastened": False, "opened_by": None, "ended": None, "questions": [],
        **more,
    }  # fmt: skip


def row(now: int, incident: dict[str, Any], **more: Any) -> dict[str, Any]:
    """As a list of hand-offs has it."""
    of = {name: incident[name] for name in ("number", "title", "severity")}
    return hand_off(now) | {
        "incident": incident["id"],
        "next": incident["next"],
        "plans": None if incident["next"] else {"what": "Call the vet at 5", "due": None},
        "draft": "",
        **of,
        **more,
    }


def choices(now: int) -> dict[str, Any]:
    people = [
        ("a5", "Omar Haddad", "paused", 12 * M, {"vet": 5, "en": 5}),
        ("a4", "Elena Popov", "ready", M, {"vet": 5, "safety": 4, "en": 5}),
        ("a2", "Tomás Vega", "talking", 761 * S, {"home": 4, "safety": 3, "es": 5}),
        ("a6", "Noah Kim", "offline", None, {"safety": 2}),
    ]
    until = (now // H + 8) * H
    return {
        "people": [
            {"id": id_, "name": name, "state": state, "since": since and now - since,
             "until": until if state == "ready" else None, "skills": skills,
             "may": name != "Omar Haddad", "role": "agent"}
            for id_, name, state, since, skills in people
        ],
        "departments": [
            {"name": "senior", "word": "Anyone senior in safety", "of": 3, "here": 2, "ready": 1,
             "opens_at": None, "closes_at": None, "within": None},
            {"name": "claims", "word": "Claims", "of": 4, "here": 2, "ready": 2, "opens_at": None,
             "closes_at": now + 3 * H, "within": None},
            {"name": "legal", "word": "Legal", "of": 2, "here": 0, "ready": 0,
             "opens_at": now + 14 * H, "closes_at": None, "within": 30 * M},
        ],
        "within": [M, 5 * M, 30 * M, 4 * H],
        "reason": "",
        "draft": "",
    }  # fmt: skip


class HandOffs:
    """What a connection answers; its scene has the two lists."""

    scene: dict[str, Any]
    desk: FakeDesk

    async def do_hand_off_to(self, _: dict[str, Any]) -> Any:
        return choices(self.desk.now()) | {"draft": self.scene.get("begun", "")}

    async def do_hand_offs(self, _: dict[str, Any]) -> Any:
        return {name: self.scene.get(name, []) for name in ("incoming", "outgoing")}

    async def hand_offs(self, **lists: list[dict[str, Any]]) -> None:
        """They have changed, as the centre tells it."""
        self.scene.update(lists)
        await self.say("notice", level="info", code="hand_offs_changed", text="")  # type: ignore[attr-defined]

    async def do_hand_off(self, intent: dict[str, Any]) -> None:
        now, of = self.desk.now(), self.scene["incidents"][intent["incident"]]
        names = {one["id"]: one["name"] for one in choices(now)["people"]}
        names |= {one["name"]: one["word"] for one in choices(now)["departments"]}
        more = {
            "sender": "a1", "sender_name": "Priya Nair", "agent": intent["agent"] or None,
            "to": names[intent["agent"] or intent["department"]], "made_at": now,
            "due": now + intent["within"], "parts": {name: intent[name] for name in PARTS},
        }  # fmt: skip
        await self.incident_is(of["id"], hand_off=hand_off(now, **more))  # type: ignore[attr-defined]
        await self.hand_offs(outgoing=[row(now, of, **more)])

    async def do_take_back_hand_off(self, _: dict[str, Any]) -> None:
        (one,) = self.scene["outgoing"]
        await self.incident_is(one["incident"], hand_off=None)  # type: ignore[attr-defined]
        await self.hand_offs(outgoing=[])

    async def do_read_hand_off(self, _: dict[str, Any]) -> None:
        await self.hand_offs(outgoing=[])

    async def do_open_hand_off(self, _: dict[str, Any]) -> None:
        await self.hand_offs(
            incoming=[one | {"opened_by": "Priya Nair"} for one in self.scene["incoming"]]
        )

    async def do_accept_hand_off(self, _: dict[str, Any]) -> None:
        (one,) = self.scene["incoming"]
        await self.incident_is(one["incident"], owner="a1", owner_name="Priya Nair")  # type: ignore[attr-defined]
        await self.hand_offs(incoming=[])

    async def do_return_hand_off(self, _: dict[str, Any]) -> None:
        await self.hand_offs(incoming=[])

    async def do_ask_hand_off(self, intent: dict[str, Any]) -> None:
        (one,) = self.scene["incoming"]
        asked = {"id": "q1", "by": "Priya Nair", "question": intent["words"], "answer": ""}
        await self.hand_offs(incoming=[one | {"questions": [*one["questions"], asked]}])

    async def do_answer_hand_off(self, intent: dict[str, Any]) -> None:
        (one,) = self.scene["outgoing"]
        said = [it | {"answer": intent["words"]} for it in one["questions"]]
        await self.hand_offs(outgoing=[one | {"questions": said}])
