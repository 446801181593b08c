"""What is sent to be done: the parts that several requests share."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from services.review import MAX_COMMENT


class Sent(BaseModel):
    """A JSON object that is sent; a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


Id = Annotated[str, Path(max_length=100)]
SentId = Annotated[str, Field(min_length=1, max_length=100)]
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
