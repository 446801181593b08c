"""A spread of odd, broken and hostile files: each ends in a stated result, none kills the parent."""

import time
from pathlib import Path

import pytest

from services.domain.reports import ReportFormat
from tests.bench.corpora import CORPORA, corpus_files, read

_PER_FORMAT = {
    ReportFormat.PDF: 30,
    ReportFormat.XLSX: 12,
    ReportFormat.XLS: 8,
    ReportFormat.XLSB: 4,
    ReportFormat.ODS: 3,
    ReportFormat.XLSM: 3,
}
_WALL_SECONDS = 60
_CODES = {"read", "encrypted", "malformed", "resource-limit", "too-many-pages"}


def _spread() -> list[tuple[Path, ReportFormat]]:
    """Every n-th file of each format, so that the choice is the same everywhere."""
    files = list(corpus_files(CORPORA)) if CORPORA.is_dir() else []
    chosen = []
    for format, count in _PER_FORMAT.items():
        of_format = [file for file in files if file[1] is format]
        step = max(1, len(of_format) // count)
        chosen += of_format[::step][:count]
    return chosen


@pytest.mark.parametrize("part", range(4))
def test_odd_files_end_in_a_stated_result_within_bounded_time(shared, part):
    files = _spread()
    assert len(files) == sum(_PER_FORMAT.values())
    for path, format in files[part::4]:
        started = time.monotonic()
        outcome = read(path, format)
        assert outcome.ending in _CODES, f"{path.name}: {outcome.sentence}"
        assert (outcome.ending == "read") != outcome.sentence.endswith("."), path.name
        assert time.monotonic() - started < _WALL_SECONDS


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("protected_passtika.xlsx", "encrypted"),
        ("protected_sha512.xlsx", "encrypted"),
        ("password_2002_128_enhrsa.xls", "encrypted"),
        ("poc-xmlbomb-empty.xlsx", "malformed"),
        ("bomb_giant.pdf", "read"),
    ],
)
def test_known_files_end_as_what_they_are(shared, name, code):
    found = sorted(CORPORA.rglob(name))
    assert found, f"{name} is no longer in the corpora"
    endings = {read(path, ReportFormat(path.suffix[1:])).ending for path in found}
    assert endings == {code}
