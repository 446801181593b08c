"""Schemas as pydantic writes them (OpenAPI 3.1, JSON Schema 2020-12) in the dialect of OpenAPI 3.0."""

from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]

_NULL = {"type": "null"}
_GIVEN_VALUES = frozenset({"example", "examples"})
"""Below these keys are values and not schemas."""


def as_openapi_30(node: Any) -> Any:
    """Return a part of a description with every schema in it as OpenAPI 3.0 has it; the part stays as it is."""
    if isinstance(node, list):
        return [as_openapi_30(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {name: _part(name, part) for name, part in node.items()}


def _part(name: str, part: Any) -> Any:
    if name in _GIVEN_VALUES:
        return part
    if name == "schema":
        return schema_30(part)
    if name == "schemas":
        return {kind: schema_30(schema) for kind, schema in part.items()}
    if name == "parameters" and isinstance(part, list):
        return [_parameter(one) for one in part]
    return as_openapi_30(part)


def _parameter(parameter: Schema) -> Schema:
    """Return a parameter that has a value or is left out: ``null`` would be sent as a word."""
    schema = dict(parameter["schema"])
    if schema.get("default", ...) is None:
        del schema["default"]
    if "anyOf" in schema:
        others = [part for part in schema.pop("anyOf") if part != _NULL]
        schema |= others[0] if len(others) == 1 else {"anyOf": others}
    return {**parameter, "schema": schema_30(schema)}


def schema_30(schema: Schema) -> Schema:
    """Return one schema with all below it in OpenAPI 3.0."""
    if "$ref" in schema and len(schema) > 1:
        beside = {name: part for name, part in schema.items() if name != "$ref"}
        return {**schema_30(beside), "allOf": [{"$ref": schema["$ref"]}]}
    told: Schema = {}
    for name, part in schema.items():
        told |= _keyword(name, part)
    return told


def _keyword(name: str, part: Any) -> Schema:
    return _KEYWORDS[name](part) if name in _KEYWORDS else {name: part}


def _alternatives(parts: list[Schema]) -> Schema:
    others = [schema_30(part) for part in parts if part != _NULL]
    if len(others) == len(parts):
        return {"anyOf": others}
    typed = next((one for one in others if "type" in one), None)
    if typed is None:
        return {"anyOf": [*others, {"enum": [None]}]}
    typed["nullable"] = True
    if "enum" in typed:
        typed["enum"] = [*typed["enum"], None]
    return typed if len(others) == 1 else {"anyOf": others}


_KEYWORDS: dict[str, Callable[[Any], Schema]] = {
    "properties": lambda parts: {
        "properties": {name: schema_30(one) for name, one in parts.items()}
    },
    "items": lambda part: {"items": schema_30(part)},
    "prefixItems": lambda parts: {"items": {"anyOf": [schema_30(one) for one in parts]}},
    "additionalProperties": lambda part: {
        "additionalProperties": schema_30(part) if isinstance(part, dict) else part
    },
    "anyOf": _alternatives,
    "examples": lambda values: {"example": values[0]},
    "const": lambda value: {"enum": [value]},
    "exclusiveMinimum": lambda limit: {"minimum": limit, "exclusiveMinimum": True},
    "exclusiveMaximum": lambda limit: {"maximum": limit, "exclusiveMaximum": True},
    "contentMediaType": lambda _kind: {"format": "binary"},
}
"""What becomes of a keyword that OpenAPI 3.0 writes otherwise, or that holds schemas."""
