"""TwiML read and checked: a document becomes a tuple of verbs, or an error with its code.

Sources: twilio.com/docs/voice/twiml and the page of each verb.
"""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Verb:
    """One element: name, attributes, text, children."""

    name: str
    attrs: dict[str, str]
    text: str
    children: tuple[Verb, ...] = field(default=())

    def number(self, attr: str, default: int, low: int = 0, high: int = 14400) -> int:
        """A whole-number attribute within bounds. BadDocument 12200 otherwise."""
        text = self.attrs.get(attr)
        if text is None or text == "auto":
            return default
        try:
            value = int(text)
        except ValueError:
            raise BadDocument(12200, f"{self.name} {attr}={text!r} is no number") from None
        return min(max(value, low), high)


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
_URLS = {
    "Gather": ("action",),
    "Connect": ("action",),
    "Dial": ("action",),
    "Number": ("url",),
    "Record": ("action", "recordingStatusCallback"),
    "Stream": ("statusCallback",),
}


def read(document: str | bytes) -> tuple[Verb, ...]:
    """The verbs of a document.

    BadDocument: 12100 not XML, 12102 no Response, 12200 a verb or value out of place,
    11100 a relative URL, 13xxx a verb misused.
    """
    try:
        root = ElementTree.fromstring(document)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise BadDocument(12100, str(error)) from None
    if root.tag != "Response":
        raise BadDocument(12102, f"the root is {root.tag}, not Response")
    return _read(root).children


def _read(element: ElementTree.Element) -> Verb:
    name = element.tag
    allowed = _NESTED.get(name, set())
    for child in element:
        if child.tag not in allowed:
            raise BadDocument(12200, f"{child.tag} is not allowed in {name}")
    verb = Verb(
        name=name,
        attrs=dict(element.attrib),
        text="".join(element.itertext()).strip() if name != "Response" else "",
        children=tuple(_read(child) for child in element),
    )
    _check(verb)
    return verb


def _check(verb: Verb) -> None:
    """Absolute URLs everywhere, and each verb's own demands."""
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
