"""A stand-in for the centre that speaks the desk protocol with a recorded scene.

It is for the pages only: they can be built, photographed and tested before (and apart from) the
real server. ``python -m tests.kit.fake_desk [port]`` serves it by hand; tests use
:class:`FakeDesk`. ``?scene=`` in a page's address is remembered in a cookie: idle, ring, call,
wrapup, text, back, board, long.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
import secrets
import sys
import time
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from channels.email.quotes import folds_of
from holdfast.desk import incident_preview
from holdfast.desk.callback_list import HIDDEN
from holdfast.desk.topics import INTENTS
from router.core.hits import marked, needles
from router.core.query import terms_of
from tests.kit import fake_callbacks, fake_scenes
from tests.kit.fake_hand_offs import HandOffs
from tests.kit.fake_summaries import Summaries

STATIC = Path(__file__).resolve().parents[2] / "static"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws:; "
    "img-src 'self' data:; media-src 'self' blob:; font-src 'self'; worker-src 'self'"
)
LEAVING = ("wrapped", "reply", "write_first", "next_done", "cancel_callback", "abandoned_done")
PAGES = {"/login": "login", "/desk": "desk", "/board": "board", "/sandbox/phone": "phone"}
SPARSE_S = 0.18
"""Silence comes as a packet of 20 ms after each such gap: a page asks only that they go on."""
TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".css": "text/css",
         ".svg": "image/svg+xml", ".json": "application/json", ".html": "text/html"}  # fmt: skip


def as_read(incident: dict[str, Any]) -> dict[str, Any]:
    """The incident with the folds that would have been found when its mails were read."""
    document = copy.deepcopy(incident)
    for line in document["timeline"]:
        if line["channel"] == "email" and line["direction"] == "in":
            line["folds"] = json.dumps(folds_of(line["text"]))
    return incident_preview.fold_quotes(document)


class Connection(HandOffs, Summaries):
    """One page's: its scene, its sequence number, and how it answers intents. Whoever connects
    again (a page that heard nothing for long does) goes on with it."""

    def __init__(self, desk: FakeDesk, ws: web.WebSocketResponse, view: str, scene: str) -> None:
        self.desk, self.ws, self.view = desk, ws, view
        self.page = desk.pages
        self.name, self.scene = scene, fake_scenes.build(scene, desk.now())
        self.seq = 0

    async def say(self, type_: str, **fields: Any) -> None:
        with contextlib.suppress(ConnectionError):
            await self.ws.send_json({"type": type_, "now": self.desk.now(), **fields})

    async def snapshot(self) -> None:
        self.seq += 1
        s = self.scene
        contacts, agents = s["contacts"], s["agents"]
        if self.view == "desk":
            mine = s["me"]["id"]
            contacts = {
                k: c for k, c in contacts.items()
                if c["agent"] == mine or mine in (c["offer"] or {}).get("agents", [])
                or (c["returned"] or {}).get("agent") == mine
            }  # fmt: skip
            agents = {mine: agents[mine]}
        await self.say(
            "snapshot", seq=self.seq, me=s["me"], centre=s["centre"],
            view={"contacts": contacts, "agents": agents, "tally": s["tally"],
                  "helps": s.get("helps", {}),
                  **({n: s[n] for n in ("depth", "abandoned")} if self.view == "board" else {})},
        )  # fmt: skip

    async def event(
        self, name: str, put: dict[str, Any], drop: dict[str, Any] | None = None
    ) -> None:
        self.seq += 1
        for part, entries in put.items():
            if isinstance(entries, dict) and isinstance(self.scene.get(part), dict):
                self.scene[part].update(entries)
        await self.say("event", seq=self.seq, name=name, put=put, drop=drop or {})

    async def handle(self, intent: dict[str, Any]) -> None:
        do = intent.get("do")
        if do == "pong":  # no intent of a person: it may come between any two
            self.desk.pongs += 1
            return
        self.desk.intents.append(intent)
        result: Any = None
        answer = getattr(self, f"do_{do}", None)
        refused = self.desk.refuse.get(do)
        if self.desk.asks_next and self.leaves(intent):
            refused = "next_needed"
        if INTENTS[do].desk_only and self.view != "desk":
            refused = "not_allowed"
        if refused:
            error = {"code": refused, "message": self.desk.says.get(do, "")}
            return await self.say("reply", id=intent["id"], ok=False, error=error)
        if answer:
            result = await answer(intent)
        await self.say("reply", id=intent["id"], ok=True, result=result)

    def leaves(self, intent: dict[str, Any]) -> bool:
        """Nothing else of the incident goes on: whoever leaves it says what is next."""
        if intent["do"] not in LEAVING or any(
            intent.get(name) for name in ("anyway", "resolves", "what")
        ):
            return False
        planned = self.scene["incidents"]["i1"]["next"] and intent["do"] != "next_done"
        return not planned and intent.get("then") != "wait"

    async def do_snapshot(self, _: dict[str, Any]) -> None:
        await self.snapshot()

    async def do_open(self, intent: dict[str, Any]) -> Any:
        found = self.scene["incidents"].get(intent["incident"])
        return found and as_read(found)

    async def do_peek(self, intent: dict[str, Any]) -> Any:
        found = self.scene["incidents"].get(intent["incident"])
        return found and incident_preview.peek_of(as_read(found))

    async def do_incidents(self, intent: dict[str, Any]) -> Any:
        rows = [dict(r) for r in self.scene["found"] if intent["q"].lower() in str(r).lower()]
        if intent["filter"] == "abandoned":
            rows = [r for r in rows if r["last"]["outcome"] == "abandoned"]
        wanted = needles(terms_of(intent["q"]))
        for row in rows:
            seen = {name: marked(row[name], wanted, whole=True) for name in ("title", "who")}
            row["marks"] = {name: parts for name, parts in seen.items() if parts}
        return {"rows": rows, "next": None}

    async def do_merge_look(self, intent: dict[str, Any]) -> Any:
        here = self.scene["incidents"][intent["incident"]]
        return {
            "here": fake_scenes.side(here),
            "there": fake_scenes.side(fake_scenes.other(self.desk.now())),
        }

    async def do_undo_look(self, _: dict[str, Any]) -> Any:
        return {"since": self.scene.get("since", [])}

    async def do_move_contacts(self, intent: dict[str, Any]) -> Any:
        return {"incident": intent["to"] or "i2"}

    async def do_help_ask(self, _: dict[str, Any]) -> Any:
        return {"help": self.scene.get("asks", "h1")}

    async def do_mine(self, _: dict[str, Any]) -> Any:
        return {
            "rows": self.scene.get("mine", []),
            "more": False,
            "team": self.scene.get("team", []),
        }

    async def do_callbacks_kept(self, _: dict[str, Any]) -> Any:
        return {"days": 1, "since": 0, "rows": fake_callbacks.KEPT}

    async def do_callbacks(self, _: dict[str, Any]) -> Any:
        found = fake_callbacks.rows(self.desk.now())
        rows = [one | HIDDEN if one["contact"] in self.desk.hides else one for one in found]
        return {"rows": rows, "more": False}

    async def do_open_incidents(self, intent: dict[str, Any]) -> Any:
        now, rows = self.desk.now(), fake_scenes.open_rows(self.desk.now())
        fits = {
            "": lambda _: True,
            "overdue": lambda row: row["next"] and row["next"]["due"] < now,
            "nobodys": lambda row: row["owner_name"] is None,
            "severe": lambda row: row["severity"] <= 2,
        }
        counts = {name or "all": sum(bool(fit(row)) for row in rows) for name, fit in fits.items()}
        only = intent["filter"]
        return {"filter": only, "rows": [row for row in rows if fits[only](row)], "more": False,
                "counts": counts}  # fmt: skip

    async def do_colleagues(self, intent: dict[str, Any]) -> Any:
        people = [
            {"id": "a1", "name": "Priya Nair", "here": True},
            {"id": "a2", "name": "Tomás Vega", "here": True},
        ]
        only = (self.scene["incidents"].get(intent.get("incident")) or {}).get("restricted")
        on_it = {one["id"] for one in only["people"]} if only else {one["id"] for one in people}
        return {"people": [one for one in people if one["id"] in on_it]}

    async def do_snippets(self, _: dict[str, Any]) -> Any:
        rows = [
            ("call_us", "Please call us", "Hello Maya, please call us at +12065550101.", []),
            ("received", "We have your message", "Hello {name}, we have your message.", ["name"]),
        ]
        return {
            "rows": [
                {"name": name, "word": word, "language": "en", "subject": word, "text": text,
                 "missing": missing}
                for name, word, text, missing in rows
            ]
        }  # fmt: skip

    async def do_reveal(self, intent: dict[str, Any]) -> Any:
        if intent["address"] in ("ad2", "ad5"):
            mail = "maya.torres.and.her.brother@long-name.example.org"
            return {"value": mail, "shown": mail}
        return {"value": "+12065550142", "shown": "+1 206 555 0142"}

    async def do_plan_next(self, intent: dict[str, Any]) -> None:
        name = {"a1": "Priya Nair", "a2": "Tomás Vega"}[intent["agent"]]
        await self.next_is(intent["incident"], {
            "id": intent["key"], "what": intent["what"], "agent": intent["agent"],
            "agent_name": name, "due": intent["due"], "by_name": "Priya Nair",
        })  # fmt: skip

    async def do_next_done(self, intent: dict[str, Any]) -> None:
        """The incident follows behind the answer, as in the centre."""
        self.desk.start(self.next_is(intent["incident"], None))

    async def next_is(self, of: str, planned: dict[str, Any] | None) -> None:
        await self.incident_is(of, next=planned)

    async def do_incident_status(self, intent: dict[str, Any]) -> None:
        await self.incident_is(intent["incident"], status=intent["status"])

    async def do_incident_severity(self, intent: dict[str, Any]) -> None:
        await self.incident_is(intent["incident"], severity=intent["severity"])

    async def do_title(self, intent: dict[str, Any]) -> None:
        await self.incident_is(intent["incident"], title=intent["title"])

    async def do_incident_fact(self, intent: dict[str, Any]) -> None:
        facts = self.scene["incidents"][intent["incident"]]["facts"]
        await self.incident_is(intent["incident"], facts=facts | {intent["name"]: intent["value"]})

    async def do_guidance_said(self, intent: dict[str, Any]) -> None:
        it = self.scene["incidents"][intent["incident"]]["guidance"]
        said = {"by_name": "Priya Nair", "at": self.desk.now(), "offset_ms": 21_000}
        nothing = {"by_name": None, "at": None, "offset_ms": None}
        lines = [
            line | (said if intent["says"] else nothing)
            | {"says": intent["says"], "words": intent["words"]}
            if line["name"] == intent["line"] else line
            for line in it["lines"]
        ]  # fmt: skip
        stars = [line["says"] for line in lines if line["star"]]
        figures = {"asked": stars.count("asked"), "left": stars.count("left")}
        now = it | {"lines": lines, "number": 12, **figures}
        await self.incident_is(intent["incident"], guidance=now)

    async def incident_is(self, of: str, **facts: Any) -> None:
        self.scene["incidents"][of] |= facts
        await self.say("incident", incident=as_read(self.scene["incidents"][of]))

    async def do_restrict(self, intent: dict[str, Any]) -> None:
        names = {one["id"]: one["name"] for one in (await self.do_colleagues({}))["people"]}
        people = [{"id": one, "name": names[one]} for one in intent["people"]]
        restricted = {"whole": True, "people": people} if people else None
        await self.incident_is(intent["incident"], restricted=restricted)

    async def do_open_restricted(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"incident": "i1"}

    async def do_abandoned_done(self, intent: dict[str, Any]) -> None:
        self.scene["abandoned"].pop(intent["incident"], None)
        await self.event("contact.gave_up_done", {}, {"abandoned": [intent["incident"]]})

    async def do_accept(self, intent: dict[str, Any]) -> None:
        c, agent = self.scene["contacts"][intent["contact"]], self.mine()
        now = self.desk.now()
        voice = c["channel"] == "voice"
        c.update(
            state="connecting" if voice else "active", state_at=now, offer=None, agent=agent["id"]
        )
        agent.update(state="connecting" if voice else "messages", state_at=now, offer=None)
        await self.event(
            "offer.accepted", {"contacts": {c["id"]: c}, "agents": {agent["id"]: agent}}
        )
        if voice:
            self.desk.start(self.connected(c))

    async def connected(self, c: dict[str, Any]) -> None:
        await asyncio.sleep(1.0)
        now, agent = self.desk.now(), self.mine()
        c.update(state="active", state_at=now, answered_at=now, link="streaming")
        agent.update(state="talking", state_at=now)
        await self.event(
            "contact.connected", {"contacts": {c["id"]: c}, "agents": {agent["id"]: agent}}
        )

    async def do_pull(self, intent: dict[str, Any]) -> None:
        c, agent, now = self.scene["contacts"][intent["contact"]], self.mine(), self.desk.now()
        c.update(state="active", state_at=now, offer=None, agent=agent["id"], returned=None)
        agent.update(state="messages", state_at=now, contacts=[*agent["contacts"], c["id"]])
        await self.event(
            "contact.pulled", {"contacts": {c["id"]: c}, "agents": {agent["id"]: agent}}
        )

    async def do_waiting(self, _: dict[str, Any]) -> dict[str, Any]:
        def row(c: dict[str, Any]) -> dict[str, Any]:
            told = {k: c[k] for k in ("channel", "severity", "state", "waits_from", "answer_by")}
            return {**told, "contact": c["id"], "who": c["who"]["name"], "callback": False,
                    "order": 1, "place": 1, "wait": None, "needs": c["needs"],
                    "ringing": [], "telling": c["telling"],
                    "kept_from_me": ["skills"], "sticky_for": None, "again_at": None}  # fmt: skip

        waits = [c for c in self.scene["contacts"].values() if c["state"] == "queued"]
        return {"rows": [row(c) for c in waits], "more": 0}

    async def do_why(self, intent: dict[str, Any]) -> dict[str, Any]:
        c = self.scene["contacts"][intent["contact"]]
        at = [self.scene["agents"][a]["name"] for a in (c["offer"] or {}).get("agents", [])]
        return {"contact": c["id"], "place": 1, "tier": min(c["severity"] - 1, 2), "wait": None,
                "promoted": False, "needs": c["needs"], "step": 0, "steps": 1, "ringing": at,
                "ranks": [], "next_step_at": None, "sticky_for": None, "may": [], "kept_from": [],
                "by_name": self.scene["by_name"], "pull": self.scene["pull"]}  # fmt: skip

    async def do_agent_day(self, _: dict[str, Any]) -> dict[str, Any]:
        return fake_scenes.agent_day(self.desk.now())

    async def do_figure(self, intent: dict[str, Any]) -> dict[str, Any]:
        row = self.scene["tally"]["today"][str(intent["severity"] or 3)]
        figure = row.get(intent["figure"], 4)
        many = min(9, figure if isinstance(figure, int) else figure[1])
        rows = fake_scenes.counted(self.desk.now(), self.scene.get("listed", many))
        page = self.scene.get("listed_at_once", len(rows))
        at = int(intent["before"] or 0)
        return {
            "figure": intent["figure"],
            "severity": intent["severity"],
            "before": intent["before"],
            "rows": rows[at : at + page],
            "older": str(at + page) if at + page < len(rows) else None,
        }

    async def do_dial_check(self, intent: dict[str, Any]) -> dict[str, Any]:
        typed = "".join(c for c in intent["number"] if c in "+0123456789")
        no = "a premium number: it is never called from here." if typed[:5] == "+1900" else None
        line = {"word": "Support line", "number": "+12065550101"} if no is None else None
        return {"number": typed, "country": "US", "refusal": no, "name": None, "line": line}

    async def do_last_called(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"last": self.scene.get("last_called")}

    async def do_corrections(self, intent: dict[str, Any]) -> dict[str, Any]:
        return {"days": intent["days"], "triaged": 14, "rows": []}

    async def do_decline(self, intent: dict[str, Any]) -> None:
        agent = self.mine()
        agent.update(state="ready", offer=None, state_at=self.desk.now())
        await self.event("offer.declined", {"agents": {agent["id"]: agent}},
                         {"contacts": [intent["contact"]]})  # fmt: skip

    async def do_hold(self, intent: dict[str, Any]) -> None:
        c = self.scene["contacts"][intent["contact"]]
        c["held"] = intent["on"]
        await self.event("contact.held", {"contacts": {c["id"]: c}})

    async def do_severity(self, intent: dict[str, Any]) -> None:
        c = self.scene["contacts"][intent["contact"]]
        c["severity"] = intent["severity"]
        await self.event("contact.severity_changed", {"contacts": {c["id"]: c}})

    async def do_hang_up(self, intent: dict[str, Any]) -> None:
        c, agent, now = self.scene["contacts"][intent["contact"]], self.mine(), self.desk.now()
        c.update(state="wrapup", state_at=now, until=now + 30_000)
        agent.update(state="wrapup", state_at=now, until=now + 30_000)
        await self.event(
            "contact.wrapping", {"contacts": {c["id"]: c}, "agents": {agent["id"]: agent}}
        )

    async def do_wrapped(self, intent: dict[str, Any]) -> dict[str, Any]:
        agent = self.mine()
        agent.update(state="ready", state_at=self.desk.now(), until=None)
        self.scene["contacts"].pop(intent["contact"], None)
        await self.event("contact.ended", {"agents": {agent["id"]: agent}},
                         {"contacts": [intent["contact"]]})  # fmt: skip
        return {"resolved": True} if intent.get("resolves") else {}

    async def do_ready(self, _: dict[str, Any]) -> None:
        await self.choose("ready", None)

    async def do_pause(self, intent: dict[str, Any]) -> None:
        await self.choose("paused", intent["reason"])

    async def choose(self, choice: str, reason: str | None) -> None:
        agent = self.mine()
        agent.update(choice=choice, pause_reason=reason, state=choice, state_at=self.desk.now())
        await self.event("agent.chose", {"agents": {agent["id"]: agent}})

    async def do_relays(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ice": self.scene.get("ice", []), "only": bool(self.scene.get("ice"))}

    async def do_rtc(self, intent: dict[str, Any]) -> dict[str, str]:
        """A real far end (aiortc), so that the page really has a sound path; it is silent."""
        from aiortc import RTCPeerConnection, RTCSessionDescription
        from aiortc.mediastreams import AudioStreamTrack

        class Silence(AudioStreamTrack):
            async def recv(self) -> Any:
                if desk.still.is_set():
                    await asyncio.Event().wait()
                frame = await super().recv()
                await asyncio.sleep(SPARSE_S)
                self._timestamp += round(SPARSE_S * frame.sample_rate)
                return frame

        desk, peer = self.desk, RTCPeerConnection()
        desk.peers.append(peer)
        peer.addTrack(Silence())

        @peer.on("datachannel")
        def on_channel(channel: Any) -> None:
            async def alive() -> None:
                with contextlib.suppress(Exception):
                    while peer.connectionState == "connected":
                        if not self.desk.still.is_set():
                            channel.send("p")
                        await asyncio.sleep(1)

            self.desk.start(alive())

        await peer.setRemoteDescription(RTCSessionDescription(intent["sdp"], "offer"))
        await peer.setLocalDescription(await peer.createAnswer())
        desk.hears = True
        return {"sdp": peer.localDescription.sdp}

    async def do_rtc_state(self, _: dict[str, Any]) -> dict[str, bool]:
        return {"here": self.desk.hears}

    async def early(self) -> None:
        """The database is held: it has not recorded the call in hand."""
        self.desk.refuse["note"] = "not_recorded"
        c = self.scene["contacts"]["c1"]
        c.update(incident=None, incident_no=None, provisional=True)
        await self.event("contact.arrived", {"contacts": {"c1": c}})
        await self.say("record", trouble="locked")

    async def recorded(self) -> None:
        """The record has it now."""
        self.desk.refuse.pop("note")
        c = self.scene["contacts"]["c1"]
        c.update(incident="i1", incident_no="INC-20419", provisional=False)
        await self.event("contact.recorded", {"contacts": {"c1": c}})
        await self.say("record", trouble=None)

    async def do_note(self, intent: dict[str, Any]) -> None:
        if intent["incident"] is None:
            intent["incident"] = self.scene["contacts"][intent["contact"]]["incident"]
        incident = self.scene["incidents"].get(intent["incident"])
        if not incident:
            return
        found = next((e for e in incident["timeline"] if e["id"] == intent["note"]), None)
        if found and not intent["text"].strip():
            incident["timeline"].remove(found)
        elif found:
            found["text"] = intent["text"]
        elif intent["text"].strip():
            incident["timeline"].append(fake_scenes.entry(
                intent["note"], self.desk.now(), "note", who="Priya Nair", text=intent["text"],
                contact=intent["contact"], offset_ms=207_000))  # fmt: skip
        await self.say("incident", incident=incident)

    def mine(self) -> dict[str, Any]:
        return self.scene["agents"][self.scene["me"]["id"]]


class FakeDesk:
    """``async with FakeDesk() as desk: desk.url``. ``intents`` has what pages sent."""

    _last = 0
    """Where the one before was: pages have the modules from there in their memory."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        self.host, self.port = host, port
        self._kept = not port
        """Modules may be kept by pages: nobody changes them while tests run."""
        self.intents: list[dict[str, Any]] = []
        self.pongs = 0
        self.refuse: dict[str, str] = {}
        self.hides: set[str] = set()
        """Contacts of incidents that are restricted to others."""
        self.says: dict[str, str] = {}
        """The words of a refusal."""
        self.asks_next = False
        self.connections: list[Connection] = []
        self._waits: list[Connection] = []
        """Of pages whose socket has ended, and who may connect again."""
        self.pages = 0
        """Served so far."""
        self._mark = secrets.token_hex(8)
        """In a cookie of each of them: one that a failed test left open would come back here."""
        self.strangers = 0
        """How often such a page was sent away."""
        self._told = asyncio.Condition()
        self.peers: list[Any] = []
        self.away = False
        self.hears = True
        """Their sound path is known here."""
        """No page gets a ticket, so the socket stays away."""
        self.still = asyncio.Event()
        """If set, nothing comes over the sound path any more, although it is connected."""

    async def here(self) -> Connection:
        """The newest page's connection, as soon as it has its snapshot: a page is drawn before, and
        that of the page before may not have ended yet."""

        def newest() -> list[Connection]:
            return [c for c in self.connections if c.page == self.pages]

        async with asyncio.timeout(60), self._told:
            await self._told.wait_for(newest)
        return newest()[-1]

    @staticmethod
    def now() -> int:
        return int(time.time() * 1000)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    async def demo(self, _request: web.Request) -> web.StreamResponse:
        people = (("priya", "Priya Nair", "agent"), ("dana", "Dana Reyes", "supervisor"))
        accounts = [{"login": x, "name": name, "role": role} for x, name, role in people]
        return web.json_response({"password": "demo", "accounts": accounts})

    async def __aenter__(self) -> FakeDesk:
        app = web.Application()
        app.router.add_get("/api/me", self.who)
        app.router.add_get("/api/demo", self.demo)
        app.router.add_post("/api/login", self.login)
        app.router.add_post("/api/logout", lambda r: self.answer(web.Response(status=204)))
        app.router.add_post("/api/desk/ticket", self.ticket)
        app.router.add_get("/api/desk/ws", self.socket)
        app.router.add_get("/api/sandbox", self.sandbox)
        app.router.add_get("/phone", self.phone)
        app.router.add_get("/static/{path:.+}", self.asset)
        for path in PAGES:
            app.router.add_get(path, self.page)
        self._tasks = await asyncio.TaskGroup().__aenter__()
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        await self._listen(self.port or FakeDesk._last)
        FakeDesk._last = self.port
        return self

    async def _listen(self, port: int) -> None:
        """There, or, if another one is there already, anywhere."""
        site = web.TCPSite(self._runner, self.host, port)
        try:
            await site.start()
        except OSError:
            if self.port or not port:
                raise
            return await self._listen(0)
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    async def __aexit__(self, *_: Any) -> None:
        for c in list(self.connections):
            await c.ws.close()
        for peer in self.peers:
            await peer.close()
        await self._runner.cleanup()
        await self._tasks.__aexit__(None, None, None)

    def start(self, work: Any) -> None:
        self._tasks.create_task(work)

    async def answer(self, response: web.Response) -> web.Response:
        return response

    async def page(self, request: web.Request) -> web.Response:
        response = web.Response(
            text=(STATIC / f"{PAGES[request.path]}.html").read_text(), content_type="text/html",
            headers={"Content-Security-Policy": CSP},
        )  # fmt: skip
        self.pages += 1
        response.set_cookie("desk", self._mark)
        if "scene" in request.query:
            response.set_cookie("scene", request.query["scene"])
        return response

    async def asset(self, request: web.Request) -> web.StreamResponse:
        file = (STATIC / request.match_info["path"]).resolve()
        if not file.is_relative_to(STATIC) or not file.is_file():
            raise web.HTTPNotFound
        headers = {"Content-Type": TYPES.get(file.suffix, "application/octet-stream")}
        if self._kept:
            headers["Cache-Control"] = "max-age=3600"
        return web.Response(body=file.read_bytes(), headers=headers)

    async def who(self, request: web.Request) -> web.Response:
        return web.json_response({"me": fake_scenes.ME})

    async def login(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body["password"] != "demo":
            error = {"code": "unauthorized", "message": "no"}
            return web.json_response({"error": error}, status=401)
        return web.json_response({"me": fake_scenes.ME})

    async def ticket(self, request: web.Request) -> web.Response:
        assert request.headers["X-Holdfast"] == "1"
        if not self._served(request):
            self.strangers += 1
            raise web.HTTPServiceUnavailable
        if self.away:
            raise web.HTTPServiceUnavailable
        return web.json_response({"ticket": "t", "expires_in_s": 20})

    def _served(self, request: web.Request) -> bool:
        """Whether the page is of this scene, not of the one before at the same address."""
        return request.cookies.get("desk") == self._mark

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        if not self._served(request):
            raise web.HTTPServiceUnavailable
        ws = web.WebSocketResponse(max_msg_size=65536)
        await ws.prepare(request)
        view, scene = request.query["view"], request.cookies.get("scene", "call")
        again = (view, scene, self.pages)
        c = next((c for c in self._waits if (c.view, c.name, c.page) == again), None)
        if c is None:
            c = Connection(self, ws, view, scene)
        else:
            self._waits.remove(c)
            c.ws = ws
        await c.snapshot()
        async with self._told:
            self.connections.append(c)
            self._told.notify_all()
        pings = asyncio.get_running_loop().create_task(self.pings(c))
        try:
            async for message in ws:
                if message.type == WSMsgType.TEXT:
                    await c.handle(json.loads(message.data))
        finally:
            pings.cancel()
            self.connections.remove(c)
            self._waits.append(c)
        return ws

    async def pings(self, c: Connection) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await asyncio.sleep(4)
                await c.say("ping")

    async def sandbox(self, request: web.Request) -> web.Response:
        return web.json_response(
            {"ws": f"ws://{self.host}:{self.port}/phone", **fake_scenes.SANDBOX}
        )

    async def phone(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        await ws.send_json(fake_scenes.hello(self.now()))
        async for message in ws:
            if message.type != WSMsgType.TEXT:
                if message.type == WSMsgType.BINARY:
                    await ws.send_bytes(message.data)  # an echo
                continue
            do = json.loads(message.data)
            self.intents.append(do)
            for state in {"call": ("dialing", "ringing", "answered"), "hangup": ("ended",)}.get(
                do["do"], ()
            ):
                await ws.send_json({"type": "call", "call": {"state": state}})
        return ws


async def main(port: int) -> None:
    async with FakeDesk(port) as desk:
        print(f"{desk.url}/desk?scene=call  ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8099))
