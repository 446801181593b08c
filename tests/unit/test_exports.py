"""The exports: text of a document stays text, every computed number is a formula that gives the engine's value."""

import csv
import io
import json
import re
from dataclasses import replace
from decimal import Decimal

import pypdfium2 as pdfium
import pytest
from reportlab.graphics.shapes import PolyLine, Rect, String

from services.cfo.brief import Item
from services.cfo.sentences import Basis, Sentence
from services.cfo.verify import Withheld
from services.domain.insights import Calculation, Chart, ChartSeries, InsightKind, Severity
from services.exports.drawing import drawn, sparkline
from services.exports.fonts import printable
from services.exports.formulas import formulas
from services.exports.pdf import summary_pdf
from services.exports.sources import Sources, counted, file_stem, standing
from services.exports.tables import harmless, summary_csv, summary_json
from services.exports.workbook import summary_workbook
from tests.core_records import NOON
from tests.factories import a_fact, a_report
from tests.unit.statement_builder import REPORT
from tests.unit.test_cfo_desk import CFO, changed, services  # noqa: F401 - the fixture
from tests.workbook_formulas import opened, value_of

URL = "https://advisor.example.com"
HOSTILE = (
    "=1+1",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "<script>alert(1)</script>",
    "A <b>bold</b> claim & <a href='x'>more</a>",
)


def a_hostile_brief(brief):
    """The brief with a finding whose words a spreadsheet or a browser could take for orders."""
    fact = a_fact("revenue", 2025, -17_000_000, label='=HYPERLINK("http://x")')
    items = tuple(
        Item(
            item_id=f"item-{place}",
            title=words,
            kind=InsightKind.TREND,
            severity=Severity.HIGH,
            amount=Decimal("-17356877.25"),
            sentences=(Sentence(words, Basis.FACT, (fact,)),),
            facts=(fact,),
            calculations=(Calculation(name=words, formula=words, value=Decimal(2), display=words),),
        )
        for place, words in enumerate(HOSTILE)
    )
    report = a_report("=cmd.pdf", company="<script>alert(1)</script>")
    return replace(brief, moves=items, report=report, withheld=(Withheld("=1", ("+2",)),))


def pdf_text(data):
    document = pdfium.PdfDocument(data)
    return [page.get_textpage().get_text_range() for page in document]


@pytest.fixture
def brief(services):  # noqa: F811
    return services.cfo.brief(REPORT)


def test_no_cell_of_the_csv_can_become_a_formula_and_a_negative_number_stays_one(brief):
    text = summary_csv(a_hostile_brief(brief), URL).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    cells = [cell for row in rows for cell in row]
    risky = [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert set(risky) == {"-17356877.25"}
    assert "'=1+1" in cells
    assert "'-1+cmd|' /C calc'!A0" in cells
    assert all(len(row) == len(rows[0]) for row in rows)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("-5", "-5"),
        ("-5.25", "-5.25"),
        ("-5-1", "'-5-1"),
        ("−5 bp", "−5 bp"),
        ("", ""),
        ("a=b", "a=b"),
    ],
)
def test_only_a_plain_number_may_begin_with_a_sign(text, written):
    assert harmless(text) == written


def test_text_in_the_workbook_stays_text_and_only_our_own_formulas_are_any(brief):
    book = opened(summary_workbook(a_hostile_brief(brief), URL, NOON))
    written = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    hostile = [cell for cell in written if cell.value in {"=1+1", "+1", "@SUM(A1)"}]
    assert len(hostile) >= 9
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in hostile)
    ours = re.compile(
        r"(?:IF|ABS|MAX|AVERAGE|Facts!|\"yes\"|\"no\"|\$?[A-Z]\$?\d+|[-+*/^(),.<=\d])+"
    )
    live = [cell.value for cell in written if cell.data_type == "f"]
    assert live
    assert [formula for formula in live if not ours.fullmatch(formula)] == []
    links = [cell.hyperlink.target for cell in written if cell.hyperlink]
    assert links
    assert all(link.startswith(f"{URL}/") for link in links)


