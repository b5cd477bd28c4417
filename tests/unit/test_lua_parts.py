"""The library's parts: a file fills one table of its own, and what is used of another is there.

Lua tells of neither before the line runs; a chunk of Lua has 200 locals beside each other.
"""

from __future__ import annotations

import re
from pathlib import Path

import router.live
from router.live.library import PARTS, TRIAL, library_source

FOLDER = Path(router.live.__file__).parent / "lua"
CODE = {
    part: re.sub(r"--.*", "", (FOLDER / f"{part}.lua").read_text(encoding="utf-8"))
    for part in (*PARTS, TRIAL)
}
NAMES = [part.partition("/")[2] for part in PARTS]
DEFINED = {
    name: set(re.findall(rf"^(?:function )?{name}\.(\w+)(?:\(| = )", CODE[part], re.MULTILINE))
    for name, part in zip(NAMES, PARTS, strict=True)
}


def used(code: str) -> set[tuple[str, str]]:
    """What code asks of the parts, as (part, member)."""
    code = re.sub(r"'[^'\n]*'", "''", code)
    return set(re.findall(rf"(?<![\w.])({'|'.join(NAMES)})\.(\w+)", code))


def test_every_file_is_a_part() -> None:
    found = {str(one.relative_to(FOLDER).with_suffix("")) for one in FOLDER.rglob("*.lua")}
    assert found == {*PARTS, TRIAL}
    assert not [part for part in found if re.search(r"\d", part)]
    assert len(set(NAMES)) == len(NAMES)


def test_a_file_defines_what_is_its_own_and_nothing_else() -> None:
    for part, code in CODE.items():
        name = part.partition("/")[2]
        for owner, member in re.findall(r"^function (\w+)\.(\w+)\(", code, re.MULTILINE):
            assert owner in (name, "fire"), f"{part} defines {owner}.{member}"
        for owner in re.findall(r"^(\w+)\.\w+ = ", code, re.MULTILINE):
            assert owner == name, f"{part} sets a name of {owner}"
        assert not re.findall(r"^function \w+\(|^[a-zA-Z_]\w* = ", code, re.MULTILINE), part


def test_what_is_asked_of_a_part_is_there() -> None:
    for part, code in CODE.items():
        for name, member in used(code):
            assert member in DEFINED[name], f"{part} asks for {name}.{member}"


def test_what_is_bound_at_a_head_stands_before_it() -> None:
    for at, part in enumerate((*PARTS, TRIAL)):
        for line in re.findall(r"^local [^=\n]+ = (.*)$", CODE[part], re.MULTILINE):
            for name, member in used(line):
                before = NAMES.index(name) < at or name == part.partition("/")[2]
                assert before, f"{part} binds {name}.{member} before it is there"


def test_nothing_is_defined_that_nobody_asks_for() -> None:
    everywhere = set().union(*(used(re.sub(r"^function .*?\(", "", code, flags=re.MULTILINE))
                               for code in CODE.values()))  # fmt: skip
    for name, members in DEFINED.items():
        assert {(name, member) for member in members} <= everywhere, name


def test_a_process_keeps_the_library_that_it_began_with() -> None:
    """A store that was lost gets that of the process, whatever an upgrade has put in its place."""
    assert library_source() is library_source()


def test_there_is_room_for_three_times_as_many_parts() -> None:
    top = library_source()
    for part in PARTS:
        top = top.replace((FOLDER / f"{part}.lua").read_text(encoding="utf-8"), "")
    declared = re.findall(r"^local ([\w, ]+?) =", top, re.MULTILINE)
    assert sum(len(line.split(",")) for line in declared) == len(PARTS) + len(
        (
            *("ctx", "State", "AgentState", "Told", "Consulted", "HelpStage", "HelpEnd"),
            *("STATES", "AGENT_TIMERS", "FIGURES"),
        )
    )
    assert 3 * len(PARTS) < 200


def test_each_moment_comes_and_some_part_hears_of_it() -> None:
    """router/live/lua/order/moments.lua: one that nobody brings about, or nobody hears of, is a
    slip of the pen."""
    said = {
        verb: set(re.findall(rf"moments\.(\w+)\.{verb}\(", "\n".join(CODE.values())))
        for verb in ("come", "at")
    }
    listed = set(re.findall(r"^moments\.(\w+) = moment\(\)", CODE["order/moments"], re.MULTILINE))
    assert said["come"] == listed == said["at"]
