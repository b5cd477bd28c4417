"""Logs: events with units, one line of JSON each (plain words at a terminal and in the demo).

Personal values never reach a log: the redactor is the first processor, and no event carries a
number, a name or a text to begin with. A failure is described by its types and places: not by the
values of its frames, nor by its own words, which may quote unreadable input.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO, cast

import structlog

from holdfast.unbroken import Unbroken

_NUMBER = re.compile(r"\+\d{7,15}")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def trace(error: BaseException) -> str:
    """Where it failed, and through what: the innermost cause first, as Python writes it, without
    values. The operating system's words about a file or a socket are nobody's own and stay."""
    lines: list[str] = []
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        said = f": {at.strerror}" if isinstance(at, OSError) and at.strerror else ""
        frames = "".join(traceback.format_tb(at.__traceback__))
        parts = "".join(f"\n{trace(part)}" for part in getattr(at, "exceptions", ()))
        lines.insert(0, f"{frames}{type(at).__name__}{said}{parts}")
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return "\nwhile that was handled:\n".join(lines)


def _with_trace(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """`exc_info` becomes words of ours, whichever renderer follows."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if isinstance(given, tuple):
        error = given[1]
    if error is not None:
        event["exception"] = trace(error)
    return event


class _Plain(logging.Formatter):
    """Lines of libraries: redacted, and without what asyncio quotes of a forgotten task."""

    def formatException(self, ei: Any) -> str:
        return trace(ei[1])

    def format(self, record: logging.LogRecord) -> str:
        if record.name == "asyncio":
            record = logging.makeLogRecord(record.__dict__)
            record.msg, record.args = re.split(r"[(<\n]", record.getMessage(), maxsplit=1)[0], None
        return _MAIL.sub("<mail>", _NUMBER.sub("<number>", super().format(record)))


def _last_words(out: Unbroken) -> Any:
    """The error that ends the process is logged in the same way."""

    def told(kind: type[BaseException], error: BaseException, _tb: TracebackType | None) -> None:
        out.write(f"{trace(error)}\n" if issubclass(kind, Exception) else f"{kind.__name__}\n")

    return told


def redact(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Numbers and mail addresses that slipped into a value (a library's error text)."""
    for key, value in event.items():
        if isinstance(value, str) and ("+" in value or "@" in value):
            event[key] = _MAIL.sub("<mail>", _NUMBER.sub("<number>", value))
    return event


def _redact_trace(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return redact(_logger, _name, event)


def configure(level: str = "info", file: Path | None = None) -> None:
    """Once per process, before the first line. `file`: lines for people go there (the demo)."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    out = Unbroken(file.open("a", encoding="utf-8") if file else sys.stderr)
    tty = out.isatty()
    plain = tty or file is not None
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=tty) if plain else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            redact,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_trace,
            _redact_trace,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, out)),
        cache_logger_on_first_use=True,
    )
    lines = logging.StreamHandler(cast(TextIO, out))
    lines.setFormatter(_Plain())
    logging.basicConfig(level=logging.WARNING, handlers=[lines])
    sys.excepthook = _last_words(out)
    # Libraries that would print numbers, addresses or media of callers.
    for noisy in ("twilio", "aioice", "aiortc", "aiosmtplib", "aiohttp.access", "mail.log"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
