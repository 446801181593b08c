"""A question and the reports it can be about → the answer with its cells, or the reason why there is none."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import DivisionByZero, InvalidOperation, Overflow

from services.analysis.facts_view import FactsView
from services.analysis.profile import profile_of
from services.ask.answers import (
    Answer,
    Citation,
    Refusal,
    Step,
    amount_words,
    as_asked,
    definitions_words,
    first_upper,
    name_of,
    period_words,
    step_of,
    written,
)
from services.ask.calendar import Calendar
from services.ask.compute import Calculator, Input, Value, inputs_of
from services.ask.directions import verdict
from services.ask.formula import Name, Node, Over
from services.ask.names import company_named
from services.ask.reading import LONGEST, Question, read_question
from services.ask.refusals import Reason, Refused
from services.ask.vocabulary import SEVERAL_DEFINITIONS
from services.domain.confidence import HIGH_FROM, MEDIUM_FROM
from services.domain.materiality import company_key
from services.domain.periods import Period
from services.domain.reports import Fact, Report, Statement, TieOut

_DOLLARS = re.compile(r"\b(usd|dollars?)\b|\$", re.IGNORECASE)
_IN_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD"})
_ELSEWHERE = frozenset({Reason.NO_SUCH_PERIOD, Reason.NOT_READ})
"""What one report lacks another may have."""


@dataclass(frozen=True, slots=True)
class Source:
    """A report that was read: its statements, facts and checks in force."""

    report: Report
    statements: Sequence[Statement]
    facts: Sequence[Fact]
    tie_outs: Sequence[TieOut]


def answer(
    text: str, reports: Sequence[Report], load: Callable[[Report], Source]
) -> Answer | Refusal:
    """Answer a question from reports, the first of those that fit best; never guesses.

    Only the reports of the company that the question is about are loaded.
    """
    try:
        return _answered(text, reports, load)
    except Refused as refused:
        return Refusal(text, refused.reason, refused.sentence)
    except (InvalidOperation, DivisionByZero, Overflow):
        return Refusal(
            text, Reason.NO_MEANING, "The formula cannot be computed with these numbers."
        )


def _answered(text: str, reports: Sequence[Report], load: Callable[[Report], Source]) -> Answer:
    if not text.strip():
        raise Refused(
            Reason.NOTHING_ASKED, "Nothing is asked: write which figure of which year you want."
        )
    if len(text) > LONGEST:
        raise Refused(Reason.NOT_UNDERSTOOD, f"A question has at most {LONGEST:,} characters.")
    about, without = _of_company(text, reports)
    question = read_question(text, without)
    filings = [one for one in about if not one.format.is_workbook]
    try:
        return _of_reports(question, [load(one) for one in filings or about])
    except Refused as refused:
        if len(filings) in {0, len(about)} or refused.reason not in _ELSEWHERE:
            raise
    return _of_reports(question, [load(one) for one in about])


def _of_reports(question: Question, sources: Sequence[Source]) -> Answer:
    """Answer from the report that fits best, else from the next; the others are its history."""
    failed: Refused | None = None
    for source in _ranked(sources, question):
        try:
            return _computed(question, source, [one for one in sources if one is not source])
        except Refused as refused:
            if refused.reason not in _ELSEWHERE:
                raise
            failed = failed or refused
    raise failed or Refused(Reason.NO_REPORT, "No report that was read fits the question.")


def _of_company(text: str, reports: Sequence[Report]) -> tuple[list[Report], str]:
    """Return the reports of the company that a question is about, and the question without its name."""
    if not reports:
        raise Refused(
            Reason.NO_REPORT,
            "No report is loaded that the question could be about. Upload one, or choose another.",
        )
    names = {company_key(one.company): one.company for one in reports if one.company}
    found, without = company_named(text, names.values())
    keys = {company_key(name) for name in found}
    if len(keys) > 1:
        raise Refused(
            Reason.WHICH_COMPANY,
            f"The question names {' and '.join(sorted(found))}; ask about one company at a time.",
        )
    if keys:
        return [one for one in reports if one.company and company_key(one.company) in keys], without
    unnamed = sum(not one.company for one in reports)
    if len(names) + unnamed > 1:
        known = ", ".join(sorted(names.values())) or "choose one report"
        raise Refused(Reason.WHICH_COMPANY, f"Say which company you ask about: {known}.")
    return list(reports), without


def _ranked(sources: Sequence[Source], question: Question) -> list[Source]:
    """Return the reports to answer from: those whose newest year is the one asked about first, an amendment before all.

    Without a year in the question that is the newest year of all.
    """
    newest = max((one.report.period_end or "" for one in sources), default="")

    def fits(source: Source) -> bool:
        if question.when is None:
            return (source.report.period_end or "") == newest
        view = FactsView(source.facts, (), source.tie_outs)
        ends = Calendar(view).year_ends()
        try:
            period = Calendar(view).find(question.when)
        except Refused:
            return False
        return not ends or period.end >= ends[-1]

    return sorted(
        sources, key=lambda one: (not fits(one), not (one.report.form or "").endswith("/A"))
    )


def _computed(question: Question, source: Source, others: Sequence[Source]) -> Answer:
    history = [fact for one in others for fact in one.facts]
    view = FactsView(source.facts, history, source.tie_outs)
    profile = profile_of(source.statements, view)
    calculator = Calculator(view, profile, Calendar(view), question.definitions)
    period = calculator.calendar.find(question.when)
    question, value = _valued(question, calculator, period)
    inputs = inputs_of(calculator)
    facts = _printed(inputs, [*source.facts, *history])
    currency = _currency(facts, question)
    sureness = _sureness(facts)
    if sureness < MEDIUM_FROM:
        weakest = min(facts, key=lambda fact: fact.confidence.total)
        raise Refused(
            Reason.UNSURE,
            f"The numbers behind this are read with a confidence of {sureness:.2f} only, the weakest is "
            f"“{weakest.label}” on {weakest.source.place}. Confirm or correct it on its statement.",
        )
    given, words, unit = as_asked(question, value, currency)
    company = source.report.company or source.report.name
    sentence = f"{_subject(question.node, company)}, {_when(question, period, facts)}: {words}."
    if question.wish:
        figure = question.node.of if isinstance(question.node, Over) else question.node
        words, why = _decided(question, calculator, period, value, currency)
        sentence = f"{words}. {_subject(figure, company)} {why}."
    return Answer(
        question=question.text,
        company=company,
        report_id=source.report.report_id,
        sentence=sentence,
        text=words,
        value=value.amount,
        given=given,
        unit=unit,
        period=_when(question, period, facts, period.label).removeprefix("at "),
        formula=written(question.node),
        is_own_definition=bool(question.definitions),
        steps=_steps(question, inputs, value, currency),
        citations=tuple(_citation(fact, inputs) for fact in facts),
        facts=facts,
        notes=tuple(_notes(question, inputs, facts, history)),
        is_yes_or_no=bool(question.wish),
        confidence=round(sureness, 4),
    )


def _valued(question: Question, calculator: Calculator, period: Period) -> tuple[Question, Value]:
    """Return the value, and the question with what its unit says of a change: in percent it is relative."""
    value = calculator.value(question.node, period)
    node = question.node
    if not isinstance(node, Over) or node.kind != "change":
        return question, value
    if not value.share:
        if question.unit != "percent" or question.wish:
            return question, value
        relative = replace(question, node=replace(node, kind="growth"))
        return relative, calculator.value(relative.node, period)
    if question.unit == "percent":
        raise Refused(
            Reason.OTHER_UNIT,
            "A change of a percentage in percent can mean two things: ask for it in percentage points, or for "
            "the growth of the ratio.",
        )
    return (replace(question, unit=question.unit or "points"), value)


def _decided(
    question: Question, calculator: Calculator, period: Period, value: Value, currency: str
) -> tuple[str, str]:
    """Return the word that answers a question of yes or no, and the figures that decide it, in words."""
    word = verdict(question.wish, question.node, value.amount)
    if not isinstance(question.node, Over):
        return word, f"is {amount_words(value, currency)}"
    ends = calculator.ends(question.node, period)[:2]
    told = [
        f"{amount_words(calculator.value(question.node.of, one), currency)} ({Period(end=one.end).label})"
        for one in ends
    ]
    return word, f"went from {told[0]} to {told[1]}"


def _printed(inputs: Sequence[Input], known: Sequence[Fact]) -> tuple[Fact, ...]:
    """Return the printed facts behind the inputs, each once; a computed one stands on those it is computed from."""
    by_id = {fact.fact_id: fact for fact in known}
    found: dict[str, Fact] = {}

    def add(fact: Fact) -> None:
        below = [by_id[one] for one in fact.derived_from if one in by_id]
        for one in below:
            add(one)
        if not below:
            found.setdefault(fact.fact_id, fact)

    for one in inputs:
        for fact in one.facts:
            add(fact)
    return tuple(found.values())


def _sureness(facts: Sequence[Fact]) -> float:
    """Return a lower bound of the probability that all facts are right, by adding up what can be wrong.

    The unit of a statement and the period of its column are read once for all numbers in them.
    """
    doubts: dict[tuple[str, ...], float] = {}
    for fact in facts:
        parts, statement = fact.confidence, fact.statement_id
        for place, probability in (
            (("cell", fact.fact_id), parts.value * parts.concept),
            (("unit", statement), parts.unit),
            (("period", statement, fact.period.label), parts.period),
        ):
            doubts[place] = max(doubts.get(place, 0.0), 1 - probability)
    return max(0.0, 1 - sum(doubts.values()))


def _currency(facts: Sequence[Fact], question: Question) -> str:
    """Return the currency of all facts; raises Refused where there are several, or dollars are asked for of others."""
    currencies = {fact.currency for fact in facts}
    if len(currencies) > 1:
        raise Refused(
            Reason.OTHER_UNIT,
            f"The numbers are in {' and '.join(sorted(currencies))}, which are not computed together.",
        )
    currency = next(iter(currencies), "USD")
    if currency not in _IN_DOLLARS and _DOLLARS.search(question.text):
        raise Refused(
            Reason.OTHER_UNIT,
            f"The report is in {currency}, and nothing is converted here: ask for it without dollars.",
        )
    return currency


def _subject(node: Node, company: str) -> str:
    if isinstance(node, Over) and node.range is not None:
        node = replace(node, range=None, years=None)
    told = written(node)
    return f"{first_upper(told)} of {company}"


def _when(question: Question, period: Period, facts: Sequence[Fact], otherwise: str = "") -> str:
    """Write when an answer is of: from one period to another, at a date, else a stretch of time."""
    if isinstance(question.node, Over) and question.node.range is not None:
        return f"{question.node.range.first.words} to {question.node.range.last.words}"
    if all(fact.period.is_instant for fact in facts) and not isinstance(question.node, Over):
        return f"at {Period(end=period.end).label}"
    return otherwise or f"for {period_words(period)}"


def _steps(
    question: Question, inputs: Sequence[Input], value: Value, currency: str
) -> tuple[Step, ...]:
    read = [step_of(one, currency) for one in inputs]
    if isinstance(question.node, Name) and not question.definitions:
        return tuple(read)
    whole = Step(written(question.node), "", amount_words(value, currency))
    return (*read, *definitions_words(question.definitions), whole)


def _citation(fact: Fact, inputs: Sequence[Input]) -> Citation:
    source = fact.source
    role = next((name_of(one.key) for one in inputs if fact in one.facts), fact.label)
    if fact.concept is not None:
        role = name_of(fact.concept)
    return Citation(
        report_id=fact.report_id,
        document=source.document,
        page=source.page,
        sheet=source.sheet,
        cell=source.cell,
        printed=source.printed,
        label=fact.label,
        role=f"{role}, {fact.period.label}",
        fact_id=fact.fact_id,
    )


def _notes(
    question: Question, inputs: Sequence[Input], facts: Sequence[Fact], history: Sequence[Fact]
) -> list[str]:
    """Return what to know of an answer: how a metric is defined here, what is absent, unsure or printed otherwise."""
    notes = [
        f"{first_upper(name_of(one.key))} is computed as {one.formula.replace('_', ' ')}; others define it "
        "otherwise. Define it in the question for another."
        for one in inputs
        if one.key in SEVERAL_DEFINITIONS and one.key not in question.definitions
    ]
    notes += [
        f"{one.reason[:1].upper()}{one.reason[1:]}; it counts as nothing."
        for entry in inputs
        for one in entry.absences
    ]
    notes += [
        f"“{fact.label}” is read with confidence {fact.confidence.total:.2f}."
        for fact in facts
        if fact.confidence.total < HIGH_FROM
    ]
    notes += [note for fact in facts for note in _printed_otherwise(fact, history)]
    return list(dict.fromkeys(notes))


def _printed_otherwise(fact: Fact, history: Sequence[Fact]) -> Iterator[str]:
    for other in history:
        same = (other.concept, other.period) == (fact.concept, fact.period)
        printed = same and other.is_reported and not other.derived_from
        if fact.concept is None or not printed or other.report_id == fact.report_id:
            continue
        if abs(other.value - fact.value) > max(fact.rounding_unit, other.rounding_unit):
            yield (
                f"{other.source.document} prints {other.source.printed} for “{other.label}”, "
                f"{other.period.label}, not {fact.source.printed}."
            )
