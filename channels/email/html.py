"""HTML of mail: made harmless for a sandboxed frame, and read as words.

Nothing that is kept loads anything: a remote image tells a stranger when and where an agent
reads (trust.md, security 11).
"""

from __future__ import annotations

import html
import re

import nh3

MAX_HTML = 500_000
"""Characters of HTML that are kept; more is layout, and the raw bytes hold it anyway."""

_TAGS = set(
    """a abbr address b blockquote br caption center cite code col colgroup dd del div dl dt em
    h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub sup
    table tbody td tfoot th thead tr tt u ul var wbr""".split()  # noqa: SIM905 - a list to read
)
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "*": {"dir", "lang"},
}
_SILENT = {"script", "style", "title", "svg", "math", "template", "iframe", "noframes", "object"}

_BREAKS = re.compile(
    r"<(?:br|hr)\b[^<>]{0,500}>|</?(?:p|div|tr|table|h[1-6]|ul|ol|blockquote|pre)\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
_ITEMS = re.compile(r"<li\b[^<>]{0,500}>", re.IGNORECASE)
_CELLS = re.compile(r"</t[dh]\s{0,10}>", re.IGNORECASE)
_BLANKS = re.compile(r"\n{3,}")


def _keep(tag: str, attribute: str, value: str) -> str | None:
    """Numbers stay small, languages short; links were checked by their scheme."""
    if attribute in ("colspan", "rowspan"):
        return value if value.isdecimal() and len(value) <= 2 else None
    return value[:2000] if tag == "a" else value[:200]


def sanitise(source: str) -> str:
    """HTML without scripts, styles, images' sources, forms, frames or event handlers."""
    return nh3.clean(
        source[:MAX_HTML],
        tags=_TAGS,
        clean_content_tags=_SILENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_keep,
        url_schemes={"http", "https", "mailto", "tel"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )


def as_text(source: str) -> str:
    """The words of it, with line breaks where blocks end."""
    marked = _BREAKS.sub("\n", " ".join(source[:MAX_HTML].split()))
    marked = _CELLS.sub("\t", _ITEMS.sub("\n- ", marked))
    plain = html.unescape(nh3.clean(marked, tags=set(), clean_content_tags=_SILENT))
    lines = [" ".join(line.split()) for line in plain.replace("\xa0", " ").split("\n")]
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip()
