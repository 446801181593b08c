"""Real and generated workbooks through the whole reader: ``python -m tests.bench.workbooks``.

For each workbook: sheets, statements, facts, numbers printed in the statements' columns, findings, and the
seconds from bytes to facts (wall, and processor time of this process and of the child). openpyxl is the
oracle: the number and the formula of every fact are compared with what it finds at the fact's address.
Trial balances of 50,000 accounts are generated with a fixed seed; of these the commit to the store is
measured too.
"""

import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import openpyxl
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula
from openpyxl.worksheet.worksheet import Worksheet

from services.adapters.local.database import Database
from services.adapters.local.layout import LocalLayoutReader
from services.adapters.local.records import SqliteRecordStore
from services.domain.messages import Effects
from services.domain.reports import Fact, ReportFormat
from services.extraction.service import Extraction, extract
from services.extraction.sheets import read_workbook
from tests.bench.extraction import OUT, report_of

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpora" / "fin_workbooks"
SAMPLES = ROOT / "samples"
GENERATED = OUT / "workbooks"
ACCOUNTS = 50_000
BALANCE_COLUMNS = 10
SEED = 20_251_231
_ZIP = b"PK\x03\x04"
_LARGEST = 10**9


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one workbook gave and what it cost; ``agreeing`` facts have the oracle's number and formula."""

    name: str
    sheets: int
    extraction: Extraction
    printed: int
    wall: float
    cpu: float
    agreeing: int
    disagreeing: tuple[str, ...]


