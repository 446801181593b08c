"""``make bench``: accuracy and speed on real filings, then every odd and hostile file."""

import platform
import sys

from tests.bench import corpora, extraction


def main() -> int:
    """Run both benchmarks, saying the machine first; return the worse exit code."""
    print(f"{platform.platform()}, {platform.machine()}, Python {platform.python_version()}")
    return max(extraction.main(), corpora.main())


if __name__ == "__main__":
    sys.exit(main())
