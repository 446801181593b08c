"""What is sent to be done: the parts that several requests share."""

from datetime import date
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from services.api.parameters import written_as
from services.review import MAX_COMMENT


class Sent(BaseModel):
    """A JSON object that is sent; a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


Flag = Annotated[bool, Field(strict=True)]
Whole = Annotated[int, Field(strict=True)]
Real = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""JSON has kinds of its own: neither 0 nor "true" is a boolean, and "1" is no number."""
Day = Annotated[date, BeforeValidator(written_as(r"\d{4}-\d\d-\d\d"))]
"""A day in ISO form; a moment is none."""
Id = Annotated[str, Path(max_length=100)]
SentId = Annotated[str, Field(min_length=1, max_length=100, examples=["review-3c4d…"])]
Comment = Annotated[
    str,
    Field(
        max_length=MAX_COMMENT,
        description="For people and the audit trail",
        examples=["Agrees with page 12."],
    ),
]
Email = Annotated[str, Field(min_length=3, max_length=254, examples=["reviewer@example.com"])]


class Commented(Sent):
    """An act with nothing but words."""

    comment: Comment = ""
