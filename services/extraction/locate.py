"""Where the primary statements stand, judged from the text of every page."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.domain.concepts import StatementKind

_KINDS = (StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW)
_ENOUGH_NUMBERS = 16
_TITLE_LINES = 14
_LEAST_SCORE = 7.0
_LEAST_OTHER = 12.0  # a further set of statements must be beyond doubt
_TITLED = 3.0  # title strength from which the page names the statement
_TITLE_LENGTH = 100
_CONTINUED_SHARE = 0.3  # of the kind's items on a page that goes on without a title
_SPAN_COST = 0.35
_MORE_THAN_ENOUGH = 12  # candidates kept per kind
_THREE_DIGITS = re.compile(r"\d{3}")
_SQUASH = re.compile(r"[\s\ufffe\u00a0\u200b\u2019'’`.]+")
_ENDS_IN_NUMBER = re.compile(r"(?:\d|\d\)|[—–-]|%)\s*$")

_LEAD = re.compile(
    r"condensed|consolidated|unaudited|interim|comparative|item\d+[ab]?|part[iv]+|financialstatements|continued|[()\[\]0-9,:—–-]"
)
_OWNER = re.compile(r"(?:subsidiar(?:y|ies)|compan(?:y|ies)|inc|corp|corporation|co|plc|ltd|group|affiliates)$")
_TAIL = re.compile(r"$|[(\[—–:,*\d-]|unaudited|continued|concluded|for(?:the)?(?:year|fiscal|three|six|nine|quarter|period|twelve|\d)|as(?:of|at)|years?ended|(?:three|six|nine|twelve)months|fiscal|in(?:millions|thousands)|dollars|january|march|june|july|september|december")
_TITLES = {
    StatementKind.INCOME: (
        r"statements?of(?:consolidated)?(?:net)?(?:income|operations|earnings|profit(?:or|and)loss|comprehensive(?:income|loss|earnings)"
        r"|(?:net)?loss(?:es)?)(?:\(loss(?:es)?\)|\(deficit\))?(?:and(?:other)?comprehensive(?:income|loss|earnings)(?:\(loss\))?)?"
        r"|incomestatements?|earningsstatements?|profitandlossaccounts?"
    ),
    StatementKind.BALANCE: r"balancesheets?|statements?of(?:consolidated)?financial(?:position|condition)",
    StatementKind.CASH_FLOW: r"statements?of(?:consolidated)?cashflows?|cashflows?statements?",
}
_WEAK_TITLES = {
    StatementKind.INCOME: r"resultsofoperations|operatingresults|financialresults|incomeinformation",
    StatementKind.BALANCE: r"balancesheetdata|financialposition|balancesheetinformation",
    StatementKind.CASH_FLOW: r"cashflows?",
}
_STRONG = {kind: re.compile(title) for kind, title in _TITLES.items()}
_WEAK = {kind: re.compile(title) for kind, title in _WEAK_TITLES.items()}
_OTHER_STATEMENT = re.compile(
    r"statements?of(?:changesin|consolidated|common)*(?:(?:share|stock)(?:holders|owners)?|owners|total)?(?:equity|capital|comprehensive|redeemable)"
    r"|notesto(?:the)?(?:condensed|unaudited)*consolidated"
)
_ITEMS: dict[StatementKind, tuple[str, ...]] = {
    StatementKind.INCOME: (
        "incometax", "netincome", "pershare", "diluted", "basic", "beforeincometax", "interest",
        "revenue", "sales", "costof", "operatingincome", "administrative", "netearnings", "weighted",
    ),
    StatementKind.BALANCE: (
        "totalassets", "totalliabilities", "currentassets", "currentliabilities", "retainedearnings",
        "accountspayable", "goodwill", "commonstock", "paid-incapital", "accumulatedother", "treasury",
        "equipment", "receivable", "long-termdebt", "cashandcash",
    ),
    StatementKind.CASH_FLOW: (
        "operatingactivities", "investingactivities", "financingactivities", "depreciation", "dividends",
        "beginningof", "endof", "capitalexpenditures", "purchasesof", "proceedsfrom", "deferred",
        "repurchase", "repaymentsof", "adjustmentsto", "changesin",
    ),
}
_CLOSING = {
    StatementKind.INCOME: re.compile(r"diluted|pershare|netincome|netearnings|netloss"),
    StatementKind.BALANCE: re.compile(
        r"total(?:liabilities(?:,|and|&).{0,90}?(?:equity|deficit|capital|investment)|equityandliabilities|capitalizationandliabilities)"
        r"|liabilitiesand(?:share|stock)holdersequity\$?\d"
    ),
    StatementKind.CASH_FLOW: re.compile(r"end(?:ing)?(?:of|balance|cash).{0,25}|netincrease|netdecrease|netchangein|increase.{0,12}incash"),
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
    (re.compile(r"non-gaap|reconciliationof|selected(?:consolidated)?financial|asapercent|percentofsales"), 3.0),
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
    """The pages of each statement kind in order, the primary set first, then the other sets."""

    primary: dict[StatementKind, tuple[int, ...]]
    others: tuple[Place, ...]


def squash(text: str) -> str:
    """Return the text in lower case without white space, points and apostrophes: 'Incom e' is 'income'."""
    return _SQUASH.sub("", text.lower())


def locate(texts: Sequence[str]) -> Located:
    """Find the pages of the three statements: the triple that scores best and stands together."""
    squashed: dict[int, str] = {}
    places: dict[StatementKind, list[Place]] = {kind: [] for kind in _KINDS}
    for number, text in enumerate(texts, start=1):
        if len(_THREE_DIGITS.findall(text)) < _ENOUGH_NUMBERS:
            continue
        squashed[number] = squash(text)
        for place in _places(number, text, squashed[number]):
            places[place.kind].append(place)
    chosen = _best_triple(places)
    primary = {place.kind: _with_neighbours(place, places, squashed, texts) for place in chosen}
    used = {(kind, page) for kind, pages in primary.items() for page in pages}
    others = [
        place
        for kind in _KINDS
        for place in places[kind]
        if place.titled and place.score >= _LEAST_OTHER and (kind, place.page) not in used
    ]
    return Located(primary, tuple(sorted(others, key=lambda place: place.page)))


def _places(number: int, text: str, squashed: str) -> Iterable[Place]:
    lines = [line for line in text.splitlines() if line.strip()]
    heads = [squash(line) for line in lines[:_TITLE_LINES]]
    lower = [squash(line) for line in lines[_TITLE_LINES:] if len(line) < _TITLE_LENGTH]
    head = "".join(heads)
    numeric = sum(1 for line in lines if _ENDS_IN_NUMBER.search(line))
    prose = sum(1 for line in lines if len(line) > 90 and not _ENDS_IN_NUMBER.search(line))
    penalty = sum(cost for pattern, cost in _PENALTIES if pattern.search(head)) + 0.3 * prose
    penalty += 3.0 if numeric < 8 and len(lines) > 20 else 0.0
    share = numeric / max(1, len(lines))
    for kind in _KINDS:
        title = _title_strength(kind, heads, lower)
        if title == 0.0:
            continue
        items = _ITEMS[kind]
        present = sum(1 for item in items if item in squashed) / len(items)
        score = 1.6 * title + 10 * present + 6 * share - penalty
        if score >= _LEAST_SCORE:
            yield Place(kind, number, score, title >= _TITLED)


def _title_strength(kind: StatementKind, heads: Sequence[str], lower: Sequence[str]) -> float:
    """0 without the title, 1 inside a text, 3 as a line of its own, 4 when that says 'consolidated'.

    Down the page only a line that is the title and nothing else counts, and a little less.
    """
    best = 0.0
    for index, line in enumerate(heads):
        following = heads[index + 1] if index + 1 < len(heads) else ""
        for candidate in (line, line + following):
            match = _STRONG[kind].search(candidate) if len(candidate) < 160 else None
            if match is not None and _is_title(candidate, match):
                comprehensive = "ofcomprehensive" in match[0]
                best = max(best, (1.8 if comprehensive else 3.0) + ("consolidated" in candidate))
    if best >= _TITLED:
        return best
    for line in lower:
        match = _STRONG[kind].search(line)
        if match is not None and "ofcomprehensive" not in match[0] and _is_title(line, match):
            return 3.0
    head = "".join(heads)
    weak = _STRONG[kind].search(head) or _WEAK[kind].search(head)
    return best or (1.0 if weak is not None else 0.0)


def title_kinds(line: str) -> list[StatementKind]:
    """Return the kinds of statement a line is the title of; statements of comprehensive income are none."""
    squashed = squash(line)
    if len(squashed) >= 160:
        return []
    found = [(kind, _STRONG[kind].search(squashed)) for kind in _KINDS]
    return [kind for kind, match in found if match is not None and _is_title(squashed, match)]


def _is_title(line: str, match: re.Match[str]) -> bool:
    """Whether nothing but the owner's name and words of titles stand around the match."""
    before = _LEAD.sub("", line[: match.start()])
    named = before == "" or (len(before) <= 60 and _OWNER.search(before) is not None)
    return named and _TAIL.match(line, match.end()) is not None


