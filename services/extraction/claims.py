"""Sentences that state numbers of a headline figure: "Net sales increased 3.5 % to $32.8 billion in 2018".

A grammar and not a guess: a subject that names the whole company's figure and nothing narrower, then phrases
that say level, earlier level, change and share, until one is none of these; or as many numbers as years. A
sentence with a qualifier (organic, adjusted, expected …) states nothing that can be checked, nor does one
number alone, unless it has three digits and its year.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from services.domain.narrative import AmountRole, Direction, NarrativeClaim, StatedAmount
from services.domain.periods import Span
from services.extraction.sentences import Prose

_SUBJECTS = {
    "revenue": r"(?:net )?sales|(?:net |operating )?revenues?",
    "gross_profit": r"gross profit",
    "operating_income": r"operating (?:income|profit)|income from operations",
    "net_income": r"net (?:income|earnings)(?: attributable to (?!non)(?-i:[A-Z0-9]\w*(?: [A-Z]\w*){0,2}))?",
    "eps_diluted": r"diluted (?:net )?(?:earnings|income) per (?:common )?share|diluted EPS"
    r"|(?:earnings|net income) per diluted (?:common )?share",
    "cash_from_operations": r"(?:net )?cash (?:flows? )?(?:provided|generated) by operating activities"
    r"|(?:net )?cash (?:flows? )?from operat(?:ions|ing activities)",
    "cost_of_revenue": r"cost of (?:goods sold|sales|revenues?|products sold)",
    "research_and_development": r"research and development(?: expenses?| costs?| expenditures)?|R&D(?: expenses?)?",
    "sga": r"(?:selling|sales), general,? and administrative(?: \(“?SG&A”?\))?(?: expenses?)?|SG&A(?: expenses?)?",
    "capex": r"capital expenditures",
    "interest_expense": r"interest expense",
    "income_tax_expense": r"(?:provision for income taxes|income tax expense)",
    "depreciation_amortization": r"depreciation and amortization(?: expense)?",
    "cash_from_investing": r"(?:net )?cash (?:flows? )?used (?:in|for|by) investing activities",
    "cash_from_financing": r"(?:net )?cash (?:flows? )?used (?:in|for|by) financing activities",
    "effective_tax_rate": r"effective (?:income )?tax rate",
    "gross_margin": r"gross margin(?: as a percent(?:age)? of (?:net )?sales)?",
}
_RATES = frozenset({"effective_tax_rate", "gross_margin"})
_NAMED = "|".join(f"(?P<{name}>{words})" for name, words in _SUBJECTS.items())
_SUBJECT = re.compile(rf"\b(?:{_NAMED})(?! (?:and|or|growth|per|margin))", re.IGNORECASE)
_WHOLE = re.compile(
    r"(?:^|[.:;•●·–—)\]]|,|\b(?:our|the|total|consolidated|reported|worldwide|overall|that)"
    r"|\b[Cc]ompany[’']s|\b(?:19|20)\d\d)\s*$",
    re.IGNORECASE,
)
"""What may stand before the subject: nothing that narrows it to a part, a product or a place."""
_QUALIFIED = re.compile(
    r"\b(?:adjusted|organic\w*|constant|comparable|core|pro forma|excluding|excludes|non-?GAAP|segments?|"
    r"operational\w*|respectively|would|could|may|might|will|expect\w*|anticipate\w*|forecast\w*|guidance|"
    r"outlook|target\w*|if|hypothetical|change in|intersegment|inter-segment|unaudited pro|local currency|"
    r"FX-neutral|currency-neutral|discontinued|continuing)\b",
    re.IGNORECASE,
)
_NARROWED = re.compile(r"(?:\b(?:and|or|plus)|\bU\.(?:S|K)\.)\s+$", re.IGNORECASE)
"""What makes the subject the second of two, whose numbers follow the first's, or a country's."""
_REACH = 45
"""Characters behind the last number in which a qualifier still speaks of it."""

_NUMBER = (
    r"(?P<about>approximately |about |nearly |almost |over |more than |roughly )?"
    r"(?:\$\s?(?P<amount>\d[\d,]*(?:\.\d+)?)(?:\s*(?P<scale>billion|million|thousand)\b)?"
    r"(?P<each> per (?:diluted )?(?:common )?share)?"
    r"|(?P<percent>\d[\d,]*(?:\.\d+)?)\s?(?:%|percent\b(?!age))(?!\s*points?)"
    r"|(?P<points>\d+(?:\.\d+)?)\s?(?:%|percentage) points?"
    r"|(?P<basis>\d[\d,]*) basis points)"
)
_ASIDE = r"(?:\(|or )\$[\d.]+ per (?:diluted )?(?:common )?share\b\)?"
_YEAR = (
    r"(?:the )?(?:(?P<quarter>(?:first|second|third|fourth) quarter (?:of )?)|(?:first )?(?P<months>three|six|nine) "
    r"months (?:of )?)?(?:full )?(?:fiscal )?(?:years? )?(?:ended \w+ \d{1,2}, )?(?:fiscal )?(?:year )?"
    r"(?P<year>(?:19|20)\d\d)"
    r"(?! (?:levels|(?:to|through) (?:19|20)\d\d))"
)
_EARLIER = (
    r"(?:last year|(?:the )?(?:same |comparable |corresponding )?(?:prior|previous|year-ago|same|preceding)"
    r"[\w-]*(?: (?:fiscal|year|period|quarter|levels|of|in|the))*)"
)
_AGAINST = r"(?:as )?compared (?:to|with)|versus|vs\.?|over|from"
_UP = r"increased|grew|rose|improved|up|an increase|increase"
_DOWN = r"decreased|declined|fell|down|a decrease|a decline|decrease"
_BE = r"(?:which )?(?:was |were )?"
_STARTS = re.compile(
    rf"(?:(?:in|for|during) {_YEAR}),?\s*(?:our |the |total |consolidated )*$", re.IGNORECASE
)


def _phrase(pattern: str) -> re.Pattern[str]:
    return re.compile(r"\s*,?\s*" + pattern, re.IGNORECASE)


_PHRASES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("change", _phrase(rf"{_BE}(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?: of| by)? {_NUMBER}")),
    ("change", _phrase(rf"{_BE}{_NUMBER} (?:(?P<up>higher)|(?P<down>lower)) than")),
    (
        "change",
        _phrase(rf"or {_NUMBER}(?=\s*[,;.)]| (?:in|for|during|to|from|as|compared)\b)"),
    ),
    ("level", _phrase(rf"(?:was|were|totaled|of|amounted to|reached|is|to) {_NUMBER}")),
    ("before", _phrase(rf"(?:(?P<up>up) |(?P<down>down) )?(?:{_AGAINST}) {_NUMBER}")),
    ("before", _phrase(rf"and {_NUMBER}(?:,? {_ASIDE})? (?:in|for) {_YEAR}")),
    ("aside", _phrase(_ASIDE)),
    (
        "growth",
        _phrase(
            rf"(?:and |which )?(?:represent(?:ing|s)|reflecting) (?:an? )?{_NUMBER}"
            r" (?:year-over-year )?(?:(?P<up>growth|increase)|(?P<down>decline|decrease))"
        ),
    ),
    ("earlier", _phrase(rf"(?:{_AGAINST}) (?:{_YEAR}|{_EARLIER})")),
    ("year", _phrase(rf"(?:in|for|during|of) {_YEAR}")),
    ("direction", _phrase(rf"(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?= (?:to|from|in|for|during)\b)")),
)
_ITEM = (
    r"(?:\$\s?\d[\d,]*(?:\.\d+)?(?:\s*(?:billion|million|thousand)\b)?(?: per (?:diluted )?(?:common )?share)?"
    r"|\d[\d.]*\s?(?:%|percent\b(?!age)))"
)
_A_YEAR = r"(?:fiscal )?(?:years? )?(?:19|20)\d\d"
_YEARS = (
    r"(?:in|for|during) (?:the )?(?:fiscal )?(?:years? )?(?:ended \w+ \d{1,2}\s?, )?"
    rf"(?P<years>{_A_YEAR}(?:\s?, {_A_YEAR})*(?:\s?,)? and {_A_YEAR})(?!\d)"
)
_NUMBERS = rf"(?:was|were|totaled|of|amounted to) (?P<numbers>{_ITEM}(?:\s?, {_ITEM})*(?:\s?,)? and {_ITEM})"
_LISTS = (
    _phrase(rf"{_NUMBERS}\s?,? {_YEARS}(?:\s?,? respectively\b)?"),
    _phrase(rf"{_YEARS}\s?,? {_NUMBERS}(?:\s?,? respectively\b)?"),
)
_LISTED = _phrase(rf"{_NUMBERS}(?:\s?,? respectively\b)?")
_YEARS_FIRST = re.compile(rf"{_YEARS}\s?,\s*(?:our |the |total |consolidated )*$", re.IGNORECASE)
_ONE = re.compile(_NUMBER, re.IGNORECASE)
_TELLING = 100
"""Units of its last digit from which one number with its year can be looked up."""
_SPANS: dict[str, Span] = {"three": "Q", "six": "H1", "nine": "9M"}
_MARKS = ("$", "%", "percent", "basis points")
"""Without one of these no number is stated: told apart before the slower search for a subject."""
_SCALES = {"billion": 10**9, "million": 10**6, "thousand": 10**3}


@dataclass(slots=True)
class _Parsed:
    """What the phrases after a subject have said so far."""

    rate: bool
    per_share: bool
    amounts: dict[AmountRole, StatedAmount] = field(default_factory=dict)
    direction: Direction | None = None
    year: int | None = None
    span: Span | None = None

    def take(self, kind: str, found: re.Match[str]) -> bool:
        """Take in a phrase; False when it does not fit what was said before."""
        said = found.groupdict()
        if kind in {"earlier", "aside"}:
            return True
        if kind == "before" and said.get("year") and int(said["year"]) + 1 != self.year:
            return False
        if kind == "year":
            return self._dated(said)
        direction: Direction | None = None
        if said.get("up") or said.get("down"):
            direction = "up" if said.get("up") else "down"
        if direction is not None and kind != "before":
            if self.direction not in {None, direction}:
                return False
            self.direction = direction
        return kind == "direction" or self._counted(kind, said)

    def _dated(self, said: dict[str, str | None]) -> bool:
        year = int(said["year"] or 0)
        if "before" in self.amounts or self.year is not None:
            return self.year is None or year <= self.year
        self.dated(said)
        return True

    def dated(self, said: dict[str, str | None]) -> None:
        """Take in the year and, where it says one, the part of a year."""
        self.year = int(said["year"] or 0)
        self.span = "Q" if said["quarter"] else _SPANS.get((said["months"] or "").lower())

    def listed(self, numbers: Sequence[str], years: Sequence[int]) -> bool:
        """Take in as many numbers as years, of which the latest two; False when they do not pair."""
        pairs = sorted(zip(years, numbers, strict=False), reverse=True)
        follow = all(late[0] == early[0] + 1 for late, early in pairwise(pairs))
        if len(numbers) != len(years) or not follow:
            return False
        self.year = pairs[0][0]
        said = [found.groupdict() for _, text in pairs[:2] if (found := _ONE.fullmatch(text))]
        kinds = ("level", "before")
        return len(said) == len(kinds) and all(map(self._counted, kinds, said))

    def _counted(self, kind: str, said: dict[str, str | None]) -> bool:
        role = self._role(kind, said)
        if role is None or role in self.amounts:
            return False
        if role == "change" and kind == "change" and self.direction is None:
            return False
        self.amounts[role] = _amount(role, said)
        return True

    def _role(self, kind: str, said: dict[str, str | None]) -> AmountRole | None:
        """Return which number this is, None for one that the subject cannot have."""
        moves = kind in {"change", "growth"}
        level: AmountRole = "level" if kind == "level" else "before"
        if self.rate:
            printed = (said["points"] or said["basis"]) if moves else said["percent"]
            return ("change" if moves else level) if printed else None
        if said["percent"]:
            return "growth" if moves else None
        sized = self.per_share or said["scale"] is not None
        fits = said["amount"] is not None and sized and kind != "growth"
        return ("change" if moves else level) if fits else None


def claims_in(prose: Prose) -> tuple[NarrativeClaim, ...]:
    """Return the claims of a document's text in reading order, the same sentence once a subject."""
    found: dict[tuple[str, str], NarrativeClaim] = {}
    for page, sentence in prose.saying(*_MARKS):
        for claim in _claims(sentence, page):
            found.setdefault((claim.subject, sentence), claim)
    return tuple(found.values())


