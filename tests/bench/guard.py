"""``python -m tests.bench.guard``: narratives about the shared filings' insights, clean and mutated.

Clean ones say what the insight says, with placeholders and as finished prose; each mutation makes one of
them false. Every false one has to be refused, at least 98 % of the clean ones accepted.
"""

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from services.analysis import wording
from services.bootstrap import build_engine
from services.domain.insights import Insight
from services.engine import shown
from services.narrative.given import given_of
from services.narrative.grounds import Given, Ground
from services.narrative.guard import Verdict, judge
from services.narrative.naming import KNOWN
from tests.bench.extraction import SHARED

ACCEPTED, PER_REPORT = 0.98, 12


@dataclass(frozen=True)
class Narrative:
    """A text about an insight and what it may use."""

    text: str
    given: Given


def clean(insight: Insight, given: Given) -> Iterator[Narrative]:
    """Yield true narratives: a figure of two periods, a calculation, a quotation; filled and as prose."""
    texts = [*_moves(given), *_pairs(given), *_changes(given), *_calculations(given)]
    texts += [f"The report states that “{quote.text}”." for quote in insight.quotes]
    for text in texts:
        yield Narrative(text, given)
        filled = judge(text, given).text
        if filled != text:
            yield Narrative(filled, given)


def _moves(given: Given) -> Iterator[str]:
    """Say one figure of two periods, as a movement and one after the other."""
    facts = [g for g in given.grounds if g.key.startswith("fact:")]
    for one in facts:
        for other in facts:
            if not _is_earlier(one, other) or one.terms != other.terms:
                continue
            name, first, last = max(one.terms, key=len), _when(one), _when(other)
            if one.amount != other.amount:
                word = "rose" if other.amount > one.amount else "fell"
                yield f"{_capital(name)} {word} from {_put(one)} {first} to {_put(other)} {last}."
            yield f"{_capital(last)}, {name} was {_put(other)}, after {_put(one)} {first}."
            return


def _pairs(given: Given) -> Iterator[str]:
    """Say two figures of one period."""
    facts = [g for g in given.grounds if g.key.startswith("fact:")]
    for one in facts:
        for other in facts:
            if one.period == other.period and one.terms.isdisjoint(other.terms):
                first, last = (max(ground.terms, key=len) for ground in (one, other))
                yield f"{_capital(_when(one))}, {first} was {_put(one)} and {last} was {_put(other)}."
                return


def _changes(given: Given) -> Iterator[str]:
    """Say a change of a figure by its name."""
    for ground in given.grounds:
        if ground.bases and ground.amount and ground.period is not None:
            word = "rose" if ground.amount > 0 else "fell"
            yield f"{_capital(min(ground.bases))} {word} by {_put(ground)} {_when(ground)}."
            return


def _calculations(given: Given) -> Iterator[str]:
    for ground in given.grounds:
        if ground.key.startswith("calc:") and ground.period is not None:
            yield f"The {min(ground.terms)} is {_put(ground)} {_when(ground)}."
            return


def _is_earlier(one: Ground, other: Ground) -> bool:
    if one.period is None or other.period is None or one.period.span != other.period.span:
        return False
    return one.period.end.year < other.period.end.year


def _put(ground: Ground) -> str:
    return f"{{{{{ground.key}}}}}"


def _when(ground: Ground) -> str:
    if ground.period is None:
        return ""
    if ground.period.is_instant:
        return f"at {wording.stretch(ground.period)}"
    if ground.period.span == "FY":
        return f"in {ground.period.end.year}"
    return f"in {wording.stretch(ground.period)}"


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


Change = Callable[[random.Random, str, Given], str | None]
"""Makes a true text false, or says None where it does not apply."""


def _unquoted(change: Change) -> Change:
    """Leave texts with a quotation alone: a change there is refused for the quotation, whatever was changed."""

    def changed(rng: random.Random, text: str, given: Given) -> str | None:
        return None if "“" in text else change(rng, text, given)

    return changed


