"""Placeholders: ``{{fact:ID}}`` and ``{{calc:N}}`` are filled by code; no other number may be written."""

import re
from dataclasses import dataclass

from services.narrative.grounds import Bound, Given, Ground, numbers_in

_PLACEHOLDER = re.compile(r"\{\{\s*(?P<key>[^{}]*?)\s*\}\}")
_BRACE = re.compile(r"[{}]")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A filled text with its bound numbers, and what was wrong with its placeholders."""

    text: str
    bound: tuple[Bound, ...]
    refusals: tuple[str, ...]


def render(text: str, given: Given) -> Rendered:
    """Fill the placeholders of a text; unknown ids and stray braces are refused."""
    refusals: list[str] = []
    pieces: list[str] = []
    spans: list[tuple[int, Ground]] = []
    position = length = 0
    for match in _PLACEHOLDER.finditer(text):
        ground = given.of(match["key"])
        before = text[position : match.start()]
        pieces.append(before)
        length += len(before)
        position = match.end()
        if ground is None:
            refusals.append(f"there is no number called '{match['key']}'")
            continue
        spans.append((length, ground))
        pieces.append(ground.display)
        length += len(ground.display)
    pieces.append(text[position:])
    filled = "".join(pieces)
    if _BRACE.search(filled):
        refusals.append("a brace stands outside a placeholder")
    starts = {number.start: number for number in numbers_in(filled)}
    bound = tuple(
        Bound(starts[at], ground)
        for at, ground in spans
        if at in starts and starts[at].end == at + len(ground.display)
    )
    if len(bound) < len(spans):
        refusals.append("a number runs into the text around it")
    return Rendered(filled, bound, tuple(refusals))
