"""Contexts and analyses for rule tests, built from statements as rows."""

from datetime import UTC, datetime
from pathlib import Path

from services.analysis.facts_view import FactsView
from services.analysis.finding import Context
from services.analysis.materiality import materiality_of
from services.analysis.profile import profile_of
from services.analysis.service import Analysis, analyse
from services.analysis.templates import Templates, load_templates
from services.confidence.facts import rescore
from services.domain.concepts import StatementKind
from services.domain.confidence import FactConfidence
from services.extraction import tie_out
from tests.unit.statement_builder import REPORT, build, report

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CERTAIN = FactConfidence(value=0.999, concept=0.999, period=0.999, unit=0.999)
PROMPTS = Path(__file__).parents[3] / "prompts" / "templates"
INCOME, BALANCE, CASH = StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW


def shipped_templates() -> Templates:
    files = [path for path in PROMPTS.glob("*.md") if path.name != "README.md"]
    return load_templates({path.name: path.read_text() for path in files})


def joined(*parts):
    """Return statements and facts of several built statements."""
    return [part[0] for part in parts], [fact for part in parts for fact in part[1]]


def context_of(statements, facts, history=()) -> Context:
    """Return the context a rule runs in, as the service builds it."""
    tie_outs = tie_out.check(statements, facts)
    view = FactsView(facts, history, tie_outs)
    profile = profile_of(statements, view)
    income = next(iter(view.durations(INCOME)), None)
    return Context(
        report_id=REPORT,
        statements=statements,
        view=view,
        profile=profile,
        materiality=materiality_of(REPORT, view, profile, income),
        income=income,
        cash=next(iter(view.durations(CASH)), None),
        tie_outs=tuple(tie_outs),
    )


def analysed(statements, facts, history=()) -> Analysis:
    """Return the whole analysis with the shipped templates at a fixed time."""
    tie_outs = tie_out.check(statements, facts)
    scored = rescore(facts, tie_outs)
    numbers = (statements, scored, tie_outs, history)
    return analyse(report(), *numbers, shipped_templates(), NOW, lambda: 0.0)


def income(columns, *rows):
    return build(INCOME, columns, list(rows), confidence=CERTAIN)


def balance(columns, *rows):
    return build(BALANCE, columns, list(rows), confidence=CERTAIN)


def cash_flow(columns, *rows):
    return build(CASH, columns, list(rows), confidence=CERTAIN)


def insight_of(analysis: Analysis, rule_id: str):
    """Return the one insight of a rule, None when it stayed quiet."""
    found = [insight for insight in analysis.insights if insight.rule_id == rule_id]
    assert len(found) <= 1
    return found[0] if found else None


def reason_of(analysis: Analysis, rule_id: str) -> str | None:
    """Return why a rule could not compute, None when it could."""
    return next((n.reason for n in analysis.not_computable if n.rule_id == rule_id), None)
