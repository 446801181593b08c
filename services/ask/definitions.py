"""What a question says itself of figures: definitions, inputs, names; and sentences that say nothing of them."""

import re

from services.analysis.metric_catalogue import BY_ID
from services.ask.formula import Node
from services.ask.grammar import formula
from services.ask.refusals import Reason, Refused
from services.ask.vocabulary import QUALIFIERS
from services.ask.words import Word, worded

_DEFINES = tuple(
    re.compile(pattern)
    for pattern in (
        r"^(?:here )?(?P<name>.+?) (?:here )?(?:is|are|being) (?:here )?"
        r"(?:defined|calculated|computed|measured|given) (?:as|by)(?: follows)?\W*? (?P<as>.+)$",
        r"^(?:please )?define (?P<name>.+?) (?:as|to be|=):? (?P<as>.+)$",
        r"^(?:where |here )?(?P<name>[^=]+?) (?:=|equals|means) (?P<as>.+)$",
        r"^(?:please )?(?:calculate|compute) (?P<name>.+?) as:? (?P<as>.+)$",
    )
)
_PART_OF = re.compile(
    r"\bwhat (?:percent|percentage|%|share|proportion|portion|fraction) of (?P<whole>.+?) (?:is|was|are|were) (?P<part>[^?]+)"
)
_TURNS = re.compile(
    r"\b(tell|give|show|help) us\b|\bhow many (times|days)\b|\baccording to\b|\(or extract\)|\bwhat was asked\b|\bby how much\b"
    r"|\bby what (percentage|percent|%)|\b(at|as of) the end of\b|\bin total\b"
    r"|\b(from|in) the (form )?10[- ][kq]\b|\b10[- ][kq]\b"
)
"""Turns of phrase that look like parts of a formula and are none."""
_FROM_INPUTS = re.compile(
    r"^(?:please )?(?:calculate|compute) (?P<name>.+?) (?:using|from|by using|with) (?P<as>.+)$"
)
_INLINE = re.compile(
    r",? \(?(?:which is |here )?(?:defined|calculated|computed) as:? (?P<as>[^?]+?)\)?(?=[?.]|$)"
)
_INPUTS = re.compile(r"\((?:using|based on|from) (?P<as>[^()]+)\)")


def defines(sentence: str) -> bool:
    """Whether a sentence says what a figure is."""
    sentence = sentence.rstrip(" .?!;")
    if any(pattern.match(sentence) for pattern in _DEFINES):
        return True
    match = _FROM_INPUTS.match(sentence)
    return match is not None and any(word.kind == "name" for word in worded(match["name"]))


class Definitions:
    """What a question defines itself."""

    def __init__(self) -> None:
        self.found: dict[str, Node] = {}
        self._phrases: dict[str, str] = {}

    def take(self, sentence: str) -> None:
        """Take in a sentence beside the asking one: a definition, or words that change nothing. Raises Refused."""
        sentence = sentence.rstrip(" .?!;")
        for pattern in _DEFINES:
            match = pattern.match(sentence)
            if match:
                self._define(match["name"], match["as"], sentence)
                return
        match = _FROM_INPUTS.match(sentence)
        if match and any(word.kind == "name" for word in worded(match["name"])):
            self._inputs(self._key(match["name"], sentence), match["as"], sentence)
            return
        _let_pass(sentence)

    def asked(self, sentence: str) -> Node:
        """Return the formula that the asking sentence wants. Raises Refused."""
        inline = _INLINE.search(sentence)
        if inline:
            asked = sentence[: inline.start()] + sentence[inline.end() :]
            name = _only_name(worded(asked, self._phrases))
            if name is None:
                raise _bad(sentence)
            self.found[name] = formula(worded(inline["as"], self._phrases), inline["as"])
            sentence = asked
        inputs = _INPUTS.search(sentence)
        if inputs:
            asked = sentence[: inputs.start()] + sentence[inputs.end() :]
            name = _only_name(worded(asked, self._phrases))
            if name is None:
                raise _bad(sentence)
            self._inputs(name, inputs["as"], sentence)
            sentence = asked
        return formula(
            _without_aliases(worded(_tidy(sentence), self._phrases)), sentence.strip(" ?.,")
        )

    def _define(self, name: str, meaning: str, sentence: str) -> None:
        try:
            self.found[self._key(name, sentence)] = formula(
                _without_aliases(worded(meaning, self._phrases)), meaning
            )
        except Refused as refused:
            raise Refused(
                Reason.BAD_DEFINITION,
                f"The definition “{sentence}” is not understood. {refused.sentence}",
            ) from refused

    def _key(self, name: str, sentence: str) -> str:
        """Return the key of a defined name, a new one where the words are the question's own."""
        words = _without_aliases(worded(name, self._phrases))
        known = _only_name(words)
        if known is not None:
            return known
        said: list[str] = [re.sub(r"\(.*?\)", " ", name), *re.findall(r"\(([^()]+)\)", name)]
        own = [re.sub(r"^(?:the|a|an) ", "", one.strip()).strip() for one in said if one.strip()]
        if not own or len(own[0].split()) > 8 or any(w.kind == "period" for w in words):
            raise _bad(sentence)
        for phrase in own:
            self._phrases[phrase] = own[0]
        return own[0]

    def _inputs(self, key: str, listed: str, sentence: str) -> None:
        """Hold the figures that a question wants a metric computed from against those of the metric."""
        given = {str(word.value) for word in worded(listed, self._phrases) if word.kind == "name"}
        odd = [
            word
            for word in worded(listed, self._phrases)
            if word.kind in {"unknown", "sign", "number"} and word.text not in "()"
        ]
        spec = BY_ID.get(key)
        wanted = set() if spec is None else {name.partition("@")[0] for name in spec.inputs}
        if (
            odd
            or not given
            or not given <= wanted
            or (spec is not None and wanted - given - {"revenue"})
        ):
            raise _bad(sentence)


