"""Logs: events with units, one line of JSON each (plain words at a terminal and in the demo).

Personal values never reach a log: the redactor is the first processor, and no event carries a
number, a name or a text to begin with.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

_NUMBER = re.compile(r"\+\d{7,15}")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


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
    out = file.open("a", buffering=1, encoding="utf-8") if file else sys.stderr
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
            *([] if plain else [structlog.processors.format_exc_info]),
            _redact_trace,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=out, format="%(message)s")
    # Libraries that would print numbers, addresses or media of callers.
    for noisy in ("twilio", "aioice", "aiortc", "aiosmtplib", "aiohttp.access", "mail.log"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
