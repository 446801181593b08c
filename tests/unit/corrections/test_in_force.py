"""Facts in force: what a person states wins and survives, what the extractor reads stays beside it."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.corrections.in_force import CONFIRMED, in_force
from services.domain.corrections import Claim, Correction, current, shared_place
from services.domain.ids import FactId, StatementId
from services.domain.provenance import Box
from services.domain.reports import Fact
from tests.corrections import a_claim, a_correction, a_place, values, withdrawn
from tests.factories import REVIEWER, a_fact

REVENUE = a_fact("revenue", 2025, 120_000_000)
PRIOR = a_fact("revenue", 2024, 100_000_000, source=a_place(Box(480, 100, 520, 110), printed="100"))
MISSED = a_claim(
    REVENUE, label="Cost of revenue", concept="cost_of_revenue", value=Decimal(70_000_000),
    printed_value=Decimal(70), source=a_place(Box(400, 120, 440, 130), printed="70"),
)  # fmt: skip


def corrected_to(fact: Fact, millions: int) -> Claim:
    return a_claim(fact, value=Decimal(millions * 1_000_000), printed_value=Decimal(millions))


def test_without_corrections_the_extractors_facts_are_in_force():
    assert in_force([REVENUE, PRIOR], []) == [REVENUE, PRIOR]


def test_a_corrected_number_wins_and_the_machines_reading_stays_beside_it():
    correction = a_correction(corrected_to(REVENUE, 125), REVENUE, comment="A digit was misread")
    fact, other = in_force([REVENUE, PRIOR], [correction])
    assert (fact.fact_id, fact.value, other) == (REVENUE.fact_id, 125_000_000, PRIOR)
    assert fact.correction is not None
    assert (fact.correction.kind, fact.correction.by) == ("corrected", "Ana Analyst")
    assert fact.correction.machine is not None
    assert (fact.correction.machine.value, fact.correction.machine.concept) == (
        120_000_000,
        "revenue",
    )


def test_what_a_person_states_is_999_in_1000_sure_in_each_part_and_says_by_whom():
    correction = a_correction(corrected_to(REVENUE, 125), REVENUE, comment="A digit was misread")
    confidence = in_force([REVENUE], [correction])[0].confidence
    parts = (confidence.value, confidence.concept, confidence.period, confidence.unit)
    assert [round(part, 9) for part in parts] == [CONFIRMED] * 4
    assert {told.name for told in confidence.evidence} == {"corrected by Ana Analyst"}
    assert confidence.evidence[0].reason == (
        "corrected by Ana Analyst on Mar 1, 2026: A digit was misread"
    )


def test_stating_what_the_machine_read_confirms_it():
    (fact,) = in_force([REVENUE], [a_correction(a_claim(REVENUE), REVENUE, by=REVIEWER)])
    assert fact.correction is not None
    assert fact.correction.kind == "confirmed"
    assert fact.confidence.evidence[0].name == "confirmed by Rita Reviewer"


def test_a_missed_number_is_added_with_its_label_and_place():
    *_, added = in_force([REVENUE, PRIOR], [a_correction(MISSED)])
    assert (added.label, added.value, added.source) == (
        "Cost of revenue",
        70_000_000,
        MISSED.source,
    )
    assert added.correction is not None
    assert (added.correction.kind, added.correction.machine) == ("added", None)


def test_a_correction_finds_its_number_by_place_after_rows_are_numbered_anew():
    renumbered = REVENUE.model_copy(
        update={"fact_id": FactId("other"), "row": 9, "statement_id": StatementId("other")}
    )
    (fact,) = in_force([renumbered], [a_correction(corrected_to(REVENUE, 125), REVENUE)])
    assert (fact.fact_id, fact.row, fact.value) == ("other", 9, 125_000_000)


def test_what_a_later_reading_says_is_seen_beside_what_it_said_then():
    correction = a_correction(corrected_to(REVENUE, 125), REVENUE)
    reread = REVENUE.model_copy(update={"value": Decimal(130_000_000)})
    (fact,) = in_force([reread], [correction])
    assert fact.correction is not None
    assert fact.correction.machine_then is not None
    assert fact.correction.machine is not None
    assert (fact.value, fact.correction.machine_then.value, fact.correction.machine.value) == (
        125_000_000,
        120_000_000,
        130_000_000,
    )


def test_a_missed_number_that_is_read_later_is_one_fact_and_not_two():
    later = a_fact("inventory", 2025, 71_000_000, source=MISSED.source)
    facts = in_force([REVENUE, later], [a_correction(MISSED)])
    assert values(facts) == [120_000_000, 70_000_000]
    assert facts[1].correction is not None
    assert facts[1].correction.machine_then is None
    assert facts[1].correction.machine is not None
    assert facts[1].correction.machine.value == 71_000_000


def test_the_same_cell_read_for_two_statements_is_corrected_in_both():
    twin = REVENUE.model_copy(
        update={"fact_id": FactId("twin"), "statement_id": StatementId("note")}
    )
    facts = in_force([REVENUE, twin], [a_correction(corrected_to(REVENUE, 125), REVENUE)])
    assert values(facts) == [125_000_000, 125_000_000]


def test_of_two_pieces_of_a_number_the_one_that_fits_best_is_corrected():
    left, right = Box(400, 100, 410, 110), Box(412, 100, 440, 110)
    pieces = [
        REVENUE.model_copy(update={"fact_id": FactId(f"piece-{n}"), "source": a_place(box)})
        for n, box in enumerate((left, right))
    ]
    claim = corrected_to(REVENUE.model_copy(update={"source": a_place(right)}), 1_120)
    facts = in_force(pieces, [a_correction(claim, pieces[1])])
    assert [fact.correction is not None for fact in facts] == [False, True]


def test_a_number_computed_from_one_that_is_now_another_is_left_out_until_computed_again():
    derived = a_fact("gross_profit", 2025, 50_000_000, derived_from=(REVENUE.fact_id,))
    correction = a_correction(corrected_to(REVENUE, 125), REVENUE)
    facts = in_force([REVENUE, derived], [correction])
    assert values(facts) == [125_000_000]
    assert in_force([facts[0], derived], [correction]) == [facts[0], derived]


def test_a_later_correction_of_the_same_place_replaces_the_earlier():
    first = a_correction(corrected_to(REVENUE, 125), REVENUE)
    second = a_correction(corrected_to(REVENUE, 126), REVENUE, after=first, by=REVIEWER)
    (fact,) = in_force([REVENUE], [first, second])
    assert fact.correction is not None
    assert (fact.value, fact.correction.by) == (126_000_000, "Rita Reviewer")
    assert fact.correction.machine is not None
    assert fact.correction.machine.value == 120_000_000
    assert current([first, second]) == [second]


def test_cells_of_a_sheet_are_one_place_only_when_sheet_and_cell_are_the_same():
    cell = a_place().model_copy(update={"page": None, "boxes": (), "sheet": "P&L", "cell": "B34"})
    other = cell.model_copy(update={"cell": "B35"})
    assert (shared_place(cell, cell), shared_place(cell, other)) == (1.0, 0.0)
    assert shared_place(cell, a_place()) == shared_place(a_place(), cell) == 0.0


def test_places_of_different_pages_or_reports_are_never_one():
    assert shared_place(a_place(), a_place()) == 1.0
    assert shared_place(a_place(), a_place(page=6)) == 0.0
    assert shared_place(a_place(), a_place(report_id="other")) == 0.0
    assert shared_place(a_place(), a_place(Box(0, 0, 10, 10))) == 0.0


# Property tests: a page of cells in rows and columns, any reading of it, any corrections.
_CELLS = [Box(x, y, x + 40, y + 10) for y in range(100, 200, 20) for x in (400, 480)]


def _machine_fact(cell: int, value: int, shift: float = 0.0) -> Fact:
    box = _CELLS[cell]
    moved = Box(box.x0 + shift, box.y0 + shift, box.x1 + shift, box.y1 + shift)
    return a_fact(
        "revenue", 2025, value * 1_000_000, fact_id=FactId(f"f-{cell}-{value}"),
        source=a_place(moved, printed=str(value)),
    )  # fmt: skip


_amounts = st.integers(-999, 999)
_readings = st.dictionaries(st.integers(0, len(_CELLS) - 1), _amounts).map(
    lambda cells: [_machine_fact(cell, value) for cell, value in cells.items()]
)
_claims = st.lists(st.tuples(st.integers(0, len(_CELLS) - 1), _amounts, st.booleans()), max_size=8)


def _corrections(made: list[tuple[int, int, bool]], facts: list[Fact]) -> list[Correction]:
    corrections: list[Correction] = []
    last: dict[int, Correction] = {}
    for cell, value, withdraws in made:
        machine = next((f for f in facts if f.source.boxes == (_CELLS[cell],)), None)
        before = last.get(cell)
        said = a_correction(a_claim(_machine_fact(cell, value)), machine, after=before)
        if withdraws and before is not None and not before.withdrawn:
            said = withdrawn(before)
        corrections.append(said)
        last[cell] = said
    return corrections


@given(_readings, _readings, _claims)
def test_a_persons_value_survives_any_later_reading(first, later, made):
    corrections = _corrections(made, first)
    stated = {c.claim.source.boxes: c.claim for c in current(corrections) if not c.withdrawn}
    facts = {fact.source.boxes: fact for fact in in_force(later, corrections)}
    assert {boxes: facts[boxes].value for boxes in stated} == {
        boxes: claim.value for boxes, claim in stated.items()
    }
    untouched = [fact for fact in later if fact.source.boxes not in stated]
    assert [facts[fact.source.boxes] for fact in untouched] == untouched


@given(_readings, _claims)
def test_applying_twice_is_applying_once(facts, made):
    corrections = _corrections(made, facts)
    once = in_force(facts, corrections)
    assert in_force(once, corrections) == once


@given(_readings, _claims)
def test_withdrawing_everything_restores_what_the_machine_read(facts, made):
    corrections = _corrections(made, facts)
    back = [withdrawn(c) for c in current(corrections) if not c.withdrawn]
    assert in_force(facts, [*corrections, *back]) == facts


@given(_readings, st.floats(-3, 3))
def test_a_reading_that_draws_its_boxes_a_little_otherwise_is_still_corrected(facts, shift):
    corrections = [a_correction(a_claim(fact, value=Decimal(7)), fact) for fact in facts]
    moved = [_machine_fact(_CELLS.index(fact.source.boxes[0]), 1, shift) for fact in facts]
    assert values(in_force(moved, corrections)) == [7] * len(facts)
