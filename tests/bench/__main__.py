"""``make bench``: accuracy, speed and calibration on real filings and workbooks, then every odd file."""

import platform
import sys

from tests.bench import (
    api,
    audit,
    calibration,
    corpora,
    engine,
    extraction,
    labels,
    null_study,
    questions,
    rows,
    scans,
    seeded_checks,
    workbooks,
)

BENCHES = (
    extraction,
    rows,
    calibration,
    questions,
    seeded_checks,
    null_study,
    labels,
    engine,
    audit,
    scans,
    workbooks,
    corpora,
    api,
)


def main() -> int:
    """Run the benchmarks, saying the machine first; return the worst exit code."""
    print(f"{platform.platform()}, {platform.machine()}, Python {platform.python_version()}")
    return max(bench.main() for bench in BENCHES)


if __name__ == "__main__":
    sys.exit(main())
