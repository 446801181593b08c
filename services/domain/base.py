"""The record base and the value types every record uses."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Record(BaseModel):
    """An immutable domain record; unknown fields are refused, JSON round-trips exactly."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def alike(self, own: dict[str, object]) -> Self:
        """Return a copy with some fields replaced by values that were checked already.

        For records by the hundred thousand: unlike ``model_copy`` it takes half the time, and it shares
        the set of given fields, which alone needs more memory than the rest of a record.
        """
        kind = self.__class__
        copy = kind.__new__(kind)
        set_attribute = object.__setattr__
        set_attribute(copy, "__dict__", {**self.__dict__, **own})
        set_attribute(copy, "__pydantic_fields_set__", self.__pydantic_fields_set__)
        set_attribute(copy, "__pydantic_extra__", None)
        set_attribute(copy, "__pydantic_private__", None)
        return copy


@contextmanager
def many_records() -> Iterator[None]:
    """Let no search for reference cycles run meanwhile: a million values without any cost a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


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

Probability = Annotated[float, Field(ge=0, le=1)]
"""A probability or a share; no amount of money."""

Real = Annotated[float, Field(allow_inf_nan=False)]
"""A finite number of a statistical model; no amount of money."""


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)
