"""The record base and the value types every record uses."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class Record(BaseModel):
    """An immutable domain record; unknown fields are refused, JSON round-trips exactly."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("times are timezone-aware; this one has no zone")
    return value.astimezone(UTC)


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError("an amount is a finite number")
    return value


Instant = Annotated[datetime, AfterValidator(_aware)]
"""A point in time, aware, in UTC."""

Amount = Annotated[Decimal, AfterValidator(_finite)]
"""A finite decimal amount; never a float."""


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)
