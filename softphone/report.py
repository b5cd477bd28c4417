"""How a call sounded from its beginning to its end, small enough to be kept: at most 120 points,
whatever it lasts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from softphone.quality import Quality
from softphone.room import Direction
from softphone.verdict import Verdict

MOST_POINTS: Final = 120
MOST_MARKS: Final = 60
MOST_OTHERS: Final = 8
HEARS: Final = {Direction.FROM_CALLER: "agent", Direction.FROM_AGENT: "caller"}
"""Who hears it."""


@dataclass(slots=True)
class Way:
    """What one of the two heard of the other."""

    seconds: int = 0
    said: int = 0
    """Frames, with those that never came."""
    missed: float = 0.0
    score: float = 0.0
    worst: float = 5.0
    worst_at: int = 0
    jitter_ms: float = 0.0
    delay_ms: float = 0.0
    silent_s: int = 0
    """Seconds in which nothing came at all."""
    where: Counter[str] = field(default_factory=Counter)
    """Seconds that did not sound good, by what was at fault."""

    def add(self, at: int, second: Quality, verdict: Verdict) -> None:
        due = second.frames + second.gaps
        self.seconds += 1
        self.said += due
        self.missed += due * second.lost
        self.score += verdict.mos
        if verdict.mos < self.worst:
            self.worst, self.worst_at = verdict.mos, at
        self.jitter_ms = max(self.jitter_ms, second.jitter_ms, second.far.jitter_ms)
        self.delay_ms = max(self.delay_ms, second.delay_ms)
        self.silent_s += second.frames == 0
        if verdict.where is not None:
            self.where[verdict.where] += 1

    def document(self) -> dict[str, Any] | None:
        if not self.seconds:
            return None
        return {
            "mos": round(self.score / self.seconds, 2),
            "worst": self.worst,
            "worst_at": self.worst_at,
            "lost": round(self.missed / self.said, 6) if self.said else 1.0,
            "jitter_ms": round(self.jitter_ms),
            "delay_ms": round(self.delay_ms),
            "silent_s": self.silent_s,
            "where": dict(self.where),
        }


class Report:
    """Of one call, as this process heard it. Moments are ms since 1970."""

    def __init__(self, at: int, agent: str, number: str | None = None) -> None:
        """`agent`: whose call it is; another one's is another report. `number`: what it is called,
        if it is a number outside that has the caller."""
        self.at = self._to = at
        self.agent = agent
        self._number = number
        self._every = 1000
        self._points: list[list[int | None]] = []
        """What agent and caller heard at worst in each stretch of `_every` ms, MOS x 100."""
        self._ways = {way: Way() for way in HEARS}
        self._others: dict[str, dict[str, Any]] = {}
        """Whoever else was in it: `role`, and what they heard and what was heard of them."""
        self._marks: list[dict[str, Any]] = []
        self._open: dict[str, dict[str, Any]] = {}

    def second(
        self, at: int, ways: Mapping[Direction, Quality], verdicts: Mapping[Direction, Verdict]
    ) -> None:
        """Both ways in the second that ends now."""
        self._to = max(self._to, at)
        while (index := max(0, self._to - self.at - 1) // self._every) >= MOST_POINTS:
            self._thin()
        while len(self._points) <= index:
            self._points.append([None, None])
        for number, way in enumerate(HEARS):
            if way not in ways or way not in verdicts:
                continue
            self._ways[way].add(at, ways[way], verdicts[way])
            self._points[index][number] = _least(
                self._points[index][number], round(verdicts[way].mos * 100)
            )

    def named(self, who: str, word: str) -> None:
        """What whoever else is in it is called: of a number that was asked in."""
        if one := self._others.get(who):
            one["word"] = word

    def other(
        self, at: int, who: str, role: str, way: str, second: Quality, verdict: Verdict
    ) -> None:
        """`way`: what they hear ("hears"), or what is heard of them ("heard")."""
        self._to = max(self._to, at)
        if who not in self._others and len(self._others) == MOST_OTHERS:
            return
        one = self._others.setdefault(who, {"role": role, "hears": Way(), "heard": Way()})
        one[way].add(at, second, verdict)

    def _thin(self) -> None:
        """Two points become one: the worse."""
        self._every *= 2
        pairs = [self._points[i : i + 2] for i in range(0, len(self._points), 2)]
        self._points = [
            [_least(*(point[way] for point in pair)) for way in range(len(HEARS))] for pair in pairs
        ]

    def mark(self, at: int, what: str, **more: Any) -> None:
        """Something happened."""
        if len(self._marks) < MOST_MARKS:
            self._marks.append({"at": at, "what": what, "until": None, **more})

    def lasts(self, at: int, key: str, what: str | None, **more: Any) -> None:
        """Something goes on from now on, until it is said with None; the same again is nothing."""
        self._to = max(self._to, at)
        known = self._open.get(key)
        if known is not None and known["what"] == what:
            return
        if known is not None:
            known["until"] = at
            del self._open[key]
        if what is not None and len(self._marks) < MOST_MARKS:
            self.mark(at, what, **more)
            self._open[key] = self._marks[-1]

    @property
    def to(self) -> int:
        """Until when it goes."""
        return self._to

    def end(self, at: int) -> None:
        """It is over, and with it all that lasted."""
        for key in list(self._open):
            self.lasts(at, key, None)

    def document(self) -> dict[str, Any]:
        """What is kept of it."""
        return {
            "agent": self.agent,
            "number": self._number,
            "from": self.at,
            "to": self._to,
            "every": self._every,
            "points": self._points,
            "marks": self._marks,
            "hears": {HEARS[way]: self._ways[way].document() for way in HEARS},
            "others": [
                {
                    "who": who,
                    "role": one["role"],
                    "word": one.get("word"),
                    **{way: one[way].document() for way in ("hears", "heard")},
                }
                for who, one in self._others.items()
            ],
        }


def _least(*values: int | None) -> int | None:
    return min((value for value in values if value is not None), default=None)
