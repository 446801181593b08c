"""Where the primary statements stand, judged from the text of every page."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from services.domain.concepts import StatementKind
from services.extraction.titles import KINDS, STRONG, TITLED, WEAK, is_title, line_strength, squash

_ENOUGH_NUMBERS = 10
_TITLE_LINES = 14
_LEAST_SCORE = 7.0
_ITEMS_SHOWN = 15  # of the words below on a full statement of one industry
_FEWEST_ITEMS = 0.2  # of these
_PROSE = 90  # characters of a line that is a sentence, not a row
_LATER_SET_COST = (
    1.5  # for every earlier page that carries the same title: the registrant comes first
)
_LEAST_OTHER = 12.0  # a further set of statements must be beyond doubt
_TITLE_LENGTH = 100
_CONTINUED_SHARE = 0.2  # of the kind's items on a page that goes on without a title
_SPAN_COST = 0.35
_MORE_THAN_ENOUGH = 12  # candidates kept per kind
_LONG_LINE = 160  # characters a line: more means that the text has lost its line breaks
_LISTED = 0.3  # of the kind's items
_MOST_DOUBTFUL = 60
_THREE_DIGITS = re.compile(r"\d{3}")
_ENDS_IN_NUMBER = re.compile(r"[\d—–%-]$|\d\)$")

_OTHER_STATEMENT = re.compile(
    r"statements?of(?:changesin|consolidated|common)*(?:(?:share|stock)(?:holders|owners)?|owners|total)?(?:equity|capital|comprehensive|redeemable)"
    r"|notesto(?:the)?(?:condensed|unaudited)*consolidated"
)
_ITEMS: dict[StatementKind, tuple[str, ...]] = {
    StatementKind.INCOME: (
        "incometax",
        "netincome",
        "pershare",
        "diluted",
        "basic",
        "beforeincometax",
        "interest",
        "revenue",
        "sales",
        "costof",
        "operatingincome",
        "administrative",
        "netearnings",
        "weighted",
    ),
    StatementKind.BALANCE: (
        "totalassets",
        "totalliabilities",
        "currentassets",
        "currentliabilities",
        "retainedearnings",
        "accountspayable",
        "goodwill",
        "commonstock",
        "paid-incapital",
        "accumulatedother",
        "treasury",
        "equipment",
        "receivable",
        "long-termdebt",
        "cashandcash",
        "deposits",
        "loans",
        "borrowings",
        "securities",
        "totalequity",
        "holdersequity",
        "policyholder",
        "realestate",
        "utilityplant",
        "regulatory",
    ),
    StatementKind.CASH_FLOW: (
        "operatingactivities",
        "investingactivities",
        "financingactivities",
        "depreciation",
        "dividends",
        "beginningof",
        "endof",
        "capitalexpenditures",
        "purchasesof",
        "proceedsfrom",
        "deferred",
        "repurchase",
        "repaymentsof",
        "adjustmentsto",
        "changesin",
    ),
}
_CLOSING = {
    StatementKind.INCOME: re.compile(r"diluted|pershare|netincome|netearnings|netloss"),
    StatementKind.BALANCE: re.compile(
        r"total(?:liabilities(?:,|and|&).{0,90}?(?:equity|deficit|capital|investment)|equityandliabilities|capitalizationandliabilities)"
        r"|liabilitiesand(?:share|stock)holdersequity\$?\d{1,3},\d"
    ),
    StatementKind.CASH_FLOW: re.compile(
        r"end(?:ing)?(?:of|balance|cash).{0,25}|netincrease|netdecrease|netchangein|increase.{0,12}incash"
    ),
}
_OPENING = {
    StatementKind.INCOME: re.compile(r"revenue|sales|interestincome"),
    StatementKind.BALANCE: re.compile(r"totalassets|currentassets"),
    StatementKind.CASH_FLOW: re.compile(r"operatingactivities"),
}
_PENALTIES = (
    (re.compile(r"reportofindependent|tothe(?:board|shareholders|stockholders)and"), 5.0),
    (re.compile(r"indexto(?:the)?(?:consolidated)?financial|tableofcontentspage"), 5.0),
    (re.compile(r"proforma"), 5.0),
    (re.compile(r"parentcompany|condensedfinancialinformationof|schedulei(?![iv])|\(parent"), 6.0),
    (re.compile(r"guarantor|consolidating|issuers?ofthe|supplementalcondensed"), 5.0),
    (re.compile(r"notesto(?:the)?(?:condensed|unaudited)*consolidated(?:financial|interim)"), 4.0),
    (
        re.compile(
            r"non-gaap|reconciliationof|selected(?:consolidated)?financial|asapercent|percentofsales"
        ),
        3.0,
    ),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A page (1-based) that shows one kind of statement, and how strongly."""

    kind: StatementKind
    page: int
    score: float
    titled: bool


