"""Text cues as findings: the quotation, its page, its severity, and no invented number."""

import pytest

from services.analysis.service import analyse
from services.domain.insights import Severity
from services.domain.reports import ReportFormat, TextCue
from tests.unit.analysis.contexts import NOW, shipped_templates
from tests.unit.statement_builder import manufacturer, report

WEAK = TextCue(kind="controls_not_effective", quote="Controls were not effective.", page=15)
CONCLUDED = TextCue(
    kind="controls_not_effective",
    quote="The CEO concluded that our disclosure controls were not effective.",
    page=96,
)


def analysed(*cues, **changes):
    statements, facts = manufacturer()
    of = report(cues=cues, **changes)
    return analyse(of, statements, facts, [], [], shipped_templates(), NOW, lambda: 0.0)


def found(analysis, rule_id):
    return [insight for insight in analysis.insights if insight.rule_id == rule_id]


def test_the_sentence_of_the_conclusion_is_quoted_first_and_all_are_kept():
    insight = found(analysed(WEAK, CONCLUDED), "K12")[0]
    assert insight.text == (
        "The report states that controls were not effective: “The CEO concluded that our disclosure "
        "controls were not effective” (page 96)."
    )
    assert [quote.page for quote in insight.quotes] == [96, 15]
    assert insight.evidence == ()


@pytest.mark.parametrize(
    ("kind", "rule_id", "severity"),
    [
        ("going_concern", "K11", Severity.CRITICAL),
        ("going_concern_resolved", "K11", Severity.MEDIUM),
        ("controls_not_effective", "K12", Severity.HIGH),
        ("weakness_remediated", "K12", Severity.LOW),
        ("non_reliance", "K13", Severity.CRITICAL),
        ("error_corrected", "K13", Severity.HIGH),
        ("auditor_changed", "K14", Severity.LOW),
        ("covenant_breached", "K15", Severity.HIGH),
    ],
)
def test_every_kind_has_its_rule_and_severity(kind, rule_id, severity):
    cue = TextCue(kind=kind, quote="It is so.", page=3)
    assert [i.severity for i in found(analysed(cue), rule_id)] == [severity]


def test_a_report_without_cues_has_no_such_finding_and_the_rules_ran():
    analysis = analysed()
    assert [i for i in analysis.insights if i.quotes] == []
    assert not {n.rule_id for n in analysis.not_computable} & {"K11", "K12", "K13", "K14", "K15"}


def test_a_workbook_says_that_its_text_was_not_searched():
    analysis = analysed(format=ReportFormat.XLSX)
    reasons = {n.rule_id: n.reason for n in analysis.not_computable}
    assert reasons["K12"] == "a workbook has no running text to search"


def test_the_chain_reads_the_sentence_and_its_hash_depends_on_it():
    one, other = analysed(WEAK), analysed(CONCLUDED)
    chain = next(c for c in one.chains if c.insight_id == found(one, "K12")[0].insight_id)
    assert chain.steps[0].action == "read text"
    assert chain.steps[0].inputs[0] == "page 15: “Controls were not effective.”"
    changed = next(c for c in other.chains if c.insight_id == found(other, "K12")[0].insight_id)
    assert chain.inputs_hash != changed.inputs_hash