def _claims(sentence: str, page: int) -> Iterator[NarrativeClaim]:
    for match in _SUBJECT.finditer(sentence):
        subject = match.lastgroup or ""
        if not _speaks_of_the_whole(sentence, match):
            continue
        parsed, end = _listed(sentence, match, subject) or _parse(sentence, match, subject)
        said = sentence[:end].removesuffix("respectively") + sentence[end : end + _REACH]
        if not _stated(parsed) or _QUALIFIED.search(said):
            continue
        yield NarrativeClaim(
            subject=subject,
            direction=parsed.direction,
            amounts=tuple(parsed.amounts.values()),
            year=parsed.year,
            span=parsed.span,
            quote=sentence,
            page=page,
        )


def _speaks_of_the_whole(sentence: str, match: re.Match[str]) -> bool:
    """Whether nothing before the subject narrows it; a capital may follow a heading's last word."""
    before = sentence[: match.start()]
    if _NARROWED.search(before) is not None:
        return False
    return match[0][0].isupper() or _WHOLE.search(before) is not None


def _stated(parsed: _Parsed) -> bool:
    """Whether two numbers are said of the subject, or one with its year that can be looked up."""
    if len(parsed.amounts) != 1:
        return len(parsed.amounts) > 1
    (only,) = parsed.amounts.values()
    return parsed.year is not None and not only.about and only.value >= _TELLING * only.unit


