"""Writes the sample reports into this folder: python -m samples.generate [folder]."""

import sys
from pathlib import Path

from samples.annual_report import Edition, write_report
from samples.budget import write_budget
from samples.company import assumptions, books, restated_assumptions

EDITIONS = (
    Edition("Larkfield_FY2023_10-K.pdf", 2023),
    Edition("Larkfield_FY2024_10-K.pdf", 2024),
    Edition("Larkfield_FY2025_10-K.pdf", 2025),
    Edition("Larkfield_FY2025_10-KA_restated.pdf", 2025, form="FORM 10-K/A", restated=True),
    Edition("Larkfield_FY2025_10-K_draft_with_errors.pdf", 2025, with_errors=True),
)
BUDGET = "Larkfield_FY2025_budget_vs_actual.xlsx"


def generate(folder: Path) -> list[Path]:
    """Write all samples and return their paths."""
    original, restated = books(assumptions()), books(restated_assumptions())
    paths = [
        write_report(folder, edition, restated if edition.restated else original)
        for edition in EDITIONS
    ]
    return [*paths, write_budget(folder / BUDGET, original[2025])]


def main() -> None:
    """Write into the folder given, or beside this file."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for path in generate(folder):
        print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main()
