"""What the description of the API says of an operation beyond its code: who may call it, errors, headers, examples."""

from collections.abc import Iterator
from typing import Any

from services.api.errors import CODES, PROBLEM, problem_body
from services.api.models import PROBLEMS

Json = dict[str, Any]

TAGS = {
    "health": "Whether the product answers",
    "documents": "Reports: what was uploaded, as it is and as it was read",
    "insights": "What was found in reports, with confidence, evidence and sources",
    "facts": "Numbers of reports in force, and what is computed from them",
    "reasoning chains": "The steps from cells to the sentence of an insight, and their repetition",
    "work": "How far the reading and the analysis of a document are",
    "summaries": "What a CFO may rely on",
    "reviews": "Review items: claiming, asking, deciding, undoing",
    "corrections": "What people state of numbers",
    "alerts": "Whom to tell, and what people were told",
    "companies": "Companies, their materiality, what applies to them",
    "policy": "What publishes by itself, and who said so",
    "oversight": "What waits for people, and whether the audit trail is whole",
}
"""What each group of operations is about; the groups that have operations are told."""
OPEN = frozenset({"/health"})
"""What anybody may ask for: the probe of the machine that runs this."""
_UNLIMITED = ("/health", ".webp")
_NAMES_A_DOCUMENT = frozenset({"/facts", "/metrics", "/documents/{report_id}/facts"})
_SIGNED_IN: list[Json] = [{"bearer": []}, {"cookie": []}]
_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of this installation or of its identity provider",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "advisor-session",
        "description": "The session of a browser that is signed in",
    },
}
_TEXT: Json = {"type": "string"}
_BINARY: Json = {"type": "string", "format": "binary"}
_HEADERS: dict[str, Json] = {
    "X-Correlation-ID": {
        "description": "The caller's word for the request, or its trace id",
        "schema": _TEXT,
        "example": "call-7",
    },
    "x-ms-error-code": {"description": "The problem's code", "schema": _TEXT},
    "WWW-Authenticate": {"description": "How to sign in", "schema": _TEXT, "example": "Bearer"},
    "Allow": {"description": "The methods there are", "schema": _TEXT, "example": "GET, HEAD"},
    "Retry-After": {
        "description": "Seconds to wait",
        "schema": {"type": "integer"},
        "example": 1,
    },
    "ETag": {
        "description": "Changes with what is answered; sent back as If-None-Match it saves the answer",
        "schema": _TEXT,
        "example": 'W/"9f86d081884c7d659a2feaa0c55ad015"',
    },
}
_OF_EVERY_ANSWER = ("X-Correlation-ID",)
_OF_EVERY_PROBLEM = (*_OF_EVERY_ANSWER, "x-ms-error-code")
_OF_A_PROBLEM = {
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
_BY_TYPE: Json = {"integer": 1, "number": 1.0, "boolean": True}
_BY_FORMAT = {"date-time": "2026-01-08T10:30:00Z", "date": "2025-12-31"}
_DEEPEST = 8


def complete(document: Json) -> Json:
    """Return a description in OpenAPI 3.0 with all that callers have to know of each operation."""
    components = document["components"]
    used = {tag for one in _operations(document) for tag in one[2].get("tags", ())}
    document["tags"] = [
        {"name": name, "description": words} for name, words in TAGS.items() if name in used
    ]
    components["headers"] = _HEADERS
    components["securitySchemes"] = _SCHEMES
    for path, method, operation in _operations(document):
        _complete(document, path, method, operation)
    components["responses"] = _problems(document)
    return document


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _complete(document: Json, path: str, method: str, operation: Json) -> None:
    operation["security"] = [] if path in OPEN else _SIGNED_IN
    answers = operation["responses"]
    for status in PROBLEMS:
        answers.pop(str(status), None)
    for answer in answers.values():
        answer["headers"] = _headers(*_OF_EVERY_ANSWER, *(("ETag",) if method == "get" else ()))
        _exemplify(document, answer.get("content", {}))
    if method == "get":
        answers["304"] = {"description": "Unchanged since the ETag in If-None-Match"}
    for status in _refusals(path, method, operation):
        answers[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    _exemplify(document, operation.get("requestBody", {}).get("content", {}))


def _refusals(path: str, method: str, operation: Json) -> Iterator[int]:
    """Return the problems that an operation can answer, told from what it takes."""
    asked = operation.get("parameters", [])
    headers = {one["name"].lower() for one in asked if one["in"] == "header"}
    takes_body, reads = "requestBody" in operation, method == "get"
    can = {
        400: takes_body or "idempotency-key" in headers,
        401: path not in OPEN,
        403: path not in OPEN,
        404: "{" in path or path in _NAMES_A_DOCUMENT or takes_body,
        409: not reads,
        412: "if-match" in headers,
        413: not reads,
        415: takes_body,
        422: bool(asked) or takes_body,
        429: not path.endswith(_UNLIMITED),
    }
    yield from (int(status) for status in PROBLEMS if can.get(int(status), True))


def _problems(document: Json) -> Json:
    """Return the problems that any operation can answer, as components."""
    named = {status for one in _operations(document) for status in one[2]["responses"]}
    return {
        f"Problem{status}": _problem(int(status), answer["description"])
        for status, answer in PROBLEMS.items()
        if str(status) in named
    }


def _problem(status: int, words: str) -> Json:
    body = problem_body(status, CODES[status], f"{words}.", "/api/v1/insights/x")
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {"schema": schema, "example": {**body, "correlation_id": "call-7"}}
    headers = _headers(*_OF_EVERY_PROBLEM, *_OF_A_PROBLEM.get(status, ()))
    return {"description": words, "headers": headers, "content": {PROBLEM: content}}


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _exemplify(document: Json, contents: Json) -> None:
    for content in contents.values():
        schema = content.setdefault("schema", _BINARY)
        if not {"example", "examples"} & content.keys() and schema.get("format") != "binary":
            content["example"] = _example(document, schema)


def _example(document: Json, schema: Json, depth: int = 0) -> Any:
    """Return an example of a schema: the given ones where there are, else made of its parts."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        schema = document["components"]["schemas"][name]
    for given in ("example", "default"):
        if given in schema:
            return schema[given]
    if "enum" in schema:
        return schema["enum"][0]
    for choice in ("anyOf", "allOf"):
        if choice in schema:
            return _example(document, schema[choice][0], depth)
    kind = schema.get("type")
    if kind == "object" and depth < _DEEPEST:
        parts = schema.get("properties", {}).items()
        return {name: _example(document, part, depth + 1) for name, part in parts}
    if kind == "array":
        items = schema.get("items")
        return [_example(document, items, depth + 1)] if items and depth < _DEEPEST else []
    return _BY_TYPE.get(kind or "", _BY_FORMAT.get(schema.get("format", ""), "…"))
