"""docs/map.md knows every file of the product, by itself or by its room."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("router", "softphone", "channels", "holdfast", "static", "config")
NAMED = frozenset(re.findall(r"`([a-z_/]+(?:\.\w+)*/?)`", (ROOT / "docs" / "map.md").read_text()))


def found(name: str) -> bool:
    """A room is named with its slash; a whole package counts for the files right in it alone."""
    rooms = [f"{folder}/" for folder in Path(name).parents]
    direct = rooms[0] not in ("router/", "holdfast/", "channels/") and rooms[0] in NAMED
    inside = any(room in NAMED for room in rooms[1:] if room.count("/") > 1)
    return name in NAMED or direct or inside or Path(name).name == "__init__.py"


def unknown(names: list[str]) -> list[str]:
    """Those that a stranger would not find."""
    return [name for name in names if not found(name)]


def test_every_file_of_the_product_is_on_the_map() -> None:
    ours = ["git", "ls-files", "-co", "--exclude-standard", *PRODUCT]
    names = subprocess.run(ours, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert unknown([name for name in names.splitlines() if (ROOT / name).is_file()]) == []


def test_the_map_names_nothing_that_is_gone() -> None:
    gone = [
        name
        for name in NAMED
        if name.startswith(tuple(f"{top}/" for top in PRODUCT)) and not (ROOT / name).exists()
    ]
    assert gone == []


def test_a_short_name_on_the_map_is_of_a_file_that_is_there() -> None:
    """`steering.py` behind a room: a file of this name is somewhere in the product."""
    ours = ["git", "ls-files", "-co", "--exclude-standard", *PRODUCT, "tests", "scripts"]
    names = subprocess.run(ours, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    there = {Path(name).name for name in names.splitlines() if (ROOT / name).is_file()}
    short = {
        name for name in NAMED if "/" not in name and re.search(r"\.(py|js|lua|css|html)$", name)
    }
    assert short - there == set()


def methods_gone(text: str) -> list[str]:
    """Methods that a page names (`Class.method`) and that no class of the product has."""
    code = [file.read_text() for top in PRODUCT for file in (ROOT / top).rglob("*.py")]
    gone = []
    for kind, method in re.findall(r"`([A-Z]\w+)\.(\w+)`", text):
        homes = [one for one in code if re.search(rf"^class {kind}\b", one, re.M)]
        if not any(re.search(rf"^    (?:async )?def {method}\b", one, re.M) for one in homes):
            gone.append(f"{kind}.{method}")
    return gone


def test_a_method_on_the_map_is_there() -> None:
    assert methods_gone((ROOT / "docs" / "map.md").read_text()) == []
    assert methods_gone("`Exchange._rewire`, `Exchange._admit`, `Old.call`") == [
        "Exchange._admit",
        "Old.call",
    ]


def test_a_file_beside_the_rooms_is_missed() -> None:
    assert unknown(["router/somewhere.py", "holdfast/attic/a.py", "static/new/a.js"]) == [
        "router/somewhere.py",
        "holdfast/attic/a.py",
        "static/new/a.js",
    ]
