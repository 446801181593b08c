"""Setting materiality: who may, what is refused, versions, the trail, and what the analysis makes of it."""

from decimal import Decimal
from pathlib import Path

import pytest

from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.database import Database
from services.adapters.local.queues import SqliteQueue
from services.adapters.local.records import SqliteRecordStore
from services.analysis.service import analyse
from services.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from services.domain.messages import Effects, Queue
from services.domain.reports import ReportStatus, TextCue
from services.domain.users import Role
from services.materiality import MaterialityDesk, Terms
from tests.core_records import Clock
from tests.factories import a_report
from tests.unit.analysis.contexts import NOW, shipped_templates
from tests.unit.statement_builder import manufacturer, report
from tests.unit.test_access import a_user

TERMS = Terms(base="revenue", percent=Decimal("0.005"))


@pytest.fixture
def records(tmp_path: Path) -> SqliteRecordStore:
    store = SqliteRecordStore(Database(tmp_path / "a.db"))
    store.commit(
        Effects(records=(a_report("one.pdf", company="Acme Inc.", status=ReportStatus.ANALYSED),
                         a_report("two.pdf", company="ACME  inc.", status=ReportStatus.ANALYSED),
                         a_report("other.pdf", company="Globex", status=ReportStatus.ANALYSED)))
    )  # fmt: skip
    return store


@pytest.fixture
def desk(records: SqliteRecordStore, clock: Clock) -> MaterialityDesk:
    return MaterialityDesk(records, clock)


@pytest.fixture
def clock() -> Clock:
    return Clock()


CFO, ANALYST = a_user(Role.CFO), a_user(Role.ANALYST)


def test_a_choice_is_a_version_with_author_reason_and_an_entry_in_the_trail(desk, records):
    first = desk.choose("Acme Inc.", TERMS, " New  lender ", 0, CFO)
    second = desk.choose("acme inc.", Terms(fixed=Decimal(5_000_000)), "Board", 1, CFO)
    assert [(c.version, c.comment) for c in desk.history("ACME INC.")] == [
        (1, "New lender"),
        (2, "Board"),
    ]
    assert second.replaces == first.choice_id
    entries = SqliteAuditLog(records._database).entries("acme inc.")
    assert entries[0].event.action == "materiality_set"
    assert entries[0].event.detail["before"] == "revenue 0.50 %"
    assert entries[0].event.detail["after"] == "overall 5,000,000"


def test_only_the_companys_analysed_reports_are_worked_through_again(desk, records):
    desk.choose("Acme Inc.", TERMS, "why", 0, CFO)
    assert SqliteQueue(records._database).depth()[Queue.ANALYSIS] == 2


def test_going_back_to_the_proposal_is_a_version_too(desk):
    desk.choose("Acme Inc.", TERMS, "why", 0, CFO)
    assert desk.withdraw("Acme Inc.", "undo", 1, CFO).withdrawn
    assert [c.version for c in desk.history("Acme Inc.")] == [1, 2]


def test_who_did_not_see_the_last_version_is_told_who_set_it(desk):
    desk.choose("Acme Inc.", TERMS, "why", 0, CFO)
    with pytest.raises(Conflict, match="set version 1 meanwhile"):
        desk.choose("Acme Inc.", TERMS, "why", 0, CFO)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (Terms(), "Change something"),
        (Terms(base="revenue"), "together"),
        (Terms(base="revenue", percent=Decimal("0.05")), "0.1 % to 2.0 %"),
        (Terms(performance_share=Decimal("0.95")), "40 % to 90 %"),
        (Terms(fixed=Decimal(0)), "above zero"),
        (Terms(fixed=Decimal(5), cap=Decimal(4)), "needs no base"),
    ],
)
def test_what_contradicts_itself_or_leaves_practice_is_refused(desk, terms, words):
    with pytest.raises(InvalidInput, match=words):
        desk.choose("Acme Inc.", terms, "why", 0, CFO)


def test_a_reason_is_needed_the_company_has_to_be_known_and_an_analyst_may_not(desk):
    with pytest.raises(InvalidInput, match="Say why"):
        desk.choose("Acme Inc.", TERMS, " ", 0, CFO)
    with pytest.raises(NotFound):
        desk.choose("Nobody", TERMS, "why", 0, CFO)
    with pytest.raises(Forbidden):
        desk.choose("Acme Inc.", TERMS, "why", 0, ANALYST)


def analysed(choice=None, cues=()):
    statements, facts = manufacturer()
    of = report(company="Acme Inc.", cues=cues)
    templates = shipped_templates()
    return analyse(of, statements, facts, [], [], templates, NOW, lambda: 0.0, choice)


def test_materiality_ranks_and_leaves_every_confidence_as_it_was_to_the_bit(desk):
    choice = desk.choose("Acme Inc.", Terms(fixed=Decimal(2_000_000_000)), "Board", 0, CFO)
    before, after = analysed(), analysed(choice)
    assert after.materiality.overall == 2_000_000_000
    assert after.materiality.version == 1
    assert "cfo set it (version 1): Board" in after.materiality.sentence
    old = {i.insight_id: i for i in before.insights}
    both = [(old[i.insight_id], i) for i in after.insights if i.insight_id in old]
    assert any(one.severity != other.severity for one, other in both)
    assert all(one.confidence == other.confidence for one, other in both)
    assert all(one.text == other.text for one, other in both)


def test_the_version_stands_in_the_chain_of_what_an_amount_ranks(desk):
    choice = desk.choose("Acme Inc.", Terms(performance_share=Decimal("0.6")), "why", 0, CFO)
    after = analysed(choice)
    lines = [line for chain in after.chains for step in chain.steps for line in step.inputs]
    assert any(
        "materiality version 1: overall USD 350 m, performance USD 210 m" in x for x in lines
    )


def test_a_base_that_this_report_does_not_show_leaves_the_proposal(desk):
    choice = desk.choose(
        "Acme Inc.", Terms(base="gross_profit", percent=Decimal("0.01")), "why", 0, CFO
    )
    statements, facts = manufacturer()
    left = [fact for fact in facts if fact.concept != "gross_profit"]
    found = analyse(
        report(), statements, left, [], [], shipped_templates(), NOW, lambda: 0.0, choice
    )
    assert found.materiality.overall == Decimal(350_000_000)


def test_weak_controls_halve_performance_materiality_and_the_sentence_says_why():
    cue = TextCue(kind="controls_not_effective", quote="Controls were not effective.", page=9)
    found = analysed(cues=(cue,)).materiality
    assert (found.overall, found.performance) == (350_000_000, 175_000_000)
    assert "half of it, because controls were not effective" in found.sentence
