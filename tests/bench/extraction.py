"""``python -m tests.bench.extraction``: accuracy and speed of extraction on the shared filings.

Every filing is read twice through the real LayoutReader (limited children included) and twice by a plain
PDFium text pass in this process; the better time of each counts. A further reading, not timed, is watched
for its peak memory; what the text pass left in this process counts as growth. The facts go to
build/bench/facts.jsonl and the shared score.py says how right they are.
"""

import argparse
import ctypes
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

import pypdfium2.raw as raw

from services.adapters.local.layout import LocalLayoutReader
from services.adapters.local.pdf_words import open_pdf
from services.domain.base import utc_now
from services.domain.errors import UnreadableDocument
from services.domain.ids import ReportId, UserId
from services.domain.reports import Report, ReportFormat
from services.extraction.jsonl import fact_line
from services.extraction.service import Extraction, extract
from tests.bench.memory import Peak, peak_of, resident

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "eval"
OUT = ROOT / "build" / "bench"
RUNS = 2
LONG, SHORT = 100, 30  # pages
MB = 1024 * 1024
NO_PEAK = Peak(0, 0)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one filing: its extraction and the plain text pass; and its peak of bytes."""

    name: str
    pages: int
    extraction: float
    plain: float
    peak: Peak = NO_PEAK

    @property
    def ratio(self) -> float:
        """How many plain text passes the extraction takes."""
        return self.extraction / self.plain


def report_of(path: Path) -> Report:
    """Return a fresh report record for a file."""
    return Report(
        report_id=ReportId(f"bench-{path.stem}"),
        name=path.name,
        format=ReportFormat.PDF,
        sha256="0" * 64,
        size=path.stat().st_size,
        blob_key=path.name,
        uploaded_by=UserId("bench"),
        uploaded_at=utc_now(),
    )


def read(data: bytes, report: Report) -> Extraction:
    """Extract one document through the real reader."""
    with LocalLayoutReader().open(data, report.format) as document:
        return extract(document, report)


def plain_pass(data: bytes) -> int:
    """Open the document and take every page's text, nothing else; returns its pages."""
    pdf = open_pdf(data)
    count = len(pdf)
    for index in range(count):
        page = raw.FPDF_LoadPage(pdf, index)
        text = raw.FPDFText_LoadPage(page)
        characters = raw.FPDFText_CountChars(text)
        buffer = (ctypes.c_ushort * (characters + 1))()
        raw.FPDFText_GetText(text, 0, characters, buffer)
        raw.FPDFText_ClosePage(text)
        raw.FPDF_ClosePage(page)
    pdf.close()
    return count


def best_of(action: Callable[[], T]) -> tuple[float, T]:
    """Return the shortest wall time of RUNS calls and the last result."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        result = action()
        times.append(time.perf_counter() - start)
    return min(times), result


def measure(path: Path, lines: list[str], base: int) -> Timing:
    """Read one filing, add its fact lines, and return its timing."""
    data, report = path.read_bytes(), report_of(path)
    plain, pages = best_of(lambda: plain_pass(data))
    try:
        seconds, extraction = best_of(lambda: read(data, report))
    except UnreadableDocument as error:
        print(f"{path.stem:38s} unreadable: {error.sentence}")
        return Timing(path.stem, pages, plain, plain)
    peak, _ = peak_of(lambda: read(data, report), base)
    lines.extend(json.dumps(fact_line(fact)) for fact in extraction.facts)
    timing = Timing(path.stem, pages, seconds, plain, peak)
    print(
        f"{path.stem:38s} {pages:4d} pages {seconds:6.2f} s  plain {plain:6.2f} s"
        f"  x{timing.ratio:5.2f}  {peak.total / MB:4.0f} MB"
        f"  {len(extraction.statements)} statements {len(extraction.facts)} facts",
        flush=True,
    )
    return timing


def summarise(timings: Sequence[Timing]) -> None:
    """Print the medians by length of document, and the highest peak of memory."""
    groups = {
        "all": timings,
        f"from {LONG} pages": [t for t in timings if t.pages >= LONG],
        f"under {SHORT} pages": [t for t in timings if t.pages < SHORT],
    }
    for name, group in groups.items():
        if group:
            print(
                f"{name}: {len(group)} filings, median {median(t.extraction for t in group):.2f} s, "
                f"median ratio to a plain text pass {median(t.ratio for t in group):.2f} "
                f"({min(t.ratio for t in group):.2f} to {max(t.ratio for t in group):.2f}), "
                f"{1000 * sum(t.extraction for t in group) / sum(t.pages for t in group):.1f} ms per page"
            )
    most = max(timings, key=lambda timing: timing.peak.total)
    print(
        f"peak memory {most.peak.total / MB:.0f} MB ({most.name}): this process grew by "
        f"{most.peak.growth / MB:.0f} MB, its children held {most.peak.children / MB:.0f} MB; "
        f"median {median(t.peak.total for t in timings) / MB:.0f} MB"
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; 0 unless the shared filings are absent in CI."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=int, default=None, help="only the first N filings")
    options = parser.parse_args(arguments if arguments is not None else [])
    filings = sorted((SHARED / "filings").glob("*.pdf"))[: options.docs]
    if not filings:
        print("No shared filings here: the accuracy of extraction was not measured.")
        return 1 if os.environ.get("CI") == "true" else 0
    lines: list[str] = []
    base = resident(os.getpid())
    timings = [measure(path, lines, base) for path in filings]
    OUT.mkdir(parents=True, exist_ok=True)
    facts = OUT / "facts.jsonl"
    facts.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    summarise(timings)
    score = [sys.executable, str(SHARED / "score.py"), str(SHARED / "truth_dev.jsonl"), str(facts)]
    return subprocess.run(score, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
