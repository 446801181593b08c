"""Pointing at real filings: every number that was read is found under a click and knows its seat."""

from pathlib import Path

import pytest

from services.adapters.local.layout import LocalLayoutReader
from services.corrections.facts import with_corrections
from services.corrections.printed import seat_of
from services.domain.corrections import claim_of
from services.domain.provenance import Box
from services.domain.reports import Fact, ReportFormat, Statement
from services.extraction.pointing import PrintedNumber, number_at, numbers_on
from tests.corrections import a_correction
from tests.golden.test_filings import filing

NAMES = ("3M_2018_10K", "JPMORGAN_2022Q2_10Q", "EBAY_2023Q1_EARNINGS")


def printed_facts(shared: Path, name: str) -> list[Fact]:
    return [fact for fact in filing(shared, name).facts if not fact.derived_from]


def numbers_of(shared: Path, name: str, pages: list[int]) -> dict[int, list[PrintedNumber]]:
    data = (shared / "eval" / "filings" / f"{name}.pdf").read_bytes()
    with LocalLayoutReader().open(data, ReportFormat.PDF) as document:
        return {layout.number: numbers_on(layout) for layout in document.page_words(pages)}


def digits(fact: Fact) -> Box:
    return max(fact.source.boxes, key=lambda box: box.x1 - box.x0)


def blanked(statement: Statement, fact: Fact) -> Statement:
    rows = tuple(
        line.model_copy(
            update={"facts": tuple(None if one == fact.fact_id else one for one in line.facts)}
        )
        for line in statement.rows
    )
    return statement.model_copy(update={"rows": rows})


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_click_on_any_number_that_was_read_finds_it_as_it_was_read(shared: Path, name: str):
    facts = printed_facts(shared, name)
    pages = sorted({fact.source.page for fact in facts if fact.source.page})
    numbers = numbers_of(shared, name, pages)
    for fact in facts:
        box, page = digits(fact), fact.source.page
        assert page is not None
        found = number_at(numbers[page], (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
        assert found is not None
        assert (found.printed, found.boxes) == (fact.source.printed, fact.source.boxes)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_number_that_had_been_missed_would_take_exactly_its_seat(shared: Path, name: str):
    facts, statements = printed_facts(shared, name), filing(shared, name).statements
    known = {fact.fact_id: fact for fact in facts}
    for fact in facts:
        others = [
            blanked(s, fact) if s.statement_id == fact.statement_id else s for s in statements
        ]
        without = {fact_id: one for fact_id, one in known.items() if fact_id != fact.fact_id}
        seat = seat_of(fact.source, others, without)
        assert seat is not None
        owner = next(s for s in others if s.statement_id == fact.statement_id)
        alone = not any(owner.rows[fact.row].facts)
        assert (seat.statement.statement_id, seat.column) == (fact.statement_id, fact.column)
        assert seat.row == (None if alone else fact.row)


@pytest.mark.slow
def test_a_row_that_had_been_missed_would_be_inserted_where_it_is_printed(shared: Path):
    read = filing(shared, NAMES[0])
    facts = printed_facts(shared, NAMES[0])
    for statement in read.statements:
        for line in statement.rows:
            ids = {fact_id for fact_id in line.facts if fact_id is not None}
            rest = tuple(one for one in statement.rows if one is not line)
            cut = statement.model_copy(update={"rows": rest})
            claims = [a_correction(claim_of(f)) for f in facts if f.fact_id in ids]
            kept = [fact for fact in facts if fact.fact_id not in ids]
            worked = with_corrections([cut], kept, claims)
            assert [one.label for one in worked.statements[0].rows] == [
                one.label for one in statement.rows
            ]
            assert sum(one is not None for one in worked.statements[0].rows[line.row].facts) == len(
                ids
            )
