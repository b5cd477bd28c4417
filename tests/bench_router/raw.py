"""The open loop's driver, a process of its own: raw sockets, requests made before the clock runs.

    python -m tests.bench_router.raw '{"socket": ..., "prefix": ..., "per_s": ..., "seconds": ...,
                                       "connections": ..., "lives": ..., "talk_s": ...}'

Requests go out by the clock whether earlier ones were answered or not. What is measured is from the
moment a request was *due* to its reply: the reply of the step that also wrote the offer's event, so
an upper bound of the event's appearance. It holds the queueing in the store and this driver's own
lag, which is told beside it (`driver_late`, due to sent); `from_sent` leaves the lag out.

With `lives` each contact goes on through the other four steps, by the clock as well. With `bare`
the same loop sends steps without a rule: what the machine itself does to waiting times.
"""

from __future__ import annotations

import heapq
import json
import re
import selectors
import socket
import sys
import time
from collections import deque

from tests.bench_router.rig import Rig, encode
from tests.kit.spread import spread

OFFER = re.compile(rb'"offer":\{[^}]*\}')
FENCE = re.compile(rb'"fence":"([^"]+)"')
AGENT = re.compile(rb'"agents":\["([^"]+)"')
PAUSE_S = 0.0002


def packed(function: str, *words: bytes) -> bytes:
    """One FCALL of one key in the wire's words."""
    parts = (b"FCALL", function.encode(), b"1", *words)
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts)


class Line:
    """One connection: what was sent and is not answered yet, in order."""

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.waiting: deque[tuple[str, int, float, float]] = deque()
        self.got = b""

    def replies(self) -> list[bytes]:
        self.got += self.socket.recv(1 << 20)
        found = []
        while True:
            end = self.got.find(b"\r\n")
            if end < 0:
                return found
            head = self.got[:end]
            if head[:1] == b"$":
                size = int(head[1:])
                if len(self.got) < end + 2 + size + 2:
                    return found
                found.append(self.got[end + 2 : end + 2 + size])
                self.got = self.got[end + size + 4 :]
            else:
                found.append(head)
                self.got = self.got[end + 2 :]


class Driver:
    def __init__(self, plan: dict[str, float | str | int]) -> None:
        self.prefix = str(plan["prefix"]).encode()
        self.per_s, self.seconds = float(plan["per_s"]), float(plan["seconds"])
        self.lives, self.talk_s = bool(plan["lives"]), float(plan["talk_s"])
        self.bare = bool(plan["bare"])
        self.lines = [Line(str(plan["socket"])) for _ in range(int(plan["connections"]))]
        self.chooser = selectors.DefaultSelector()
        for line in self.lines:
            self.chooser.register(line.socket, selectors.EVENT_READ, line)
        rig = Rig("unix://" + str(plan["socket"]), lanes=8, profiles=8)
        rig.made = 10_000_000
        starts = int(time.time() * 1000) + 2000
        many = int(self.per_s * self.seconds)
        self.arrivals = []
        for n in range(many):
            if self.bare:
                request = encode({"agent": f"a{n}", "contact": f"c{n}", "op": f"raw{n:029d}"})
                raw = packed("bare_step", b"{bare}", request, b"x" * 850, b"y" * 380)
                self.arrivals.append((b"", raw))
                continue
            contact = rig.contact(starts + int(n / self.per_s * 1000))
            body = encode({"contact": contact, "op": f"raw{n:029d}"})
            self.arrivals.append((contact.id.encode(), packed("hf_enqueue", self.prefix, body)))
        self.due: list[tuple[float, int, str, int, bytes]] = []
        self.made = 0
        self.late: list[float] = []
        self.took: dict[str, list[float]] = {}
        self.from_sent: list[float] = []
        self.refused = self.not_offered = 0

    def later(self, at: float, name: str, number: int, raw: bytes) -> None:
        self.made += 1
        heapq.heappush(self.due, (at, self.made, name, number, raw))

    def go(self) -> dict[str, object]:
        began = time.perf_counter() + 0.05
        for n, (_, raw) in enumerate(self.arrivals):
            self.later(began + n / self.per_s, "enqueue", n, raw)
        ends = began + self.seconds + self.talk_s * self.lives + 3.0
        turn = 0
        while (self.due or any(x.waiting for x in self.lines)) and time.perf_counter() < ends:
            now = time.perf_counter()
            while self.due and self.due[0][0] <= now:
                at, _, name, number, raw = heapq.heappop(self.due)
                line = self.lines[turn % len(self.lines)]
                turn += 1
                line.socket.sendall(raw)
                now = time.perf_counter()
                line.waiting.append((name, number, at, now))
                self.late.append((now - at) * 1000)
            left = self.due[0][0] - time.perf_counter() if self.due else PAUSE_S
            for chosen, _ in self.chooser.select(min(PAUSE_S, max(0.0, left))):
                self._read(chosen.data)
        return {
            "arrival_to_offer": spread(self.took.get("enqueue", [])),
            "from_sent": spread(self.from_sent),
            "driver_late": spread(self.late),
            "other_steps": {k: spread(v) for k, v in self.took.items() if k != "enqueue"},
            "not_offered_at_once": self.not_offered,
            "refused": self.refused,
        }

    def _read(self, line: Line) -> None:
        replies = line.replies()
        now = time.perf_counter()
        for raw in replies:
            name, number, due, sent = line.waiting.popleft()
            if self.bare:
                self.took.setdefault(name, []).append((now - due) * 1000)
                self.from_sent.append((now - sent) * 1000)
                continue
            if not raw.startswith(b"{") or b'"ok":false' in raw:
                self.refused += 1
                continue
            if name == "enqueue":
                offer = OFFER.search(raw)
                if offer is None:
                    self.not_offered += 1
                    continue
                self.from_sent.append((now - sent) * 1000)
                if self.lives:
                    self._live(number, offer.group(0), now)
            self.took.setdefault(name, []).append((now - due) * 1000)

    def _live(self, number: int, offer: bytes, now: float) -> None:
        """The other four steps of its life."""
        fence, agent = FENCE.search(offer), AGENT.search(offer)
        assert fence is not None
        assert agent is not None
        contact = self.arrivals[number][0].decode()
        who = {"agent": agent.group(1).decode(), "contact": contact}
        ends = now + 0.4 + self.talk_s
        for at, name, body in (
            (now + 0.2, "accept", who | {"fence": fence.group(1).decode()}),
            (now + 0.4, "connected", who),
            (ends, "caller_gone", {"contact": contact, "cause": "hung_up"}),
            (ends + 0.05, "wrapped", who | {"disposition": "resolved"}),
        ):
            body["op"] = f"{name}{number}"
            self.later(at, name, number, packed(f"hf_{name}", self.prefix, encode(body)))


if __name__ == "__main__":
    print(json.dumps(Driver(json.loads(sys.argv[1])).go()))
