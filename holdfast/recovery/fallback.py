"""The static document that holds callers while we do not answer; it lives on another host."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from holdfast.settings.config_file import shipped

SAMPLE_URL = "https://desk.example.org"
"""The public URL in deploy/fallback.xml."""


def write_fallback(folder: Path, public_url: str) -> Path:
    """deploy/fallback.xml with our public URL, as `folder`/fallback.xml; its path.

    Raises:
        OSError: it cannot be written.
    """
    text = (shipped("deploy") / "fallback.xml").read_text(encoding="utf-8")
    path = folder / "fallback.xml"
    path.write_text(text.replace(SAMPLE_URL, escape(public_url)), encoding="utf-8")
    return path