def test_every_calculation_is_a_formula_over_facts_that_gives_the_engines_value(brief):
    book = opened(summary_workbook(brief, URL, NOON))
    sheet = book["Calculations"]
    rows = range(2, sheet.max_row + 1)
    steps = [step for item in brief.items for step in item.calculations]
    assert [sheet.cell(row, 2).value for row in rows] == [step.name for step in steps]
    live = 0
    for row, step in zip(rows, steps, strict=True):
        assert value_of(book, "Calculations", f"D{row}") == pytest.approx(
            step.value, rel=Decimal("1e-12")
        )
        assert sheet.cell(row, 7).value == step.display
        live += sheet.cell(row, 4).data_type == "f"
        assert (sheet.cell(row, 4).data_type == "f") is (
            sheet.cell(row, 8).value == "a formula over Facts"
        )
    assert [step.formula for step in steps].count("counted") >= len(steps) - live
    assert live >= 10


def test_headlines_of_the_workbook_refer_to_the_facts_and_their_change_is_worked_out(brief):
    book = opened(summary_workbook(brief, URL, NOON))
    sheet = book["Summary"]
    for row, one in enumerate(brief.headlines, start=6):
        assert value_of(book, "Summary", f"C{row}") == one.current.value
        assert value_of(book, "Summary", f"D{row}") == one.prior.value
        assert value_of(book, "Summary", f"E{row}") == pytest.approx(one.change)
        assert sheet.cell(row, 7).hyperlink.target == (
            f"{URL}/report?report={REPORT}&fact={one.current.fact_id}"
        )


def test_the_workbook_is_laid_out_to_be_printed(brief):
    book = opened(summary_workbook(brief, URL, NOON))
    assert book.sheetnames == ["Summary", "Facts", "Calculations", "About"]
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.oddFooter.right.text == "Page &P of &N"
    assert [sheet.freeze_panes for sheet in book] == ["A5", "A2", "A2", "A2"]
    assert book["Summary"].print_area == f"'Summary'!$A$1:$G${book['Summary'].max_row}"
    assert book["Summary"]["C6"].number_format.startswith("#,##0.0,,")
    assert book["Facts"]["E1"].alignment.horizontal == "right"
    assert book["Facts"]["F2"].alignment.indent == 1


def test_a_count_is_a_number_without_decimals_and_says_that_it_is_no_formula(brief):
    first = replace(brief.moves[0], calculations=(step("counted", 2),))
    sheet = opened(summary_workbook(replace(brief, moves=(first,)), URL, NOON))["Calculations"]
    assert (sheet["D2"].value, sheet["D2"].number_format) == (2, "#,##0;(#,##0)")
    assert sheet["H2"].value == "a number: its formula has no cell form"


def test_a_changed_fact_of_the_workbook_changes_what_rests_on_it(brief):
    book = opened(summary_workbook(brief, URL, NOON))
    steps = book["Calculations"]
    row = next(row for row in range(2, 60) if steps.cell(row, 2).value == "total assets growth")
    before = value_of(book, "Calculations", f"D{row}")
    facts = book["Facts"]
    fact_row = next(
        row for row in range(2, 60) if facts.cell(row, 2).value == "Total assets, Dec 31, 2018"
    )
    facts.cell(fact_row, 5).value = 37_987_000_000
    assert round(before, 3) == Decimal("-0.039")
    assert value_of(book, "Calculations", f"D{row}") == 0


def step(formula, value, *inputs):
    return Calculation(
        name="x", formula=formula, value=Decimal(value), display=str(value), inputs=inputs
    )


NOW = a_fact("revenue", 2025, 1_200_000_000)
THEN = a_fact("revenue", 2024, 1_000_000_000)
COST = a_fact("cost_of_revenue", 2025, 300_000_000)
CELLS = {NOW.fact_id: (NOW, "F2"), THEN.fact_id: (THEN, "F3"), COST.fact_id: (COST, "F4")}


