"""Documents say what the code does: every setting, the fallback, the proxy file."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from channels.sandbox import document
from holdfast.recovery.fallback import SAMPLE_URL, write_fallback
from holdfast.settings.checks import SAMPLE_SECRETS
from holdfast.settings.environment import CARRIER, KNOWN, RETIRED, SECRETS
from tests.kit.sandbox import ROOT

ROW = re.compile(r"^\| `([A-Z_]+)` \|(.*)$", re.MULTILINE)
NAME = re.compile(r"\b(?:HOLDFAST|TWILIO)_[A-Z_]+\b")
CODE = ("router", "softphone", "channels/twilio", "channels/voice", "channels/sms", "holdfast")


def test_every_setting_is_documented_and_nothing_else() -> None:
    rows = dict(ROW.findall((ROOT / "docs/settings.md").read_text()))
    assert set(rows) == KNOWN | CARRIER
    assert {name for name, rest in rows.items() if "*Or file*" in rest} == SECRETS
    assert all(rest.count("|") == 4 - 1 for rest in rows.values()), "meaning, default, example"


def test_every_name_in_code_and_documents_is_a_setting() -> None:
    known = KNOWN | CARRIER | {f"{name}_FILE" for name in SECRETS}
    known |= RETIRED | {"HOLDFAST_NAME", "HOLDFAST_", "TWILIO_"}  # the proxy file has one; prefixes
    files = [path for folder in CODE for path in (ROOT / folder).rglob("*.py")]
    files += [*(ROOT / "docs").glob("*.md"), *(ROOT / "deploy").iterdir()]
    for path in files:
        strange = set(NAME.findall(path.read_text())) - known
        assert not strange, f"{path}: {strange}"


def test_documented_examples_hold_no_sample_secret() -> None:
    for path in (ROOT / "docs").glob("*.md"):
        assert not [secret for secret in SAMPLE_SECRETS if secret in path.read_text()]


def test_fallback_document_is_good_twiml_that_leads_back(tmp_path: Path) -> None:
    assert SAMPLE_URL in (ROOT / "deploy/fallback.xml").read_text()
    path = write_fallback(tmp_path, "https://desk.real.example")
    text = path.read_text(encoding="utf-8")
    document.read(text)  # as strict as the carrier
    assert SAMPLE_URL not in text
    verbs = [verb.tag for verb in ElementTree.fromstring(text)]
    assert verbs == ["Say", "Say", "Pause", "Redirect"]
    assert "https://desk.real.example/twilio/voice/fallback" in text


def test_proxy_file_keeps_streams_and_figures() -> None:
    text = (ROOT / "deploy/Caddyfile").read_text()
    assert "stream_close_delay" in text
    assert "/metrics" in text
    assert text.count("{") == text.count("}")


def test_what_the_runbook_names_is_written_by_the_code() -> None:
    table = (ROOT / "docs" / "runbook.md").read_text().partition("| you see |")[2]
    cells = [line.split("|")[1] for line in table.partition("\n## ")[0].splitlines() if "|" in line]
    names = {name for cell in cells for name in re.findall(r"`([a-z_]+\.[a-z_]+)`", cell)}
    code = "".join(
        path.read_text()
        for folder in ("holdfast", "router", "channels", "softphone")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".lua")
    )
    assert len(names) > 20
    assert {name for name in names if name not in code} == set()
