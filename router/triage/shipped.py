"""What the product ships: concepts, phrase book and weights, as files beside this one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zlib import crc32

from router.core.concepts import Concepts

from .book import BookLine, read_book
from .model import Kept
from .reading import Reader

HERE = Path(__file__).parent / "data"
WEIGHTS = HERE / "weights.npz"
CONCEPTS = HERE / "concepts.toml"


class ConceptsError(Exception):
    """A malformed file of concepts; the message says where."""


def concepts_in(text: str) -> Concepts:
    """Concepts from a file's text: one table per concept, with `en` and `es` lists of words.

    Raises:
        ConceptsError: what is wrong, and where.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConceptsError(str(error)) from None
    listed = {name: _entries(name, table) for name, table in tables.items() if name != "ordinary"}
    ordinary = _entries("ordinary", tables.get("ordinary", {}))
    return Concepts(listed, ordinary)


def _entries(name: str, table: Any) -> list[str]:
    if not isinstance(table, Mapping):
        raise ConceptsError(f"[{name}] is not a table.")
    found = list[str]()
    for key, value in table.items():
        if key == "word":
            continue
        if key not in ("en", "es") or not isinstance(value, list):
            raise ConceptsError(
                f"[{name}] {key}: only word, en and es are known, each a list of words."
            )
        found += value
    if not all(isinstance(entry, str) and entry.strip() for entry in found):
        raise ConceptsError(f"[{name}]: an entry is not a word.")
    return found


def concepts() -> Concepts:
    return concepts_in(CONCEPTS.read_text(encoding="utf-8"))


def book() -> list[BookLine]:
    return read_book((HERE / "book").glob("*.tsv"))


def made_of() -> int:
    """A digest of concepts and phrase book: weights that carry another one do not belong to
    them."""
    found = 0
    for path in (CONCEPTS, *sorted((HERE / "book").glob("*.tsv"))):
        found = crc32(path.read_bytes(), found)
    return found


def base() -> str:
    """A digest of weights, concepts and phrase book: what was learned on others does not fit
    these."""
    found = sha256()
    for path in (WEIGHTS, CONCEPTS, *sorted((HERE / "book").glob("*.tsv"))):
        found.update(path.read_bytes())
    return found.hexdigest()[:32]


@lru_cache(maxsize=1)
def kept() -> Kept:
    """
    Raises:
        OSError, ValueError, KeyError: the weights are missing, or not ours.
    """
    return Kept.load(WEIGHTS)


@lru_cache(maxsize=1)
def reader() -> Reader:
    """
    Raises:
        OSError, ValueError, KeyError: the weights are missing, or not ours.
    """
    return Reader(concepts(), kept().model, kept().cuts)