def _best_triple(places: dict[StatementKind, list[Place]]) -> list[Place]:
    """Return at most one place per kind: the highest sum less 0.35 for every page they are apart."""
    kept = [
        sorted(places[kind], key=lambda place: -place.score)[:_MORE_THAN_ENOUGH] for kind in _KINDS
    ]
    best: tuple[float, list[Place]] = (0.0, [])
    for income in [None, *kept[0]]:
        for balance in [None, *kept[1]]:
            for flow in [None, *kept[2]]:
                triple = [place for place in (income, balance, flow) if place is not None]
                best = max(best, (_worth(triple), triple), key=lambda pair: pair[0])
    return best[1]


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
        if other in same or missing or (step == 1 and _goes_on(place.kind, there)):
            pages.append(other)
    return tuple(sorted(pages))


def _goes_on(kind: StatementKind, there: str) -> bool:
    """Whether the next page, which no other statement heads, still lists items of a cash-flow statement."""
    if kind is not StatementKind.CASH_FLOW or _OTHER_STATEMENT.search(there[:400]):
        return False
    if "activities" not in there and "supplemental" not in there:
        return False
    items = _ITEMS[kind]
    strong = re.search(r"cashpaid|interestpaid|taxespaid|paidfor|reconciliationofnet", there[:2500])
    present = sum(1 for item in items if item in there[:3000]) / len(items)
    return strong is not None and present >= _CONTINUED_SHARE
