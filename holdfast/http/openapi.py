"""The API as a document, from the declared routes."""

from __future__ import annotations

from typing import Any

import msgspec

from holdfast import __version__
from holdfast.http.access import Open, Route


def openapi(routes: list[Route], public_url: str) -> dict[str, Any]:
    """The API as an OpenAPI 3.1 document, from the declared routes."""
    paths: dict[str, Any] = {}
    forms = [route.form for route in routes if route.form is not None]
    shapes, schemas = msgspec.json.schema_components(
        forms, ref_template="#/components/schemas/{name}"
    )
    body_of = dict(zip(forms, shapes, strict=True))
    for route in routes:
        if not route.path.startswith("/api/"):
            continue
        secured = not isinstance(route.access, Open) or route.access is Open.SESSION
        operation: dict[str, Any] = {
            "summary": route.summary,
            "x-access": str(route.access),
            "responses": {
                "200": {"description": "Done"},
                "default": {
                    "description": "What went wrong, in words",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/E"}}},
                },
            },
            "security": [{"session": []}] if secured else [],
        }
        if route.form is not None:
            operation["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": body_of[route.form]}},
            }
        names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
        if names:
            operation["parameters"] = [
                {"name": n, "in": "path", "required": True, "schema": {"type": "string"}}
                for n in names
            ]
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    error = {
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
    return {
        "openapi": "3.1.0",
        "info": {"title": "Holdfast", "version": __version__},
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "E": error},
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "holdfast"}},
        },
    }
