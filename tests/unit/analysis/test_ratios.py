"""Altman scores: golden values and cut-offs."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.ratios import (
    Z_DOUBLE_PRIME,
    Z_PRIME,
    AltmanInputs,
    Zone,
    altman,
    altman_components,
)

MANUFACTURER = AltmanInputs(
    *(Decimal(n) for n in (13709, 7244, 40636, 7207, 9848, 26652, 36500, 32765))
)


def test_both_variants_match_the_golden_values():
    assert round(altman(Z_PRIME, MANUFACTURER), 3) == Decimal("2.735")
    assert round(altman(Z_DOUBLE_PRIME, MANUFACTURER), 3) == Decimal("6.506")


def test_components_match_by_hand():
    found = altman_components(Z_DOUBLE_PRIME, MANUFACTURER)
    assert len(found) == 4
    assert found[0] == Decimal("6.56") * (13709 - 7244) / 36500
    assert found[3] == Decimal("1.05") * 9848 / 26652


@pytest.mark.parametrize(
    ("model", "score", "zone"),
    [
        (Z_PRIME, "1.22", Zone.DISTRESS),
        (Z_PRIME, "1.23", Zone.GREY),
        (Z_PRIME, "2.91", Zone.SAFE),
        (Z_DOUBLE_PRIME, "1.09", Zone.DISTRESS),
        (Z_DOUBLE_PRIME, "2.60", Zone.GREY),
        (Z_DOUBLE_PRIME, "2.61", Zone.SAFE),
    ],
)
def test_zones_follow_the_published_cut_offs(model, score, zone):
    assert model.zone(Decimal(score)) is zone


@given(factor=st.integers(min_value=1, max_value=10**9))
def test_a_score_does_not_depend_on_the_unit(factor):
    scaled = AltmanInputs(*(value * factor for value in MANUFACTURER))
    assert abs(altman(Z_PRIME, scaled) - altman(Z_PRIME, MANUFACTURER)) < Decimal("1e-20")
