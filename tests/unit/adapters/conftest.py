"""A fresh database file for each test, closed at its end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.adapters.local.database import Database
from tests.core_records import Clock


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "advisor.sqlite3")
    yield database
    database.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()
