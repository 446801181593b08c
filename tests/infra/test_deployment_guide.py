"""docs/deployment.md: its sums are right, and what it tells to set is read."""

import json
import re
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "deployment.md").read_text()
_ROW = re.compile(r"^\| ([^|]+) \| \**([\d.]+)\** \| \**([\d.]+)\** \| \**([\d.]+)\** \|", re.M)


def wrong_sums(text: str) -> list[str]:
    """Name the sizes whose total is not the sum of its parts."""
    rows = {name: [Decimal(one) for one in prices] for name, *prices in _ROW.findall(text)}
    totals = rows.pop("**together**")
    parts = [sum(column) for column in zip(*rows.values(), strict=True)]
    sizes = ("dev", "test", "prod")
    return [size for size, total, part in zip(sizes, totals, parts, strict=True) if total != part]


def unread_variables(text: str) -> set[str]:
    """Give what the guide sets in azd's environment and the parameter file does not take."""
    taken = re.findall(r"\$\{(\w+)", (ROOT / "infra" / "main.parameters.json").read_text())
    return set(re.findall(r"azd env set (\w+)", text)) - set(taken)


def test_the_costs_add_up():
    assert wrong_sums(GUIDE) == []


def test_a_price_that_is_changed_alone_is_found():
    assert wrong_sums(GUIDE.replace("| 1500.00 |", "| 1400.00 |")) == ["prod"]


def test_what_is_set_by_the_guide_is_taken():
    assert unread_variables(GUIDE) == set()
    assert unread_variables("azd env set ADVISOR_SISE dev") == {"ADVISOR_SISE"}


def test_every_size_has_its_parameter_file():
    for size in ("dev", "test", "prod"):
        given = json.loads((ROOT / "infra" / f"{size}.parameters.json").read_text())["parameters"]
        assert given["size"]["value"] == size