def generate(path: Path, headings: Sequence[str], columns: int) -> Path:
    """Write a trial balance of ACCOUNTS accounts that balances in every column (or over both sides)."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Trial balance")
    sheet.append(["Generated Group plc"])
    sheet.append(["Trial balance as at 31 December 2025 (EUR)"])
    sheet.append(["Account code", "Account name", *headings])
    draw = random.Random(SEED)
    totals = [0] * columns
    for account in range(ACCOUNTS):
        last = account == ACCOUNTS - 1
        cents = [-total if last else draw.randint(-_LARGEST, _LARGEST) for total in totals]
        totals = [total + amount for total, amount in zip(totals, cents, strict=True)]
        sheet.append([f"{100_000 + account}", f"Account {account:,}", *_cells(cents, headings)])
    book.save(path)
    return path


def _cells(cents: Sequence[int], headings: Sequence[str]) -> list[float | None]:
    if len(headings) == len(cents):
        return [amount / 100 for amount in cents]
    amount = cents[0] / 100
    return [amount, None] if amount >= 0 else [None, -amount]


def measure(path: Path) -> Outcome:
    """Read a workbook as the product does and compare every fact with the oracle."""
    data = path.read_bytes()
    report = report_of(path).model_copy(update={"format": ReportFormat.XLSX})
    before, started = _cpu(), time.perf_counter()
    with LocalLayoutReader().open(data, ReportFormat.XLSX) as document:
        extraction = extract(document, report)
        wall, cpu = time.perf_counter() - started, _cpu() - before
        layouts = document.sheets()
    coverage = read_workbook(layouts).coverage
    printed = sum(covered.printed for covered in coverage)
    disagreeing = tuple(_disagreements(path, extraction.facts))
    stated = [fact for fact in extraction.facts if fact.source.cell is not None]
    return Outcome(
        name=path.name,
        sheets=len(layouts),
        extraction=extraction,
        printed=printed,
        wall=wall,
        cpu=cpu,
        agreeing=len(stated) - len(disagreeing),
        disagreeing=disagreeing,
    )


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _disagreements(path: Path, facts: Iterable[Fact]) -> Iterable[str]:
    """Yield what the oracle has otherwise than a fact: its number, or its formula."""
    values = openpyxl.load_workbook(path, data_only=True)
    formulas = openpyxl.load_workbook(path)
    for fact in facts:
        name, ref = fact.source.sheet, fact.source.cell
        if name is None or ref is None:
            continue
        value, formula = values[name][ref].value, _formula(formulas[name], ref)
        if not _same_number(fact, value):
            yield f"{name}!{ref}: read {fact.source.printed!r}, stored {value!r}"
        elif fact.source.formula != formula:
            yield f"{name}!{ref}: read {fact.source.formula!r}, written {formula!r}"


def _same_number(fact: Fact, value: object) -> bool:
    if isinstance(value, str):
        return fact.source.printed == value.strip()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    stored = Decimal(format(value, ".15g"))
    return fact.printed_value in {stored, stored * 100 if "%" in fact.source.printed else stored}


def _formula(sheet: Worksheet, ref: str) -> str | None:
    value = sheet[ref].value
    if isinstance(value, ArrayFormula):
        return value.text if str(value.text).startswith("=") else f"={value.text}"
    if isinstance(value, DataTableFormula):
        return f"=TABLE({value.r1 or ''},{value.r2 or ''})"
    return value if isinstance(value, str) and value.startswith("=") else None


def show(outcome: Outcome) -> None:
    """Print what one workbook gave."""
    stated = outcome.agreeing + len(outcome.disagreeing)
    kinds = Counter(s.kind.value for s in outcome.extraction.statements)
    ties = Counter(t.status.value for t in outcome.extraction.tie_outs)
    print(
        f"{outcome.name[:52]:52s} {outcome.sheets:3d} sheets {len(outcome.extraction.statements):3d} "
        f"statements {stated:7,d} facts of {outcome.printed:7,d} printed "
        f"{len(outcome.extraction.findings):3d} findings {outcome.wall:6.2f} s wall {outcome.cpu:6.2f} s cpu  "
        f"oracle {outcome.agreeing / stated if stated else 1:.4f}",
        flush=True,
    )
    print(f"    {dict(kinds)} checks {dict(ties)}")
    for line in outcome.disagreeing[:3]:
        print(f"    differs: {line}")


def commit(extraction: Extraction) -> tuple[float, int]:
    """Return the seconds to commit a reading to the store, and the bytes that it takes there."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "advisor.sqlite"
        store = SqliteRecordStore(Database(path))
        records = (
            extraction.report,
            *extraction.statements,
            *extraction.facts,
            *extraction.findings,
            *extraction.tie_outs,
        )
        started = time.perf_counter()
        store.commit(Effects(records=records))
        seconds = time.perf_counter() - started
        return seconds, sum(file.stat().st_size for file in Path(folder).iterdir())


def main() -> int:
    """Measure all workbooks; 1 when a fact differs from the oracle, or the corpus is absent in CI."""
    months = [f"{month:02d}/2025" for month in range(1, BALANCE_COLUMNS + 1)]
    generated = [
        generate(GENERATED / "trial_balance_debit_credit.xlsx", ["Debit", "Credit"], 1),
        generate(GENERATED / "trial_balance_12_columns.xlsx", months, BALANCE_COLUMNS),
    ]
    if not CORPUS.is_dir():
        print("workbooks: the corpus is not on this machine (no shared/ beside the project)")
    files = [*sorted(CORPUS.glob("*.xlsx")), *sorted(SAMPLES.glob("*.xlsx"))]
    differing = 0
    for path in [path for path in files if path.read_bytes()[:4] == _ZIP]:
        outcome = measure(path)
        show(outcome)
        differing += len(outcome.disagreeing)
    for path in generated:
        outcome = measure(path)
        show(outcome)
        seconds, size = commit(outcome.extraction)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"    commit {seconds:.2f} s, {size / 2**20:,.0f} MB; peak memory {peak:,.0f} MB")
        differing += len(outcome.disagreeing)
    absent = not CORPUS.is_dir() and os.environ.get("CI") == "true"
    return int(differing > 0 or absent)


if __name__ == "__main__":
    sys.exit(main())
