"""The unit of a statement's amounts: scale and currency, from the words around its header."""

import re
from collections.abc import Iterable

_SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_IN = re.compile(r"\b(?:in|of)\s+(?:[a-z$.€£ ]{0,24}?)(thousand|million|billion)s?\b")
_BRACKETED = re.compile(
    r"\(\s*(?:us)?[$€£]?\s*(?:dollars\s*)?(?:in\s*)?(thousand|million|billion)s?\b"
)
_ZEROS = re.compile(r"\(?[$€£]?\s?0{3}(?:['’]?s| omitted)|\bin 000['’]?s|[$€£¥]\s?['’]?000\b")
_SHORT = re.compile(
    r"\([$€£¥]\s?(?:in )?(mm?|bn|k)\)"
    r"|(?<![\w.,])(?:(?:us|c|a|hk)?[$€£¥]|(?:usd|eur|gbp|chf|jpy|cad|aud)\b)\s?"
    r"(mn?|mm|mio|millions?|bn|billions?|k|thousands?)\b"
)
_SHORT_SCALES = {"k": 1_000, "t": 1_000, "m": 1_000_000, "b": 1_000_000_000}
_ONLY_SHARES = re.compile(
    r"(?<!dollars and )\bshares?\s+(?:data\s+)?in\s+(?:thousand|million)|reflected in (?:thousand|million)"
)
_ACTUAL = re.compile(r"\bin (?:whole|actual) dollars\b|\((?:in )?(?:u\.?s\.? )?dollars\)")
_CURRENCY = (
    (re.compile(r"\beuros?\b|€"), "EUR"),
    (re.compile(r"pounds? sterling|£|\bgbp\b"), "GBP"),
    (re.compile(r"japanese yen|¥|\bjpy\b"), "JPY"),
    (re.compile(r"canadian dollars|\bcad\b|\bc\$"), "CAD"),
    (re.compile(r"swiss francs|\bchf\b"), "CHF"),
    (re.compile(r"australian dollars|\baud\b|\ba\$"), "AUD"),
)


def scale_in(text: str) -> int | None:
    """Return the factor the words name ('in millions' is 1,000,000), or None when they name none."""
    plain = " ".join(text.lower().replace("\u00a0", " ").split())
    for pattern in (_BRACKETED, _IN):
        for match in pattern.finditer(plain):
            if not _ONLY_SHARES.search(plain[max(0, match.start() - 30) : match.end()]):
                return _SCALES[match[1]]
    if _ZEROS.search(plain):
        return 1_000
    short = _SHORT.search(plain)
    if short is not None:
        return _SHORT_SCALES[(short[1] or short[2])[0]]
    return 1 if _ACTUAL.search(plain) else None


def currency_in(texts: Iterable[str]) -> str | None:
    """Return the ISO 4217 code of a currency other than the dollar that the words name, or None."""
    plain = " ".join(texts).lower()
    if "$" in plain and "€" not in plain and "£" not in plain:
        return "USD"
    return next((code for pattern, code in _CURRENCY if pattern.search(plain)), None)
