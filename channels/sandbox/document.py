"""TwiML read and checked: a document becomes a tuple of verbs, or an error with its code.

Sources: twilio.com/docs/voice/twiml and the page of each verb.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree import ElementTree

MAX_INLINE = 4000


class BadDocument(Exception):
    """The document cannot be run: the vendor's code and words."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code
        self.why = why


Warn = Callable[[str], None]
"""Is told what is left out of a document, or read by its default: the vendor's warning 12200."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One element: name, attributes, text, children."""

    name: str
    attrs: dict[str, str]
    text: str
    children: tuple[Verb, ...] = field(default=())

    def number(self, attr: str, default: int, low: int = 0, high: int = 14400) -> int:
        """A whole-number attribute within its limits; the default for anything else."""
        try:
            value = int(self.attrs.get(attr, default))
        except ValueError:
            return default
        return min(max(value, low), high)

    def method(self, name: str = "method") -> str:
        """The HTTP method of one of its addresses: GET or POST."""
        return "GET" if self.attrs.get(name, "").upper() == "GET" else "POST"


_NESTED = {
    "Response": {
        "Say", "Play", "Gather", "Pause", "Redirect", "Connect", "Dial", "Record", "Hangup",
        "Reject", "Message",
    },
    "Gather": {"Say", "Play", "Pause"},
    "Connect": {"Stream"},
    "Stream": {"Parameter"},
    "Dial": {"Number"},
    "Message": {"Body"},
}  # fmt: skip
_SOUND = {"loop", "language", "voice"}
_ATTRIBUTES = {
    "Response": set[str](),
    "Say": _SOUND,
    "Play": {"loop", "digits"},
    "Gather": {
        "action", "method", "timeout", "numDigits", "finishOnKey", "input", "actionOnEmptyResult",
        "language", "hints", "speechTimeout", "bargeIn", "profanityFilter", "enhanced",
        "speechModel", "partialResultCallback", "partialResultCallbackMethod",
    },
    "Pause": {"length"},
    "Redirect": {"method"},
    "Connect": {"action", "method"},
    "Stream": {"url", "name", "track", "statusCallback", "statusCallbackMethod"},
    "Parameter": {"name", "value"},
    "Dial": {
        "action", "method", "timeout", "timeLimit", "callerId", "answerOnBridge", "hangupOnStar",
        "record", "recordingStatusCallback", "recordingStatusCallbackMethod", "ringTone",
        "recordingStatusCallbackEvent", "trim", "sequential",
    },
    "Number": {
        "url", "method", "sendDigits", "statusCallback", "statusCallbackEvent",
        "statusCallbackMethod", "byoc",
    },
    "Record": {
        "action", "method", "timeout", "finishOnKey", "maxLength", "playBeep", "trim",
        "recordingStatusCallback", "recordingStatusCallbackMethod",
        "recordingStatusCallbackEvent", "transcribe", "transcribeCallback",
    },
    "Hangup": set(),
    "Reject": {"reason"},
    "Message": {"to", "from", "action", "method", "statusCallback"},
    "Body": set(),
}  # fmt: skip
_NUMBERS = {"timeout", "numDigits", "length", "loop", "maxLength", "timeLimit"}
_URLS = {
    "Gather": ("action",),
    "Connect": ("action",),
    "Dial": ("action",),
    "Number": ("url",),
    "Record": ("action", "recordingStatusCallback"),
    "Stream": ("statusCallback",),
}


def read(document: str | bytes, warn: Warn = lambda _words: None) -> tuple[Verb, ...]:
    """The verbs of a document. Unknown verbs, attributes and values are left out, with a warning.

    BadDocument: 12100 not XML, 12102 no Response, 12200 a required noun is missing, 11100 a
    relative URL.
    """
    try:
        root = ElementTree.fromstring(document)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise BadDocument(12100, str(error)) from None
    if root.tag != "Response":
        raise BadDocument(12102, f"the root is {root.tag}, not Response")
    return _read(root, warn).children


def _read(element: ElementTree.Element, warn: Warn) -> Verb:
    name = element.tag
    allowed, attributes = _NESTED.get(name, set()), _ATTRIBUTES.get(name, set())
    for child in element:
        if child.tag not in allowed:
            warn(f"{child.tag} is not allowed in {name}")
    kept = {}
    for attr, value in element.attrib.items():
        if attr not in attributes:
            warn(f"{name} has no attribute {attr}")
        elif attr in _NUMBERS and value != "auto" and not value.lstrip("-").isdecimal():
            warn(f"{name} {attr}={value!r} is no number")
        else:
            kept[attr] = value
    verb = Verb(
        name=name,
        attrs=kept,
        text="".join(element.itertext()).strip() if name != "Response" else "",
        children=tuple(_read(child, warn) for child in element if child.tag in allowed),
    )
    _check(verb)
    return verb


def _check(verb: Verb) -> None:
    """Checks that URLs are absolute, and what each verb requires."""
    for attr in _URLS.get(verb.name, ()):
        if attr in verb.attrs:
            _absolute(verb.attrs[attr], ("http", "https"), f"{verb.name} {attr}")
    if verb.name == "Play" and not verb.attrs.get("digits"):
        _absolute(verb.text, ("http", "https"), "Play")
    elif verb.name == "Redirect":
        _absolute(verb.text, ("http", "https"), "Redirect")
    elif verb.name == "Stream":
        _absolute(verb.attrs.get("url", ""), ("ws", "wss"), "Stream url")
        for p in verb.children:
            name, value = p.attrs.get("name", ""), p.attrs.get("value", "")
            if not name or len(name) + len(value) >= 500:
                raise BadDocument(12200, "Parameter without a name, or 500 characters long")
    elif verb.name == "Connect" and len(verb.children) != 1:
        raise BadDocument(12200, "Connect needs exactly one noun")


def _absolute(url: str, schemes: tuple[str, ...], where: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in schemes or not parts.netloc:
        raise BadDocument(11100, f"{where}: not an absolute URL: {url!r}")