@dataclass(frozen=True, slots=True)
class Located:
    """The pages of each statement kind in order: the primary set, and the other sets.

    ``doubtful`` are pages whose lines should be rebuilt from word boxes before locating again: their
    lines are run together, or a kind that was not found at all may be on them.
    """

    primary: dict[StatementKind, tuple[int, ...]]
    others: tuple[Place, ...]
    doubtful: tuple[int, ...] = ()

    @property
    def is_partial(self) -> bool:
        """Whether a kind of statement was not found."""
        return len(self.primary) < len(KINDS)

    @property
    def pages(self) -> list[int]:
        """All pages to read, in order, each once."""
        primary = {page for pages in self.primary.values() for page in pages}
        return sorted(primary | {place.page for place in self.others})


def locate(texts: Sequence[str]) -> Located:
    """Find the pages of the three statements: the triple that scores best and stands together."""
    squashed: dict[int, str] = {}
    together: list[int] = []
    places: dict[StatementKind, list[Place]] = {kind: [] for kind in KINDS}
    for number, text in enumerate(texts, start=1):
        if not _has_numbers(text):
            continue
        plain = squash(text)
        if not _may_show(plain):
            continue
        squashed[number] = plain
        if len(text) > _LONG_LINE * max(1, len(text.splitlines())):
            together.append(number)
        for place in _places(number, text, plain):
            places[place.kind].append(place)
    chosen = _best_triple(places)
    primary = {place.kind: _with_neighbours(place, places, squashed, texts) for place in chosen}
    used = {(kind, page) for kind, pages in primary.items() for page in pages}
    others = [
        place
        for kind in KINDS
        for place in places[kind]
        if place.titled and place.score >= _LEAST_OTHER and (kind, place.page) not in used
    ]
    missing = [kind for kind in KINDS if kind not in primary]
    doubtful = [
        number
        for number, plain in squashed.items()
        if _lists(plain, KINDS if number in together else missing)
    ]
    others.sort(key=lambda place: place.page)
    return Located(primary, tuple(others), tuple(doubtful[:_MOST_DOUBTFUL]))


def _lists(squashed: str, kinds: Iterable[StatementKind]) -> bool:
    return any(
        STRONG[kind].search(squashed) is not None and _share(kind, squashed) >= _LISTED
        for kind in kinds
    )


def _share(kind: StatementKind, squashed: str) -> float:
    found = sum(1 for item in _ITEMS[kind] if item in squashed)
    return min(1.0, found / _ITEMS_SHOWN)


def _may_show(squashed: str) -> bool:
    """Whether any kind of statement is named on the page at all; quick, and never too strict."""
    return (
        "statement" in squashed
        or "balancesheet" in squashed
        or "resultsof" in squashed
        or "cashflow" in squashed
        or "profitandloss" in squashed
    )


def _has_numbers(text: str) -> bool:
    numbers = islice(_THREE_DIGITS.finditer(text), _ENOUGH_NUMBERS)
    return sum(1 for _ in numbers) == _ENOUGH_NUMBERS


def _places(number: int, text: str, squashed: str) -> Iterable[Place]:
    shares = {kind: _share(kind, squashed) for kind in KINDS}
    listed = {kind: share for kind, share in shares.items() if share >= _FEWEST_ITEMS}
    if not listed:
        return
    lines = [line for line in text.splitlines() if line.strip()]
    numeric = [_ENDS_IN_NUMBER.search(line.rstrip()[-2:]) is not None for line in lines]
    plain = [squash(line) if len(line) < 2 * _TITLE_LENGTH else "" for line in lines]
    head = "".join(plain[:_TITLE_LINES])
    blamed = sum(cost for pattern, cost in _PENALTIES if pattern.search(head))
    for kind, present in listed.items():
        title, start = _title(kind, plain, squashed)
        if title == 0.0:
            continue
        below = lines[start:]
        numbers = sum(numeric[start:])
        prose = sum(
            1
            for line, ends in zip(below, numeric[start:], strict=True)
            if len(line) > _PROSE and not ends
        )
        penalty = blamed + 0.3 * prose + (3.0 if numbers < 8 and len(below) > 20 else 0.0)
        score = 1.6 * title + 10 * present + 6 * numbers / len(below) - penalty
        if score >= _LEAST_SCORE:
            yield Place(kind, number, score, title >= TITLED)


