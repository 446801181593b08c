"""Words to a formula: signs and joints, averages, changes and growth, periods of their own.

Every word has its place or the formula is refused: what is not understood is never passed over.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from services.analysis.metric_catalogue import BY_ID
from services.ask.formula import At, Binary, Name, Node, Number, Over, OverKind, Range, When
from services.ask.refusals import Reason, Refused
from services.ask.words import Word
from services.domain.concepts import CONCEPTS

_OVER: dict[str, OverKind] = {
    "average": "average", "change": "change", "growth": "growth", "cagr": "cagr",
}  # fmt: skip
_REVENUE = Name("revenue")


def formula(words: Sequence[Word], said: str) -> Node:
    """Return what words compute; ``said`` is the text they are from. Raises Refused."""
    unknown = [word.text for word in words if word.kind == "unknown"]
    if unknown:
        raise Refused(
            Reason.NOT_UNDERSTOOD,
            f"What {_listed(unknown)} means here is not understood, and nothing is guessed. "
            "Ask for a figure of the statements or a metric, or define it in the question.",
        )
    told = [word for word in words if word.kind != "filler"]
    kept = [
        word
        for at, word in enumerate(told)
        if word.kind != "statement"
        and not (word.value in {"and", "to"} and _of_statements(told, at))
    ]
    return _Parser(kept, said).whole()


def _of_statements(words: Sequence[Word], at: int) -> bool:
    """Whether a joint stands beside the name of a statement and so joins no figures."""
    return any(word.kind == "statement" for word in words[max(0, at - 1) : at + 2])


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in dict.fromkeys(words))


class _Parser:
    """A reader of words from left to right."""

    def __init__(self, words: Sequence[Word], said: str) -> None:
        self._words = words
        self._said = said
        self._at = 0
        self._years: int | None = None

    def whole(self) -> Node:
        node = self._sum()
        following = self._peek()
        if following is not None and following.kind == "period":
            raise self._undecided()
        if following is not None or self._years is not None:
            raise self._lost()
        return node

    def _lost(self) -> Refused:
        rest = " ".join(word.text for word in self._words[self._at :] if word.kind != "period")
        where = f" from “{rest}” on" if rest else ""
        return Refused(
            Reason.NOT_UNDERSTOOD,
            f"How to compute “{self._said}” is not understood{where}. Write it as one figure, or as a "
            "formula with +, -, * and / and parentheses.",
        )

    def _peek(self, ahead: int = 0) -> Word | None:
        at = self._at + ahead
        return self._words[at] if at < len(self._words) else None

    def _take(self, kind: str, *values: str) -> Word | None:
        word = self._peek()
        if word is None or word.kind != kind or (values and word.value not in values):
            return None
        self._at += 1
        return word

    def _expect(self, kind: str, *values: str) -> None:
        if self._take(kind, *values) is None:
            raise self._lost()

    def _sum(self) -> Node:
        node = self._product()
        while sign := self._take("sign", "+", "-"):
            node = Binary(str(sign.value), node, self._product())
        return node

    def _product(self) -> Node:
        node = self._timed()
        while True:
            if sign := self._take("sign", "*", "/"):
                node = Binary(str(sign.value), node, self._timed())
            elif self._take("joint", "share"):
                node = Binary("/", node, self._timed(), share=True)
            elif self._take("joint", "to"):
                node = Binary("/", node, self._timed())
                self._take("joint", "ratio")
            else:
                return node

    def _timed(self) -> Node:
        """Read a figure with a period before or after it, or over a stretch of time."""
        self._take_years()
        before = self._period()
        self._take_years()
        node = self._over()
        following = self._peek()
        fits = following is not None and (
            isinstance(following.value, When) or (isinstance(node, Over) and node.range is None)
        )
        after = self._period() if fits else None
        if before is not None and after is not None:
            raise self._lost()
        return self._placed(node, before or after)

    def _take_years(self) -> None:
        years = self._take("years")
        if years is None:
            return
        if self._years is not None or not isinstance(years.value, int):
            raise self._lost()
        self._years = years.value

    def _placed(self, node: Node, period: When | Range | None) -> Node:
        if period is None:
            return node
        if isinstance(period, When):
            return At(node, period)
        if isinstance(node, Over) and node.range is None:
            return replace(node, range=period)
        raise self._undecided()

    def _undecided(self) -> Refused:
        return Refused(
            Reason.WHICH_PERIOD,
            f"“{self._said}” names several periods but does not say what to do with them: ask for the "
            "average, the change or the growth between them, or for one of them.",
        )

    def _period(self) -> When | Range | None:
        word = self._take("period")
        found = None if word is None else word.value
        return found if isinstance(found, When | Range) else None

    def _over(self) -> Node:
        joint = self._take("joint", *_OVER)
        if joint is None:
            return self._figure()
        kind = _OVER[str(joint.value)]
        years, self._years = self._years, None
        if kind == "average" and years is not None:
            # "the three-year average of A / B" is of the whole, "average A / B" of A alone.
            return Over(kind, self._sum(), _back(kind, years))
        period = self._period()
        node = self._placed(Over(kind, self._figure(), _back(kind, years)), period)
        following = self._peek()
        if kind != "average" and following is not None and following.value == "share":
            raise self._lost()
        return node

    def _figure(self) -> Node:
        node = self._primary()
        while True:
            joint = self._take("joint", "margin", "ratio", "growth", "change", "cagr", "average")
            if joint is None:
                return node
            if joint.value == "margin":
                node = Binary("/", node, _REVENUE, share=True)
            elif joint.value == "ratio":
                if not _can_be_ratio(node):
                    raise self._lost()
            else:
                kind = _OVER[str(joint.value)]
                years, self._years = self._years, None
                node = Over(kind, node, _back(kind, years))

    def _primary(self) -> Node:
        if number := self._take("number"):
            return Number(number.value if isinstance(number.value, Decimal) else Decimal(0))
        if self._take("sign", "("):
            node = self._sum()
            self._expect("sign", ")")
            return node
        if self._take("joint", "sum"):
            return self._joined("+")
        if self._take("joint", "difference"):
            left = self._timed()
            self._expect("joint", "and")
            return Binary("-", left, self._timed())
        if self._take("joint", "ratio"):
            node = self._timed()
            return Binary("/", node, self._timed()) if self._take("joint", "to") else node
        name = self._take("name")
        if name is None:
            raise self._lost()
        return Name(str(name.value))

    def _joined(self, sign: str) -> Node:
        node = self._timed()
        while self._take("joint", "and"):
            node = Binary(sign, node, self._timed())
        return node


def _can_be_ratio(node: Node) -> bool:
    """Whether a figure may be called a ratio: an amount alone is none, and a name with it is another figure."""
    if not isinstance(node, Name):
        return True
    spec = BY_ID.get(node.key)
    amounts = {"total_debt", "net_debt", "liquid_funds"}
    return (
        node.key not in CONCEPTS
        and node.key not in amounts
        and (spec is None or spec.unit != "USD")
    )


def _back(kind: OverKind, years: int | None) -> int | None:
    """Return how many years back an operation reaches that is over so many years: an average counts both ends."""
    if years is None:
        return None
    return years - 1 if kind == "average" else years
