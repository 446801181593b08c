"""``make bench``: accuracy and speed on real filings, real workbooks, then every odd and hostile file."""

import platform
import sys

from tests.bench import corpora, extraction, workbooks


def main() -> int:
    """Run the benchmarks, saying the machine first; return the worst exit code."""
    print(f"{platform.platform()}, {platform.machine()}, Python {platform.python_version()}")
    return max(extraction.main(), workbooks.main(), corpora.main())


if __name__ == "__main__":
    sys.exit(main())
