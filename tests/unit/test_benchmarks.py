"""Benchmarks are run by hand; here it is seen that they still fit the product."""

from importlib import import_module

import pytest

from tests.conftest import ROOT

BENCHMARKS = sorted(
    path.stem for path in (ROOT / "tests" / "bench").glob("[a-z]*.py") if path.stem[0] != "_"
)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_names_nothing_that_the_product_lacks(name):
    import_module(f"tests.bench.{name}")
