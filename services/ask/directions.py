"""Questions that are answered by yes or no: whether a figure rose, fell, got better, or is positive."""

import re
from decimal import Decimal

from services.ask.formula import Name, Node, Over
from services.ask.refusals import Reason, Refused

_UP = r"grow|grew|grown|growing|increas(?:e|es|ed|ing)|rise|rose|risen|rising|expand(?:ed|ing)?"
_DOWN = (
    r"declin(?:e|es|ed|ing)|decreas(?:e|es|ed|ing)|fall|fell|fallen|falling|drop(?:s|ped|ping)?"
    r"|shrink|shrank|shrunk|shrinking"
)
_WORDS = (
    ("up", _UP),
    ("down", _DOWN),
    ("better", r"improv(?:e|es|ed|ing)"),
    ("worse", r"worsen(?:ed|ing)?|deteriorat(?:e|ed|ing)"),
    ("positive", r"positive"),
    ("negative", r"negative"),
)
_PATTERNS = tuple((name, re.compile(rf"\b(?:{said})\b")) for name, said in _WORDS)
_STARTS = re.compile(r"^\W*(is|are|was|were|does|do|did|has|have|had)\b")
_AROUND = re.compile(r"\b(any|profile|or|also|either)\b")
_OPPOSITES = ({"up", "down"}, {"better", "worse"}, {"better", "down"})
_MORE_IS_BETTER = frozenset(
    {
        "revenue", "gross_profit", "operating_income", "net_income", "cash_from_operations", "eps_diluted",
        "eps_basic", "gross_margin", "operating_margin", "net_margin", "ebitda_margin", "ebitda_unadjusted",
        "free_cash_flow", "free_cash_flow_margin", "free_cash_flow_conversion", "current_ratio", "quick_ratio",
        "cash_ratio", "operating_cash_flow_ratio", "interest_coverage", "roa", "roe", "asset_turnover",
        "fixed_asset_turnover", "inventory_turnover", "receivables_turnover", "net_working_capital",
    }
)  # fmt: skip
_LESS_IS_BETTER = frozenset(
    {
        "dso", "dio", "ccc", "debt_to_equity", "debt_to_ebitda", "net_debt_to_ebitda",
        "liabilities_to_assets", "total_debt", "net_debt",
    }
)  # fmt: skip


def direction(sentence: str) -> tuple[str, str] | None:
    """Return what a yes-or-no sentence asks of a figure, and the words that name the figure; None for another kind.

    What is asked is up, down, better, worse, positive, negative, which (which way it went) or which better.
    """
    if not _STARTS.match(sentence):
        return None
    found = {name for name, pattern in _PATTERNS if pattern.search(sentence)}
    if not found:
        return None
    wish = next(iter(found)) if len(found) == 1 else ""
    if not wish and found in _OPPOSITES:
        wish = "which better" if "better" in found else "which"
    if not wish:
        return None
    for _, pattern in _PATTERNS:
        sentence = pattern.sub(" ", sentence)
    rest = _AROUND.sub(" ", sentence)
    return wish, rest if wish in {"positive", "negative"} else f"change in {rest}"


def verdict(wish: str, node: Node, amount: Decimal) -> str:
    """Return the word that answers: Yes or No, or which way it went; raises Refused where better is a judgement."""
    if wish in {"positive", "negative"}:
        return _yes(amount > 0 if wish == "positive" else amount < 0)
    if amount == 0:
        return "No" if "which" not in wish else "It did not change"
    if wish in {"up", "down"}:
        return _yes((amount > 0) is (wish == "up"))
    if wish == "which":
        return "It rose" if amount > 0 else "It fell"
    better = _is_better(node, amount)
    if wish == "which better":
        return "It improved" if better else "It declined"
    return _yes(better is (wish == "better"))


def _yes(is_so: bool) -> str:
    return "Yes" if is_so else "No"


def _is_better(node: Node, amount: Decimal) -> bool:
    figure = node.of if isinstance(node, Over) else node
    key = figure.key if isinstance(figure, Name) else ""
    if key in _MORE_IS_BETTER:
        return amount > 0
    if key in _LESS_IS_BETTER:
        return amount < 0
    raise Refused(
        Reason.NEEDS_JUDGEMENT,
        "Whether more of this is better is a judgement. Ask whether it rose or fell.",
    )
