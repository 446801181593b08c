"""Titles of the primary statements: told from text by what stands around the words."""

import re

from services.domain.concepts import StatementKind

KINDS = (StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW)
TITLED = 3.0
"""The strength from which a line names the statement and nothing else."""

_LONGEST = 160  # characters of a title, squashed
_DROPPED, _DROPPED_WIDE = "'`.", "\ufffe\u200b\u2019"
_LEAD = re.compile(
    r"condensed|consolidated|us(?:-)?gaap|preliminary|unaudited|interim|comparative|item\d+[ab]?|part[iv]+|financialstatements|continued|[()\[\]0-9,:—–-]"
)
_OWNER = re.compile(
    r"(?:subsidiar(?:y|ies)|compan(?:y|ies)|inc|corp|corporation|co|plc|ltd|group|affiliates)$"
)
_TAIL = re.compile(
    r"$|and(?:retained|changes|accumulated)|[(\[—–:,*\d-]|unaudited|continued|concluded|for(?:the)?(?:year|fiscal|three|six|nine|quarter|period|twelve|\d)|as(?:of|at)|years?ended|(?:three|six|nine|twelve)months|fiscal|in(?:millions|thousands)|dollars|january|march|june|july|september|december"
)
_TITLES = {
    StatementKind.INCOME: (
        r"statements?of(?:consolidated)?(?:net)?(?:income|operations|earnings|profit(?:or|and)loss|resultsofoperations|comprehensive(?:income|loss|earnings)"
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
STRONG = {kind: re.compile(title) for kind, title in _TITLES.items()}
WEAK = {kind: re.compile(title) for kind, title in _WEAK_TITLES.items()}


def squash(text: str) -> str:
    """Return the text in lower case without white space, points and apostrophes: 'Incom e' is 'income'."""
    squashed = "".join(text.lower().split())
    for mark in _DROPPED if squashed.isascii() else _DROPPED + _DROPPED_WIDE:
        squashed = squashed.replace(mark, "")
    return squashed


def line_strength(kind: StatementKind, line: str) -> float:
    """Return how strongly a squashed line titles the kind: 0 no title, 4 'consolidated ...'."""
    match = STRONG[kind].search(line) if len(line) < _LONGEST else None
    if match is None or not is_title(line, match):
        return 0.0
    return (1.8 if "ofcomprehensive" in match[0] else TITLED) + ("consolidated" in line)


def title_kinds(line: str) -> list[StatementKind]:
    """Return the kinds of statement a line is the title of; statements of comprehensive income are none."""
    squashed = squash(line)
    if len(squashed) >= _LONGEST:
        return []
    found = [(kind, STRONG[kind].search(squashed)) for kind in KINDS]
    return [kind for kind, match in found if match is not None and is_title(squashed, match)]


def is_title(line: str, match: re.Match[str]) -> bool:
    """Whether nothing but the owner's name and words of titles stand around the match."""
    before = _LEAD.sub("", line[: match.start()])
    named = before == "" or (len(before) <= 60 and _OWNER.search(before) is not None)
    return named and _TAIL.match(line, match.end()) is not None
