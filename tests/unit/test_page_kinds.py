"""The kinds of page are one table; whoever else compares their names would miss a new one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.desk.page_kinds import PAGE_KINDS, USUAL

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "holdfast" / "desk" / "page_kinds.py"


def compared(source: str) -> Iterator[int]:
    """Lines at which the name of a kind of page is compared or matched, or picks a row."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare(left=left, comparators=right):
                parts: list[ast.AST] = [left, *right]
            case ast.match_case(pattern=pattern):
                parts = [pattern]
            case ast.Subscript(value=ast.Name(id="PAGE_KINDS"), slice=key):
                parts = [key]
            case _:
                continue
        named = (one for part in parts for one in ast.walk(part) if isinstance(one, ast.Constant))
        for one in named:
            if one.value in PAGE_KINDS:
                yield one.lineno


def test_no_other_file_compares_the_names_of_pages() -> None:
    files = [path for path in (ROOT / "holdfast").rglob("*.py") if path != TABLE]
    found = {
        f"{path.relative_to(ROOT)}:{line}: ask for a column of {TABLE.name} instead"
        for path in files
        for line in compared(path.read_text())
    }
    assert found == set()
    assert len(files) > 50


@pytest.mark.parametrize(
    "source",
    [
        "page.view == 'board'",
        "'desk' != name",
        "view in ('desk', 'board')",
        "match view:\n case 'wall' | 'board': pass",
        "page.kind is PAGE_KINDS['desk']",
    ],
)
def test_each_way_to_compare_is_seen(source: str) -> None:
    assert list(compared(source))


def test_other_texts_are_nobodys_business() -> None:
    assert not list(compared("order = ['desk', 'board']\nname == 'desktop'\nroutes['/desk']"))


def test_pages_and_the_protocol_name_the_same_kinds() -> None:
    link = (ROOT / "static" / "link.js").read_text()
    (param,) = re.findall(r"@param \{([^}]*)\} view\n", link)
    assert set(re.findall(r"'(\w+)'", param)) == set(PAGE_KINDS)
    protocol = (ROOT / "docs" / "desk-protocol.md").read_text()
    (told,) = re.findall(r"ws\?ticket=…&view=([\w|]+)`", protocol)
    assert set(told.split("|")) == set(PAGE_KINDS)


def test_each_is_found_by_its_name_and_tells_whom_it_refuses_why() -> None:
    assert {kind.name: kind for kind in PAGE_KINDS.values()} == PAGE_KINDS
    assert USUAL in PAGE_KINDS
    assert all(kind.refused for kind in PAGE_KINDS.values())
