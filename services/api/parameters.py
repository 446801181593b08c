"""What addresses and lists are asked with: ids, cursors, page sizes, and the shape of each."""

import re
from collections.abc import Callable
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, Field

from services.domain.base import Instant
from services.domain.listings import MOST_ITEMS

_ID = "[A-Za-z0-9_-]{1,100}"
_TIME = "[0-9]{4}-[0-9TZ:.+-]{1,40}"
_POSITION = "[0-9]{1,9}"
_UUID = "1d2c5f0c-8a1b-5b0a-9d55-77aa3c4d2f0b"

BY_TIME = f"^{_TIME}~{_ID}$"
"""Cursors of lists by time: when the last one was and its id."""
BY_ENTRY = f"^{_TIME}~{_POSITION}$"
"""Cursors of the audit trail: when the last entry was and its number."""
BY_DOCUMENT = f"^{_ID}~{_POSITION}~{_ID}$"
"""Cursors of lists in document order: the document, the place in it and the id of the last one."""
BY_POSITION = f"^{_POSITION}$"
"""Cursors of lists that are worked out: the place of the last one."""
PERIOD = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
"""A day, a month or a year."""


def written_as(form: str) -> Callable[[object], object]:
    """Return a check that lets only texts of a form through; a number would be taken for seconds since 1970."""
    whole = re.compile(form, re.ASCII)

    def checked(value: object) -> object:
        if not isinstance(value, str) or not whole.fullmatch(value):
            raise ValueError("write it in ISO form, as in the description")
        return value

    return checked


Moment = Annotated[
    Instant,
    BeforeValidator(written_as(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")),
]
"""A moment as RFC 3339 writes it."""
DocumentId = Annotated[
    str,
    Path(
        pattern=f"^{_ID}$",
        description="Id of a document, its ingestion or its analysis, or the UUID they share",
        examples=[f"report-{_UUID}"],
    ),
]
InsightKey = Annotated[
    str, Path(pattern=f"^{_ID}$", description="Id of an insight", examples=[f"insight-{_UUID}"])
]
ChainKey = Annotated[
    str,
    Path(pattern=f"^{_ID}$", description="Id of a reasoning chain", examples=[f"chain-{_UUID}"]),
]
PageNumber = Annotated[
    int, Path(ge=1, le=100_000, description="1-based page of a PDF", examples=[1])
]


class PageOf(BaseModel):
    """Which page of a list; a list has its own kind of ``cursor``."""

    limit: int = Field(default=50, ge=1, le=MOST_ITEMS, description="Most that a page holds")


class PageByTime(PageOf):
    """Which page of a list by time."""

    cursor: str | None = Field(
        default=None, pattern=BY_TIME, description="Where it starts, as pagination.next has it"
    )


class PageByEntry(PageOf):
    """Which page of the audit trail."""

    cursor: str | None = Field(
        default=None, pattern=BY_ENTRY, description="Where it starts, as pagination.next has it"
    )


class PageByDocument(PageOf):
    """Which page of a list in document order."""

    cursor: str | None = Field(
        default=None, pattern=BY_DOCUMENT, description="Where it starts, as pagination.next has it"
    )


class PageByPosition(PageOf):
    """Which page of a list that is worked out."""

    cursor: str | None = Field(
        default=None, pattern=BY_POSITION, description="Where it starts, as pagination.next has it"
    )