@pytest.mark.parametrize(
    ("formula", "value", "facts", "written"),
    [
        ("USD 1,200 m / USD 1,000 m − 1", "0.2", (NOW, THEN), "((F2/F3)-1)"),
        ("revenue/revenue[-1]-1", "0.2", (THEN, NOW), "((F2/F3)-1)"),
        ("1 − cost of revenue / revenue", "0.75", (NOW, COST), "(1-(F4/F2))"),
        ("cost_of_revenue/avg(revenue)", Decimal(3) / 11, (COST, NOW, THEN), "(F4/AVERAGE(F2,F3))"),
        ("delta(revenue) × 2", "400000000", (NOW, THEN), "((F2-F3)*2)"),
        ("(USD 1,200 m / USD 1,000 m)^(1/2) − 1", Decimal("1.2").sqrt() - 1, (NOW, THEN), "(((F2/F3)^(1/2))-1)"),
        ("change of its share of revenue", "0.25", (COST, NOW), "F4/F2"),
        ("counted", "2", (NOW, THEN), None),
        ("median of all pairwise slopes", "2", (NOW, THEN), None),
        ("revenue/revenue[-1]-1", "0.21", (NOW, THEN), None),
        ("exp(last log ± spread)", "123456789", (NOW, THEN), None),
    ],
)  # fmt: skip
def test_a_formula_in_words_becomes_one_over_cells_only_where_it_gives_the_value(
    formula, value, facts, written
):
    made = step(formula, value, *(fact.fact_id for fact in facts))
    assert formulas([made], CELLS, ["C2"]) == [written]


def test_calculations_may_rest_on_each_other_but_never_in_a_circle():
    first = Calculation(
        name="change", formula="change", value=Decimal(200_000_000), display="USD 200 m",
        inputs=(NOW.fact_id, THEN.fact_id),
    )  # fmt: skip
    share = step("change × 3", "600000000", NOW.fact_id)
    assert formulas([share, first], CELLS, ["C2", "C3"]) == ["(C3*3)", "F2-F3"]
    circle = [step("USD 7 m + 1", 8), step("USD 8 m − 1", 7)]
    assert formulas(circle, {}, ["C2", "C3"]) == [None, None]


def test_every_page_of_the_pdf_has_its_number_the_audit_head_and_the_ruleset(brief):
    marked = replace(brief, audit_seq=12, audit_head="ab" * 32)
    pages = pdf_text(summary_pdf(marked, URL, NOON))
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert f"Audit trail entry 12, head {'ab' * 32}" in text
        assert brief.ruleset_version in text
    assert "Made 2 Mar 2026, 12:00 UTC." in pages[0]


def test_the_pdf_says_every_sentence_with_its_label_and_what_was_withheld(brief):
    told = replace(brief, withheld=(Withheld("Quick ratio", ("it was 1.1, is 1.2",)),))
    text = " ".join(" ".join(pdf_text(summary_pdf(told, URL, NOON))).split())
    for item in brief.items:
        for sentence in item.sentences:
            assert f"[{sentence.basis.value.capitalize()}] {sentence.text}" in text
    assert "1 withheld, because its numbers could not be verified:" in text
    assert "Quick ratio: it was 1.1, is 1.2" in text
    assert all(" ".join(line.split()) in text for line in standing(brief))


def test_a_signature_stands_in_the_pdf_and_so_does_what_voided_it(services):  # noqa: F811
    cfo = services.cfo.brief(REPORT)
    from_test = services.signing.sign(REPORT, cfo.content_hash, CFO)
    text = " ".join(pdf_text(summary_pdf(services.cfo.brief(REPORT), URL, NOON)))
    assert f"content sha256 {from_test.content_hash}" in " ".join(text.split())
    changed(services, "total_assets", 36_000_000_000)
    text = " ".join(" ".join(pdf_text(summary_pdf(services.cfo.brief(REPORT), URL, NOON))).split())
    assert "Signature void: signed by cfo" in text
    assert "36500000000 USD when signed, 36000000000 USD now" in text


def test_markup_of_a_document_is_printed_and_not_obeyed(brief):
    text = " ".join(pdf_text(summary_pdf(a_hostile_brief(brief), URL, NOON)))
    assert "<script>alert(1)</script>" in text
    assert " ".join(text.split()).count("A <b>bold</b> claim & <a href='x'>more</a>") == 2


