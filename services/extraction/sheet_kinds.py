"""Which statement a worksheet table is, in which scale and currency, by its titles and its rows."""

import re
from collections.abc import Iterable, Sequence

from services.domain.concepts import StatementKind
from services.extraction.sheet_headers import squashed

STATED, UNSTATED_LARGE, UNSTATED_SMALL = 0.99, 0.95, 0.8
_LARGE = 10_000

_OTHER_TITLE = re.compile(
    r"parenthetical|\(details\b|\(tables\)|\(policies\)|comprehensive (?:income|loss)|segment"
    r"|(?:stock|share)(?:holder|owner)s'? equity|reconciliation|ratios?\b|assumptions?\b"
)
_TITLES: tuple[tuple[StatementKind, re.Pattern[str]], ...] = (
    (
        StatementKind.CASH_FLOW,
        re.compile(
            r"statements? of (?:consolidated )?cash flows?|cash flows? statements?|\Acash flows?\Z"
        ),
    ),
    (
        StatementKind.BALANCE,
        re.compile(
            r"balance sheets?|statements? of (?:consolidated )?financial (?:position|condition)"
        ),
    ),
    (
        StatementKind.INCOME,
        re.compile(
            r"statements? of (?:consolidated )?(?:net )?(?:income|operations|earnings|profit)"
            r"|income statements?|profit (?:and|&) loss|profit or loss|\bp ?& ?l\b"
        ),
    ),
)
_BOTH_INCOMES = re.compile(r"(?:income|operations|earnings|loss) and (?:other )?comprehensive")
_ROWS: dict[StatementKind, tuple[re.Pattern[str], ...]] = {
    StatementKind.INCOME: tuple(
        re.compile(text)
        for text in (
            r"^(?:total |net )?(?:revenues?|sales)\b", r"\bcost of (?:goods|sales|revenue)|^cogs\b",
            r"^gross (?:profit|margin)", r"operating (?:income|profit|loss|expenses)|^ebit\b",
            r"^ebitda", r"income tax|^taxes", r"^net (?:income|profit|loss|earnings)",
            r"selling|general and administrative|sg&a|research and development",
        )
    ),
    StatementKind.BALANCE: tuple(
        re.compile(text)
        for text in (
            r"^total assets", r"^total (?:current )?liabilities", r"total current assets",
            r"equity$|equity \(deficit\)", r"^(?:accounts|trade) (?:receivable|payable)",
            r"^retained earnings|^accumulated deficit", r"^inventor(?:y|ies)$", r"liabilities and .*equity",
        )
    ),
    StatementKind.CASH_FLOW: tuple(
        re.compile(text)
        for text in (
            r"operating activities", r"investing activities", r"financing activities",
            r"^(?:capital expenditures?|capex|purchases? of property)", r"(?:change|increase|decrease).* cash\b",
            r"^cash.*(?:beginning|end) of", r"^depreciation",
        )
    ),
}  # fmt: skip
_ROWS_NEEDED = 3
_WORDS_OF_A_TITLE = 14
_UNIT_MARK = re.compile(r"[$€£(]")
_SENTENCE = re.compile(r"\w{3,}[.!](?:\s+[A-Z]|\s*\Z)")