def _bad(sentence: str) -> Refused:
    return Refused(
        Reason.BAD_DEFINITION,
        f"How the question wants the figure computed is not understood: “{sentence}”. Write it as a formula, "
        "such as: the ratio is defined as A / B.",
    )


def _only_name(words: list[Word]) -> str | None:
    named = {str(word.value) for word in words if word.kind == "name"}
    odd = any(word.kind in {"unknown", "number"} for word in words)
    signs = any(word.kind == "sign" and word.value not in {"(", ")"} for word in words)
    return named.pop() if len(named) == 1 and not odd and not signs else None


def _let_pass(sentence: str) -> None:
    """Pass over a sentence that says nothing of the figure; raises Refused where it might."""
    words = worded(sentence)
    telling = any(word.kind in {"name", "period"} for word in words)
    qualified = re.search(QUALIFIERS, sentence)
    if telling or qualified:
        raise Refused(
            Reason.NOT_UNDERSTOOD,
            f"What “{sentence}” changes of the figure is not understood, and nothing is guessed. Define the figure "
            "as a formula of figures on the statements.",
        )


def _tidy(sentence: str) -> str:
    """Return the asking sentence without turns of phrase that look like parts of a formula."""
    sentence = _PART_OF.sub(r"\g<part> as a percentage of \g<whole>", sentence)
    return _TURNS.sub(" ", sentence)


def _without_aliases(words: list[Word]) -> list[Word]:
    """Return words without parentheses that only name again what stands before them, or a statement."""
    kept: list[Word] = []
    at = 0
    while at < len(words):
        end = next((i for i in range(at, len(words)) if words[i].value == ")"), None)
        if words[at].value == "(" and end is not None:
            inside = [
                word for word in words[at + 1 : end] if word.kind not in {"filler", "statement"}
            ]
            before = next(
                (word for word in reversed(kept) if word.kind not in {"filler", "statement"}), None
            )
            behind_figure = before is not None and (
                before.kind == "name" or before.value in {"ratio", "margin", "cagr"}
            )
            if not inside or (behind_figure and len(inside) == 1 and inside[0].kind == "name"):
                _same_figure(before, inside)
                at = end + 1
                continue
        kept.append(words[at])
        at += 1
    return kept


def _same_figure(before: Word | None, inside: list[Word]) -> None:
    """Nothing to say where an abbreviation names the figure before it; a formula's own name may follow it, too."""
    if not inside or before is None or before.value == inside[0].value or before.kind != "name":
        return
    spec = BY_ID.get(str(inside[0].value))
    if spec is None or str(before.value) not in {name.partition("@")[0] for name in spec.inputs}:
        raise Refused(
            Reason.NOT_UNDERSTOOD,
            f"“{before.text}” and “({inside[0].text})” are different figures; ask for one of them.",
        )
