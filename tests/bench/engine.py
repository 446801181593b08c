"""``python -m tests.bench.engine``: how long the whole analysis takes, on one core, once the facts are read.

Each shared annual report alone, and ten filings under one company's name, each the others' history.
Processor time of this process, the better of two runs.
"""

import sys
import time
from collections.abc import Callable, Sequence

from services.bootstrap import build_engine
from services.engine import Read
from tests.bench.extraction import SHARED

ONE_BAR, TEN_BAR, TEN = 1.0, 5.0, 10


def seconds(work: Callable[[], object]) -> float:
    """Return the processor time of the better of two runs."""
    times = []
    for _ in range(2):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def main() -> int:
    """Print the times; 1 when one filing takes a second, or ten take five."""
    engine = build_engine()
    paths = sorted((SHARED / "filings").glob("*10K.pdf"))
    reads = [engine.read(path.name, path.read_bytes()) for path in paths]
    single = {read.report.name: seconds(lambda r=read: engine.analyse([r])) for read in reads}
    slowest = max(single, key=lambda name: single[name])
    ten = seconds(lambda: engine.analyse(_one_company(reads[:TEN])))
    print(
        f"engine: slowest of {len(single)} annual reports {single[slowest]:.2f} s ({slowest}), "
        f"{TEN} filings of one company {ten:.2f} s"
    )
    return 0 if single[slowest] < ONE_BAR and ten < TEN_BAR else 1


def _one_company(reads: Sequence[Read]) -> list[Read]:
    """Return the filings as if one company had made them all: the most history there can be."""
    named = [read.report.model_copy(update={"company": "One company"}) for read in reads]
    return [
        Read(report, read.statements, read.facts, read.findings, read.tie_outs)
        for report, read in zip(named, reads, strict=True)
    ]


if __name__ == "__main__":
    sys.exit(main())
