"""tests/rules.toml against docs/routing.md and the tests: each rule of the page has a named test.

The oracle tries rules at random and says that something differs; a named test says what is broken.
"""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "routing.md"
FIRST, BEHIND = "## One sentence", "## Data in Redis"
"""The rule stands between these headings; the rest of the page is about how it is kept."""
ITEM = re.compile(r"^(?:- |  - |\|)")


def plain(text: str) -> str:
    return " ".join(text.split())


def parts() -> list[str]:
    """The rule's paragraphs, points and rows of tables, each on one line."""
    text = PAGE.read_text()
    text = text[text.index(FIRST) : text.index(BEHIND)]
    found: list[str] = []
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
        rows = [line.startswith("|") for line in lines]
        for n, line in enumerate(lines):
            if rows[n] and (
                set(line) <= set("|- ") or (n + 1 < len(lines) and _rule(lines[n + 1]))
            ):
                continue  # a table's head
            if n and not ITEM.match(line):
                found[-1] += " " + line
            else:
                found.append(line)
    return [plain(part) for part in found]


def _rule(line: str) -> bool:
    return line.startswith("|") and set(line) <= set("|- ")


def rules() -> list[tuple[str, list[str]]]:
    """What each says, in the page's words, and its tests."""
    read = tomllib.loads((ROOT / "tests" / "rules.toml").read_text())
    return [(plain(says), tests) for says, tests in read["rules"].items()]


@cache
def names_in(file: str) -> frozenset[str]:
    text = (ROOT / "tests" / file).read_text()
    if file.endswith(".mjs"):
        return frozenset(re.findall(r"^test\(\s*'([^']+)'", text, re.M))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(ast.parse(text)) if isinstance(node, kinds))


def test_each_rule_stands_on_the_page() -> None:
    """In these words: a rule that was changed is looked at again."""
    text = " ".join(parts())
    assert [says for says, _ in rules() if says not in text] == []


def test_its_named_tests_exist() -> None:
    asked = [test.partition("::") for _, tests in rules() for test in tests]
    assert ["::".join((file, name)) for file, _, name in asked if name not in names_in(file)] == []
    assert [says for says, tests in rules() if not tests] == []
    assert [
        file for file, _, _ in asked if file.startswith("oracle/")
    ] == []  # it only says: differs


def test_whatever_the_page_says_has_a_rule() -> None:
    """A new sentence of the rule comes with its test; its line is added to tests/rules.toml."""
    said = [says for says, _ in rules()]
    assert [part for part in parts() if not any(says in part for says in said)] == []
