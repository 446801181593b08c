"""The description of the API as OpenAPI 3.0, in JSON and YAML."""

import json
import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from services.api.description import complete
from services.api.dialect import as_openapi_30

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_.$-]*")
_NO_PLAIN_KEYS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def operation_id(route: APIRoute) -> str:
    """Return the name of an operation for generators of clients, such as ``get_documents_report_id_file``."""
    return "_".join(re.findall(r"\w+", f"{min(route.methods or ()).lower()} {route.path_format}"))


class Api(FastAPI):
    """An application whose description says in OpenAPI 3.0 what the operations really answer."""

    def openapi(self) -> dict[str, Any]:
        """Return the description, made once."""
        if self.openapi_schema is None:
            document: dict[str, Any] = as_openapi_30(super().openapi())
            self.openapi_schema = complete({**document, "openapi": "3.0.3"})
        return self.openapi_schema


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