_SHARES_SCALE = re.compile(r"\bshares?(?: data)?(?: are)? in (?:thousands|millions|billions)")
_ISO = "usd|eur|gbp|jpy|chf|cad|aud|nzd|cny|rmb|hkd|sgd|inr|sek|nok|dkk|pln|czk|huf|brl|mxn|zar|krw|ils"
_MONEY = rf"(?:\b(?:{_ISO})|[$€£¥])"
_SCALES: tuple[tuple[int, re.Pattern[str]], ...] = tuple(
    (scale, re.compile(pattern))
    for scale, pattern in (
        (
            1_000,
            rf"\bthousands?\b|{_MONEY}\s?(?:in )?'?000'?s?\b|\(\s?'?000'?s?\b|\b000'?s\b|\b000 omitted\b"
            rf"|{_MONEY}\s?k\b|\b[kt](?:{_ISO})\b|\b[kt][$€£¥]|\(k\)|\bin k\b",
        ),
        (
            1_000_000,
            rf"\bmillions?\b|\bmio\b|{_MONEY}\s?m(?:n|m|ln|io)?\b|\bm\s?(?:{_ISO})\b|\bm[$€£¥]"
            r"|\((?:in )?m\)|\bin m\b",
        ),
        (1_000_000_000, rf"\bbillions?\b|{_MONEY}\s?bn?\b|\bb?n[$€£¥]"),
        (10_000_000, r"\bcrores?\b"),
        (100_000, r"\blakhs?\b"),
    )
)
_UNITS = re.compile(
    rf"\bin (?:whole )?(?:dollars|euros|units)\b|\A[^$]*usd \(\$\)\s*\Z|\bin (?:{_ISO}|[$€£¥])\)?\Z"
)
_BESIDE_UNIT = r"(?=(?:k|m|mn|mm|bn)?\b)"
_CURRENCIES = tuple(
    (code, re.compile(pattern))
    for code, pattern in (
        ("EUR", rf"€|\b[ktm]?eur{_BESIDE_UNIT}|\beuros?\b"),
        ("GBP", rf"£|\b[ktm]?gbp{_BESIDE_UNIT}"),
        ("JPY", rf"¥|\bjpy{_BESIDE_UNIT}|\byen\b"),
        ("CAD", rf"\bc\$|\b[ktm]?cad{_BESIDE_UNIT}"),
        ("AUD", rf"\ba\$|\b[ktm]?aud{_BESIDE_UNIT}"),
        ("CHF", rf"\b[ktm]?chf{_BESIDE_UNIT}"),
        ("INR", rf"₹|\binr{_BESIDE_UNIT}|\brs\b"),
        *(
            (code.upper(), rf"\b[ktm]?{code}{_BESIDE_UNIT}")
            for code in _ISO.split("|")
            if code not in {"usd", "eur", "gbp", "jpy", "chf", "cad", "aud", "inr", "rmb"}
        ),
        ("USD", rf"\$|\b[ktm]?usd{_BESIDE_UNIT}|\bdollars\b"),
    )
)


def kind_of_title(text: str) -> StatementKind | None:
    """Return the statement a title names, OTHER for a table named as something else, None when silent."""
    plain = squashed(text)
    if _OTHER_TITLE.search(plain) and not _BOTH_INCOMES.search(plain):
        return StatementKind.OTHER
    return next((kind for kind, pattern in _TITLES if pattern.search(plain)), None)


def kind_of_rows(labels: Iterable[str]) -> StatementKind:
    """Return the statement whose usual rows stand in the table, OTHER below three of them."""
    plain = [squashed(label) for label in labels]
    hits = {
        kind: sum(any(pattern.search(label) for label in plain) for pattern in patterns)
        for kind, patterns in _ROWS.items()
    }
    best = max(hits, key=lambda kind: hits[kind])
    return best if hits[best] >= _ROWS_NEEDED else StatementKind.OTHER


def title_kind(titles: Sequence[str]) -> StatementKind | None:
    """Return what the nearest (last) title that names a statement names, None when all are silent.

    Remarks are no titles.
    """
    kinds = (kind_of_title(title) for title in reversed(titles) if not is_remark(title))
    return next((kind for kind in kinds if kind is not None), None)


def is_remark(text: str) -> bool:
    """Whether a text above a table is a remark and no title: a sentence, or many words without a unit."""
    if _SENTENCE.search(text):
        return True
    return len(text.split()) > _WORDS_OF_A_TITLE and not _UNIT_MARK.search(text)


def kind_of(titles: Sequence[str], labels: Sequence[str]) -> StatementKind:
    """Return the statement of a table: by the title nearest to it, else by its rows."""
    return title_kind(titles) or kind_of_rows(labels)


def scale_of(texts: Iterable[str]) -> int | None:
    """Return the scale that a title or header states (1, 1000, 1000000...), None when none does."""
    for text in texts:
        plain = _SHARES_SCALE.sub("", squashed(text))
        for scale, pattern in _SCALES:
            if pattern.search(plain):
                return scale
        if _UNITS.search(plain):
            return 1
    return None


def unstated_scale_certainty(largest: float) -> float:
    """Return how surely a sheet that states no scale means whole units."""
    return UNSTATED_LARGE if largest >= _LARGE else UNSTATED_SMALL


def currency_of(texts: Iterable[str]) -> str | None:
    """Return the ISO 4217 code of the first currency a text names."""
    for text in texts:
        plain = squashed(text)
        for code, pattern in _CURRENCIES:
            if pattern.search(plain):
                return code
    return None
