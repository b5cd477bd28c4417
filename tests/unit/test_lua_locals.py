"""The library is one Lua chunk: at most 200 locals beside each other, and what stands in a file's
`do ... end` is known there alone. Lua tells of neither before the line runs."""

from __future__ import annotations

import re
from importlib import resources

FILES = {
    one.name: re.sub(r"--.*", "", one.read_text(encoding="utf-8"))
    for one in (resources.files("router.live") / "lua").iterdir()
    if one.name.endswith(".lua")
}
BLOCK = re.compile(r"^do *\n(.*?)\n\nend$", re.MULTILINE | re.DOTALL)


def names(text: str) -> set[str]:
    """Of the locals that begin a line."""
    found = set(re.findall(r"^local function (\w+)", text, re.MULTILINE))
    for line in re.findall(r"^local (?!function)([\w, ]+?)\s*(?:=|$)", text, re.MULTILINE):
        found |= {one.strip() for one in line.split(",")}
    return found


def split(text: str) -> tuple[str, str]:
    """What all know, and what only this file knows."""
    return BLOCK.sub("", text), "\n".join(BLOCK.findall(text))


def test_nobody_calls_what_another_file_keeps_to_itself() -> None:
    for name, text in FILES.items():
        outside, inside = split(text)
        for mine in names(inside) - names(outside):
            for other, code in FILES.items():
                if other != name and mine not in names(code):
                    assert not re.search(rf"(?<![.\w']){mine}\(", code), (
                        f"{other} calls {mine} of {name}"
                    )


def test_there_is_room_for_more_locals() -> None:
    assert sum(len(names(split(text)[0])) for text in FILES.values()) < 195