_DIGIT = re.compile(r"(?<![\d{:-])\d(?=[\d,.]*(?: (?:bn|m|%|bp|pp|days)|[)%×]))")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_HOLDER = re.compile(r"\{\{[^}]*\}\}")
_MONEY = re.compile(r"(?P<first>[A-Z]{3} \(?[\d,.]+\)?(?: bn| m)?)")


@_unquoted
def _digit(rng: random.Random, text: str, given: Given) -> str | None:
    places = list(_DIGIT.finditer(text))
    if not places:
        return None
    place = rng.choice(places)
    other = rng.choice([d for d in "123456789" if d != place[0]])
    return text[: place.start()] + other + text[place.end() :]


def _literal(rng: random.Random, text: str, given: Given) -> str | None:
    return _HOLDER.sub(f"USD {rng.randint(100, 999)} m", text, count=1) if "{{" in text else None


@_unquoted
def _period(rng: random.Random, text: str, given: Given) -> str | None:
    years = list(_YEAR.finditer(text))
    if not years:
        return None
    place = rng.choice(years)
    other = int(place[0]) + rng.choice([-1, 1, 2])
    return text[: place.start()] + str(other) + text[place.end() :]


@_unquoted
def _unit(rng: random.Random, text: str, given: Given) -> str | None:
    if "{{" in text:
        return _HOLDER.sub(lambda m: m[0] + rng.choice([" bn", " %", " times"]), text, count=1)
    swaps = [(" bn", " m"), (" m", " bn"), (" %", " bp"), ("USD", "EUR"), (" days", " m")]
    fitting = [
        (a, b) for a, b in swaps if re.search(rf"{re.escape(a)}\b|{re.escape(a)}(?=\W)", text)
    ]
    if not fitting:
        return None
    old, new = rng.choice(fitting)
    return re.sub(rf"{re.escape(old)}(?!\w)", new, text, count=1)


def _direction(rng: random.Random, text: str, given: Given) -> str | None:
    turned = {" rose ": " fell ", " fell ": " rose "}
    return next((text.replace(a, b) for a, b in turned.items() if a in text), None)


@_unquoted
def _sign(rng: random.Random, text: str, given: Given) -> str | None:
    if "{{" in text or " by " in text:  # 'fell by (5)' and 'fell by 5' are the same
        return None
    match = re.search(
        r"(?P<open>\()?(?P<digits>\d[\d,.]*\d|\d)(?(open)\)) ?(?:%|bn|m)\b|\+\d", text
    )
    if match is None:
        return None
    if match[0].startswith("+"):
        return text[: match.start()] + "−" + text[match.start() + 1 :]
    old = f"({match['digits']})" if match["open"] else match["digits"]
    new = match["digits"] if match["open"] else f"({match['digits']})"
    return text.replace(old, new, 1)


@_unquoted
def _swapped(rng: random.Random, text: str, given: Given) -> str | None:
    pattern = _HOLDER if "{{" in text else _MONEY
    found = list(pattern.finditer(text))
    if len(found) < 2 or found[0][0] == found[1][0]:
        return None
    a, b = found[0], found[1]
    return text[: a.start()] + b[0] + text[a.end() : b.start()] + a[0] + text[b.end() :]


def _entity(rng: random.Random, text: str, given: Given) -> str | None:
    names = {term for ground in given.grounds for term in ground.terms | ground.bases}
    said = [name for name in names if name in text.casefold()]
    if not said:
        return None
    other = rng.choice(["goodwill impairments", "deferred rent", *sorted(KNOWN - names)])
    return re.sub(re.escape(max(said, key=len)), other, text, count=1, flags=re.IGNORECASE)


def _scope(rng: random.Random, text: str, given: Given) -> str | None:
    words = ["Adjusted", "Segment", "Quarterly", "Organic", "Globex’s", "Cost of", "Deferred"]
    return f"{rng.choice(words)} {text[0].lower()}{text[1:]}" if "“" not in text else None


