"""The text of a question → what is asked: the formula, its periods, definitions, unit and rounding."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.ask.definitions import Definitions, defines
from services.ask.directions import direction
from services.ask.formula import At, Binary, Name, Node, Over, Range, When, parts
from services.ask.refusals import Reason, Refused
from services.ask.units import rounding, unit
from services.ask.words import YEAR_ON_YEAR, simplified
from services.domain.concepts import CONCEPTS

LONGEST = 2_000
"""Characters of a question."""
_SENTENCE = re.compile(
    r"(?<=[.?!;])\s+(?=[A-Za-z(])|(?<=question:)\s+|:\s+(?=(?:what|how|whats)\b)", re.I
)
_ASKS = re.compile(r"\b(what|how)\b(?! was asked)")
_TELLS = re.compile(r"^\W*(?:please\W+)?(calculate|compute|find|give|tell|show|state|determine)\b")
_TEXTUAL = re.compile(
    r"^\W*(why|who|whom|whose|where|which|explain|describe|summari[sz]e|list|name)\b"
    r"|^\W*when (did|does|do|was|were|is|are|will)\b"
    r"|\bwhat (drove|drives|caused|causes|explains|led|are (the )?(main|major|key|three|primary|risk))"
    r"|\bwhat (was|is) the (key|main|primary|reason|cause|agenda)|\bhow did\b.*\b(affect|impact)"
    r"|\bwhat (industry|products?|services?|kind|type|sort|companies|acquisitions?|happened)\b|\bwhich\b"
)
_YES_NO = re.compile(
    r"^\W*(is|are|was|were|does|do|did|has|have|had|can|could|should|would|will)\b"
)
_FORMERLY = re.compile(r"\((?:formerly|previously|f/k/a|now|also)\b[^)]*\)")
_UNLESS = re.compile(r"^\W*if\b.*\bnot\b.*\b(state|explain|say)\b")
"""Bids to say so where a figure means nothing for the company, which is what a refusal does."""
_CASH_FLOWS = re.compile(r"\bcash flow statements?\b|\bstatements? of cash flows?\b")
_BALANCES = re.compile(r"\bbalance sheets?\b|\bfinancial position\b")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the formula, the period it is of, and how the answer is to be written.

    ``definitions`` are what the question itself says of figures, by key. ``unit`` is thousands, millions, billions,
    units, percent, points, basis, days or '' and ``places`` the decimals asked for. ``wish`` is what is asked of
    the figure where the answer is yes or no, '' else.
    """

    text: str
    node: Node
    when: When | None
    definitions: Mapping[str, Node] = field(default_factory=dict)
    unit: str = ""
    places: int | None = None
    wish: str = ""


def read_question(text: str, without: str) -> Question:
    """Return what a question asks; ``without`` is its text without the company's name. Raises Refused."""
    plain = _FORMERLY.sub(" ", simplified(without))
    plain, places = rounding(plain)
    plain, asked_unit = unit(plain)
    sentences = [one.strip() for one in _SENTENCE.split(plain) if one and one.strip(" .?!:;,()")]
    asked, others = _asked(sentences)
    reader = Definitions()
    for sentence in others:
        reader.take(sentence)
    wish, figure = direction(asked) or ("", asked)
    node, when = _timed(reader.asked(figure), asked)
    _hold_to_statement(node, asked)
    return Question(text, node, when, reader.found, asked_unit, places, wish)


def _asked(sentences: list[str]) -> tuple[str, list[str]]:
    """Return the asking sentence and those beside it that may say something of the figure. Raises Refused."""
    open_ones = [one for one in sentences if not _UNLESS.search(one)]
    if any(_TEXTUAL.search(one) for one in open_ones):
        raise Refused(
            Reason.NEEDS_TEXT,
            "A question like this needs the words of a report, and an answer from here is computed from its numbers. "
            "Ask for a figure, or look at the insights: each quotes what the report says, with the page.",
        )
    wanted = [one for one in open_ones if _ASKS.search(one)] or [
        one for one in open_ones if _TELLS.match(one) and not defines(one)
    ]
    wanted = wanted or [one for one in open_ones if direction(one)]
    if not wanted and any(_YES_NO.match(one) for one in open_ones):
        raise Refused(
            Reason.NEEDS_JUDGEMENT,
            "A question like this asks for a judgement. Ask for the figure behind it, such as a margin or its "
            "change between two years, and judge by that.",
        )
    wanted = wanted or [one for one in open_ones if not defines(one)][:1]
    if not wanted:
        raise Refused(
            Reason.NOTHING_ASKED, "Nothing is asked: write which figure of which year you want."
        )
    if len(wanted) > 1:
        raise Refused(
            Reason.NOT_UNDERSTOOD, "The question asks for several things; ask for one at a time."
        )
    return wanted[0], [one for one in open_ones if one != wanted[0]]


def _timed(node: Node, sentence: str) -> tuple[Node, When | None]:
    """Return a formula and the one period all of it is of, where there is one."""
    whens = {part.when for part in parts(node) if isinstance(part, At)}
    ranges = [
        part.range for part in parts(node) if isinstance(part, Over) and part.range is not None
    ]
    if isinstance(node, Over) and node.range is not None:
        _counted(node, node.range, sentence)
    if len(whens) == 1 and not ranges:
        return _bare(node), next(iter(whens))
    return node, max([*whens, *(one.last for one in ranges)], default=None)


def _counted(node: Over, over: Range, sentence: str) -> None:
    """Hold a range against what the question says of its length; raises Refused."""
    length = over.last.year - over.first.year
    if node.years is not None and length != node.years:
        raise Refused(
            Reason.WHICH_PERIOD,
            f"“{sentence}” names {over.first.words} to {over.last.words}, which are not as many years as it says.",
        )
    if length > 1 and YEAR_ON_YEAR.search(sentence):
        raise Refused(
            Reason.WHICH_PERIOD,
            f"From {over.first.words} to {over.last.words} is more than a year: ask for one year on the year "
            "before, for the growth between the two, or for the compound annual growth rate (CAGR).",
        )


def _hold_to_statement(node: Node, sentence: str) -> None:
    """Refuse a change of a balance that is to be that of the cash flow statement: it prints another one."""
    if not isinstance(node, Over) or node.kind != "change" or not isinstance(node.of, Name):
        return
    known = CONCEPTS.get(node.of.key)
    elsewhere = _CASH_FLOWS.search(sentence) and not _BALANCES.search(sentence)
    if elsewhere and known is not None and known.instant:
        raise Refused(
            Reason.NOT_UNDERSTOOD,
            "The cash flow statement prints a change of its own, without what was bought or translated; here the "
            "change is that of the balance sheet. Ask for it without the statement, or read the statement.",
        )


def _bare(node: Node) -> Node:
    """Return a formula without the one period that all of it is of."""
    if isinstance(node, At):
        return _bare(node.of)
    if isinstance(node, Binary):
        return replace(node, left=_bare(node.left), right=_bare(node.right))
    return replace(node, of=_bare(node.of)) if isinstance(node, Over) else node
