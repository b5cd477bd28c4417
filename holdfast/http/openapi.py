"""The API as a document, from the declared routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from holdfast import __version__
from holdfast.http.access import Open, Route


def openapi(routes: Sequence[Route], public_url: str, under: str = "/api/") -> dict[str, Any]:
    """The API as an OpenAPI 3.1 document, from the declared routes whose path begins so."""
    listed = [route for route in routes if route.path.startswith(under)]
    forms = list(dict.fromkeys(route.form for route in listed if route.form is not None))
    _, schemas = msgspec.json.schema_components(forms, ref_template=f"{_SCHEMAS}{{name}}")
    shapes: dict[str, Any] = {"E": ERROR}
    paths: dict[str, Any] = {}
    for route in listed:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas, shapes)
    if any(route.by_key is not None for route in listed):
        shapes["Problem"] = PROBLEM
    return {
        "openapi": "3.1.0",
        "info": {"title": "Holdfast", "version": __version__},
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {
            "schemas": shapes,
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "holdfast"}},
        },
    }


def _operation(route: Route, schemas: Mapping[str, Any], shapes: dict[str, Any]) -> dict[str, Any]:
    """One of a path; the shape of its body is added to `shapes`."""
    secured = not isinstance(route.access, Open) or route.access is Open.SESSION
    new = route.path.startswith("/api/v1/")
    kind, shape = ("application/problem+json", "Problem") if new else ("application/json", "E")
    if new:
        shapes["Problem"] = PROBLEM
    problem = {kind: {"schema": {"$ref": f"{_SCHEMAS}{shape}"}}}
    found: dict[str, Any] = {
        "summary": route.summary,
        "x-access": str(route.access),
        "responses": {
            "200": {"description": "Done", "content": {"application/json": {"schema": ANY}}},
            "default": {"description": "What went wrong, in words", "content": problem},
        },
        "security": [{"session": []}] if secured else [],
    }
    named = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    asked = [_parameter(name, "path", {"type": "string"}, required=True) for name in named]
    if route.form is not None:
        whole = schemas[route.form.__name__]
        left = {
            name: field for name, field in whole["properties"].items()
            if name not in (*named, route.by_key)
        }  # fmt: skip
        _used(left, schemas, shapes)
        wanted = [name for name in whole.get("required", ()) if name in left]
        if route.method == "GET":
            asked += [_parameter(name, "query", it, required=name in wanted)
                      for name, it in left.items()]  # fmt: skip
        elif left:
            name = route.form.__name__ + ("Body" if len(left) < len(whole["properties"]) else "")
            shapes[name] = {**whole, "title": name, "properties": left, "required": wanted}
            found["requestBody"] = {
                "required": bool(wanted),
                "content": {"application/json": {"schema": {"$ref": f"{_SCHEMAS}{name}"}}},
            }
    if route.by_key is not None:
        asked.append(_parameter("Idempotency-Key", "header", KEY, required=True))
    if asked:
        found["parameters"] = asked
    return found


def _parameter(name: str, place: str, schema: Mapping[str, Any], *, required: bool) -> Any:
    return {"name": name, "in": place, "required": required, "schema": schema}


def _used(found: Any, schemas: Mapping[str, Any], shapes: dict[str, Any]) -> None:
    """Adds the shapes that these refer to."""
    if isinstance(found, dict):
        name = str(found.get("$ref", "")).removeprefix(_SCHEMAS)
        if name and name not in shapes:
            shapes[name] = schemas[name]
            _used(schemas[name], schemas, shapes)
        for part in found.values():
            _used(part, schemas, shapes)
    elif isinstance(found, list):
        for part in found:
            _used(part, schemas, shapes)


_SCHEMAS = "#/components/schemas/"
ANY = {"type": "object"}
KEY = {"type": "string", "minLength": 1, "maxLength": 64}
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        }
    },
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
    },
}
"""RFC 9457."""
