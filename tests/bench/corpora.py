"""Every odd, broken and hostile file through the layout reader: ``python -m tests.bench.corpora``.

Each must end in a layout or in UnreadableDocument with a sentence; anything else is a failure.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from services.adapters.local.layout import LocalLayoutReader
from services.domain.errors import UnreadableDocument
from services.domain.reports import ReportFormat
from services.extraction.sheets import read_workbook

CORPORA = Path(__file__).resolve().parents[2].parent / "shared" / "corpora"
WORDS_OF_PAGES = 3
_AT_ONCE = 2
_SHOWN_SLOW = 5


@dataclass(frozen=True)
class Outcome:
    """How one file ended: 'read', the code of UnreadableDocument, or 'FAILED'."""

    path: Path
    format: ReportFormat
    ending: str
    seconds: float
    sentence: str = ""


def corpus_files(folder: Path) -> Iterator[tuple[Path, ReportFormat]]:
    """Yield the files of accepted types, by their extension, in a fixed order."""
    formats = {format.value: format for format in ReportFormat}
    for path in sorted(folder.rglob("*")):
        format = formats.get(path.suffix.lower().lstrip("."))
        if format is not None and path.is_file() and path.stat().st_size:
            yield path, format


def read(path: Path, format: ReportFormat) -> Outcome:
    """Read one file as the product does: all texts, the words of some pages, or all sheets."""
    started = time.monotonic()
    ending, sentence = "read", ""
    try:
        with LocalLayoutReader().open(path.read_bytes(), format) as document:
            document.page_texts()
            document.page_words(range(1, min(WORDS_OF_PAGES, document.page_count) + 1))
            read_workbook(document.sheets())
    except UnreadableDocument as error:
        ending, sentence = error.code, error.sentence
    except Exception as error:  # noqa: BLE001 - an untyped error is what this benchmark looks for
        ending, sentence = "FAILED", repr(error)
    return Outcome(path, format, ending, time.monotonic() - started, sentence)


def read_all(files: Sequence[tuple[Path, ReportFormat]]) -> list[Outcome]:
    """Read the files, two at a time."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda file: read(*file), files))


def main() -> int:
    """Print counts and times; return 1 when a file ended in anything but a stated result."""
    if not CORPORA.is_dir():
        print("corpora: not on this machine (no shared/ beside the project)")
        return int(os.environ.get("CI") == "true")
    started = time.monotonic()
    outcomes = read_all(list(corpus_files(CORPORA)))
    elapsed = time.monotonic() - started
    print(f"corpora: {len(outcomes)} files in {elapsed:.0f} s")
    for format in ReportFormat:
        endings = Counter(o.ending for o in outcomes if o.format is format)
        if endings:
            print(f"  {format.value}: " + ", ".join(f"{n} {e}" for e, n in endings.most_common()))
    seconds = sorted(o.seconds for o in outcomes)
    print(
        f"  p50 {seconds[len(seconds) // 2]:.2f} s, p99 {seconds[int(len(seconds) * 0.99)]:.2f} s"
    )
    for outcome in sorted(outcomes, key=lambda o: -o.seconds)[:_SHOWN_SLOW]:
        print(f"  slow: {outcome.seconds:.1f} s {outcome.path.name} {outcome.ending}")
    failed = [
        o for o in outcomes if o.ending == "FAILED" or (o.ending != "read" and not o.sentence)
    ]
    for outcome in failed:
        print(f"  FAILED {outcome.path}: {outcome.sentence}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