def _stretch(rng: random.Random, text: str, given: Given) -> str | None:
    years = list(re.finditer(r"\bin (?=\d{4}\b)", text, re.IGNORECASE))
    if years:
        place = rng.choice(years)
        return f"{text[: place.start()]}in the quarter to Dec 31, {text[place.end() :]}"
    turned = {"quarter": "year", "six months": "quarter", "nine months": "year"}
    return next((text.replace(a, b) for a, b in turned.items() if f"the {a} to" in text), None)


def _rate(rng: random.Random, text: str, given: Given) -> str | None:
    words = ["a month", "per share", "each day", "a share"]
    pattern = _HOLDER if "{{" in text else _MONEY
    return pattern.sub(lambda m: f"{m[0]} {rng.choice(words)}", text, count=1)


def _another_word(rng: random.Random, text: str, given: Given) -> str | None:
    words = ["plunged", "contracted", "stagnated", "doubled", "swung", "failed to move"]
    return re.sub(r"\b(?:rose|fell)\b", rng.choice(words), text) if "“" not in text else None


def _negation(rng: random.Random, text: str, given: Given) -> str | None:
    turned = {
        " was ": " was not ",
        " rose ": " did not rise ",
        " fell ": " never fell ",
        " is ": " is no longer ",
    }
    return next((text.replace(a, b, 1) for a, b in turned.items() if a in text), None)


def _hedge(rng: random.Random, text: str, given: Given) -> str | None:
    words = ["almost", "about", "more than", "over", "up to", "possibly", "a record", "flat at"]
    pattern = _HOLDER if "{{" in text else _MONEY
    return pattern.sub(lambda m: f"{rng.choice(words)} {m[0]}", text, count=1)


def _level(rng: random.Random, text: str, given: Given) -> str | None:
    for old in (" was {{fact", " was USD"):
        if old in text:
            return text.replace(old, f" {rng.choice(['rose by', 'fell', 'grew'])}{old[4:]}", 1)
    return None


def _hidden(rng: random.Random, text: str, given: Given) -> str | None:
    said = ["f\u200braud", "frаud", "<b>", "“", '"all is well"', "½", "see http://example.com"]
    return text.rstrip(".") + f", {rng.choice(said)}."


@_unquoted
def _minus(rng: random.Random, text: str, given: Given) -> str | None:
    sign = rng.choice(["-", "minus ", "−", "$", "~"])
    pattern = _HOLDER if "{{" in text else _MONEY
    return pattern.sub(lambda m: sign + m[0], text, count=1)


def _cut(rng: random.Random, text: str, given: Given) -> str | None:
    quoted = re.search(r"“([^”]*)”", text)
    if quoted is None or len(quoted[1].split()) < 8:
        return None
    words = quoted[1].split()
    return text.replace(quoted[1], " ".join(words[rng.randrange(4) :][:3]))


def _quotation(rng: random.Random, text: str, given: Given) -> str | None:
    if "“" not in text:
        return f"{text} The report adds that “demand stayed weak”."
    words = text.split()
    place = rng.randrange(4, len(words) - 1)
    return " ".join([*words[:place], "allegedly", *words[place:]])


def _quoted_digit(rng: random.Random, text: str, given: Given) -> str | None:
    quoted = re.search(r"“[^”]*”", text)
    places = list(re.finditer(r"\d", quoted[0])) if quoted else []
    if quoted is None or not places:
        return None
    place = rng.choice(places)
    at = quoted.start() + place.start()
    return text[:at] + rng.choice([d for d in "0123456789" if d != place[0]]) + text[at + 1 :]


def _cause(rng: random.Random, text: str, given: Given) -> str | None:
    cause = rng.choice(
        ["because demand was weak", "driven by higher prices", "due to a new product"]
    )
    return text.rstrip(".") + f", {cause}." if "“" not in text else None


def _verdict(rng: random.Random, text: str, given: Given) -> str | None:
    said = ["points to fraud", "will continue", "is guaranteed to last", "has doubled"]
    return text.rstrip(".") + f", which {rng.choice(said)}."


