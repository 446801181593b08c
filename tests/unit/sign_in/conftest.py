"""Desks over a store of their own."""

from pathlib import Path

import pytest

from tests.desks import Desks


@pytest.fixture
def desks(tmp_path: Path) -> Desks:
    return Desks(tmp_path)
