"""Traces: one JSON object a line, ordered by `at` (ms), read strictly before anything runs.

All fields that the format names are required, except the few that have a default here
(docs/simulation.md).
"""

from __future__ import annotations

import codecs
import itertools
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from router.core import ladder as ladders
from router.core.durations import LONGEST_MS
from router.core.severity import Channel, Severity

Skills = dict[str, int]


class TraceError(Exception):
    """A line that cannot be read; the message gives its number. Nothing was run."""


class _Line(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True, tag_field="do"):
    at: int


class Agent(_Line, tag="agent", kw_only=True, frozen=True):
    """Online and ready, with sound."""

    id: str
    skills: Skills
    floor: int = 0


class Choice(_Line, tag="ready", kw_only=True, frozen=True):
    id: str


class Pause(_Line, tag="pause", kw_only=True, frozen=True):
    id: str


class Lost(_Line, tag="lost", kw_only=True, frozen=True):
    id: str


class Offline(_Line, tag="offline", kw_only=True, frozen=True):
    id: str


class SelfTest(_Line, tag="selftest", kw_only=True, frozen=True):
    """From here on this agent's own self-tests end like this."""

    id: str
    passes: bool = msgspec.field(name="pass")


class TraceRung(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A step of a ladder."""

    need: Skills
    for_s: float | None = None


class Arrive(_Line, tag="arrive", kw_only=True, frozen=True):
    id: str
    channel: Literal["voice", "sms", "email"]
    severity: Literal[1, 2, 3, 4]
    ladder: list[TraceRung] = []
    """None: anybody from the beginning."""
    named: str | None = None

    def steps(self) -> list[ladders.Rung]:
        """As written; the end is added by severity (`ladder.complete`)."""
        return [
            ladders.Rung(rung.need, None if rung.for_s is None else round(rung.for_s * 1000))
            for rung in self.ladder
        ]


class Accept(_Line, tag="accept", kw_only=True, frozen=True):
    """Accepted and connected."""

    id: str
    agent: str


class Decline(_Line, tag="decline", kw_only=True, frozen=True):
    id: str
    agent: str


class Wrapped(_Line, tag="wrapped", kw_only=True, frozen=True):
    id: str
    agent: str


class Abandon(_Line, tag="abandon", kw_only=True, frozen=True):
    id: str


class End(_Line, tag="end", kw_only=True, frozen=True):
    id: str


class Severe(_Line, tag="severity", kw_only=True, frozen=True):
    id: str
    severity: Literal[1, 2, 3, 4]


OfContact = Accept | Decline | Wrapped | Abandon | End | Severe
Line = Agent | Choice | Pause | Lost | Offline | SelfTest | Arrive | OfContact

WHERE = 'docs/simulation.md, "A trace"'

_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


def _known(line: Line, agents: set[str], contacts: set[str]) -> str | None:
    """Ids in the line that nobody has introduced."""
    if isinstance(line, Agent):
        agents.add(line.id)
    elif isinstance(line, Arrive):
        contacts.add(line.id)
        if line.named is not None and line.named not in agents:
            return f"agent {line.named!r}"
    elif isinstance(line, Choice | Pause | Lost | Offline | SelfTest):
        if line.id not in agents:
            return f"agent {line.id!r}"
    else:
        if line.id not in contacts:
            return f"contact {line.id!r}"
        who: Any = getattr(line, "agent", None)
        if who is not None and who not in agents:
            return f"agent {who!r}"
    return None


def _fault(line: Line) -> str | None:
    if line.at < 0:
        return "at is negative"
    if line.at > LONGEST_MS:
        return "at is more than a year"
    if isinstance(line, Agent) and not 0 <= line.floor <= 2:
        return "floor must be a tier, 0 to 2"
    skills: list[Skills] = [line.skills] if isinstance(line, Agent) else []
    if isinstance(line, Arrive):
        skills = [rung.need for rung in line.ladder]
        for index, rung in enumerate(line.ladder):
            if rung.for_s is None and index < len(line.ladder) - 1:
                return "only the last step of a ladder has no for_s"
            if rung.for_s is not None and not 0 <= rung.for_s * 1000 <= LONGEST_MS:
                return "for_s is negative or more than a year"
        for before, after in itertools.pairwise(skills):
            if not ladders.widens(before, after):
                return "a step needs more than the one before; ladders only widen"
    for some in skills:
        for name, level in some.items():
            if not 1 <= level <= 5 or not name.replace("_", "").replace("-", "").isalnum():
                return f"skill {name!r} = {level}: a name and a level of 1 to 5 are needed"
    ids = [line.id] + ([line.agent] if isinstance(line, Accept | Decline | Wrapped) else [])
    if any(not 0 < len(one) <= 64 or "|" in one or not one.isprintable() for one in ids):
        return "an id has 1 to 64 printable characters, and no '|'"
    return None


def _once(pairs: list[tuple[str, object]]) -> None:
    for name, many in Counter(name for name, _ in pairs).items():
        if many > 1:
            raise TraceError(f"{name!r} appears {many} times")


def _decode(raw: bytes) -> Line:
    """
    Raises:
        TraceError: without the number of the line.
    """
    if raw.startswith(codecs.BOM_UTF8):
        raise TraceError("it begins with a byte order mark; save the file as UTF-8 without one")
    try:
        text = raw.decode()
        line = _decoder.decode(text)
    except UnicodeDecodeError as error:
        raise TraceError(f"this is not UTF-8 from byte {error.start + 1} on") from error
    except msgspec.ValidationError as error:
        raise TraceError(f"{error}. See {WHERE}") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise TraceError(f"this is not a line of JSON: {error}") from error
    json.loads(text, object_pairs_hook=_once, parse_int=str)  # msgspec would take the last of two
    fault = _fault(line)
    if fault:
        raise TraceError(fault)
    return line


def read(lines: Iterable[bytes]) -> list[tuple[int, Line]]:
    """The whole trace, with the numbers of its lines. Empty lines are ignored.

    Raises:
        TraceError: a line is malformed, out of order, names an id that was never introduced, or
            makes a contact come twice.
    """
    found: list[tuple[int, Line]] = []
    agents: set[str] = set()
    contacts: set[str] = set()
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        try:
            line = _decode(raw)
        except TraceError as error:
            raise TraceError(f"line {number}: {error}") from error
        if found and line.at < found[-1][1].at:
            raise TraceError(f"line {number}: at {line.at} is before {found[-1][1].at}")
        if isinstance(line, Arrive) and line.id in contacts:
            raise TraceError(f"line {number}: contact {line.id!r} has already arrived")
        unknown = _known(line, agents, contacts)
        if unknown:
            raise TraceError(f"line {number}: {unknown} was never introduced")
        found.append((number, line))
    return found


def deed(line: Line) -> str:
    """As a person names it: 'accept of c1 by a1'."""
    by: str | None = getattr(line, "agent", None)
    return f"{line.__struct_config__.tag} of {line.id}" + (f" by {by}" if by else "")


def score_channel(line: Arrive) -> tuple[Severity, Channel]:
    """Severity and channel as the core names them."""
    return Severity(line.severity), Channel(line.channel)
