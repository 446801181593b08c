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
from services.materiality import MaterialityDesk, Terms, terms_of, words
from tests.core_records import Clock
from tests.factories import a_report
from tests.unit.analysis.contexts import NOW, shipped_templates
from tests.unit.statement_builder import manufacturer, report
from tests.unit.test_access import a_user

TERMS = Terms(base="revenue", percent=Decimal("0.005"))
AMOUNTS = Terms(fixed=Decimal(9_000_000), performance=Decimal(4_000_000), trivial=Decimal(100_000))


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


def test_going_back_to_the_proposal_is_a_version_too(desk, records):
    desk.choose("Acme Inc.", TERMS, "why", 0, CFO)
    assert desk.restore("Acme Inc.", 0, "undo", 1, CFO).withdrawn
    assert [c.version for c in desk.history("Acme Inc.")] == [1, 2]
    (entry, _) = SqliteAuditLog(records._database).entries("acme inc.")
    assert entry.event.action == "materiality_withdrawn"
    assert (entry.event.detail["before"], entry.event.detail["after"]) == (
        "revenue 0.50 %",
        "as proposed",
    )


def test_undoing_sets_the_version_before_again_and_overwrites_nothing(desk):
    desk.choose("Acme Inc.", TERMS, "why", 0, CFO)
    desk.choose("Acme Inc.", AMOUNTS, "Board", 1, CFO)
    back = desk.restore("Acme Inc.", 1, "undo", 2, CFO)
    assert (back.version, terms_of(back), back.withdrawn) == (3, TERMS, False)
    again = desk.restore("Acme Inc.", 2, "redo", 3, CFO)
    assert terms_of(again) == AMOUNTS
    assert [terms_of(c) for c in desk.history("Acme Inc.")] == [TERMS, AMOUNTS, TERMS, AMOUNTS]


def test_a_version_that_never_was_cannot_be_set_again(desk):
    with pytest.raises(NotFound, match="no version 3"):
        desk.restore("Acme Inc.", 3, "undo", 0, CFO)
    with pytest.raises(Forbidden):
        desk.restore("Acme Inc.", 0, "undo", 0, ANALYST)


def test_of_two_who_save_in_the_same_moment_one_is_told_and_leaves_nothing(desk, records, clock):
    class Late(SqliteRecordStore):
        def materiality_choices(self, company):
            return []

    late = MaterialityDesk(Late(records._database), clock)
    desk.choose("Acme Inc.", TERMS, "why", 0, CFO)
    with pytest.raises(Conflict, match="Somebody else changed this at the same moment"):
        late.choose("Acme Inc.", AMOUNTS, "Board", 0, CFO)
    assert [terms_of(c) for c in desk.history("Acme Inc.")] == [TERMS]
    assert len(SqliteAuditLog(records._database).entries("acme inc.")) == 1


def test_a_report_in_the_middle_of_its_first_analysis_is_worked_through_again_too(desk, records):
    read = a_report("three.pdf", company="Acme Inc.", status=ReportStatus.READ)
    records.commit(Effects(records=(read,)))
    desk.choose("Acme Inc.", TERMS, "why", 0, CFO)
    assert SqliteQueue(records._database).depth()[Queue.ANALYSIS] == 3


def test_all_three_amounts_can_be_set(desk):
    choice = desk.choose("Acme Inc.", AMOUNTS, "Board", 0, CFO)
    found = analysed(choice).materiality
    assert (found.overall, found.performance, found.trivial) == (9_000_000, 4_000_000, 100_000)
    assert "USD 4.0 m (set by cfo)" in found.sentence
    assert words(choice) == "overall 9,000,000, performance 4,000,000, trivial 100,000"


def test_who_did_not_see_the_last_version_is_told_who_set_it(desk):
    desk.choose("Acme Inc.", TERMS, "why", 0, CFO)
    with pytest.raises(Conflict, match="set version 1 meanwhile"):
        desk.choose("Acme Inc.", TERMS, "why", 0, CFO)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (Terms(), "Change something"),
        (Terms(base="revenue"), "together"),
        (Terms(base="revenue", percent=Decimal("0.05")), "0.1 % to 2.0 %"),
        (Terms(performance_share=Decimal("0.95")), "40 % to 90 %"),
        (Terms(fixed=Decimal(0)), "above zero"),
        (Terms(fixed=Decimal(5), cap=Decimal(4)), "needs no base"),
        (Terms(performance=Decimal(5)), "overall materiality as an amount too"),
        (Terms(fixed=Decimal(5), performance=Decimal(6)), "not above overall"),
        (Terms(fixed=Decimal(5), trivial=Decimal(3)), "trivial is below"),
        (Terms(fixed=Decimal(5), performance=Decimal(3), trivial=Decimal(3)), "trivial is below"),
        (
            Terms(fixed=Decimal(5), performance=Decimal(3), performance_share=Decimal("0.6")),
            "not both",
        ),
    ],
)
def test_what_contradicts_itself_or_leaves_practice_is_refused(desk, terms, said):
    with pytest.raises(InvalidInput, match=said):
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
    assert "cfo set gross profit as the base, which was not read here" in found.materiality.sentence


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("controls_not_effective", "controls were not effective"),
        ("error_corrected", "published figures were corrected"),
        ("non_reliance", "published statements are not to be relied upon"),
    ],
)
def test_a_restatement_or_weak_controls_halve_performance_materiality_and_say_why(kind, why):
    cue = TextCue(kind=kind, quote="As quoted.", page=9)
    found = analysed(cues=(cue,)).materiality
    assert (found.overall, found.performance) == (350_000_000, 175_000_000)
    assert f"half of it, because {why}" in found.sentence


@pytest.mark.parametrize("kind", ["weakness_remediated", "going_concern", "auditor_changed"])
def test_other_grave_words_leave_performance_materiality_at_three_quarters(kind):
    cue = TextCue(kind=kind, quote="As quoted.", page=9)
    assert analysed(cues=(cue,)).materiality.performance == Decimal(262_500_000)


def test_what_a_person_set_stands_before_the_half(desk):
    cue = TextCue(kind="error_corrected", quote="As quoted.", page=9)
    choice = desk.choose("Acme Inc.", Terms(performance_share=Decimal("0.6")), "why", 0, CFO)
    assert analysed(choice, (cue,)).materiality.performance == 210_000_000