def _listed(sentence: str, match: re.Match[str], subject: str) -> tuple[_Parsed, int] | None:
    """Return what a list of numbers beside a list of years says of the subject, None where there is none."""
    years_first = _YEARS_FIRST.search(sentence[: match.start()])
    lists = (_LISTED,) if years_first else _LISTS
    found = next((m for p in lists if (m := p.match(sentence, match.end()))), None)
    if found is None:
        return None
    years = (years_first or found)["years"]
    parsed = _Parsed(rate=subject in _RATES, per_share=subject == "eps_diluted")
    numbers = re.findall(_ITEM, found["numbers"], re.IGNORECASE)
    pairs = parsed.listed(numbers, [int(year) for year in re.findall(r"\d{4}", years)])
    return (parsed, found.end()) if pairs else None


def _parse(sentence: str, match: re.Match[str], subject: str) -> tuple[_Parsed, int]:
    parsed = _Parsed(rate=subject in _RATES, per_share=subject == "eps_diluted")
    start = _STARTS.search(sentence[: match.start()])
    if start is not None:
        parsed.dated(start.groupdict())
    end = match.end()
    while (step := _next(sentence, end)) is not None:
        kind, found = step
        if not parsed.take(kind, found):
            break
        end = found.end()
    return parsed, end


def _next(sentence: str, position: int) -> tuple[str, re.Match[str]] | None:
    for kind, pattern in _PHRASES:
        found = pattern.match(sentence, position)
        if found is not None:
            return kind, found
    return None


def _amount(role: AmountRole, said: dict[str, str | None]) -> StatedAmount:
    digits = next(text for key in ("amount", "percent", "points", "basis") if (text := said[key]))
    printed = Decimal(digits.replace(",", ""))
    factor = Decimal(_SCALES.get((said["scale"] or "").lower(), 1))
    if said["percent"] or said["points"]:
        factor = Decimal("0.01")
    if said["basis"]:
        factor = Decimal("0.0001")
    rounded = said["basis"] and digits.endswith("0")
    unit = factor * (10 if rounded else Decimal(1).scaleb(-len(digits.partition(".")[2])))
    return StatedAmount(role=role, value=printed * factor, unit=unit, about=bool(said["about"]))
