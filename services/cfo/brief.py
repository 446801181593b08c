"""What a CFO is shown of one report: records only, the same for the page and for every export."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from services.audit import content_hash
from services.cfo.sentences import Sentence
from services.cfo.verify import Withheld
from services.domain.ids import FactId, InsightId
from services.domain.insights import Calculation, Chart, InsightKind, Severity
from services.domain.reports import Fact, Report
from services.domain.signing import ShownContent, ShownLine, SignOff
from services.summary import Coverage

MOST_ITEMS = 5
"""Items of a list on the CFO's screen; the others are counted."""


@dataclass(frozen=True, slots=True)
class Headline:
    """A key figure, the year before, and its yearly values up to now, oldest first.

    ``change`` is relative, None where the year before is not positive.
    """

    concept: str
    current: Fact
    prior: Fact | None
    change: Decimal | None
    trend: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One finding in verified sentences; ``amount`` is in base units and ranks it within its severity.

    ``news`` says how it stands to the last report. ``insight_id`` is None for a figure that moved between
    two reports: then nobody had to approve more than the two figures.
    """

    item_id: str
    title: str
    kind: InsightKind
    severity: Severity
    amount: Decimal | None
    sentences: tuple[Sentence, ...]
    facts: tuple[Fact, ...]
    calculations: tuple[Calculation, ...]
    approved: bool = False
    confidence: float | None = None
    news: str = ""
    chart: Chart | None = None
    insight_id: InsightId | None = None

    @property
    def is_on_change(self) -> bool:
        """Whether it tells what changed: a trend does, and an anomaly between periods; one within a period is a risk."""
        if self.kind is InsightKind.ANOMALY:
            return len({fact.period.end for fact in self.facts}) > 1
        return self.kind is InsightKind.TREND


@dataclass(frozen=True, slots=True)
class OpenItems:
    """What is not settled: insights that wait, notes on the reading that wait, checks that failed."""

    in_review: int
    with_analyst: int
    reading_notes: int
    failed_checks: int


@dataclass(frozen=True, slots=True)
class Signature:
    """A sign-off and what differs from it now; any difference voids it."""

    sign_off: SignOff
    differences: tuple[str, ...]

    @property
    def is_void(self) -> bool:
        """Whether something that was signed reads otherwise now."""
        return bool(self.differences)


@dataclass(frozen=True, slots=True)
class Brief:
    """The CFO summary of one report; ``last`` is the report it is compared with.

    ``more_moves`` and ``more_risks`` count the verified items beyond those listed. ``audit_seq`` and
    ``audit_head`` are number and hash of the audit trail's last entry when the brief was made.
    """

    report: Report
    last: Report | None
    headlines: tuple[Headline, ...]
    moves: tuple[Item, ...]
    more_moves: int
    risks: tuple[Item, ...]
    more_risks: int
    withheld: tuple[Withheld, ...]
    open: OpenItems
    coverage: Coverage
    materiality: str
    ruleset_version: str
    audit_seq: int = 0
    audit_head: str = ""
    signature: Signature | None = None

    @property
    def items(self) -> tuple[Item, ...]:
        """All listed items, what moved first."""
        return (*self.moves, *self.risks)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact shown or behind a sentence, each once, in the order first used."""
        found: dict[FactId, Fact] = {}
        for headline in self.headlines:
            both = (headline.current, headline.prior)
            found |= {fact.fact_id: fact for fact in both if fact is not None}
            found |= {fact.fact_id: fact for fact in headline.trend}
        for item in self.items:
            for fact in item.facts:
                found.setdefault(fact.fact_id, fact)
        return tuple(found.values())

    @property
    def content(self) -> ShownContent:
        """What it says of the company: figures, sentences, the numbers under them, checks; not what waits."""
        return ShownContent(lines=tuple(self._lines()))

    @property
    def content_hash(self) -> str:
        """The SHA-256 over the canonical JSON of the content."""
        return content_hash(self.content)

    def _lines(self) -> Iterator[ShownLine]:
        yield _line("report", "Report", f"{self.report.name}, version {self.report.version}")
        for fact in self.facts:
            name = f"{fact.label.strip()}, {fact.period.label}"
            yield _line(f"fact:{fact.fact_id}", name, f"{fact.value} {fact.currency}")
        for item in self.items:
            version = f"item:{item.item_id}"
            text = " ".join(sentence.text for sentence in item.sentences)
            yield _line(version, item.title, text)
            for calculation in item.calculations:
                key = f"{version}/{calculation.name}"
                yield _line(key, f"{item.title}: {calculation.name}", str(calculation.value))
        checks = f"{self.coverage.checks_passed} passed, {self.coverage.checks_failed} failed"
        yield _line("checks", "Arithmetic checks", checks)


def _line(key: str, name: str, value: str) -> ShownLine:
    return ShownLine(key=key, name=name, value=value)


def differences(then: ShownContent, now: ShownContent) -> tuple[str, ...]:
    """Return what one content says otherwise than the other, in words."""
    before, after = ({line.key: line for line in one.lines} for one in (then, now))
    found = []
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if new is None and old is not None:
            found.append(f"{old.name} is shown no more ({old.value})")
        elif old is None and new is not None:
            found.append(f"{new.name} is new ({new.value})")
        elif old is not None and new is not None and old.value != new.value:
            found.append(f"{new.name}: {old.value} when signed, {new.value} now")
    return tuple(found)
