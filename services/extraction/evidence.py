"""What the reading itself says for and against a fact, part by part, before any check."""

from functools import lru_cache
from itertools import pairwise

from services.confidence.weights import weighed
from services.domain.concepts import Unit
from services.domain.confidence import ConfidenceEvidence, Part, log_odds
from services.domain.periods import Period
from services.domain.reports import ColumnKind
from services.extraction.model import RawCell, RawColumn, RawRow, RawStatement, RowMatch

_PRINTED_FROM = 0.9
_DOUBTFUL = 0.8  # a service that is less sure of a number's characters knows better than the odds of its kind
_YEAR_APART = range(350, 381)


def evidence_of(
    raw: RawStatement, row: RawRow, cell: RawCell, match: RowMatch, column: RawColumn
) -> list[ConfidenceEvidence]:
    """Return the reader's evidence on the four parts of the fact at a row and column."""
    return [
        *_on_value(row, cell),
        *_on_concept(match),
        *_on_period(raw, column),
        *_on_unit(raw, match),
    ]


def _on_value(row: RawRow, cell: RawCell) -> list[ConfidenceEvidence]:
    found = [_source(cell)]
    if row.confirmed is True and not _is_doubted(cell):
        reason = "a second reading of the page finds the same numbers in one line"
        found.append(weighed("value", "second reading agrees", reason))
    elif row.confirmed is False:
        reason = "a second reading of the page does not find these numbers in one line"
        found.append(weighed("value", "second reading differs", reason))
    return found


def _is_doubted(cell: RawCell) -> bool:
    """Whether a service read the number and doubts it; what is recognised here has odds that were measured."""
    return cell.certainty < _DOUBTFUL and not cell.recognised


def _source(cell: RawCell) -> ConfidenceEvidence:
    if cell.page is None:
        return weighed("value", "workbook cell", "stored in a workbook cell")
    if _is_doubted(cell):
        reason = f"the reader is {cell.certainty:.0%} sure of these characters"
        return _stated("value", "doubtful characters", cell.certainty, reason)
    if cell.recognised:
        return weighed("value", "recognised", "recognised on a picture of the page")
    return weighed("value", "text layer", "read from the page's text layer")


def _on_concept(match: RowMatch) -> list[ConfidenceEvidence]:
    reason = match.reason or "no rule knows this wording"
    return [_stated("concept", "wording", match.certainty, reason)]


def _on_period(raw: RawStatement, column: RawColumn) -> list[ConfidenceEvidence]:
    reason = f"the column is headed “{column.header}”"
    found = [_stated("period", "column heading", column.certainty, reason)]
    if _regular(raw, column):
        reason = "the columns of this length end a year apart, as they should"
        found.append(weighed("period", "columns a year apart", reason))
    return found


def _regular(raw: RawStatement, column: RawColumn) -> bool:
    """Whether the column is one of at least two of its length, all of which end a year apart."""
    periods = {
        other.period
        for other in raw.columns
        if other.kind is ColumnKind.VALUE and other.period is not None
    }
    mine = column.period
    like = sorted((p for p in periods if mine and _alike(p, mine)), key=lambda period: period.end)
    gaps = [(later.end - earlier.end).days for earlier, later in pairwise(like)]
    return bool(gaps) and all(gap in _YEAR_APART for gap in gaps)


def _alike(period: Period, other: Period) -> bool:
    return period.is_instant == other.is_instant and abs(period.days - other.days) <= len(
        _YEAR_APART
    )


def _on_unit(raw: RawStatement, match: RowMatch) -> list[ConfidenceEvidence]:
    if match.unit not in {Unit.MONEY, Unit.SHARES}:
        return [_stated("unit", "no scale", 1.0, "an amount per share or a ratio has no scale")]
    if raw.scale_certainty < _PRINTED_FROM:
        reason = "no unit of the amounts is printed near the table"
    else:
        reason = f"amounts are printed in units of {raw.scale:,}"
    return [_stated("unit", "printed unit", raw.scale_certainty, reason)]


@lru_cache(maxsize=4096)  # a column's, a row's and a statement's evidence is that of all its cells
def _stated(part: Part, name: str, probability: float, reason: str) -> ConfidenceEvidence:
    return ConfidenceEvidence(part=part, name=name, log_odds=log_odds(probability), reason=reason)
