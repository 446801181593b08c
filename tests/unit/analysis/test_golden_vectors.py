"""The published and twice-computed score examples, component by component to four decimals."""

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from services.analysis.ratios import Z_DOUBLE_PRIME, Z_ORIGINAL, Z_PRIME, AltmanInputs, altman
from services.analysis.scores import (
    DistressInputs,
    OperatingAssets,
    ScoreYear,
    StrengthInputs,
    balance_sheet_accruals,
    beneish,
    beneish_indexes,
    cash_flow_accruals,
    logit,
    ohlson,
    piotroski_tests,
    probability,
    springate,
    zmijewski,
)
from services.analysis.stats import mann_kendall

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "design" / "analysis_vectors.json"


@pytest.fixture(scope="module")
def vectors():
    if not VECTORS.exists():
        assert os.environ.get("CI") != "true", "the golden vectors must be there in CI"
        pytest.skip("the golden vectors of the shared folder are absent")
    return json.loads(VECTORS.read_text(), parse_float=Decimal, parse_int=Decimal)


def four(value) -> Decimal:
    return round(Decimal(value), 4)


def enron_year(vector, index) -> ScoreYear:
    names = (
        "sales", "cogs", "sga", "dep", "inc_cont", "cfo",
        "ar", "ca", "ppe_net", "ta", "cl", "ltd",
    )  # fmt: skip
    return ScoreYear(*(vector[name][index] for name in names))


@pytest.mark.parametrize("index", [1, 2, 3])
def test_every_beneish_index_of_the_published_example_matches(vectors, index):
    vector = vectors["beneish_enron"]
    indexes = beneish_indexes(enron_year(vector, index), enron_year(vector, index - 1))
    expected = vector["expect"][str(vector["years"][index])]
    assert {name: four(value) for name, value in indexes.items()} == {
        name: value for name, value in expected.items() if name not in {"M", "p"}
    }
    assert four(beneish(indexes)) == expected["M"]
    assert four(Decimal(probability(beneish(indexes)))) == expected["p"]


def test_inverted_indexes_would_give_the_wrong_widely_copied_answer(vectors):
    vector = vectors["beneish_enron"]
    indexes = beneish_indexes(enron_year(vector, 3), enron_year(vector, 2))
    inverted = {**indexes, "GMI": 1 / indexes["GMI"], "DEPI": 1 / indexes["DEPI"]}
    assert beneish(inverted) < Decimal("-1.2") < beneish(indexes)


def test_the_published_altman_examples_match(vectors):
    amounts, shares, textbook = vectors["altman_z"]
    inputs = AltmanInputs(
        amounts["wc"], Decimal(0), amounts["re"], amounts["ebit"],
        amounts["mve"], amounts["tl"], amounts["ta"], amounts["sales"],
    )  # fmt: skip
    weights = (*Z_ORIGINAL.coefficients[:4], amounts["coef_x5"])
    assert four(altman(Z_ORIGINAL._replace(coefficients=weights), inputs)) == amounts["Z"]
    for example in (shares, textbook):
        x1, x2, x3, x4, x5 = example["x"]
        per_asset = AltmanInputs(x1, Decimal(0), x2, x3, x4, Decimal(1), Decimal(1), x5)
        assert four(altman(Z_ORIGINAL, per_asset)) == example["Z"]


def manufacturer_year(year) -> ScoreYear:
    names = (
        "sales", "cogs", "sga", "dep", "ni_incl_nci", "cfo",
        "ar", "ca", "ppe", "ta", "cl", "ltd",
    )  # fmt: skip
    return ScoreYear(*(year[name] for name in names))


def strength(vector) -> dict[str, bool]:
    now, before = vector["y2018"], vector["y2017"]
    return piotroski_tests(
        StrengthInputs(
            manufacturer_year(now), manufacturer_year(before),
            before["ta"], vector["y2016"]["ta"], now["sh_out"], before["sh_out"],
        )
    )  # fmt: skip


def test_the_scores_of_a_real_manufacturer_match(vectors):
    vector = vectors["mmm_2018"]
    now, before, expected = vector["y2018"], vector["y2017"], vector["expect"]
    m = beneish(beneish_indexes(manufacturer_year(now), manufacturer_year(before)))
    assert four(m) == expected["M"]
    assert four(Decimal(probability(m))) == expected["M_p"]
    distress = DistressInputs(
        now["ni_incl_nci"], now["ebit"], now["ebt"], now["sales"], now["cfo"],
        now["ca"], now["cl"], now["tl"], now["ta"],
    )  # fmt: skip
    assert four(springate(distress)) == expected["springate"]
    x = zmijewski(now["ni_parent"], now["tl"], now["ta"], now["ca"] / now["cl"])
    assert four(x) == expected["zmijewski_ni_parent_minus_004"]
    inputs = AltmanInputs(
        now["ca"], now["cl"], now["re"], now["ebit"], now["te"], now["tl"], now["ta"], now["sales"]
    )
    assert round(altman(Z_PRIME, inputs), 3) == expected["Zp"]
    assert round(altman(Z_DOUBLE_PRIME, inputs), 3) == expected["Zpp"]


def test_the_strength_score_of_a_real_manufacturer_is_five_of_nine(vectors):
    vector = vectors["mmm_2018"]
    passed = strength(vector)
    assert sum(passed.values()) == vector["expect"]["piotroski_share_count_rule"]
    assert (
        sum({**passed, "no more shares": False}.values())
        == vector["expect"]["piotroski_issuance_rule"]
    )
    assert [name for name, held in passed.items() if not held] == [
        "higher return on assets",
        "lower long-term debt ratio",
        "higher gross margin",
        "higher asset turnover",
    ]


def test_the_logit_score_depends_on_the_unit_unless_deflated(vectors):
    now, before = vectors["mmm_2018"]["y2018"], vectors["mmm_2018"]["y2017"]
    inputs = DistressInputs(
        now["ni_incl_nci"], now["ebit"], now["ebt"], now["sales"], now["cfo"],
        now["ca"], now["cl"], now["tl"], now["ta"],
    )  # fmt: skip
    millions = ohlson(inputs, before["ni_incl_nci"], Decimal(1))
    assert four(millions) == Decimal("-2.2213")
    assert round(logit(millions), 3) == 0.098
    thousand = Decimal(1000)
    thousands = DistressInputs(*(value * thousand for value in inputs))
    bigger = before["ni_incl_nci"] * thousand
    assert round(logit(ohlson(thousands, bigger, Decimal(1))), 4) == 0.0065
    assert four(ohlson(thousands, bigger, thousand)) == four(millions)


def test_the_published_accrual_ratios_match(vectors):
    vector = vectors["accruals"]
    before, now = vector["noa_begin"], vector["noa_end"]
    assert round(balance_sheet_accruals(now, before), 3) == vector["bs_ratio"]
    assert round(cash_flow_accruals(vector["cf_accruals"], now, before), 3) == vector["cf_ratio"]


def test_net_operating_assets_leave_out_cash_and_debt():
    assert OperatingAssets(*map(Decimal, (1000, 100, 600, 300))).net == 600


def test_the_exact_trend_test_of_a_perfect_series_matches(vectors):
    for count, p in vectors["mann_kendall_exact_two_sided_perfect"].items():
        assert four(Decimal(mann_kendall([float(i) for i in range(int(count))]).p)) == p
