"""Records by the hundred thousand: copies that share, and no search for cycles meanwhile."""

import gc

import pytest

from services.domain.base import many_records
from tests.factories import a_fact

FACT = a_fact("revenue", 2025, 120_000_000)


def test_a_copy_alike_is_the_copy_that_the_library_makes():
    own = {"label": "Sales", "row": 7}
    alike, copied = FACT.alike(own), FACT.model_copy(update=own)
    assert alike == copied
    assert alike.model_dump_json() == copied.model_dump_json()
    assert (FACT.label, FACT.row) != ("Sales", 7)


def test_a_copy_alike_is_as_immutable_as_any_record():
    with pytest.raises(ValueError, match="frozen"):
        FACT.alike({"row": 7}).row = 8


@many_records()
def broken() -> None:
    assert not gc.isenabled()
    raise KeyError


def test_the_search_for_cycles_rests_meanwhile_and_goes_on_even_after_an_error():
    assert gc.isenabled()
    with pytest.raises(KeyError):
        broken()
    assert gc.isenabled()


def test_a_search_that_rested_before_rests_on():
    gc.disable()
    try:
        with many_records():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
