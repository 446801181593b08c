"""The numbered sources of a brief: every cell and quotation it rests on, with its place and address."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from services.analysis import wording
from services.analysis.compared import role
from services.cfo.brief import Brief, Item
from services.cfo.sentences import Sentence
from services.domain.concepts import Unit
from services.domain.insights import Quote
from services.domain.reports import Fact

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Source:
    """One source: its number, what it is, what it says, where it stands, and its address in the product."""

    number: int
    name: str
    said: str
    place: str
    url: str
    fact: Fact | None = None


class Sources:
    """Gives each cell and quotation of a brief its number, in the order of reading."""

    def __init__(self, brief: Brief, base_url: str) -> None:
        """Number the sources; ``base_url`` is the product's address, without a slash at its end."""
        self._base = base_url
        self._known: dict[str, Source] = {}
        self._documents = {brief.report.report_id: brief.report.name}
        for fact in brief.facts:
            self._add_fact(fact)
        for item in brief.items:
            for sentence in item.sentences:
                for quote in sentence.quotes:
                    self._add_quote(quote, item, brief.report.name)

    def all(self) -> list[Source]:
        """Return the sources by their number."""
        return list(self._known.values())

    def of_fact(self, fact: Fact) -> Source:
        """Return the source of a fact of the brief."""
        return self._known[f"fact:{fact.fact_id}"]

    def of(self, sentence: Sentence) -> list[Source]:
        """Return the sources of a sentence, quotations last."""
        quotes = (self._known[_quote_key(quote)] for quote in sentence.quotes)
        return [*(self.of_fact(fact) for fact in sentence.facts), *quotes]

    def insight_url(self, item: Item) -> str:
        """Return the address of a finding's evidence and reasoning, '' for a figure that moved."""
        return self._url("insight", insight=item.insight_id) if item.insight_id else ""

    def _add_fact(self, fact: Fact) -> None:
        url = self._url("report", report=fact.report_id, fact=fact.fact_id)
        name = role(fact)
        self._add(
            f"fact:{fact.fact_id}",
            f"{name[:1].upper()}{name[1:]}",
            figure_words(fact),
            f"{fact.source.document}, {fact.source.place}",
            url,
            fact,
        )

    def _add_quote(self, quote: Quote, item: Item, document: str) -> None:
        url = self.insight_url(item)
        place = f"{document}, page {quote.page}"
        self._add(_quote_key(quote), "Quotation", f"“{quote.text}”", place, url, None)

    def _add(self, key: str, name: str, said: str, place: str, url: str, fact: Fact | None) -> None:
        if key not in self._known:
            self._known[key] = Source(len(self._known) + 1, name, said, place, url, fact)

    def _url(self, page: str, **ids: str) -> str:
        return f"{self._base}/{page}?{urlencode(ids)}"


def _quote_key(quote: Quote) -> str:
    return f"quote:{quote.page}:{quote.text}"


def figure_words(fact: Fact) -> str:
    """Write a fact as a reader says it: USD 34.2 bn, USD 10.18, 552.1 m shares."""
    if fact.unit is Unit.PER_SHARE:
        return wording.per_share(fact.value, fact.currency)
    if fact.unit is Unit.MONEY:
        return wording.money(fact.value, fact.currency)
    if fact.unit is Unit.SHARES:
        return f"{wording.plain(fact.value / _MILLION, 1)} m shares"
    return wording.plain(fact.value, fact.decimals)


def standing(brief: Brief) -> Iterator[str]:
    """Yield what the brief rests on and what is open, a sentence each."""
    coverage, waiting = brief.coverage, brief.open
    face = coverage.face_passed + coverage.face_failed
    checks = coverage.checks_passed + coverage.checks_failed
    yield (
        f"{coverage.face_passed} of {counted(face, 'face-statement check')} passed; "
        f"{coverage.checks_passed} of {counted(checks, 'arithmetic check')} hold."
    )
    yield (
        f"{coverage.facts_high:,} of {counted(coverage.facts, 'number')} were read with high confidence."
    )
    parts = [
        counted(waiting.in_review, "insight") + " in review" if waiting.in_review else "",
        counted(waiting.with_analyst, "insight") + " with the analyst"
        if waiting.with_analyst
        else "",
        counted(waiting.reading_notes, "note") + " on the reading to review"
        if waiting.reading_notes
        else "",
    ]
    told = [part for part in parts if part]
    joined = " and ".join(part for part in (", ".join(told[:-1]), *told[-1:]) if part)
    yield f"Not shown: {joined}." if told else "Nothing is waiting for review."
    more = brief.more_moves + brief.more_risks
    if more:
        yield f"{counted(more, 'verified finding')} of less weight left out."


def withheld_words(brief: Brief) -> Sequence[str]:
    """Return what was withheld and why, a line each; none when everything held."""
    return [f"{one.title}: {'; '.join(one.reasons)}" for one in brief.withheld]


def signature_words(brief: Brief) -> Sequence[str]:
    """Return who signed and whether it still stands, and what changed since, a line each."""
    signature = brief.signature
    if signature is None:
        return ["Not signed."]
    signed = signature.sign_off
    at = f"{signed.signed_at.day} {signed.signed_at:%b %Y, %H:%M} UTC"
    told = f"by {signed.signed_by_name}, {at}, content sha256 {signed.content_hash}"
    if not signature.is_void:
        return [f"Signed {told}, at audit entry {signed.audit_seq}."]
    return [f"Signature void: signed {told}; changed since:", *signature.differences]


def counted(count: int, noun: str) -> str:
    """Return '1 check', '3 checks'."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def title_of(brief: Brief) -> str:
    """Return the company, else the file's name."""
    return brief.report.company or brief.report.name


def file_stem(brief: Brief) -> str:
    """Return a safe name for an exported file, without its ending."""
    stem = brief.report.name.rsplit(".", 1)[0]
    kept = "".join(c if c.isalnum() or c in "-_" else "_" for c in stem)
    return f"cfo_summary_{kept}"
