"""What a document says about itself: company, form, and the end of the period it reports on."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.extraction.periods import Calendar, dates_in

_COVER_PAGES = 4
_HEADING_LINES = 4
_LONGEST_NAME = 60
_FORM = re.compile(
    r"\bform\s*(10\s*-?\s*k(?:\s*/?\s*a\b|t\b)?|10\s*-?\s*q(?:\s*/\s*a\b)?|20\s*-?\s*f|40\s*-?\s*f|8\s*-?\s*k(?:\s*/\s*a\b)?|6\s*-?\s*k|s-\d|f-\d)",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"(?:fiscal\s+year|year|annual\s+period|quarterly\s+period|quarter|period|three\s+months|months|weeks)\s*(?:ended|ending)\s*:?\s*(.{6,40})",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"date\s+of\s+(?:earliest\s+event|report)[^:]{0,40}[:)]+\s*(.{6,40})", re.IGNORECASE
)
_CHARTER = re.compile(r"exact\s*name\s*of\s*(?:each\s*)?registrant", re.IGNORECASE)
_COMPANY_LINE = re.compile(
    r"\b(?:inc|incorporated|corp|corporation|company|co|plc|ltd|limited|llc|l\.p|lp|n\.v|s\.a|ag|se|group|holdings|trust)\b\.?,?",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(
    r"commission|form 10|washington|securities|file number|for the|mark one|annual report|quarterly report"
    r"|transition|united states|statement|balance sheet|^\W*$|\d{4}",
    re.IGNORECASE,
)
ANNUAL_FORMS = frozenset({"10-K", "20-F", "40-F", "annual report"})
_SUBSIDIARIES = re.compile(
    r",?\s+and\s+(?:its\s+)?(?:consolidated\s+)?subsidiar(?:y|ies).*$|\s+and\s+its\s+.*$", re.I
)


@dataclass(frozen=True, slots=True)
class Filing:
    """Company, form ('10-K', '10-Q', '8-K', ...), period end, and the date of a current report's event.

    Each is None when not said.
    """

    company: str | None
    form: str | None
    period_end: date | None
    dated: date | None = None

    @property
    def states_period(self) -> bool:
        """Whether the form's cover states the period the report is about."""
        return self.form is not None and self.form.startswith(("10-", "20-", "40-"))

    @property
    def annual(self) -> bool:
        """Whether the report covers a year: an annual form, or no quarterly one."""
        return self.form is None or self.form in ANNUAL_FORMS


def read_filing(texts: Sequence[str]) -> Filing:
    """Read the cover: the first pages of the document."""
    cover = "\n".join(texts[:_COVER_PAGES]).replace("\u00a0", " ")
    form = _form(cover)
    return Filing(_company(cover), form, _date_after(_ENDED, cover), _date_after(_DATED, cover))


def _form(cover: str) -> str | None:
    match = _FORM.search(cover)
    if match is not None:
        return re.sub(r"\s+", "", match[1].upper()).replace("10K", "10-K").replace("10Q", "10-Q")
    head = cover[:3000].lower()
    if "annual report" in head:
        return "annual report"
    if re.search(r"(?:reports?|announces?|results).{0,80}(?:quarter|year)", head, re.DOTALL):
        return "earnings release"
    return None


def _date_after(words: re.Pattern[str], cover: str) -> date | None:
    flat = " ".join(cover.split())
    for match in words.finditer(flat):
        days = dates_in(match[1])
        if days:
            return days[0]
    return None


def _company(cover: str) -> str | None:
    lines = [line.strip() for line in cover.splitlines() if line.strip()]
    for index, line in enumerate(lines):
        if _CHARTER.search(line):
            names = [name for name in lines[max(0, index - 3) : index] if _may_name(name)]
            if names:
                return _tidy(names[-1])
    named = (
        line for line in lines[:25] if len(line) < _LONGEST_NAME and _COMPANY_LINE.search(line)
    )
    first = next((line for line in named if _may_name(line)), None)
    return _tidy(first) if first else None


def company_on(texts: Sequence[str]) -> str | None:
    """Return the owner named over a statement, for documents whose cover does not name one."""
    for text in texts:
        lines = [line.strip() for line in text.splitlines() if line.strip()][:_HEADING_LINES]
        for line in lines:
            if len(line) < _LONGEST_NAME and _COMPANY_LINE.search(line) and _may_name(line):
                return _tidy(line)
    return None


_LEGAL_END = re.compile(
    r"\b(?:inc|incorporated|corp|corporation|plc|ltd|limited|llc|l\.p|n\.v|s\.a|ag|se|gmbh)\.?$",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s*\([^)]*\)\s*$")


def company_in_titles(titles: Iterable[str]) -> str | None:
    """Return the company that a table's title names by its legal form, None where none does."""
    for title in titles:
        for part in title.split(" - "):
            name = _ASIDE.sub("", part.strip())
            if len(name) < _LONGEST_NAME and _LEGAL_END.search(name) and _may_name(name):
                return _tidy(name)
    return None


def _may_name(line: str) -> bool:
    return _NOT_A_NAME.search(line) is None and any(character.isalpha() for character in line)


def _tidy(name: str) -> str:
    return " ".join(_SUBSIDIARIES.sub("", name).split()).strip(" _-–—")


def calendar_of(filing: Filing, pages: Sequence[str]) -> Calendar:
    """Return the registrant's calendar from its cover and the dates printed on the given pages."""
    days = Counter(day for text in pages for day in dates_in(text))
    end = filing.period_end or _latest(days)
    return Calendar(
        period_end=end,
        fiscal_year_end=(end.month, end.day) if end is not None and filing.annual else None,
        annual=filing.annual,
        dates=frozenset(days),
    )


def _latest(days: Counter[date]) -> date | None:
    common = [day for day, count in days.items() if count >= 2] or list(days)
    return max(common, default=None)
