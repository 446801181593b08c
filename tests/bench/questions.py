"""``python -m tests.bench.questions``: public metric questions answered from the analysed filings.

A question is mapped to a metric or concept id by its own words, and to the rounding that it asks for.
The answer is compared with the published one, the pages of all inputs with the published evidence.
Nothing here knows a company, an answer or a page.
"""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from services.bootstrap import build_engine
from services.domain.concepts import CONCEPTS
from services.domain.reports import Fact
from services.engine import Analysed, Engine

SHARED = Path(__file__).resolve().parents[3] / "shared" / "eval"
EXPECTED = 21
_WORDS: tuple[tuple[str, str], ...] = (
    (r"operating cash flow ratio", "operating_cash_flow_ratio"),
    (r"cash conversion cycle", "ccc"),
    (r"days payable", "dpo"),
    (r"days sales", "dso"),
    (r"days inventory", "dio"),
    (r"change in (unadjusted )?operating income", "operating_income_growth"),
    (r"change in (total )?(net )?income", "net_income_growth"),
    (r"change in (total )?revenue", "revenue_growth"),
    (r"2 year .*revenue cagr", "revenue_cagr_2y"),
    (r"3 year average net profit margin", "net_margin_3y_average"),
    (r"3 year average .*operating .*margin", "operating_margin_3y_average"),
    (r"return on assets", "roa"),
    (r"return on equity", "roe"),
    (r"fixed asset turnover", "fixed_asset_turnover"),
    (r"inventory turnover", "inventory_turnover"),
    (r"asset turnover", "asset_turnover"),
    (r"working capital ratio|current ratio", "current_ratio"),
    (r"quick ratio", "quick_ratio"),
    (r"net working capital", "net_working_capital"),
    (r"free cash flow", "free_cash_flow"),
    (r"retention ratio", "retention_ratio"),
    (r"payout ratio", "payout_ratio"),
    (r"ebitda\W* (%|percent)? ?margin", "ebitda_margin"),
    (r"ebitda", "ebitda_unadjusted"),
    (r"effective tax rate", "effective_tax_rate"),
    (r"gross (profit )?margin", "gross_margin"),
    (r"operating margin", "operating_margin"),
    (r"capital expenditure", "capex"),
    (r"net pp&?n?e|property, plant", "ppe_net"),
    (r"cash dividends", "dividends_paid"),
    (r"inventories", "inventory"),
    (r"total current liabilities", "total_current_liabilities"),
    (r"total current assets", "total_current_assets"),
    (r"total assets", "total_assets"),
    (r"net income attributable", "net_income"),
    (r"accounts receivable", "accounts_receivable_net"),
    (r"accounts payable", "accounts_payable"),
    (r"total revenue|net sales", "revenue"),
)
"""Phrases of the field, the more special before the more general."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked for, what came out (None: not computable), and the 0-based pages of its inputs."""

    name: str
    value: Decimal | None
    pages: tuple[int, ...] = ()


def metric_asked(question: str) -> str | None:
    """Return the metric or concept id of a question."""
    text = question.lower()
    asked = re.search(r"what (is|was)|how much", text)
    for part in (text[asked.start() :] if asked else text, text):
        for pattern, name in _WORDS:
            if re.search(pattern, part):
                return name
    return None


def year_asked(question: str) -> int | None:
    """Return the latest fiscal year that a question names."""
    years = [int(year) for year in re.findall(r"FY ?(20\d\d)", question)]
    return max(years, default=None)


def as_asked(value: Decimal, question: str) -> Decimal:
    """Return the value in the unit and at the rounding that a question asks for.

    Where it asks for none: whole millions, billions and percentages to one decimal, ratios to two.
    """
    text = question.lower()
    places = 2
    if "usd million" in text:
        value, places = value / 10**6, 0
    elif "usd billion" in text:
        value, places = value / 10**9, 1
    elif "%" in text or "percent" in text:
        value, places = value * 100, 1
    if "two decimal" in text:
        places = 2
    elif "one decimal" in text:
        places = 1
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def number_of(published: str) -> Decimal:
    """Return the number of a published answer."""
    return Decimal(re.sub(r"[^0-9.\-]", "", published))


def answer(analysed: Analysed, question: str) -> Answer:
    """Answer one question from the metrics and facts of one report."""
    name, year = metric_asked(question), year_asked(question)
    if name is None:
        return Answer("", None)
    facts = {fact.fact_id: fact for fact in analysed.read.facts}
    if name in CONCEPTS:
        return _fact_answer(name, _of_year(_facts(facts.values(), name), year))
    found = [metric for metric in analysed.analysis.metrics if metric.metric_id == name]
    metric = _of_year(found, year)
    if metric is None:
        return Answer(name, None)
    pages = [facts[fact_id].source.page for fact_id in metric.fact_ids if fact_id in facts]
    return Answer(name, metric.value, tuple(sorted({page - 1 for page in pages if page})))


def _facts(facts: Iterable[Fact], concept: str) -> list[Fact]:
    named = [f for f in facts if f.concept == concept and f.is_reported]
    return sorted(named, key=lambda fact: (bool(fact.derived_from), -fact.confidence.total))


def _fact_answer(name: str, fact: Fact | None) -> Answer:
    if fact is None:
        return Answer(name, None)
    page = fact.source.page
    return Answer(name, fact.value, () if page is None else (page - 1,))


def _of_year(found: Sequence[Any], year: int | None) -> Any:
    """Return the item of the latest year, or of the year named: years end early or late in it."""
    yearly = [item for item in found if item.period.span in {"FY", "I"}]
    ends = sorted({item.period.end for item in yearly}, reverse=True)
    named = [end for end in ends if year is None or end.year == year]
    late = [end for end in ends if year is not None and end.year == year + 1 and end.month <= 6]
    wanted = next(iter([*(late if ends[:1] == late[:1] else []), *named]), None)
    return next((item for item in yearly if item.period.end == wanted), None)


def ask(engine: Engine, line: dict[str, Any], read: dict[str, Analysed]) -> tuple[str, bool]:
    """Return a line about one question, and whether number and citations are right."""
    name, question = line["doc_name"], line["question"]
    if name not in read:
        data = (SHARED / "filings" / f"{name}.pdf").read_bytes()
        read[name] = engine.analyse([engine.read(f"{name}.pdf", data)])[0]
    found = answer(read[name], question)
    if found.value is None:
        return f"  not computable  {name}: {found.name or 'no metric recognised'}", False
    given = as_asked(found.value, question)
    right = given == number_of(line["answer"])
    evidence = {item["evidence_page_num"] for item in line["evidence"]}
    cited = bool(found.pages) and set(found.pages) <= evidence
    word = "right" if right and cited else "WRONG"
    extra = f"; pages {found.pages}, published {sorted(evidence)}" if not cited else ""
    compared = f"{given}, published {line['answer']}"
    return f"  {word}  {name}: {found.name} = {compared}{extra}", right and cited


def main() -> int:
    """Ask every metric question; 1 when fewer than 21 of 23 are answered with their citations."""
    lines = [json.loads(line) for line in (SHARED / "questions_dev.jsonl").read_text().splitlines()]
    asked = [line for line in lines if line["question_type"] == "metrics-generated"]
    engine, read = build_engine(), dict[str, Analysed]()
    results = [ask(engine, line, read) for line in asked]
    for sentence, _ in results:
        print(sentence)
    right = sum(good for _, good in results)
    print(f"metric questions: {right} of {len(results)} right, number and citations")
    return 0 if right >= EXPECTED else 1


if __name__ == "__main__":
    sys.exit(main())
