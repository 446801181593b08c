"""The way into the guard: a stored insight's numbers listed, a text about it filled or refused."""

import pytest

from services.bootstrap import build
from services.cli import main
from services.config import Settings
from services.domain.messages import Effects, MessageKind, message
from services.domain.reports import ReportStatus
from services.pipeline.handlers import analyse_report, context_of
from tests.unit.statement_builder import REPORT, manufacturer, report


@pytest.fixture
def insight_id(tmp_path, monkeypatch):
    """Store an analysed report of a manufacturer; return the id of its insight on revenue growth."""
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path))
    built = build(Settings(data_dir=tmp_path))
    statements, facts = manufacturer()
    stored = report(status=ReportStatus.READ, company="Acme")
    built.ports.records.commit(Effects(records=(stored, *statements, *facts)))
    incoming = message(MessageKind.FACTS_EXTRACTED, REPORT, "run-1")
    built.ports.records.commit(analyse_report(incoming, context_of(built)))
    return next(i.insight_id for i in built.ports.records.insights(REPORT) if i.rule_id == "R01")


def judged(insight_id, tmp_path, text):
    draft = tmp_path / "draft.txt"
    draft.write_text(text, encoding="utf-8")
    return main(["narrate", insight_id, "--text", str(draft)])


def test_the_numbers_of_an_insight_are_listed_with_their_ids(insight_id, capsys):
    assert main(["narrate", insight_id]) == 0
    listed = capsys.readouterr().out.splitlines()
    fact = "{{fact:report-1-income_statement-r0-c0}}  USD 32.8 bn  net sales or revenue, Year to Dec 31, 2018"
    assert fact in listed
    assert "{{calc:0}}  +3.5 %  revenue growth, Year to Dec 31, 2018" in listed


def test_a_true_text_is_filled(insight_id, tmp_path, capsys):
    text = (
        "Acme’s revenue grew by {{calc:0}} to {{fact:report-1-income_statement-r0-c0}} in 2018.\n"
    )
    assert judged(insight_id, tmp_path, text) == 0
    assert capsys.readouterr().out == "Acme’s revenue grew by +3.5 % to USD 32.8 bn in 2018.\n"


def test_a_false_text_is_refused_with_every_reason(insight_id, tmp_path, capsys):
    assert judged(insight_id, tmp_path, "Revenue fell by 3.5 % to USD 32.9 bn in 2018.") == 5
    said = capsys.readouterr().out
    assert "'USD 32.9 bn' is no number of this insight" in said
    assert "'fell' is not borne out by the numbers beside it" in said


def test_an_unknown_insight_and_an_unreadable_file_are_said(insight_id, tmp_path, capsys):
    assert main(["narrate", "ins-none"]) == 2
    assert "This insight is not stored." in capsys.readouterr().err
    assert main(["narrate", insight_id, "--text", str(tmp_path / "none.txt")]) == 2
    assert "cannot be read as text (FileNotFoundError)" in capsys.readouterr().err
