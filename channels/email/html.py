"""HTML of mail: made harmless for a sandboxed frame, and read as words.

Nothing that is kept loads anything: a remote image would tell a stranger when and where an agent
reads (trust.md, security 11). The HTML is split into tags once, in one pass whose cost grows only
with its length, and rewritten as a well-formed tree that is never deep: nh3, which decides what may
stay, is quadratic in depth (500 KB of nested <div> kept it busy for minutes).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import nh3

MAX_HTML = 500_000
"""The markup of this many characters of HTML is kept; of the rest, only the words."""

MAX_MARKUP = 2 * MAX_HTML
"""HTML that has grown beyond this by a trick with references: only its words are kept."""

MAX_DEPTH = 80
"""The deepest nesting of tags; deeper tags are left out, their words are not."""

MAX_TAG = 2_000
"""Quotes are respected within this many characters of a tag; a longer tag ends at its first '>'."""

_TAGS = frozenset(
    """a abbr address b blockquote br caption center cite code col colgroup dd del div dl dt em
    h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub sup
    table tbody td tfoot th thead tr tt u ul var wbr""".split()  # noqa: SIM905 - a list to read
)
_VOID = frozenset(("br", "hr", "img", "wbr", "col"))
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "*": {"dir", "lang"},
}
_SILENT = frozenset(
    "script style title svg math template iframe noframes noembed object".split()  # noqa: SIM905
)
_BREAK_BEFORE = frozenset(
    "p div tr table h1 h2 h3 h4 h5 h6 ul ol blockquote pre hr br center dl".split()  # noqa: SIM905
)
_BREAK_AFTER = _BREAK_BEFORE - {"hr", "br"}
_ENDS_ITSELF = {
    "p": frozenset(("p",)),
    "li": frozenset(("li",)),
    "dt": frozenset(("dt", "dd")),
    "dd": frozenset(("dt", "dd")),
    "tr": frozenset(("tr", "td", "th")),
    "td": frozenset(("td", "th")),
    "th": frozenset(("td", "th")),
}
"""A tag that closes an open one of these, as in browsers."""
_WALLS = frozenset("table div ul ol dl blockquote body center".split())  # noqa: SIM905

_TAG = re.compile(
    r"""<(/?)([a-zA-Z][^\s/>"'<]{0,40})((?:[^"'>]|"[^"]*+"|'[^']*+')*+)>""",
)
_NAME = re.compile(r"</?[a-zA-Z]")
_ATTRIBUTE = re.compile(r"""([a-zA-Z]{1,20})\s{0,9}=\s{0,9}("[^"]*"|'[^']*'|[^\s"'>]+)""")
_LINES = re.compile(r"[ \t\f\r\v\xa0]+")
_BLANKS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Page:
    """A mail's HTML as harmless markup, and its words."""

    markup: str
    text: str


@dataclass(slots=True)
class _Tree:
    """Writes the well-formed copy and, at the same time, the words."""

    markup: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    rich: bool = True
    open: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    def said(self, text: str) -> None:
        plain = html.unescape(text)
        if self.rich:
            self.markup.append(html.escape(plain, quote=False))
        pre = "pre" in self.open
        self.words.append(plain if pre else plain.replace("\n", " "))

    def begins(self, name: str, attributes: str) -> None:
        if name in _BREAK_BEFORE:
            self.words.append("\n")
        elif name == "li":
            self.words.append("\n- ")
        elif name in ("img", "td", "th"):
            self.words.append(" ")
        if name not in _TAGS or not self.rich:
            return
        self._end_others(name)
        if len(self.open) >= MAX_DEPTH:
            if name not in _VOID:
                self.left_out[name] = self.left_out.get(name, 0) + 1
            return
        self.markup.append(f"<{name}{_kept(name, attributes)}>")
        if name not in _VOID:
            self.open.append(name)

    def _end_others(self, name: str) -> None:
        """<li> ends the <li> before it, unless a list is open between them."""
        ends = _ENDS_ITSELF.get(name)
        if ends is None:
            return
        for at in range(len(self.open) - 1, -1, -1):
            if self.open[at] in ends:
                self._close_to(at)
                if name != "tr" or self.open[-1:] != ["tr"]:
                    return
            elif self.open[at] in _WALLS:
                return

    def _close_to(self, at: int) -> None:
        for name in reversed(self.open[at:]):
            self.markup.append(f"</{name}>")
        del self.open[at:]

    def ends(self, name: str) -> None:
        if name in _BREAK_AFTER:
            self.words.append("\n")
        if not self.rich:
            return
        if self.left_out.get(name):
            self.left_out[name] -= 1
        elif name in self.open:
            self._close_to(len(self.open) - 1 - self.open[::-1].index(name))


def _kept(name: str, attributes: str) -> str:
    """The attributes that matter, quoted again."""
    wanted = _ATTRIBUTES.get(name)
    if wanted is None or not attributes:
        return ""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(attributes[: 2 * MAX_TAG]):
        key = match.group(1).lower()
        if key in wanted:
            found.setdefault(key, html.unescape(match.group(2).strip("\"'")))
    return "".join(f' {key}="{html.escape(value)}"' for key, value in found.items())


def _tokens(source: str) -> Iterator[tuple[str, str, str]]:
    """Yields ('text', words, ''), ('begin', name, attributes), ('end', name, '') in order.

    Every step moves forward in the source, and what was looked for once in vain is not looked for
    again, so no input can make it slower than its length.
    """
    at, comment_ends = 0, True
    silent_ends: dict[str, re.Pattern[str] | None] = {}
    quoted_tags = 1_000  # odd tags in which quotes were tried in vain
    while at < len(source):
        tag = source.find("<", at)
        if tag < 0:
            yield "text", source[at:], ""
            return
        if tag > at:
            yield "text", source[at:tag], ""
        if source.startswith("<!--", tag) and comment_ends:
            end = source.find("-->", tag + 4)
            comment_ends = end >= 0
            at = end + 3 if end >= 0 else tag + 4
            continue
        if source.startswith(("<!", "<?"), tag):
            end = source.find(">", tag)
            at = end + 1 if end >= 0 else tag + 2
            if end < 0:
                yield "text", source[at:].replace("<", " "), ""
                return
            continue
        if not _NAME.match(source, tag):
            yield "text", "<", ""
            at = tag + 1
            continue
        match = _TAG.match(source, tag, tag + MAX_TAG) if quoted_tags else None
        if match is not None:
            name, attributes, at = match.group(2).lower(), match.group(3), match.end()
            ending = bool(match.group(1))
        else:
            quoted_tags = max(0, quoted_tags - 1)
            end = source.find(">", tag)
            if end < 0:  # a browser drops what follows, but a person wrote it
                yield "text", source[tag + 1 :].replace("<", " "), ""
                return
            body = source[tag + 1 : end]
            ending = body.startswith("/")
            name = re.split(r"[\s/\"'<]", body.lstrip("/")[:60], maxsplit=1)[0].lower()
            attributes, at = body[len(name) + ending :], end + 1
        if ending:
            yield "end", name, ""
            continue
        if name in _SILENT:
            if name not in silent_ends:
                silent_ends[name] = re.compile(rf"</{name}\b[^>]{{0,200}}>", re.IGNORECASE)
            pattern = silent_ends[name]
            found = pattern.search(source, at) if pattern is not None else None
            if found is None:
                silent_ends[name] = None
            else:
                at = found.end()
            continue
        yield "begin", name, attributes


def _keep(tag: str, attribute: str, value: str) -> str | None:
    """Keeps numbers small and languages short; links were checked by their scheme."""
    if attribute in ("colspan", "rowspan"):
        return value if value.isdecimal() and len(value) <= 2 else None
    return value[:2000] if tag == "a" else value[:200]


def page(source: str) -> Page:
    """Reads HTML: markup without scripts, styles, images' sources, forms, frames or event
    handlers, and its words with line breaks where blocks end."""
    tree = _Tree()
    size = 0
    for kind, what, attributes in _tokens(source):
        size += len(what) + len(attributes) + 2
        tree.rich = size <= MAX_HTML
        if kind == "text":
            tree.said(what)
        elif kind == "begin":
            tree.begins(what, attributes)
        else:
            tree.ends(what)
    tree._close_to(0)
    markup = nh3.clean(
        "".join(tree.markup),
        tags=set(_TAGS),
        clean_content_tags=set(_SILENT),
        attributes=_ATTRIBUTES,
        attribute_filter=_keep,
        url_schemes={"http", "https", "mailto", "tel"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    if len(markup) > MAX_MARKUP:
        markup = ""
    return Page(markup, _tidy("".join(tree.words)))


def _tidy(text: str) -> str:
    lines = [_LINES.sub(" ", line).strip() for line in text.split("\n")]
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip()


def sanitise(source: str) -> str:
    """Only the harmless markup."""
    return page(source).markup


def as_text(source: str) -> str:
    """Only the words."""
    return page(source).text
