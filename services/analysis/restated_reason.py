"""Which sentence of a report gives the reason for figures that it prints otherwise than the last report did.

A sentence is quoted only for figures that its kind of reason can change: a move between lines changes no
profit and no equity, a disposal's presentation neither, a share split only what is counted per share.
"""

import re
from collections.abc import Sequence
from datetime import date

from services.analysis.reprinted import Pair
from services.domain.concepts import CONCEPTS, StatementKind
from services.domain.narrative import Recast

_BOTTOM_LINES = {
    "net_income", "net_income_incl_nci", "retained_earnings", "stockholders_equity",
    "total_equity_incl_nci", "eps_basic", "eps_diluted", "shares_basic_wavg", "shares_diluted_wavg",
}  # fmt: skip
"""What stays the same when amounts only move between lines of the statements."""
_PROFIT = {"net_income", "net_income_incl_nci"}
PER_SHARE = {"eps_basic", "eps_diluted", "shares_basic_wavg", "shares_diluted_wavg"}
_STRONGEST = ("error", "discontinued", "split", "principle", "restated", "reclassified")
_STATEMENTS = {
    StatementKind.INCOME: re.compile(r"\bstatements? of (?:\w+ )?(?:income|earnings|operations)\b|\bincome statements?\b"),
    StatementKind.BALANCE: re.compile(r"\bbalance sheets?\b|\bstatements? of financial position\b"),
    StatementKind.CASH_FLOW: re.compile(r"\bstatements? of cash flows?\b|\bcash[- ]flow statements?\b"),
}  # fmt: skip
_ALSO_CALLED = {
    "cash_from_operations": ("operating activities",),
    "cash_from_investing": ("investing activities",),
    "cash_from_financing": ("financing activities",),
    "net_income": ("net earnings", "net loss"),
    "eps_basic": ("per share",),
    "eps_diluted": ("per share",),
}


class Reasons:
    """The sentences of one report, asked for the reason of figures that it prints otherwise.

    ``ended`` is the last day of the earlier report: what counted by then was in its figures already.
    """

    def __init__(self, recasts: Sequence[Recast], pairs: Sequence[Pair], ended: date) -> None:
        self._recasts = [one for one in recasts if one.since is None or one.since > ended]
        self._other_profit = {
            pair.now.period for pair in pairs if pair.now.concept in _PROFIT and pair.differs
        }

    def of(self, pairs: Sequence[Pair]) -> Recast | None:
        """Return the sentence that explains all these changes: one that names the first figure before others."""
        able = [one for one in self._recasts if self._explains(one, pairs)]
        return min(able, key=lambda one: _order(one, pairs[0]), default=None)

    def _explains(self, recast: Recast, pairs: Sequence[Pair]) -> bool:
        if recast.kind in {"reclassified", "discontinued"} and any(map(self._is_bottom, pairs)):
            return False
        if recast.kind == "split" and not {pair.now.concept for pair in pairs} <= PER_SHARE:
            return False
        if recast.kind in {"error", "split"}:
            return True
        said = recast.text.lower()
        spoken = {kind for kind, words in _STATEMENTS.items() if words.search(said)}
        return not spoken or {pair.now.statement for pair in pairs} <= spoken

    def _is_bottom(self, pair: Pair) -> bool:
        """Whether a figure is profit or equity, or the pre-tax income of a period whose profit changed with it."""
        if pair.now.concept == "income_before_tax":
            return pair.now.period in self._other_profit
        return pair.now.concept in _BOTTOM_LINES


def names(recast: Recast, pair: Pair) -> bool:
    """Whether a sentence names a figure."""
    concept = CONCEPTS[pair.now.concept or ""]
    said = recast.text.lower()
    called = (concept.name.lower().partition(",")[0], *_ALSO_CALLED.get(concept.concept_id, ()))
    return any(word in said for word in called)


def _order(recast: Recast, first: Pair) -> tuple[bool, int, bool, bool]:
    """Rank a sentence, the best lowest: "This change …" does not say by itself which one."""
    said = recast.text.lower()
    whole = re.search(r"financial statements|\bcertain\b|all (?:prior )?periods", said)
    return (
        not names(recast, first),
        _STRONGEST.index(recast.kind),
        said.startswith(("this ", "these ", "the change ")),
        whole is None,
    )
