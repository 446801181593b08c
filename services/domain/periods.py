"""Periods: an instant (balance sheet) or a duration (income, cash flow)."""

from datetime import date
from typing import Literal, Self

from pydantic import model_validator

from services.domain.base import Record

Span = Literal["I", "Q", "H1", "9M", "FY", "M", "?"]

_SPAN_DAYS: tuple[tuple[Span, int, int], ...] = (
    ("M", 26, 35),
    ("Q", 75, 105),
    ("H1", 165, 200),
    ("9M", 255, 290),
    ("FY", 340, 380),
)


class Period(Record):
    """An instant when ``start`` is None, else the days from ``start`` to ``end``, both inclusive."""

    start: date | None = None
    end: date

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.start is not None and self.start > self.end:
            raise ValueError("a period starts before it ends")
        return self

    @property
    def is_instant(self) -> bool:
        """Whether this is a date and not a stretch of time."""
        return self.start is None

    @property
    def days(self) -> int:
        """Length in days as end minus start; 0 for an instant."""
        return 0 if self.start is None else (self.end - self.start).days

    @property
    def span(self) -> Span:
        """I instant, M month, Q quarter, H1 half year, 9M nine months, FY year, ? anything else."""
        if self.start is None:
            return "I"
        return next((name for name, low, high in _SPAN_DAYS if low <= self.days <= high), "?")

    @property
    def label(self) -> str:
        """As a finance reader writes it: 'Dec 31, 2018', 'FY 2018', 'Q to Jun 30, 2023'."""
        end = f"{self.end:%b} {self.end.day}, {self.end.year}"
        if self.start is None:
            return end
        return {"FY": f"Year to {end}", "?": f"{self.days} days to {end}"}.get(
            self.span, f"{self.span} to {end}"
        )
