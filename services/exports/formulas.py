"""The engine's calculations as spreadsheet formulas over cells, each proved against the engine's own value.

A formula is taken only when it gives the stored value; a calculation whose formula has no such form
(a count, a median of slopes) stays a number and says so.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice, permutations, product
from typing import NamedTuple

from services.analysis import wording
from services.domain.concepts import CONCEPTS, Unit
from services.domain.insights import Calculation
from services.domain.reports import Fact

_TOKEN = re.compile(
    r"\s*(?:(?P<money>[A-Z]{3} \(?\d[\d,]*(?:\.\d+)?\)?(?: (?:bn|m)\b)?)"
    r"|(?P<number>\d[\d,]*(?:\.\d+)?)"
    r"|(?P<call>avg|delta)\((?P<of>[^()]+)\)"
    r"|(?P<name>[A-Za-z][\w&,.'’]*(?: [A-Za-z][\w&,.'’]*)*)(?:\[-(?P<back>\d)\])?"
    r"|(?P<mark>[-+*/^()]))"
)
_MARKS = str.maketrans({"−": "-", "×": "*", "÷": "/"})
_CLOSE = Decimal("1E-12")
_MOST_TRIES = 4_000
_ANY_UP_TO = 8
"""Operands of one calculation among which a name that is nobody's may be any."""
_SMALL = 1_000
_DERIVED = {
    "working capital": ("-", "total_current_assets", "total_current_liabilities"),
    "current ratio": ("/", "total_current_assets", "total_current_liabilities"),
}
"""Names of the published scores for what two lines make together."""

Node = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Operand:
    """A cell that a formula can use: its address, value, what it is called, and its place in time."""

    cell: str
    value: Decimal
    names: frozenset[str]
    line: str
    ends: int


class Filled(NamedTuple):
    """One way to fill a name of a formula."""

    text: str
    value: Decimal


class _Unparsed(Exception):
    """The formula is not arithmetic over names."""


def operand_of_fact(fact: Fact, cell: str) -> Operand:
    """Return a fact's cell as an operand."""
    named = CONCEPTS[fact.concept].name if fact.concept in CONCEPTS else ""
    shown = [wording.per_share(fact.value, fact.currency)]
    if fact.unit is Unit.MONEY:
        shown = [
            wording.money(fact.value, fact.currency),
            wording.millions(fact.value, fact.currency),
        ]
    names = {_key(name) for name in (fact.concept or "", named, fact.label.strip(" $:"))}
    line = fact.concept or _key(fact.label)
    ends = fact.period.end.toordinal()
    return Operand(cell, fact.value, frozenset({*names, *shown} - {""}), line, ends)


def operand_of_calculation(calculation: Calculation, cell: str) -> Operand:
    """Return a calculation's cell as an operand of another one."""
    name = _key(calculation.name)
    names = {name, name.partition(",")[0], calculation.display}
    return Operand(cell, calculation.value, frozenset(names), name, 0)


def formulas(
    calculations: Sequence[Calculation],
    facts: Mapping[str, tuple[Fact, str]],
    cells: Sequence[str],
) -> list[str | None]:
    """Return a spreadsheet formula a calculation, without the equals sign; None where it has no such form.

    Args:
        calculations: Those of one finding, which may use each other.
        facts: The facts of the finding and their cells, by id.
        cells: The cell of each calculation's result.
    """
    found: list[str | None] = [None] * len(calculations)
    progress = True
    while progress and None in found:
        progress = False
        for place, calculation in enumerate(calculations):
            if found[place] is not None:
                continue
            operands = [operand_of_fact(*facts[one]) for one in calculation.inputs if one in facts]
            operands += [
                operand_of_calculation(calculations[other], cells[other])
                for other, text in enumerate(found)
                if text is not None and other != place
            ]
            found[place] = _formula(calculation, operands)
            progress = progress or found[place] is not None
    return found


def _formula(calculation: Calculation, operands: Sequence[Operand]) -> str | None:
    try:
        tree = _parse(calculation.formula)
    except _Unparsed:
        return _by_shape(calculation.value, operands)
    slots = list(dict.fromkeys(_slots(tree)))
    if tree in slots:
        return _by_shape(calculation.value, operands)
    choices = [list(_candidates(slot, operands)) for slot in slots]
    if slots and all(choices):
        for filling in islice(product(*choices), _MOST_TRIES):
            filled = dict(zip(slots, filling, strict=True))
            if _gives(tree, filled, calculation.value):
                return _text(tree, filled)
    return _by_shape(calculation.value, operands)


def _gives(tree: Node, filled: Mapping[Node, Filled], wanted: Decimal) -> bool:
    try:
        return _is_close(_value(tree, filled), wanted)
    except (ArithmeticError, InvalidOperation):
        return False


def _is_close(value: Decimal, wanted: Decimal) -> bool:
    return abs(value - wanted) <= _CLOSE * max(abs(wanted), _CLOSE)


_SHAPES: tuple[tuple[str, int, Callable[..., Decimal]], ...] = (
    ("{0}", 1, lambda a: a),
    ("{0}-{1}", 2, lambda a, b: a - b),
    ("{0}+{1}", 2, lambda a, b: a + b),
    ("{0}/{1}", 2, lambda a, b: a / b),
    ("{0}/{1}-1", 2, lambda a, b: a / b - 1),
    ("{0}*{1}", 2, lambda a, b: a * b),
    ("({0}+{1})/{2}", 3, lambda a, b, c: (a + b) / c),
    ("({0}-{1})/{2}", 3, lambda a, b, c: (a - b) / c),
    ("({0}-{1})*{2}", 3, lambda a, b, c: (a - b) * c),
    ("{0}/{1}-{2}/{3}", 4, lambda a, b, c, d: a / b - c / d),
    ("-({0}/{1}-{2}/{3})", 4, lambda a, b, c, d: -(a / b - c / d)),
    ("({0}/{1}-{2}/{3})*{1}", 4, lambda a, b, c, d: (a / b - c / d) * b),
    ("{0}-{1}*{2}/{3}", 4, lambda a, b, c, d: a - b * c / d),
)  # fmt: skip
"""Forms of calculations whose formula is written in words: differences, shares, changes of shares."""


