"""The second door of incident work: each intent has one, and the document says what each takes."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest_asyncio

from holdfast.app import App
from holdfast.desk.doors import DOORS, NONE, V1
from holdfast.desk.topics import INTENTS
from holdfast.http.openapi import openapi
from holdfast.settings.environment import load

READS = {
    "callbacks",
    "mine",
    "hand_offs",
    "open_incidents",
    "colleagues",
    "incidents",
    "guidance_followed",
    "callbacks_kept",
}
"""Of incident work, without an incident among their fields."""
LOOKS = {"open", "hand_off_to", "snippets", "merge_look", "undo_look", "summary", "summary_version"}
OF = {"incident", "stays", "filing", "hand_off", "question"}
"""Fields that name an incident, or an act upon it."""


@pytest_asyncio.fixture
async def document() -> dict[str, Any]:
    app = App(load(demo=True, environment={}), "unix:///nowhere", {"base_url": "x", "port": 1})
    await app.process.close(drained=False)
    return msgspec.json.decode(msgspec.json.encode(openapi(app.routes, "https://x", "/api/v1/")))


def test_every_intent_about_an_incident_has_a_door_or_a_reason() -> None:
    about = {do for do, it in INTENTS.items() if OF & set(it.form.__struct_fields__)} | READS
    assert {door.do for door in DOORS} | set(NONE) == about
    assert not {door.do for door in DOORS} & set(NONE)
    assert all(NONE.values())


def test_a_door_changes_something_by_post_alone_and_names_fields_of_its_intent() -> None:
    for door in DOORS:
        fields = set(INTENTS[door.do].form.__struct_fields__)
        assert set(re.findall(r"{(\w+)}", door.path)) <= fields, door
        assert not door.by_key or door.by_key in fields, door
        assert (door.method == "POST") == (door.do not in READS | LOOKS), door
        if "key" in fields:
            assert door.by_key == "key", door


def refs(found: Any) -> list[str]:
    if isinstance(found, dict):
        mine = [found["$ref"]] if "$ref" in found else []
        return mine + [ref for part in found.values() for ref in refs(part)]
    return [ref for part in found for ref in refs(part)] if isinstance(found, list) else []


async def test_the_document_holds_together(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    shapes = document["components"]["schemas"]
    names = [ref.removeprefix("#/components/schemas/") for ref in refs(document)]
    assert set(names) <= set(shapes)
    assert {f"{V1}{door.path}" for door in DOORS} < set(document["paths"])
    for path, operations in document["paths"].items():
        for method, it in operations.items():
            where = (path, method)
            asked = it.get("parameters", [])
            in_path = {one["name"] for one in asked if one["in"] == "path"}
            assert in_path == set(re.findall(r"{(\w+)}", path)), where
            assert len({(one["name"], one["in"]) for one in asked}) == len(asked), where
            assert it["summary"], where
            assert "application/problem+json" in it["responses"]["default"]["content"], where
            keyed = any(one["name"] == "Idempotency-Key" for one in asked)
            assert keyed == (method == "post"), where
            if "requestBody" in it:
                ref = it["requestBody"]["content"]["application/json"]["schema"]["$ref"]
                shape = shapes[ref.removeprefix("#/components/schemas/")]
                assert not set(shape["properties"]) & in_path, where
                assert set(shape["required"]) <= set(shape["properties"]), where


async def test_a_body_is_the_intent_without_what_the_path_and_the_key_say(
    document: dict[str, Any],
) -> None:
    post = document["paths"][f"{V1}/incidents/{{incident}}/next"]["post"]
    ref = post["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    shape = document["components"]["schemas"][ref.removeprefix("#/components/schemas/")]
    assert set(shape["properties"]) == {"what", "agent", "due", "before"}
    assert shape["required"] == ["what", "agent", "due"]
    find = document["paths"][f"{V1}/incidents"]["get"]
    assert [one["name"] for one in find["parameters"]] == ["q", "filter", "cursor"]
    assert "requestBody" not in document["paths"][f"{V1}/incidents/{{incident}}/reopen"]["post"]
