"""Who may do what, as a document: permissions, operations of the API and pages, each by role."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from fastapi import FastAPI
from fastapi.routing import APIRoute

from services.access import DOING, OPENS, PERMISSIONS, Permission
from services.api.addresses import BASE
from services.api.callers import Needs
from services.domain.users import Role

_INTRODUCTION = """\
# Who may do what

Made by `python -m services access > docs/access.md` from what the code asks for; a test calls every operation as every
role. What is not granted is refused with 403 and a sentence. Who sees some companies only does not know of the others:
their ids are answered with 404 in every role.
"""
_DUTIES = """\
## What nobody does alone

- Who uploaded a report decides on none of its insights and does not sign its summary.
- Who stated a number under an insight, or asked for its review, does not decide on it.
- Above overall materiality two people approve the same numbers.
- A change of the policy is proposed by one person and approved by another; a legal hold is released by two.
- Who decides on an audit is told neither the confidence nor the reasoning chain before the decision.
- An administrator decides on nothing; an auditor changes nothing.
- The audit trail is for people who see all companies.
"""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address and what it asks for; None for what anybody may ask."""

    method: str
    path: str
    permission: Permission | None


def operations(app: FastAPI) -> list[Operation]:
    """Return the operations of the API in the order of its routes."""
    included = (one.original_router.routes for one in app.routes if hasattr(one, "original_router"))
    routes = [one for one in chain(app.routes, *included) if isinstance(one, APIRoute)]
    return [
        Operation(method, route.path, _needed(route))
        for route in routes
        for method in sorted(route.methods or ())
    ]


def permissions(app: FastAPI) -> dict[tuple[str, str], Permission | None]:
    """Return what each operation asks for, by its method and its address."""
    return {(one.method, one.path): one.permission for one in operations(app)}


def _needed(route: APIRoute) -> Permission | None:
    asked = (one.call for one in route.dependant.dependencies)
    return next((one.permission for one in asked if isinstance(one, Needs)), None)


def access_document(app: FastAPI) -> str:
    """Return the document in Markdown."""
    permissions = [(_sentence_case(DOING[one]), one) for one in Permission]
    pages = [(f"`/{name}`", one) for name, one in OPENS.items()]
    called = [(f"`{one.method} {BASE}{one.path}`", one.permission) for one in operations(app)]
    parts = (
        _INTRODUCTION,
        _table("Permissions", "permission", permissions),
        _table("Operations of the API", "operation", called),
        _table("Pages", "page", pages),
        _DUTIES,
    )
    return "\n".join(parts)


def _table(title: str, what: str, rows: Sequence[tuple[str, Permission | None]]) -> str:
    def lines() -> Iterator[str]:
        yield f"## {title}\n"
        yield _line(what, "asks for", *Role)
        yield _line("---", "---", *(":-:" for _ in Role))
        for name, permission in rows:
            asked = "—" if permission is None else f"`{permission.value}`"
            yield _line(name, asked, *(_mark(role, permission) for role in Role))

    return "\n".join(lines()) + "\n"


def _sentence_case(words: str) -> str:
    return words[:1].upper() + words[1:]


def _mark(role: Role, permission: Permission | None) -> str:
    return "yes" if permission is None or permission in PERMISSIONS[role] else ""


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
