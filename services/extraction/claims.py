"""Sentences that state numbers of a headline figure: "Net sales increased 3.5 % to $32.8 billion in 2018".

A grammar and not a guess: a subject that names the whole company's figure and nothing narrower, then phrases
that say level, earlier level, change and share, until one is none of these. A sentence with a qualifier
(organic, adjusted, expected …) or with fewer than two numbers states nothing that can be checked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from services.domain.narrative import AmountRole, Direction, NarrativeClaim, StatedAmount
from services.extraction.sentences import flowing, sentences

_SUBJECTS = {
    "revenue": r"(?:net )?sales|(?:net )?revenues?",
    "gross_profit": r"gross profit",
    "operating_income": r"operating (?:income|profit)|income from operations",
    "net_income": r"net (?:income|earnings)(?: attributable to (?!non)[A-Z0-9]\w*(?: [A-Z]\w*){0,2})?",
    "eps_diluted": r"diluted (?:net )?(?:earnings|income) per (?:common )?share|diluted EPS"
    r"|(?:earnings|net income) per diluted (?:common )?share",
    "cash_from_operations": r"(?:net )?cash (?:flows? )?(?:provided|generated) by operating activities"
    r"|(?:net )?cash (?:flows? )?from operat(?:ions|ing activities)",
    "cost_of_revenue": r"cost of (?:goods sold|sales|revenues?|products sold)",
    "research_and_development": r"research and development(?: expenses?| costs?)?|R&D(?: expenses?)?",
    "sga": r"selling, general,? and administrative(?: \(“?SG&A”?\))?(?: expenses?)?|SG&A(?: expenses?)?",
    "capex": r"capital expenditures",
    "interest_expense": r"interest expense",
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
_YEAR = (
    r"(?:the )?(?:fiscal )?(?:years? )?(?:ended \w+ \d{1,2}, )?(?:fiscal )?(?P<year>(?:19|20)\d\d)"
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
    ("before", _phrase(rf"and {_NUMBER} (?:in|for) {_YEAR}")),
    ("aside", _phrase(r"(?:\(|or )\$[\d.]+ per (?:diluted )?(?:common )?share\b\)?")),
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
_STATES = re.compile(r"[$%]|percent|basis points")
_SCALES = {"billion": 10**9, "million": 10**6, "thousand": 10**3}


@dataclass(slots=True)
class _Parsed:
    """What the phrases after a subject have said so far."""

    rate: bool
    per_share: bool
    amounts: dict[AmountRole, StatedAmount] = field(default_factory=dict)
    direction: Direction | None = None
    year: int | None = None

    def take(self, kind: str, found: re.Match[str]) -> bool:
        """Take in a phrase; False when it does not fit what was said before."""
        said = found.groupdict()
        if kind in {"earlier", "aside"}:
            return True
        if kind == "before" and said.get("year") and int(said["year"]) + 1 != self.year:
            return False
        if kind == "year":
            return self._dated(int(said["year"]))
        direction: Direction | None = None
        if said.get("up") or said.get("down"):
            direction = "up" if said.get("up") else "down"
        if direction is not None and kind != "before":
            if self.direction not in {None, direction}:
                return False
            self.direction = direction
        return kind == "direction" or self._counted(kind, said)

    def _dated(self, year: int) -> bool:
        if "before" in self.amounts or self.year is not None:
            return self.year is None or year <= self.year
        self.year = year
        return True

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


def claims_in(texts: Sequence[str]) -> tuple[NarrativeClaim, ...]:
    """Return the claims of a document's page texts in reading order, the same sentence once a subject."""
    found: dict[tuple[str, str], NarrativeClaim] = {}
    for page, text in enumerate(texts, start=1):
        if _STATES.search(text) is None:
            continue
        for sentence in sentences(flowing(text)):
            for claim in _claims(sentence, page):
                found.setdefault((claim.subject, sentence), claim)
    return tuple(found.values())


def _claims(sentence: str, page: int) -> Iterator[NarrativeClaim]:
    for match in _SUBJECT.finditer(sentence):
        subject = match.lastgroup or ""
        if not _speaks_of_the_whole(sentence, match):
            continue
        parsed, end = _parse(sentence, match, subject)
        if len(parsed.amounts) < 2 or _QUALIFIED.search(sentence[: end + _REACH]):
            continue
        yield NarrativeClaim(
            subject=subject,
            direction=parsed.direction,
            amounts=tuple(parsed.amounts.values()),
            year=parsed.year,
            quote=sentence,
            page=page,
        )


def _speaks_of_the_whole(sentence: str, match: re.Match[str]) -> bool:
    """Whether nothing before the subject narrows it; a capital may follow a heading's last word."""
    before = sentence[: match.start()]
    return match[0][0].isupper() or _WHOLE.search(before) is not None


def _parse(sentence: str, match: re.Match[str], subject: str) -> tuple[_Parsed, int]:
    parsed = _Parsed(rate=subject in _RATES, per_share=subject == "eps_diluted")
    start = _STARTS.search(sentence[: match.start()])
    if start is not None:
        parsed.year = int(start["year"])
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