def _title(kind: StatementKind, lines: Sequence[str], squashed: str) -> tuple[float, int]:
    """Return the strength of the title and its line.

    0 without it, 1 inside a text, 3 as a line of its own, 4 when that says 'consolidated'. Far down the
    page only a line that is the title and nothing else counts.
    """
    if STRONG[kind].search(squashed) is None:
        weak = WEAK[kind].search("".join(lines[:_TITLE_LINES]))
        return (1.0 if weak is not None else 0.0), 0
    best, start = 0.0, 0
    for index, line in enumerate(lines):
        if index >= _TITLE_LINES and best >= TITLED:
            break
        strength = line_strength(kind, line)
        if strength == 0.0 and index + 1 < min(_TITLE_LINES, len(lines)):
            strength = line_strength(kind, line + lines[index + 1])
        if strength > best and (index < _TITLE_LINES or strength >= TITLED):
            best, start = strength, index
    if best == 0.0:
        return (1.0 if STRONG[kind].search("".join(lines[:_TITLE_LINES])) else 0.0), 0
    return (best, 0) if start < _TITLE_LINES else (min(best, TITLED), start)


def _best_triple(places: dict[StatementKind, list[Place]]) -> list[Place]:
    """Return at most one place per kind: the highest sum less 0.35 for every page they are apart."""
    kept = [
        sorted(_ranked(places[kind]), key=lambda place: -place.score)[:_MORE_THAN_ENOUGH]
        for kind in KINDS
    ]
    best: tuple[float, list[Place]] = (0.0, [])
    for income in [None, *kept[0]]:
        for balance in [None, *kept[1]]:
            for flow in [None, *kept[2]]:
                triple = [place for place in (income, balance, flow) if place is not None]
                best = max(best, (_worth(triple), triple), key=lambda pair: pair[0])
    return best[1]


def _ranked(places: Sequence[Place]) -> list[Place]:
    """Lower the score of titled pages that come after another titled set; a neighbour is the same set."""
    ranked: list[Place] = []
    rank, last = 0, None
    for place in places:
        if place.titled:
            rank += last is not None and place.page - last > 2
            last = place.page
        cost = min(2, rank) * _LATER_SET_COST if place.titled else 0.0
        ranked.append(replace(place, score=place.score - cost))
    return ranked


def _worth(triple: Sequence[Place]) -> float:
    if not triple:
        return 0.0
    pages = [place.page for place in triple]
    return sum(place.score for place in triple) - _SPAN_COST * (max(pages) - min(pages))


def _with_neighbours(
    place: Place,
    places: dict[StatementKind, list[Place]],
    squashed: dict[int, str],
    texts: Sequence[str],
) -> tuple[int, ...]:
    """Add the page before or after that carries the rest of the statement, or its other periods."""
    pages = [place.page]
    same = {other.page for other in places[place.kind] if other.titled}
    for step, pattern in ((-1, _OPENING[place.kind]), (1, _CLOSING[place.kind])):
        other = place.page + step
        if not 1 <= other <= len(texts):
            continue
        here = squashed.get(place.page, "")
        there = squashed.get(other) or squash(texts[other - 1])
        missing = not pattern.search(here) and pattern.search(there)
        named = other in same or (step == 1 and _names(place.kind, texts[other - 1]))
        if named or missing or (step == 1 and _goes_on(place.kind, there)):
            pages.append(other)
    return tuple(sorted(pages))


def _names(kind: StatementKind, text: str) -> bool:
    """Whether the page's first lines name the statement and nothing else."""
    lines = [squash(line) for line in text.splitlines()[:6]]
    matches = [(line, STRONG[kind].search(line)) for line in lines if len(line) < _TITLE_LENGTH]
    return any(
        match is not None and "ofcomprehensive" not in match[0] and is_title(line, match)
        for line, match in matches
    )


def _goes_on(kind: StatementKind, there: str) -> bool:
    """Whether the next page, which no other statement heads, still lists items of a cash-flow statement."""
    if kind is not StatementKind.CASH_FLOW or _OTHER_STATEMENT.search(there[:400]):
        return False
    if "activities" not in there and "supplemental" not in there:
        return False
    strong = re.search(r"cashpaid|interestpaid|taxespaid|paidfor|reconciliationofnet", there[:2500])
    return strong is not None and _share(kind, there[:3000]) >= _CONTINUED_SHARE
