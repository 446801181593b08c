"""The part of Cosmos DB's SQL that the product asks with, worked out over documents; anything else is an error.

``SELECT [TOP n] * | c.a, c.b | VALUE SUM(c.a) FROM c [WHERE …] [ORDER BY c.a [DESC]]`` with AND, OR, NOT,
comparisons, parameters and ARRAY_CONTAINS. A comparison with a property that is not there, or of
another type, is neither true nor false, and neither is its negation.
"""

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

Document = dict[str, Any]
_TOKEN = re.compile(
    r"\s*(?:(@\w+)|(c(?:\.\w+)+)|('[^']*')|(\d+(?:\.\d+)?)|(<=|>=|!=|[=<>(),])|(\w+))"
)
_COMPARE = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_QUERY = re.compile(
    r"SELECT\s+(?:TOP\s+(?P<top>\d+)\s+)?(?P<what>.+?)\s+FROM\s+c(?:\s+WHERE\s+(?P<where>.+?))?"
    r"(?:\s+ORDER\s+BY\s+c\.(?P<by>\w+)(?P<desc>\s+DESC)?)?\s*"
)
_MISSING = object()


class NotUnderstood(ValueError):
    """The text is no query of this part of the language."""


def run(text: str, parameters: Mapping[str, Any], documents: list[Document]) -> list[Any]:
    """Return the rows of a query over some documents."""
    found = _QUERY.fullmatch(text.strip())
    if found is None:
        raise NotUnderstood(text)
    rows = documents
    if found["where"]:
        holds = _Condition(found["where"], parameters).whole()
        rows = [one for one in rows if holds(one) is True]
    if found["by"]:
        by = found["by"]
        rows = sorted((one for one in rows if by in one), key=lambda one: one[by])
        rows = rows[::-1] if found["desc"] else rows
    if found["top"]:
        rows = rows[: int(found["top"])]
    return _projected(found["what"], rows)


def _projected(what: str, rows: list[Document]) -> list[Any]:
    if what == "*":
        return rows
    summed = re.fullmatch(r"VALUE SUM\(c\.(\w+)\)", what)
    if summed:
        return [sum(one[summed[1]] for one in rows)]
    names = re.fullmatch(r"c\.\w+(\s*,\s*c\.\w+)*", what)
    if names is None:
        raise NotUnderstood(what)
    wanted = re.findall(r"c\.(\w+)", what)
    return [{name: one[name] for name in wanted if name in one} for one in rows]


class _Condition:
    """Turns the text behind WHERE into a function of a document."""

    def __init__(self, text: str, parameters: Mapping[str, Any]) -> None:
        self._parameters = parameters
        self._tokens: list[str] = []
        at = 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if found is None:
                raise NotUnderstood(text[at:])
            self._tokens.append(found.group().strip())
            at = found.end()

    def whole(self) -> Callable[[Document], Any]:
        result = self._either()
        if self._tokens:
            raise NotUnderstood(" ".join(self._tokens))
        return result

    def _next(self) -> str:
        if not self._tokens:
            raise NotUnderstood("the condition ends too early")
        return self._tokens.pop(0)

    def _is(self, *words: str) -> bool:
        return bool(self._tokens) and self._tokens[0].upper() in words

    def _expect(self, word: str) -> None:
        if self._next().upper() != word:
            raise NotUnderstood(f"{word} is missing")

    def _either(self) -> Callable[[Document], Any]:
        parts = [self._both()]
        while self._is("OR"):
            self._next()
            parts.append(self._both())
        return lambda one: any(part(one) is True for part in parts)

    def _both(self) -> Callable[[Document], Any]:
        parts = [self._single()]
        while self._is("AND"):
            self._next()
            parts.append(self._single())
        return lambda one: all(part(one) is True for part in parts)

    def _single(self) -> Callable[[Document], Any]:
        if self._is("NOT"):
            self._next()
            inner = self._single()
            return lambda one: None if inner(one) is None else inner(one) is not True
        if self._is("("):
            self._next()
            inner = self._either()
            self._expect(")")
            return inner
        if self._is("ARRAY_CONTAINS"):
            return self._contains()
        left = self._value()
        if not self._is(*_COMPARE):
            return left
        compare, right = _COMPARE[self._next()], self._value()
        return lambda one: _compared(compare, left(one), right(one))

    def _contains(self) -> Callable[[Document], Any]:
        self._next()
        self._expect("(")
        values = self._value()
        self._expect(",")
        wanted = self._value()
        self._expect(")")
        return lambda one: None if wanted(one) is _MISSING else wanted(one) in values(one)

    def _value(self) -> Callable[[Document], Any]:
        token = self._next()
        if token.startswith("@"):
            if token not in self._parameters:
                raise NotUnderstood(f"{token} is not given")
            given = self._parameters[token]
            return lambda _: given
        if token.startswith("c."):
            path = token.split(".")[1:]
            return lambda one: _at(one, path)
        constant = _constant(token)
        return lambda _: constant


def _constant(token: str) -> Any:
    if token.startswith("'"):
        return token[1:-1]
    if token.lower() in {"true", "false"}:
        return token.lower() == "true"
    if re.fullmatch(r"\d+(\.\d+)?", token):
        return float(token)
    raise NotUnderstood(token)


def _at(document: Document, path: list[str]) -> Any:
    value: Any = document
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return _MISSING
        value = value[name]
    return value


def _compared(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool | None:
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if left is _MISSING or right is _MISSING or not (numbers or type(left) is type(right)):
        return None
    return compare(left, right)
