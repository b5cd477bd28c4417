# ruff: noqa: E501
"""The scene of fake_desk: a believable evening at a pet-care centre. Nobody here is real."""

from __future__ import annotations

from typing import Any

from holdfast.desk.entities import agent_entity, contact_entity
from router.core.incident import REASONS
from router.core.model import LiveAgent, LiveContact
from router.core.party import ROLES

S, M, H = 1000, 60_000, 3_600_000
ME = {"id": "a1", "name": "Priya Nair", "login": "priya", "role": "supervisor",
      "permissions": ["desk.use", "board.see", "queue.steer", "call.listen", "incident.restrict"]}  # fmt: skip
CENTRE = {
    "name": "Incident Safety West", "demo": True, "email_ready": True, "relay": False,
    "sound_apart": False,
    "hours": {}, "lines": [], "record": None, "account": [],
    "severities": [
        {"level": 1, "word": "life"},
        {"level": 2, "word": "urgent"},
        {"level": 3, "word": "report"},
        {"level": 4, "word": "follow-up"},
    ],
    "dispositions": [{"code": c, "word": w, "asks_next": c == "claim", "hands_off": c == "handed", "ends": "resolved" if c == "advised" else "", "channels": ["voice"] if c == "silent" else []} for c, w in (
        ("advised", "Advised"), ("vet", "Sent to a vet"), ("services", "Emergency services"),
        ("callback", "Call back promised"), ("escalated", "Escalated"), ("claim", "Claim opened"),
        ("wrong", "Wrong number"), ("silent", "Nobody spoke"), ("handed", "Handed off"))],
    "next_within": [H // 2, 4 * H, 24 * H, 72 * H],
    "hide_listening": False,
    "pause_reasons": [{"code": c, "word": w, "rings_for_s1": c != "recovering"} for c, w in (
        ("break", "Break"), ("lunch", "Lunch"), ("meeting", "Meeting"), ("training", "Training"),
        ("recovering", "Recovering"))],
    "roles": list(ROLES),
    "incident_types": [{"code": "poisoning", "word": "Poisoning"}, {"code": "bite", "word": "Bite or attack"}],
    "languages": {"en": "English", "es": "Spanish"},
    "interpreters": ["es"],
    "guidance_kinds": ["poisoning"],
    "guidance_reasons": [{"code": "known", "word": "known already"}, {"code": "no_time", "word": "no time"}],
    "close_reasons": [{"code": c, "word": w} for c, w in REASONS.items()],
    "queues": [{"name": q, "word": q.title()} for q in ("emergency", "pets", "home", "claims")],
}  # fmt: skip
SANDBOX = {
    "lines": [{"number": "+12065550100", "word": "Emergency line"},
              {"number": "+12065550101", "word": "Support line, with a menu"}],
    "mail": "help@holdfast.example",
    "account": None,
}  # fmt: skip


def hello(now: int) -> dict[str, Any]:
    return {"type": "ready", "number": "+12065550177", "mail": "me@example.org", "call": None, "script": {"people": [{"name": "xylitol", "kind": "call", "words": "S1 · a dog has eaten xylitol and is shaking badly"}, {"name": "cat", "kind": "text", "words": "S2 · the cat got out of an open door"}, {"name": "claim", "kind": "mail", "words": "S3 · damage found after a cleaning visit"}]},
            "texts": [{"direction": "out", "body": "The sitter has not come back with my dog", "at": now - 6 * M},
                      {"direction": "in", "body": "We have it and someone is with you now. Where did they go for the walk?", "at": now - 5 * M}],
            "mails": [{"subject": "Re: Receipt for the vet", "body": "Thank you, the receipt is with your claim.", "from": "help@holdfast.example", "at": now - 2 * H}]}  # fmt: skip


def contact(id_: str, now: int, channel: str, severity: int, state: str, waited: int, target: int,
            name: str, address: str, role: str = "owner", **more: Any) -> dict[str, Any]:  # fmt: skip
    at = now - waited
    bare = contact_entity(LiveContact(id_, channel, severity, at, severity - 0.5), None)
    return bare | {
        "queue": "pets", "line": "emergency", "state": state, "state_at": at, "queued_at": at,
        "answer_by": at + target, "needs": {"vet": 3, "en": 1}, "speaks": None, "restricted": None, "rule": "Emergency line", "about": "",
        "score": more.pop("place", severity - 0.5),
        "who": {"name": name, "address": address, "role": role}, **more,
    }  # fmt: skip


def rang(agent_id: str, cost: int = 0, **facts: Any) -> dict[str, Any]:
    """Why it rings, or rang, for this one agent."""
    return {"step": 0, "chosen": {agent_id: {"cost": cost, "step": 0, **facts}}}


NO_ROOM = {"voice": 0, "sms": 0, "email": 0}


def agent(
    id_: str, name: str, state: str, at: int, skills: dict[str, int], **more: Any
) -> dict[str, Any]:
    room = {"voice": 1, "sms": 4, "email": 5} if state == "ready" else NO_ROOM
    return agent_entity(LiveAgent(id_, name)) | {
        "choice": "paused" if state == "paused" else "ready", "sound": state != "lost",
        "presence": "lost" if state == "lost" else "online", "state": state, "state_at": at,
        "skills": skills, "room": room, **more,
    }  # fmt: skip


def agent_day(now: int) -> dict[str, Any]:
    """Of an agent who has been here since this morning."""
    minutes = ((75, "ready"), (48, "talking"), (34, "wrapup"), (33, "ready"), (30, "paused"),
               (20, "messages"), (9, "ready"), (4, "talking"))  # fmt: skip
    return {
        "from": now - H,
        "hour": [{"at": now - at * M, "state": state} for at, state in minutes],
        "calls": 11, "texts": 6, "dialled": 3, "missed": 0, "declined": 1,
        "rang": {"p50_ms": 5_000, "p90_ms": 9_000},
    }  # fmt: skip


def entry(id_: str, at: int, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "at": at, "kind": kind, "channel": None, "direction": None, "who": None,
            "text": "", "html": None, "subject": None, "status": None, "contact": None,
            "offset_ms": None, "notice": None, "fault": None, "decided": None, "routing": None, **more}  # fmt: skip


FACTS = {
    "booking": "88-1920",
    "place": "Seattle",
    "zone": "America/Los_Angeles",
    "kind": "poisoning",
    "language": "en",
}


def incident(now: int) -> dict[str, Any]:
    t = now - 4 * M
    return {
        "id": "i1", "number": "INC-20419", "title": "Labrador ate sugar-free gum at the sitter’s",
        "severity": 1, "state": "open", "status": "active", "facts": FACTS, "restricted": None, "closed": None, "opened_at": t, "owner": "a1", "owner_name": "Priya Nair", "callback": None,
        "next": {"id": "x1", "what": "Call Dr. Novak for the blood result", "agent": "a1", "agent_name": "Priya Nair", "due": now + 7 * M, "by_name": "Priya Nair"}, "hand_off": None,
        "parties": [
            {"id": "p1", "name": "Maya Torres", "role": "owner", "side": "owner", "in_call": None, "addresses": [
                {"id": "ad1", "kind": "phone", "masked": "+1 206 ••• 0142", "opted_out": False, "unsure": None, "no_call": None, "zone": "America/Los_Angeles"},
                {"id": "ad2", "kind": "email", "masked": "m•••@example.org", "opted_out": False, "unsure": None, "no_call": None}]},
            {"id": "p2", "name": "Jonah Lind", "role": "sitter", "side": "sitter", "in_call": None, "addresses": [
                {"id": "ad3", "kind": "phone", "masked": "+1 425 ••• 0177", "opted_out": True, "unsure": None, "no_call": None,
                 "unsafe": {"reason": "his wife reads it", "by_name": "Tomás Vega", "at": t}}]},
            {"id": "p3", "name": "Dr. P. Novak", "role": "vet", "side": "third", "in_call": None, "addresses": [
                {"id": "ad4", "kind": "phone", "masked": "+1 206 ••• 0190", "opted_out": False, "unsure": None, "no_call": None, "zone": "America/New_York"},
                {"id": "ad5", "kind": "email", "masked": "fo•••@clinic.example", "opted_out": False, "unsure": None, "no_call": None}]},
        ],
        "contacts": [{"id": x, "channel": ch, "direction": "in", "state": st, "arrived_at": t, "answered_at": t, "ended_at": None, "outcome": None, "disposition": None, "agent_name": "Priya Nair", "party": p, "address": ad} for x, ch, st, p, ad in (("c1", "voice", "active", "p1", "ad1"), ("c2", "sms", "active", "p1", "ad1"), ("c9", "email", "ended", "p3", "ad5"))],
        "timeline": [
            entry("e1", t, "message", channel="sms", direction="in", who="Maya", text="she ate a whole pack of gum, xylitol, 20 min ago, shaking"),
            entry("e2", t + 3 * S, "event", text="Severity S1 by rule “poison words”. The call from the same number was joined."),
            entry("e3", t + 20 * S, "call", channel="voice", direction="in", who="Maya", text="called · waited 4 s · answered by you"),
            entry("e4", t + 41 * S, "note", who="Priya Nair", text="1 pack “Icy” gum, ~15 pieces, 14 kg Labrador, 20 min ago", contact="c1", offset_ms=21_000),
            entry("e5", t + 78 * S, "note", who="Priya Nair", text="Shaking, walking unsteadily, awake", contact="c1", offset_ms=58_000),
            entry("e6", t + 89 * S, "message", channel="sms", direction="out", who="You", to="Maya Torres", text="Nearest open clinic: Ballard Animal Hospital, 2 km, they expect you. Go now.", status="delivered"),
            entry("e7", t + 124 * S, "note", who="Priya Nair", text="Sitter Jonah drives. Clinic Ballard informed, ETA 9 min", contact="c1", offset_ms=104_000),
            entry("e8", t + 140 * S, "message", channel="email", direction="in", who="Dr. P. Novak", subject="Admission form", written_by="fo•••@clinic.example", answer_to="st•••@example.net", text="We are ready. Bring the packaging if you have it.\n\nOn Tue, 3 Mar 2026 at 10:00, Help <help@x.example> wrote:\n> A Labrador comes to you,\n> about 14 kg.\n"),
            entry("e9", t + 150 * S, "message", channel="sms", direction="out", who="You", text="Bring the empty packet, please.", status="failed", notice="The carrier could not reach the phone: call instead."),
            entry("e10", t + 160 * S, "message", channel="sms", direction="out", who="Priya Nair", text="Bring the empty packet, please.", fault="Not delivered: this is a landline, or a number that texts do not reach (30006): call instead."),
        ],
        "linked": [],
        "drafts": {"c2": "I stay on the line with you. Keep her warm, nothing to eat or drink."},
    }  # fmt: skip


def yesterday(now: int) -> int:
    """The beginning of an hour: no midnight comes in what follows."""
    return (now - 26 * H) // H * H


def long_timeline(now: int) -> list[dict[str, Any]]:
    """An incident of yesterday and today: two calls, a text, and a long search for somebody."""
    t = yesterday(now)
    called = entry("l0", t, "call", channel="voice", direction="in", who="Maya Torres", contact="y1",
                   text="called · answered after 12:40 by Elena Popov · Call back promised")  # fmt: skip
    crew = ("Tomás Vega", "Leo Martin", "Sam Carter", "Aisha Bello")
    search = [
        entry(f"s{n}", t + (n + 1) * 40 * S, "event", who=crew[n % 4], text=text.format(crew[n % 4]), routing=code)
        for n, (code, text) in enumerate(
            [("missed", "offer missed by {}")] * 4 + [("widened", "looked for more widely: vet 2+")]
            + [("missed", "offer missed by {}")] * 3 + [("declined", "offer declined by {}")] * 2
            + [("withdrawn", "offer at {} gave way to a worse one"), ("widened", "looked for more widely")])
    ]  # fmt: skip
    later = t + 13 * M
    said = [
        entry("l2", later, "event", who="Elena Popov", text="severity raised S3 → S2 by Elena Popov: at a glance"),
        entry("l3", later + 30 * S, "note", who="Elena Popov", text="Seen at the clinic at noon, sent home", contact="y1", offset_ms=41_000),
        entry("l4", later + 95 * S, "note", who="Elena Popov", text="Vomits since four. No blood", contact="y1", offset_ms=106_000),
        entry("l5", later + 200 * S, "event", who="Elena Popov", text="transferred by Elena Popov to Tomás Vega"),
        entry("l6", later + 240 * S, "event", who="Tomás Vega", text="taken over by Tomás Vega"),
        entry("l7", later + 260 * S, "note", who="Tomás Vega", text="Owner drives there again, 20 min", contact="y1", offset_ms=271_000),
        entry("l8", later + 300 * S, "event", who="Tomás Vega", text="call over after 5:00: they hung up"),
        entry("l9", later + 330 * S, "event", text="call finished by Tomás Vega: Call back promised · call at six"),
        entry("l10", later + 5 * H, "call", channel="voice", direction="out", who="Priya Nair", contact="y2",
              text="called Maya Torres · not reached at +1 206 ••• 0142: nobody answered"),
        entry("l11", later + 5 * H + M, "event", who="Leo Martin", text="offer missed by Leo Martin", routing="missed"),
        entry("l12", later + 5 * H + 2 * M, "message", channel="sms", direction="out", who="Priya Nair", contact="y3",
              text="We tried to call you. How is she?", status="delivered"),
    ]  # fmt: skip
    return [called, *search, *said]


def other(now: int) -> dict[str, Any]:
    """Another incident: it rings while the first one is open."""
    said = (
        ("She ran off with the lead on, near the school", 9 * M),
        ("a car hit her, she is bleeding", 2 * M),
        ("please hurry", S),
    )
    return {
        "id": "i2", "number": "INC-20431", "title": "Beagle off the lead near the school", "severity": 1,
        "state": "open", "status": "new", "facts": dict.fromkeys(FACTS, ""), "restricted": None, "closed": None, "opened_at": now - 9 * M, "owner": None, "owner_name": None, "callback": None, "next": None, "hand_off": None, "parties": [], "contacts": [], "linked": [], "drafts": {},
        "timeline": [entry(f"o{n}", now - ago, "message", channel="sms", direction="in", who="Rosa Diaz", text=text)
                     for n, (text, ago) in enumerate(said)],
    }  # fmt: skip


def day(
    offered: int,
    answered: int,
    in_target: int,
    *,
    abandoned: int = 0,
    short: int = 0,
    left: int = 0,
    late: int = 0,
    late_apart: int = 0,
    kept: int = 0,
    unreached: int = 0,
    closed: tuple[int, int, int] = (0, 0, 0),
) -> dict[str, Any]:
    came = answered + abandoned + left + late
    return {"offered": offered, "answered": answered, "in_target": in_target, "abandoned": abandoned, "short": short,
            "left": left, "late": late, "late_apart": late_apart, "kept": kept, "unreached": unreached, "level": [in_target, came - short],
            "all": [in_target, came], "closed": dict(zip(("answered", "abandoned", "left"), closed, strict=True))}  # fmt: skip


def abandoned(now: int) -> dict[str, Any]:
    """Callers who gave up."""
    rows = [
        ("i1", "INC-20419", 1, "Maya Torres", "+1 206 ••• 0142", 4 * M, 41 * S, 2),
        ("i2", "INC-20402", 2, "+1 503 ••• 0110", "+1 503 ••• 0110", 12 * M, 3 * M, 1),
        ("gi4", None, 3, "+1 206 ••• 0177", "+1 206 ••• 0177", 2 * M, 50 * S, 1),
        ("i3", "INC-20388", 3, "S. Iyer", "+1 971 ••• 0166", 95 * M, 6 * M, 1),
    ]
    return {
        i: {"incident": i, "incident_no": no, "contact": f"g{i}", "severity": sev, "line": "emergency",
            "who": {"name": name, "address": address, "role": "caller"}, "at": now - ago,
            "waited_ms": waited, "kind": "call", "tries": tries, "provisional": no is None, "hidden": False}
        for i, no, sev, name, address, ago, waited, tries in rows
    }  # fmt: skip


def counted(now: int, many: int) -> list[dict[str, Any]]:
    """The contacts behind a figure."""
    ends = ("handled", "abandoned", "voicemail", None)
    return [
        {"contact": f"f{n}", "at": now - n * 7 * M, "severity": 3, "channel": ("voice", "sms", "email")[n % 3], "direction": "in",
         "who": ("Maya Torres", "+1 503 ••• 0110", "Ballard Animal Hospital")[n % 3], "incident": "i1",
         "incident_no": "INC-20419", "agent_name": None if n % 2 else "Priya Nair", "outcome": ends[n % 4],
         "waited_ms": 20_000 + n * 9_000, "in_all_ms": 150_000 + n * 9_000 if n == 3 else None, "in_target": n % 4 == 0, "late": False}
        for n in range(many)
    ]  # fmt: skip


def found(now: int) -> list[dict[str, Any]]:
    """What a search finds."""
    rows = [
        (
            "i1",
            20419,
            1,
            "Labrador ate sugar-free gum at the sitter’s",
            "Maya Torres",
            ["voice", "sms", "email"],
            "voice",
            "in",
            "abandoned",
            4 * M,
            "Priya Nair",
        ),
        (
            "i2",
            20402,
            2,
            "Water still running, main closed",
            "+1 503 ••• 0110",
            ["voice"],
            "voice",
            "in",
            "abandoned",
            12 * M,
            None,
        ),
        (
            "i3",
            20388,
            3,
            "Damage found on the oak floor after a cleaning visit of three hours on Thursday",
            "S. Iyer",
            ["email"],
            "email",
            "in",
            "handled",
            3 * H,
            "Tomás Vega",
        ),
        (
            "i4",
            20377,
            4,
            "Receipt",
            "l•••@example.org",
            ["email", "sms"],
            "voice",
            "out",
            "not_reached",
            26 * H,
            "Grace Liu",
        ),
        (
            "i5",
            20361,
            2,
            "Cat got out at a booking in Ballard",
            "Jonas Weber",
            ["sms"],
            "sms",
            "in",
            "handled",
            50 * H,
            "Priya Nair",
        ),
        (
            "i6",
            20359,
            3,
            "Untitled",
            "+1 360 ••• 0115",
            ["voice"],
            "voice",
            "in",
            "unfinished",
            70 * H,
            None,
        ),
    ]
    return [
        {"id": i, "number": f"INC-{no}", "title": title, "severity": sev, "touched_at": now - ago,
         "state": "closed" if ago > 48 * H else "open", "status": "resolved" if ago > 48 * H else "active", "closed_at": now - 24 * H if ago > 48 * H else None,
         "owner_name": owner, "who": who, "channels": channels, "open_contacts": 0,
         "last": {"channel": channel, "direction": way, "state": "ended", "outcome": outcome}}
        for i, no, sev, title, who, channels, channel, way, outcome, ago, owner in rows
    ]  # fmt: skip


def mine_rows(now: int) -> list[dict[str, Any]]:
    """What is Priya's to do: overdue, with her call, later, and not planned yet."""
    rows: list[tuple[str, str, int, str, tuple[str, str, str, int] | None]] = [
        ("i9", "INC-20388", 2, "Sitter bitten on the hand", ("Call Grace Lindqvist", "a1", "Priya Nair", -6 * M)),
        ("i1", "INC-20419", 1, "Labrador ate sugar-free gum at the sitter’s", ("Call Dr. Novak for the blood result", "a1", "Priya Nair", 7 * M)),
        ("i8", "INC-20402", 3, "Scratch found on a new floor", ("Send the written update", "a2", "Tomás Vega", 149 * M)),
        ("i7", "INC-20377", 3, "Cat came home limping", None),
    ]  # fmt: skip
    return [
        {"id": i, "number": no, "title": title, "severity": sev, "status": "active", "owner_name": "Priya Nair",
         "next": to_do and {"what": to_do[0], "agent": to_do[1], "agent_name": to_do[2], "due": now + to_do[3]}}
        for i, no, sev, title, to_do in rows
    ]  # fmt: skip


def open_rows(now: int) -> list[dict[str, Any]]:
    """What a supervisor sees: everybody's, also what nobody owns."""
    rows = mine_rows(now)
    nobodys = {"id": "i6", "number": "INC-20431", "title": "Water under the kitchen floor, tap still running", "severity": 2,
               "status": "new", "owner_name": None, "next": None}  # fmt: skip
    theirs = rows[2] | {"id": "i5", "number": "INC-20290", "severity": 4, "owner_name": "Tomás Vega", "status": "waiting_party",
                        "title": "Receipt for the vet, second letter with the itemised invoice of the clinic"}  # fmt: skip
    return [rows[0], nobodys, rows[1], rows[2], theirs, rows[3]]


def incidents(scene: str, now: int) -> dict[str, Any]:
    first = incident(now)
    if scene == "long":
        t = yesterday(now)
        first["timeline"] = long_timeline(now) + first["timeline"]
        first["contacts"] += [
            {"id": x, "channel": ch, "direction": way, "state": "ended", "arrived_at": t, "answered_at": at,
             "ended_at": t + H, "outcome": outcome, "disposition": None, "agent_name": "Elena Popov"}
            for x, ch, way, at, outcome in (("y1", "voice", "in", t + 13 * M, "handled"), ("y2", "voice", "out", None, "not_reached"),
                                            ("y3", "sms", "out", None, "handled"))
        ]  # fmt: skip
    return {"i1": first, "i2": other(now)}


def build(scene: str, now: int) -> dict[str, Any]:
    offered = {"fence": "7", "agents": ["a1"], "expires": now + 12 * S}
    contacts = [
        contact("q1", now, "voice", 1, "offered", 6 * S, 15 * S, "Kim Osei", "+1 206 ••• 0133", agent=None, rule="Emergency line; word “bleeding”", reason=rang("a2", needs={"vet": 3, "en": 1}), about="", until=now + 5 * S, offer={"fence": "3", "agents": ["a2"], "expires": now + 8 * S}),
        contact("q2", now, "voice", 2, "queued", 14 * S, 20 * S, "", "+1 425 ••• 0177", place=1, rule="Second call today; open INC-20402", needs={"home": 2}),
        contact("q3", now, "sms", 2, "queued", 228 * S, 300 * S, "Ade Brooks", "+1 503 ••• 0110", place=2, about="water still running, I closed the main", rule="Word “water”", needs={"home": 1}),
        contact("q4", now, "email", 2, "queued", 11 * M, 30 * M, "Jonas Weber", "j•••@example.org", place=3, about="Lost dog, Green Lake, since four", rule="Words “lost dog”", needs={"pets": 2}),
        contact("q5", now, "voice", 3, "connecting", 42 * S, 60 * S, "Rosa Diaz", "+1 206 ••• 0121", agent="a7", rule="Menu: claims", reason=rang("a7", needs={"es": 3}), needs={"es": 3}),
        contact("q6", now, "voice", 3, "queued", 71 * S, 60 * S, "", "+1 503 ••• 0121", place=4, rule="Menu: claims", needs={"claims": 2}),
        contact("q7", now, "sms", 3, "queued", 12 * M, 30 * M, "Hyun Park", "+1 971 ••• 0166", place=5, about="damage found afterwards on the oak floor", rule="Support line", needs={"home": 1}),
        contact("q8", now, "email", 3, "queued", 62 * M, 4 * H, "S. Iyer", "s•••@example.org", place=6, about="SOAP notes attached", rule="Known party of INC-20388", needs={"claims": 1}),
        contact("q9", now, "email", 3, "queued", 80 * M, 4 * H, "Ballard Animal Hospital", "o•••@example.org", "vet", place=7, about="Invoice, itemised", rule="Known party of INC-20388", needs={"claims": 1}),
        contact("q10", now, "sms", 4, "queued", 24 * M, 4 * H, "Lucía Ferrer", "+1 206 ••• 0199", place=8, about="¿Dónde mando el recibo?", rule="Support line", needs={"es": 1}),
        contact("q11", now, "email", 4, "queued", 190 * M, 24 * H, "T. Nguyen", "t•••@example.org", place=9, about="How do I add a second pet?", rule="Support mail", needs={"en": 1}),
        contact("q12", now, "voice", 4, "in_menu", 9 * S, 5 * M, "", "+1 360 ••• 0115", rule="Support line", needs={}),
        contact("w1", now, "voice", 2, "active", 12 * M, 20 * S, "P. Lindgren", "+1 206 ••• 0104", agent="a3", answered_at=now - 12 * M, rule="Burst pipe"),
        contact("w2", now, "voice", 1, "active", 3 * M, 15 * S, "Grace Achebe", "+1 206 ••• 0188", agent="a4", answered_at=now - 3 * M, rule="Emergency line", fault="agent_sound_lost", until=now + 21 * S, alarm="lost"),
    ]  # fmt: skip
    mine = agent("a1", "Priya Nair", "ready", now - 52 * S, {"vet": 4, "en": 5})
    own: list[dict[str, Any]] = []
    if scene in ("ring", "ringtext"):
        voice = scene == "ring"
        own.append(
            contact(
                "o1",
                now,
                "voice" if voice else "sms",
                1,
                "offered",
                3 * S,
                15 * S,
                "Maya Torres",
                "+1 206 ••• 0142",
                rule="Emergency line; word “poison”",
                reason=rang("a1", needs={"vet": 3, "en": 1}),
                about="" if voice else "she ate a whole pack of gum, xylitol, 20 min ago, shaking",
                incident="i1",
                incident_no="INC-20419",
                until=now + 12 * S,
                offer=offered,
            )
        )
        mine.update(
            state="ringing",
            room=NO_ROOM,
            state_at=now - 3 * S,
            offer={"contact": "o1", "fence": offered["fence"], "expires": offered["expires"]},
        )
    if scene == "textring":  # another person's text rings while one text is in hand
        own.append(
            contact(
                "o2",
                now,
                "sms",
                1,
                "offered",
                20 * S,
                60 * S,
                "Rosa Diaz",
                "+1 206 ••• 0121",
                rule="emergency words: “bleeding”",
                reason=rang("a1", cost=1),
                about="please hurry",
                incident="i2",
                incident_no="INC-20431",
                until=now + 40 * S,
                offer={**offered, "expires": now + 40 * S},
            )
        )
        mine.update(
            room=NO_ROOM,
            offer={"contact": "o2", "fence": offered["fence"], "expires": now + 40 * S},
        )
    if scene == "back":  # two that the agent had when their connection was lost
        own.append(
            contact(
                "b1",
                now,
                "sms",
                2,
                "offered",
                4 * M,
                5 * M,
                "Ade Brooks",
                "+1 503 ••• 0110",
                about="water still running",
                incident="i2",
                incident_no="INC-20402",
                answered_at=now - 3 * M,
                needs={"home": 1},
                offer={"fence": "9", "agents": ["a2"], "expires": now + 40 * S},
                returned={"agent": "a1", "rings_at": ["Tomás Vega"], "kept": None},
            )
        )
        own.append(
            contact(
                "b2",
                now,
                "voice",
                3,
                "queued",
                6 * M,
                M,
                "Maya Torres",
                "+1 206 ••• 0142",
                incident="i1",
                incident_no="INC-20419",
                answered_at=now - 5 * M,
                needs={"vet": 3},
                returned={"agent": "a1", "rings_at": [], "kept": None},
            )
        )
    if scene in ("call", "long", "wrapup", "text", "textring"):
        own.append(
            contact(
                "c2",
                now,
                "sms",
                1,
                "active",
                48 * S,
                60 * S,
                "Maya Torres",
                "+1 206 ••• 0142",
                agent="a1",
                about="she is shaking",
                incident="i1",
                incident_no="INC-20419",
                rule="Words “ate gum”, “shaking”: poison",
                answered_at=now - 4 * M,
            )
        )
        own.append(
            contact(
                "c3",
                now,
                "email",
                3,
                "parked",
                20 * M,
                4 * H,
                "Dr. P. Novak",
                "p•••@example.org",
                "vet",
                agent="a1",
                about="Invoice and SOAP notes attached",
                incident="i1",
                incident_no="INC-20419",
                answered_at=now - 15 * M,
            )
        )
        own.append(
            contact(
                "c4",
                now,
                "sms",
                2,
                "active",
                3 * M + 48 * S,
                5 * M,
                "Ade Brooks",
                "+1 503 ••• 0110",
                agent="a1",
                about="The tap still runs, I closed the main",
                incident="i1",
                incident_no="INC-20402",
            )
        )
        mine.update(
            state="messages", room={"voice": 0, "sms": 2, "email": 4}, state_at=now - 207 * S
        )
    if scene in ("call", "long"):
        own.append(
            contact(
                "c1",
                now,
                "voice",
                1,
                "active",
                211 * S,
                15 * S,
                "Maya Torres",
                "+1 206 ••• 0142",
                agent="a1",
                answered_at=now - 207 * S,
                incident="i1",
                incident_no="INC-20419",
                link="streaming",
                rule="Emergency line; word “poison” in the text just before",
            )
        )
        mine.update(state="talking", room=NO_ROOM)
    if scene == "wrapup":
        own.append(
            contact(
                "c1",
                now,
                "voice",
                1,
                "wrapup",
                7 * S,
                15 * S,
                "Maya Torres",
                "+1 206 ••• 0142",
                agent="a1",
                answered_at=now - 220 * S,
                until=now + 23 * S,
                incident="i1",
                incident_no="INC-20419",
                rule="Emergency line; word “poison” in the text just before",
            )
        )
        mine.update(state="wrapup", room=NO_ROOM, until=now + 23 * S)
    if scene == "paused":
        mine.update(state="paused", room=NO_ROOM, choice="paused", pause_reason="lunch")
    agents = [
        mine,
        agent("a2", "Tomás Vega", "ringing", now - 3 * S, {"vet": 4, "es": 5}, offer={"contact": "q1", "fence": "3", "expires": now + 8 * S}),
        agent("a3", "Elena Popov", "talking", now - 12 * M, {"home": 4, "en": 5}, contacts=["w1"]),
        agent("a4", "Leo Martin", "lost", now - 9 * S, {"vet": 3}, contacts=["w2"], until=now + 21 * S),
        agent("a5", "Sam Carter", "wrapup", now - 18 * S, {"claims": 3, "en": 5}, until=now + 12 * S),
        agent("a6", "Aisha Bello", "messages", now - 8 * M, {"home": 3, "en": 4}, room={"voice": 0, "sms": 1, "email": 1}, contacts=["x1", "x2", "x3"]),
        agent("a7", "Grace Liu", "connecting", now - S, {"claims": 5, "es": 4}, contacts=["q5"]),
        agent("a8", "Noah Kim", "ready", now - 151 * S, {"vet": 2}),
        agent("a9", "Omar Haddad", "paused", now - 6 * M, {"vet": 5}, pause_reason="break"),
        agent("a10", "Ivy Chen", "paused", now - 24 * M, {"home": 4}, pause_reason="lunch"),
        agent("a11", "Wren Abbott", "dialing", now - 6 * S, {"claims": 4}, contacts=["x4"]),
        agent("a12", "Zoë Marchetti", "ready", now - 31 * M, {"claims": 2, "es": 5, "en": 4}),
    ]  # fmt: skip
    if scene in ("quiet", "idle", "paused"):
        contacts = []
    every = contacts + own
    tally: dict[str, Any] = {"waiting": {}, "queues": {}, "reserve": 0, "today": {
        "1": day(78, 76, 75), "2": day(131, 124, 120, abandoned=4, short=2, left=3, kept=3),
        "3": day(205, 194, 181, abandoned=5, short=3, left=6, late=1, late_apart=2, kept=4, unreached=1, closed=(2, 1, 7)),
        "4": day(0, 0, 0)}}  # fmt: skip
    for s in range(1, 5):
        waits = [
            c
            for c in contacts
            if c["severity"] == s and c["state"] in ("queued", "offered", "in_menu")
        ]
        oldest = min(waits, key=lambda c: c["arrived_at"], default=None)
        due = min(waits, key=lambda c: c["answer_by"], default=None)
        tally["waiting"][str(s)] = {
            **{ch: sum(c["channel"] == ch for c in waits) for ch in ("voice", "sms", "email")},
            "oldest": oldest and oldest["arrived_at"], "due": due and {k: due[k] for k in ("waits_from", "answer_by")}, "wait": None,
        }  # fmt: skip
    tally["queues"] = {}
    if scene == "board":
        calls = {"2": (40, 130), "3": (190, 430), "4": (720, 1500)}
        for level, (p50, p90) in calls.items():
            tally["waiting"][level]["wait"] = {"p50_ms": p50 * S, "p90_ms": p90 * S}
        tally["queues"] = {
            "home": {"severity": 2, "calls": 1, "wait": {"p50_ms": 40 * S, "p90_ms": 130 * S}},
            "claims": {"severity": 3, "calls": 2, "wait": {"p50_ms": 190 * S, "p90_ms": 430 * S}},
            "pets": {"severity": 1, "calls": 1, "wait": None},
        }
    rows = zip(
        (0, 1, 0, 0, 2, 1, 0, 1, 0, 0, 1, 0, 0, 1),
        (2, 2, 3, 4, 4, 3, 3, 2, 4, 5, 4, 3, 2, 3),
        (5, 6, 6, 7, 9, 8, 7, 7, 6, 5, 6, 5, 4, 4),
        (1, 1, 2, 2, 2, 3, 3, 4, 4, 3, 3, 2, 2, 3),
        strict=True,
    )
    depth = [{"at": now - (13 - i) * 9 * M, "counts": list(r)} for i, r in enumerate(rows)]
    kept = {"ringing": "ringing", "talking": "on_call", "connecting": "on_call", "wrapup": "wrapup",
            "dialing": "on_call", "lost": "lost", "paused": "paused"}  # fmt: skip
    return {"pull": None, "by_name": {a["id"]: kept.get(a["state"]) for a in agents}, "depth": depth, "me": dict(ME), "centre": CENTRE, "contacts": {c["id"]: c for c in every},
            "agents": {a["id"]: a for a in agents}, "tally": tally, "abandoned": abandoned(now) if scene == "board" else {}, "found": found(now),
            "mine": [] if scene in ("idle", "board") else mine_rows(now),
            "incidents": incidents(scene, now)}  # fmt: skip


def side(of: dict[str, Any]) -> dict[str, Any]:
    """An incident as whoever merges it sees it."""
    return {
        **{name: of[name] for name in ("id", "number", "title", "severity", "state", "next")},
        "owner_name": of["owner_name"], "people": [one["name"] for one in of["parties"]],
        "contacts": len(of["contacts"]), "live": 1, "opened_at": of["opened_at"],
    }  # fmt: skip