MUTATIONS: dict[str, Change] = {
    "digit": _digit,
    "number of one's own": _literal,
    "period": _period,
    "unit or currency": _unit,
    "direction": _direction,
    "sign": _sign,
    "numbers exchanged": _swapped,
    "another entity": _entity,
    "another scope": _scope,
    "another length of period": _stretch,
    "a rate of it": _rate,
    "another word of direction": _another_word,
    "negation": _negation,
    "hedge or superlative": _hedge,
    "amount told as a change": _level,
    "hidden or foreign signs": _hidden,
    "sign before the number": _minus,
    "digit in a quotation": _quoted_digit,
    "quotation cut short": _cut,
    "invented quotation": _quotation,
    "invented cause": _cause,
    "verdict, promise or number in words": _verdict,
}


MEANT: dict[str, set[str]] = {
    "digit": {"number", "period"},
    "number of one's own": {"number"},
    "period": {"period"},
    "unit or currency": {"unit", "number", "word"},
    "direction": {"direction"},
    "sign": {"number", "direction"},
    "numbers exchanged": {"period", "name", "direction"},
    "another entity": {"name", "word"},
    "another scope": {"word", "name"},
    "another length of period": {"period", "word"},
    "a rate of it": {"unit", "word"},
    "another word of direction": {"word"},
    "negation": {"word", "quotation"},
    "hedge or superlative": {"word", "direction"},
    "amount told as a change": {"direction"},
    "hidden or foreign signs": {"sign", "word", "quotation"},
    "sign before the number": {"unit", "word", "sign", "number"},
    "digit in a quotation": {"quotation"},
    "quotation cut short": {"quotation"},
    "invented quotation": {"quotation"},
    "invented cause": {"word"},
    "verdict, promise or number in words": {"word"},
}
"""For what a mutation is to be refused; refused for anything else it would have been an accident."""


def is_meant(kind: str, verdict: Verdict) -> bool:
    """Whether a verdict refuses a mutation for what is wrong with it."""
    return not MEANT[kind].isdisjoint(refusal.kind for refusal in verdict.refusals)


def narratives(names: Sequence[str] | None = None) -> list[Narrative]:
    """Return clean narratives about the insights of the shared filings, or of those named."""
    engine = build_engine()
    paths = sorted((SHARED / "filings").glob("*.pdf"))
    chosen = [path for path in paths if names is None or path.stem in names]
    reads = [engine.read(path.name, path.read_bytes()) for path in chosen]
    facts = {fact.fact_id: fact for read in reads for fact in read.facts}
    found: list[Narrative] = []
    for analysed in engine.analyse(reads):
        own: list[Narrative] = []
        for insight in analysed.analysis.insights:
            given = given_of(insight, facts, shown, analysed.read.report.company or "")
            own += clean(insight, given)
        quoting = [narrative for narrative in own if "“" in narrative.text]
        others = [narrative for narrative in own if "“" not in narrative.text]
        rng = random.Random(analysed.read.report.name)
        found += quoting + rng.sample(others, min(PER_REPORT, len(others)))
    return found


def mutated(found: Sequence[Narrative], seed: int = 7) -> Iterator[tuple[str, Narrative]]:
    """Yield every mutation of every narrative that changes it."""
    rng = random.Random(seed)
    for narrative in found:
        for kind, change in MUTATIONS.items():
            text = change(rng, narrative.text, narrative.given)
            if text is not None and text != narrative.text:
                yield kind, Narrative(text, narrative.given)


def main() -> int:
    """Print what is accepted and refused by kind; 1 when a false one passes or too many true ones do not."""
    found = narratives()
    accepted = [one for one in found if judge(one.text, one.given).accepted]
    print(f"guard: {len(accepted)} of {len(found)} clean narratives accepted")
    made, refused, meant = Counter[str](), Counter[str](), Counter[str]()
    for kind, narrative in mutated(found):
        verdict = judge(narrative.text, narrative.given)
        made[kind] += 1
        refused[kind] += not verdict.accepted
        meant[kind] += is_meant(kind, verdict)
    for kind, number in made.items():
        print(f"guard, {kind}: {refused[kind]} of {number} refused, {meant[kind]} for that reason")
    good = len(accepted) >= ACCEPTED * len(found) and refused.total() == made.total()
    print(f"guard, all: {refused.total()} of {made.total()} refused")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
