"""The OpenAPI description: which errors an operation can give, an example of each answer, and YAML."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI

from services.api.errors import PROBLEM, problem_body

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_.$-]*")
_NO_PLAIN_KEYS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_PROBLEM_SCHEMA = {"$ref": "#/components/schemas/Problem"}
_CODES = {
    400: "malformed-idempotency-key",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    406: "not-acceptable",
    409: "conflict",
    412: "outdated",
    413: "too-large",
    415: "unsupported-type",
    422: "invalid-input",
    429: "too-many-requests",
    500: "internal",
    503: "unavailable",
}
_UNLIMITED = ("/health", ".webp")
_NAMES_SOMETHING = frozenset(
    {"/facts", "/metrics", "/analysis/trigger", "/alerts/escalate", "/review-items/claims"}
)
_TAKES_FILES = "/documents/ingest"
_BY_TYPE: dict[str, Any] = {"integer": 1, "number": 1.0, "boolean": True, "null": None}
_BY_FORMAT = {"date-time": "2026-01-08T10:30:00Z", "date": "2025-12-31"}
_DEEPEST = 8


class Api(FastAPI):
    """An application whose description says what the operations really answer."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI 3.1 document, made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    _complete(document, path, operation)
                    if method == "get":
                        unchanged = "Unchanged since the ETag in If-None-Match"
                        operation["responses"]["304"] = {"description": unchanged}
        return super().openapi()


def _complete(document: dict[str, Any], path: str, operation: dict[str, Any]) -> None:
    responses, shared = operation["responses"], document["components"].setdefault("responses", {})
    for status in [one for one in responses if one >= "400"]:
        answer = responses.pop(status)
        if _can_answer(path, operation, status):
            shared[f"Problem{status}"] = _refusal(int(status), answer["description"])
            responses[status] = {"$ref": f"#/components/responses/Problem{status}"}
    for status in [one for one in responses if one < "300"]:
        for media_type, content in responses[status].get("content", {}).items():
            if media_type == "application/json" and "example" not in content:
                content["example"] = _example(document, content.get("schema", {}))


def _refusal(status: int, words: str) -> dict[str, Any]:
    code = _CODES.get(status, f"http-{status}")
    body = problem_body(status, code, f"{words}.", "/api/v1/insights/x")
    content = {"schema": _PROBLEM_SCHEMA, "example": {**body, "correlation_id": "call-7"}}
    return {"description": words, "content": {PROBLEM: content}}


def _can_answer(path: str, operation: dict[str, Any], status: str) -> bool:
    if status in _ON_SOME:
        return _ON_SOME[status](path, operation)
    if status == "404":
        return "{" in path or path in _NAMES_SOMETHING
    if status == "422":
        return bool(operation.get("parameters"))
    return status != "429" or not path.endswith(_UNLIMITED)


def _takes(operation: dict[str, Any], header: str) -> bool:
    return any(one["name"].lower() == header for one in operation.get("parameters", ()))


_ON_SOME: dict[str, Callable[[str, dict[str, Any]], bool]] = {
    "400": lambda _, operation: _takes(operation, "idempotency-key"),
    "409": lambda _, operation: _takes(operation, "idempotency-key"),
    "412": lambda _, operation: _takes(operation, "if-match"),
    "413": lambda path, _: path == _TAKES_FILES,
    "415": lambda path, _: path == _TAKES_FILES,
}
"""Which operations answer with what only some do."""


def _example(document: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> Any:
    """Return an example of a schema: the given ones where there are, else made of its parts."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        schema = document["components"]["schemas"][name]
    for given in ("examples", "enum"):
        if schema.get(given):
            return schema[given][0]
    if "default" in schema or "const" in schema:
        return schema.get("const", schema.get("default"))
    if schema.get("anyOf"):
        return _example(document, schema["anyOf"][0], depth)
    kind = schema.get("type")
    if kind == "object" and depth < _DEEPEST:
        parts = schema.get("properties", {}).items()
        return {name: _example(document, part, depth + 1) for name, part in parts}
    if kind == "array":
        items = schema.get("items")
        return [_example(document, items, depth + 1)] if items and depth < _DEEPEST else []
    return _BY_TYPE.get(kind or "", _BY_FORMAT.get(schema.get("format", ""), "…"))


def as_yaml(document: object) -> str:
    """Return JSON data as block YAML 1.2; strings are quoted as in JSON, which YAML reads alike."""
    return "\n".join(_lines(document)) + "\n"


def _lines(value: object) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from _entry(f"{_key(str(key))}:", part)
    elif isinstance(value, list) and value:
        for part in value:
            first, *rest = _lines(part)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
    else:
        yield json.dumps(value, ensure_ascii=False)


def _entry(start: str, value: object) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        yield start
        yield from (f"  {line}" for line in _lines(value))
    else:
        yield f"{start} {json.dumps(value, ensure_ascii=False)}"


def _key(name: str) -> str:
    plain = _PLAIN.fullmatch(name) and name.lower() not in _NO_PLAIN_KEYS
    return name if plain else json.dumps(name, ensure_ascii=False)
