"""Share counts printed in the words of the balance sheet: outstanding ≤ issued ≤ authorised.

The counts stand in the label of a stock's row and not in its cells ("900 shares authorized; 601 shares issued;
462 and 475 shares outstanding, respectively"), one for all columns or one for each.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from services.domain.concepts import StatementKind
from services.domain.reports import Fact, LineItem, TieOut, TieOutStatus
from services.extraction.statement_view import Check, StatementView, conclude, tie_out_id

COUNTS = Check("T16", "Shares outstanding are no more than issued, and issued than authorised")

_SIZES = {"million": Decimal(1_000_000), "billion": Decimal(1_000_000_000)}
_NUMBER = r"\d[\d,]*(?:\.\d+)?(?:\s(?:million|billion))?"
_LIST = rf"{_NUMBER}(?:(?:,| and|, and)\s{_NUMBER})*"
_STATUS = r"authori[sz]ed|issued and outstanding|issued|outstanding"
_BEFORE = re.compile(
    rf"(?<![\d.,$])(?P<counts>{_LIST})\s(?:shares\s)?(?P<status>{_STATUS})\b", re.I
)
_BEHIND = re.compile(
    rf"\b(?P<status>{_STATUS})(?:\sshares)?\s?[-–—:(]?\s?(?P<counts>{_LIST})\s?(?:shares|\)|$|,\sresp)",
    re.I,
)
_DATE = re.compile(r"(?:\bat|\bas of|\band)?\s\(?[A-Z][a-z]+\s\d{1,2},\s\d{4}\)?")
_ASCENDING = ("outstanding", "issued", "authorized")
_NO_UNIT_BELOW = Decimal(1_000_000)
"""A count so small without a word of size is in thousands or millions, as the statement's head says."""


class _Count(NamedTuple):
    """A printed count; ``sized`` where a word of size stands behind it or it is written in full."""

    number: Decimal
    sized: bool


def check(consolidated: Sequence[StatementView]) -> list[TieOut]:
    """Return T16 for every column of each stock's row that prints two of the counts."""
    return [
        tie_out
        for view in consolidated
        if view.statement.kind is StatementKind.BALANCE
        for row in view.statement.rows
        for tie_out in _of_row(view, row)
    ]


def _of_row(view: StatementView, row: LineItem) -> Iterator[TieOut]:
    counts = share_counts(row.label)
    printed = [column for column in view.value_columns if view.cell(row, column) is not None]
    newest = max((view.period(column).end for column in printed), default=None)
    for place, column in enumerate(printed):
        fact = view.cell(row, column)
        if fact is None:
            continue
        of_column = {
            status: found[place if len(found) > 1 else 0]
            for status, found in counts.items()
            if len(found) in {1, len(printed)}
        }
        if fact.period.end != newest and len(counts.get("authorized", ())) > 1:
            of_column.pop("authorized", None)  # raised since, maybe by a split of the other counts
        present = [status for status in _ASCENDING if status in of_column]
        for fewer, more in pairwise(present):
            if counts[fewer] is not counts[more]:
                yield from _judged(fact, (fewer, of_column[fewer]), (more, of_column[more]))


def share_counts(label: str) -> Mapping[str, Sequence[_Count]]:
    """Return the counts a label prints, by 'authorized', 'issued' and 'outstanding', from left to right."""
    if "share" not in label.lower():
        return {}
    text = _DATE.sub("", " ".join(label.split()))
    found: dict[str, list[_Count]] = {}
    for match in [*_BEFORE.finditer(text)] or [*_BEHIND.finditer(text)]:
        counts = [_count(number) for number in re.findall(_NUMBER, match["counts"])]
        status = match["status"].lower().replace("authorised", "authorized")
        if " and " in status:
            found["issued"] = found["outstanding"] = counts
        else:
            found[status] = [*found.get(status, []), *counts]
    return found


def _count(printed: str) -> _Count:
    digits, _, word = printed.partition(" ")
    number = Decimal(digits.replace(",", "").rstrip(".")) * _SIZES.get(word.lower(), 1)
    return _Count(number, number >= _NO_UNIT_BELOW)


def _judged(fact: Fact, fewer: tuple[str, _Count], more: tuple[str, _Count]) -> Iterator[TieOut]:
    (lower, part), (upper, whole) = fewer, more
    base = conclude(COUNTS, fact, [], (whole.number, part.number))
    said = f"{_written(part)} shares {lower} and {_written(whole)} {upper}"
    update = {"tie_out_id": tie_out_id(COUNTS, fact.fact_id, lower)}
    if part.number <= whole.number:
        holds = f"{COUNTS.name}: holds for {fact.period.label} ({said})."
        yield base.model_copy(update={**update, "status": TieOutStatus.PASS, "sentence": holds})
    elif part.sized == whole.sized:
        sentence = (
            f"{COUNTS.name}: '{fact.label.strip(' $')}' gives {said} for {fact.period.label}."
        )
        yield base.model_copy(update={**update, "status": TieOutStatus.FAIL, "sentence": sentence})


def _written(count: _Count) -> str:
    whole = count.number.to_integral_value()
    return f"{whole:,}" if whole == count.number else f"{count.number:,}"