def test_the_sources_of_the_pdf_lead_to_their_cells(brief):
    data = summary_pdf(brief, URL, NOON)
    for fact in brief.facts:
        address = f"{URL}/report?report={fact.report_id}&fact={fact.fact_id}"
        assert f"({address})".encode() in data
    numbers = [source.number for source in Sources(brief, URL).all()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_json_holds_every_fact_and_calculation_at_full_precision(brief):
    document = json.loads(summary_json(brief, URL))
    values = {one["fact_id"]: one["value"] for one in document["facts"]}
    assert values == {fact.fact_id: str(fact.value) for fact in brief.facts}
    listed = [*document["since_the_last_report"], *document["risks"]]
    assert [one["id"] for one in listed] == [item.item_id for item in brief.items]
    assert [Decimal(one["value"]) for item in listed for one in item["calculations"]] == [
        one.value for item in brief.items for one in item.calculations
    ]
    assert document["content_sha256"] == brief.content_hash
    assert document["audit"] == {"entry": brief.audit_seq, "head": brief.audit_head}


def test_an_exported_file_has_a_safe_name(brief):
    renamed = replace(brief, report=a_report("../a b.pdf"))
    assert file_stem(renamed) == "cfo_summary____a_b"


def test_a_brief_without_anything_to_say_says_so(brief):
    empty = replace(brief, headlines=(), moves=(), risks=(), more_moves=0, more_risks=0)
    text = " ".join(pdf_text(summary_pdf(empty, URL, NOON)))
    assert "No headline figure was read surely enough" in text
    assert "No risk is published or approved." in text
    book = opened(summary_workbook(empty, URL, NOON))
    assert book["Calculations"]["A2"].value == "No calculation is shown."
    assert counted(1, "check") == "1 check"


def a_chart(kind, *values, unit="money", **more):
    names = tuple(f"Year to Dec 31, {2020 + place}" for place in range(len(values)))
    series = ChartSeries(
        name="Revenue", x=names, y=tuple(None if v is None else Decimal(v) for v in values)
    )
    return Chart(kind=kind, title="Revenue", unit=unit, series=(series,), **more)


def shapes(drawing, kind):
    return [shape for shape in drawing.contents if isinstance(shape, kind)]


def labels(drawing):
    return [shape.text for shape in shapes(drawing, String)]


def test_bars_are_as_high_as_their_values_and_carry_them_as_labels():
    drawing = drawn(a_chart("bars", 20_000_000, 40_000_000), 240)
    low, high = shapes(drawing, Rect)
    assert high.height == pytest.approx(2 * low.height)
    assert {"20", "40", "Revenue (millions)"} <= set(labels(drawing))


def test_a_missing_point_leaves_a_gap_in_a_line():
    drawing = drawn(a_chart("line", 1, 2, None, 3, 4, unit="ratio"), 240)
    assert [len(line.points) for line in shapes(drawing, PolyLine)] == [4, 4]
    assert "3.00" in labels(drawing)


def test_a_waterfall_steps_from_one_total_to_the_other():
    drawing = drawn(a_chart("waterfall", 100, -40, 60, unit="ratio", totals=(0, 2)), 240)
    first, step_, last = shapes(drawing, Rect)
    assert step_.x == pytest.approx(last.x + last.width)
    assert step_.x + step_.width == pytest.approx(first.x + first.width)


def test_bands_of_a_ratio_are_drawn_in_their_order():
    bands = (("distress", None, Decimal(1)), ("safe", Decimal(3), None))
    drawing = drawn(a_chart("ratio_bands", 2, 4, unit="ratio", bands=bands), 240)
    distress, safe = shapes(drawing, Rect)
    assert distress.y + distress.height < safe.y
    assert {"distress", "safe"} <= set(labels(drawing))


def test_two_series_have_a_legend_and_a_combo_draws_the_first_as_bars():
    one = a_chart("combo", 5, 6, unit="ratio").series[0]
    both = Chart(
        kind="combo", title="Both", unit="ratio",
        series=(one, one.model_copy(update={"name": "Margin"})),
    )  # fmt: skip
    drawing = drawn(both, 240)
    assert {"Revenue", "Margin"} <= set(labels(drawing))
    assert len(shapes(drawing, PolyLine)) == 1
    assert len(shapes(drawing, Rect)) == 2 + 2


def test_a_sparkline_of_one_value_is_a_point():
    assert shapes(sparkline([Decimal(5)]), PolyLine) == []
    (line,) = shapes(sparkline([Decimal(5), Decimal(7)]), PolyLine)
    assert line.points[3] > line.points[1]


def test_a_letter_the_font_lacks_becomes_its_nearest_or_a_question_mark():
    assert printable("Łódź − 5 × 3") == "Łódz − 5 × 3"
    assert printable("Altman Z″") == "Altman Z''"
    assert printable("東京") == "??"
    assert printable("a\x07b") == "a b"
