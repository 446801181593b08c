"""A brief as JSON and as CSV; no cell of the CSV can become a formula in a spreadsheet."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from services.cfo.brief import Brief, Headline, Item
from services.domain.concepts import CONCEPTS
from services.domain.insights import Calculation
from services.domain.reports import Fact
from services.exports.sources import Sources, signature_words, standing, title_of, withheld_words

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_HEADINGS = (
    "section", "title", "basis", "text", "period", "value", "unit", "severity", "confidence", "source", "link",
)  # fmt: skip


def harmless(text: str) -> str:
    """Return text that a spreadsheet shows and does not run: an apostrophe before what could be a formula.

    A plain negative number is none.
    """
    return f"'{text}" if text.startswith(_ACTIVE) and not _NUMBER.fullmatch(text) else text


def summary_csv(brief: Brief, base_url: str) -> bytes:
    """Return one row a figure, sentence and remark, with its sources; UTF-8 with a byte-order mark, for Excel."""
    sources = Sources(brief, base_url)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_HEADINGS)
    for row in _rows(brief, sources):
        writer.writerow([harmless(row.get(heading, "")) for heading in _HEADINGS])
    return buffer.getvalue().encode("utf-8-sig")


def _rows(brief: Brief, sources: Sources) -> Iterator[dict[str, str]]:
    for headline in brief.headlines:
        for fact in headline.trend or (headline.current,):
            source = sources.of_fact(fact)
            yield {
                "section": "Key figures",
                "title": CONCEPTS[headline.concept].name,
                "basis": "fact",
                "text": source.said,
                "period": fact.period.label,
                "value": str(fact.value),
                "unit": _unit(fact),
                "confidence": f"{fact.confidence.total:.3f}",
                "source": source.place,
                "link": source.url,
            }
    for section, items in (("Since the last report", brief.moves), ("Risks", brief.risks)):
        for item in items:
            yield from _sentences(section, item, sources)
    for section, lines in _remarks(brief):
        yield from ({"section": section, "text": line} for line in lines)


def _sentences(section: str, item: Item, sources: Sources) -> Iterator[dict[str, str]]:
    for sentence in item.sentences:
        cited = sources.of(sentence)
        yield {
            "section": section,
            "title": item.title,
            "basis": sentence.basis.value,
            "text": sentence.text,
            "value": "" if item.amount is None else str(item.amount),
            "severity": item.severity.value,
            "confidence": "" if item.confidence is None else f"{item.confidence:.3f}",
            "source": "; ".join(dict.fromkeys(one.place for one in cited)),
            "link": cited[0].url if cited else sources.insight_url(item),
        }


def _remarks(brief: Brief) -> Iterator[tuple[str, list[str]]]:
    yield "Coverage", list(standing(brief))
    yield "Withheld", list(withheld_words(brief))
    yield "Signature", list(signature_words(brief))
    yield (
        "Versions",
        [
            f"{brief.ruleset_version}; audit entry {brief.audit_seq}, head {brief.audit_head}; "
            f"content sha256 {brief.content_hash}"
        ],
    )


def summary_json(brief: Brief, base_url: str) -> bytes:
    """Return the brief with every fact and calculation at full precision; amounts as text, in base units."""
    sources = Sources(brief, base_url)
    document = {
        "company": title_of(brief),
        "report": brief.report.model_dump(
            mode="json", include={"report_id", "name", "version", "sha256", "form", "period_end"}
        ),
        "compared_with": None if brief.last is None else brief.last.name,
        "figures": [_figure(headline) for headline in brief.headlines],
        "since_the_last_report": [_item(item, sources) for item in brief.moves],
        "risks": [_item(item, sources) for item in brief.risks],
        "facts": [_fact(fact, sources) for fact in brief.facts],
        "coverage": list(standing(brief)),
        "withheld": [{"title": one.title, "reasons": one.reasons} for one in brief.withheld],
        "materiality": brief.materiality,
        "signature": list(signature_words(brief)),
        "ruleset_version": brief.ruleset_version,
        "audit": {"entry": brief.audit_seq, "head": brief.audit_head},
        "content_sha256": brief.content_hash,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _figure(headline: Headline) -> dict[str, Any]:
    return {
        "concept": headline.concept,
        "current": headline.current.fact_id,
        "year_before": None if headline.prior is None else headline.prior.fact_id,
        "change": None if headline.change is None else str(headline.change),
        "trend": [fact.fact_id for fact in headline.trend],
    }


def _item(item: Item, sources: Sources) -> dict[str, Any]:
    return {
        "id": item.item_id,
        "title": item.title,
        "severity": item.severity.value,
        "amount": None if item.amount is None else str(item.amount),
        "confidence": item.confidence,
        "approved_by_a_person": item.approved,
        "news": item.news,
        "sentences": [
            {
                "text": sentence.text,
                "basis": sentence.basis.value,
                "facts": [fact.fact_id for fact in sentence.facts],
                "quotes": [quote.model_dump(mode="json") for quote in sentence.quotes],
            }
            for sentence in item.sentences
        ],
        "calculations": [_calculation(one) for one in item.calculations],
        "link": sources.insight_url(item),
    }


def _calculation(calculation: Calculation) -> dict[str, Any]:
    return calculation.model_dump(mode="json")


def _fact(fact: Fact, sources: Sources) -> dict[str, Any]:
    source = sources.of_fact(fact)
    return {
        "fact_id": fact.fact_id,
        "name": source.name,
        "concept": fact.concept,
        "period": fact.period.model_dump(mode="json"),
        "value": str(fact.value),
        "unit": _unit(fact),
        "as_printed": fact.source.printed,
        "document": fact.source.document,
        "place": fact.source.place,
        "confidence": fact.confidence.total,
        "link": source.url,
    }


def _unit(fact: Fact) -> str:
    return fact.unit.value.replace("USD", fact.currency)