def _by_shape(value: Decimal, operands: Sequence[Operand]) -> str | None:
    """Return the first form that gives the value; a small whole number is a count, and too many forms give it."""
    if value == value.to_integral_value() and abs(value) < _SMALL:
        return None
    facts = list({one.cell: one for one in operands}.values())
    for text, count, compute in _SHAPES:
        for chosen in islice(permutations(facts, count), _MOST_TRIES):
            try:
                if _is_close(compute(*(one.value for one in chosen)), value):
                    return text.format(*(one.cell for one in chosen))
            except ArithmeticError:
                continue
    return None


def _key(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())


def _candidates(slot: Node, operands: Sequence[Operand]) -> Iterator[Filled]:
    kind, name, back = slot
    fitting = [one for one in operands if name in one.names]
    fitting = fitting or [one for one in operands if any(f" {name}" in full for full in one.names)]
    latest = sorted(fitting, key=lambda one: -one.ends)
    if kind == "name" and name in _DERIVED:
        yield from _derived(str(name), operands)
        return
    if kind == "name":
        at = int(str(back))
        first = latest[at : at + 1] if at else []
        rest = latest if at or fitting else operands if len(operands) <= _ANY_UP_TO else ()
        for one in dict.fromkeys([*first, *rest]):
            yield Filled(one.cell, one.value)
        return
    for one, other in permutations(latest, 2):
        if kind == "avg":
            yield Filled(f"AVERAGE({one.cell},{other.cell})", (one.value + other.value) / 2)
        else:
            yield Filled(f"({one.cell}-{other.cell})", one.value - other.value)


def _derived(name: str, operands: Sequence[Operand]) -> Iterator[Filled]:
    mark, *lines = _DERIVED[name]
    left, right = ([one for one in operands if one.line == line] for line in lines)
    for one, other in product(left, right):
        value = one.value - other.value if mark == "-" else one.value / other.value
        yield Filled(f"({one.cell}{mark}{other.cell})", value)


def _slots(node: Node) -> Iterator[Node]:
    if node[0] in {"name", "avg", "delta"}:
        yield node
    elif node[0] != "number":
        for child in node[1:]:
            if isinstance(child, tuple):
                yield from _slots(child)


_MARK_VALUES: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: a**b,
}


def _value(node: Node, filled: Mapping[Node, Filled]) -> Decimal:
    if node in filled:
        return filled[node].value
    if node[0] == "number":
        return Decimal(str(node[1]))
    left = _value(_child(node, 1), filled)
    if node[0] == "minus":
        return -left
    return _MARK_VALUES[str(node[0])](left, _value(_child(node, 2), filled))


def _text(node: Node, filled: Mapping[Node, Filled]) -> str:
    if node in filled:
        return filled[node].text
    if node[0] == "number":
        return str(node[1])
    if node[0] == "minus":
        return f"(-{_text(_child(node, 1), filled)})"
    return f"({_text(_child(node, 1), filled)}{node[0]}{_text(_child(node, 2), filled)})"


def _child(node: Node, place: int) -> Node:
    child = node[place]
    if not isinstance(child, tuple):
        raise _Unparsed
    return child


class _Reader:
    """The tokens of one formula, read from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, Node | str]] = []
        text, place = text.translate(_MARKS).strip(), 0
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                raise _Unparsed
            self._tokens.append(_token(match))
            place = match.end()
        self._at = 0

    def peek(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def take(self) -> Node | str:
        if self._at >= len(self._tokens):
            raise _Unparsed
        self._at += 1
        return self._tokens[self._at - 1][1]


def _token(match: re.Match[str]) -> tuple[str, Node | str]:
    if match["money"]:
        return "leaf", ("name", match["money"], 0)
    if match["number"]:
        return "leaf", ("number", match["number"].replace(",", ""))
    if match["call"]:
        return "leaf", (match["call"], _key(match["of"]), 0)
    if match["name"]:
        return "leaf", ("name", _key(match["name"]), int(match["back"] or 0))
    return match["mark"], match["mark"]


def _parse(text: str) -> Node:
    reader = _Reader(text)
    tree = _sum(reader)
    if reader.peek():
        raise _Unparsed
    return tree


def _sum(reader: _Reader) -> Node:
    node = _term(reader)
    while reader.peek() in {"+", "-"}:
        mark = reader.take()
        node = (mark, node, _term(reader))
    return node


def _term(reader: _Reader) -> Node:
    node = _power(reader)
    while reader.peek() in {"*", "/", "leaf"}:
        mark = reader.take() if reader.peek() != "leaf" else "*"
        node = (mark, node, _power(reader))
    return node


def _power(reader: _Reader) -> Node:
    node = _factor(reader)
    if reader.peek() == "^":
        reader.take()
        node = ("^", node, _factor(reader))
    return node


def _factor(reader: _Reader) -> Node:
    if reader.peek() == "-":
        reader.take()
        return ("minus", _factor(reader))
    if reader.peek() == "(":
        reader.take()
        node = _sum(reader)
        if reader.take() != ")":
            raise _Unparsed
        return node
    leaf = reader.take()
    if not isinstance(leaf, tuple):
        raise _Unparsed
    return leaf
