"""The CFO's brief: at most five verified items a list, ranked by materiality, and a signature under exactly that."""

from dataclasses import replace
from decimal import Decimal

import pytest

from services.bootstrap import build
from services.cfo.brief import MOST_ITEMS, Item, differences
from services.cfo.moves import Pair, moves
from services.cfo.sentences import Basis
from services.cfo.signing import SigningDesk
from services.config import Settings
from services.domain.concepts import StatementKind
from services.domain.errors import Conflict, Forbidden, NotFound
from services.domain.ids import ReportId, TieOutId, UserId
from services.domain.insights import InsightKind, InsightStatus, Severity
from services.domain.messages import Effects, MessageKind, message
from services.domain.reports import ReportStatus, TieOut, TieOutStatus
from services.domain.users import Role
from services.pipeline.handlers import analyse_report, context_of
from tests.core_records import NOON, a_materiality
from tests.factories import a_fact, a_report
from tests.unit.statement_builder import REPORT, at, manufacturer, report, year
from tests.unit.statement_builder import build as statement_of
from tests.unit.test_access import a_user

CFO = a_user(Role.CFO)


@pytest.fixture
def services(tmp_path):
    """Services whose store holds an analysed report of a manufacturer, every insight of it approved."""
    built = build(Settings(data_dir=tmp_path))
    statements, facts = manufacturer()
    read = report(status=ReportStatus.READ, company="Acme", period_end="2018-12-31")
    built.ports.records.commit(Effects(records=(read, *statements, *facts)))
    analyse(built)
    approve(built)
    return built


def analyse(services, report_id=REPORT, run="run-1"):
    incoming = message(MessageKind.FACTS_EXTRACTED, report_id, run)
    services.ports.records.commit(analyse_report(incoming, context_of(services)))


def approve(services, report_id=REPORT):
    found = services.ports.records.insights(report_id)
    approved = (one.model_copy(update={"status": InsightStatus.APPROVED}) for one in found)
    services.ports.records.commit(Effects(records=tuple(approved)))


def earlier_report(services, net_income=4858):
    """Store and analyse the report of the year before, which printed this net income."""
    statement, facts = statement_of(
        StatementKind.INCOME,
        [year(2017), year(2016)],
        [
            ("Net sales", "revenue", 31657, 30109),
            ("Operating income", "operating_income", 7692, 7223),
            ("Net income", "net_income", net_income, 5050),
        ],
        report_id="report-0",
    )
    balance, balances = statement_of(
        StatementKind.BALANCE,
        [at(2017)],
        [("Total assets", "total_assets", 37900)],
        report_id="report-0",
    )
    before = report(
        report_id=ReportId("report-0"), name="before.pdf", sha256="1" * 64, company="ACME",
        status=ReportStatus.READ, period_end="2017-12-31",
    )  # fmt: skip
    services.ports.records.commit(Effects(records=(before, statement, balance, *facts, *balances)))
    analyse(services, ReportId("report-0"), "run-0")
    analyse(services, run="run-2")


def changed(services, concept, value):
    fact = next(
        one for one in services.facts.facts(REPORT)
        if one.concept == concept and one.period.end.year == 2018
    )  # fmt: skip
    services.ports.records.commit(
        Effects(records=(fact.model_copy(update={"value": Decimal(value)}),))
    )
    return fact


def test_the_lists_hold_at_most_five_items_the_severest_first_and_count_the_others(services):
    brief = services.cfo.brief(REPORT)
    for items, more in ((brief.moves, brief.more_moves), (brief.risks, brief.more_risks)):
        assert len(items) <= MOST_ITEMS
        ranks = [(-item.severity.rank, -abs(item.amount or 0)) for item in items]
        assert ranks == sorted(ranks)
        assert more == 0 or len(items) == MOST_ITEMS
    assert len(brief.moves) == MOST_ITEMS
    assert all(item.kind is not InsightKind.RISK for item in brief.moves)
    assert all(item.kind is not InsightKind.TREND for item in brief.risks)
    assert brief.withheld == ()


@pytest.mark.parametrize(
    ("kind", "years", "on_change"),
    [
        (InsightKind.TREND, (2025,), True),
        (InsightKind.ANOMALY, (2025, 2024), True),
        (InsightKind.ANOMALY, (2025, 2025), False),
        (InsightKind.RISK, (2025, 2024), False),
    ],
)
def test_an_anomaly_within_one_period_stands_with_the_risks_and_one_between_two_with_what_moved(
    kind, years, on_change
):
    facts = tuple(a_fact("total_assets", one, 5) for one in years)
    item = Item("x", "X", kind, Severity.HIGH, None, (), facts, ())
    assert item.is_on_change is on_change


def test_a_headline_has_its_change_and_the_years_read_up_to_now(services):
    earlier_report(services)
    revenue = next(one for one in services.cfo.brief(REPORT).headlines if one.concept == "revenue")
    assert [fact.value / 1_000_000 for fact in revenue.trend] == [30109, 31657, 32765]
    assert round(revenue.change, 4) == Decimal("0.0350")


def test_a_key_figure_that_moved_is_a_sentence_with_two_cells_and_its_calculation(services):
    moved = next(
        item for item in services.cfo.brief(REPORT).moves if item.item_id == "moved/total_assets"
    )
    (sentence,) = moved.sentences
    assert sentence.text == (
        "Total assets fell by USD 1,487 m (3.9 %) to USD 36.5 bn at Dec 31, 2018, "
        "from USD 38.0 bn a year earlier."
    )
    assert sentence.basis is Basis.CALCULATION
    assert [fact.value / 1_000_000 for fact in sentence.facts] == [36500, 37987]
    assert [(one.name, one.value) for one in moved.calculations] == [
        ("change in total assets", -1487_000_000),
        ("total assets growth", Decimal(36500) / Decimal(37987) - 1),
    ]
    assert moved.severity is Severity.LOW


@pytest.mark.parametrize(
    ("now", "then", "text"),
    [
        (-500, 1000, "Net income fell by USD 1,500 m to USD (500) m in the year to Dec 31, 2025, from USD 1,000 m then."),
        (400, -100, "Net income rose by USD 500 m to USD 400 m in the year to Dec 31, 2025, from USD (100) m then."),
        (9000, 500, "Net income rose by USD 8,500 m to USD 9,000 m in the year to Dec 31, 2025, from USD 500 m then."),
        (400, 500, "Net income fell by USD 100 m (20.0 %) to USD 400 m in the year to Dec 31, 2025, from USD 500 m then."),
    ],
)  # fmt: skip
def test_no_percentage_is_told_from_or_into_a_loss_or_of_many_times_the_base(
    services, now, then, text
):
    pair = Pair(
        a_fact("net_income", 2025, now * 1_000_000), a_fact("net_income", 2024, then * 1_000_000), "then"
    )  # fmt: skip
    measured = a_materiality(a_report())
    (item,) = moves([pair], measured, services.templates)
    assert item.sentences[0].text == text
    assert moves([pair], None, services.templates) == []


def test_a_trivial_move_and_one_in_another_currency_are_not_told(services):
    now, then = a_fact("revenue", 2025, "100.01"), a_fact("revenue", 2024, 100)
    measured = a_materiality(a_report())
    assert moves([Pair(now, then, "then")], measured, services.templates) == []
    euro = then.model_copy(update={"currency": "EUR", "value": Decimal(1)})
    assert moves([Pair(now, euro, "then")], measured, services.templates) == []


def test_with_an_earlier_report_a_figure_is_compared_with_that_report_and_says_so(services):
    earlier_report(services)
    brief = services.cfo.brief(REPORT)
    assert brief.last.name == "before.pdf"
    texts = [sentence.text for item in brief.moves for sentence in item.sentences]
    told = [text for text in texts if text.startswith("Total assets")]
    assert told == [
        "Total assets fell by USD 1,400 m (3.7 %) to USD 36.5 bn at Dec 31, 2018, "
        "from USD 37.9 bn in the last report (Dec 31, 2017)."
    ]


def test_a_figure_that_stands_in_a_failed_check_of_the_last_report_is_not_said_to_have_moved(
    services,
):
    earlier_report(services)
    told = [item.item_id for item in services.cfo.brief(REPORT).moves]
    assert "moved/total_assets" in told
    assets = next(
        fact
        for fact in services.facts.facts(ReportId("report-0"))
        if fact.concept == "total_assets"
    )
    failed = TieOut(
        tie_out_id=TieOutId("t-failed"),
        report_id=ReportId("report-0"),
        check="T99",
        name="A check",
        status=TieOutStatus.FAIL,
        total=assets.fact_id,
        sentence="It does not add up.",
    )
    services.ports.records.commit(Effects(records=(failed,)))
    told = [item.item_id for item in services.cfo.brief(REPORT).moves]
    assert "moved/total_assets" not in told


def test_what_is_signed_holds_every_figure_sentence_and_calculation_shown(services):
    brief = services.cfo.brief(REPORT)
    said = {line.key: line.value for line in brief.content.lines}
    for fact in brief.facts:
        assert said[f"fact:{fact.fact_id}"] == f"{fact.value} {fact.currency}"
    for item in brief.items:
        assert said[f"item:{item.item_id}"] == " ".join(one.text for one in item.sentences)
        for one in item.calculations:
            assert said[f"item:{item.item_id}/{one.name}"] == str(one.value)


def test_a_finding_of_the_last_report_is_told_from_a_new_one(services):
    earlier_report(services)
    news = {item.title: item.news for item in services.cfo.brief(REPORT).items if item.insight_id}
    assert set(news.values()) <= {
        "new since the last report",
        "in the last report too",
        "more severe than in the last report",
        "less severe than in the last report",
    }
    assert "new since the last report" in news.values()


def test_a_brief_is_made_again_when_a_number_changes_and_only_then(services):
    first = services.cfo.brief(REPORT)
    assert services.cfo.brief(REPORT).content == first.content
    assert services.cfo.brief(REPORT).moves is first.moves
    changed(services, "total_assets", 36_000_000_000)
    assert services.cfo.brief(REPORT).content_hash != first.content_hash


def test_an_unknown_report_has_no_brief(services):
    with pytest.raises(NotFound):
        services.cfo.brief(ReportId("nobody"))


def test_a_signature_keeps_what_was_shown_and_where_the_trail_stood(services):
    brief = services.cfo.brief(REPORT)
    signed = services.signing.sign(REPORT, brief.content_hash, CFO)
    assert (signed.content, signed.content_hash) == (brief.content, brief.content_hash)
    assert (signed.audit_seq, signed.audit_head) == (brief.audit_seq, brief.audit_head)
    assert (signed.version, signed.signed_by, signed.ruleset_version) == (
        1, CFO.user_id, brief.ruleset_version,
    )  # fmt: skip
    entry = services.ports.audit.entries(REPORT, 1)[0]
    assert entry.event.action == "summary_signed"
    assert entry.event.detail["content_sha256"] == brief.content_hash
    assert entry.previous_hash == signed.audit_head
    assert services.ports.audit.verify() is None
    assert not services.cfo.brief(REPORT).signature.is_void


def test_a_changed_number_voids_the_signature_and_is_named_and_it_can_be_signed_again(services):
    services.signing.sign(REPORT, services.cfo.brief(REPORT).content_hash, CFO)
    changed(services, "total_assets", 36_000_000_000)
    brief = services.cfo.brief(REPORT)
    assert brief.signature.is_void
    assert "Total assets, Dec 31, 2018: 36500000000 USD when signed, 36000000000 USD now" in (
        brief.signature.differences
    )
    assert services.signing.sign(REPORT, brief.content_hash, CFO).version == 2
    assert not services.cfo.brief(REPORT).signature.is_void
    changed(services, "total_assets", 36_500_000_000)
    assert services.cfo.brief(REPORT).signature.is_void


def test_what_only_waits_does_not_void_a_signature(services):
    services.signing.sign(REPORT, services.cfo.brief(REPORT).content_hash, CFO)
    other = services.ports.records.insights(REPORT)[0].model_copy(
        update={"insight_id": "another", "status": InsightStatus.IN_REVIEW}
    )
    services.ports.records.commit(Effects(records=(other,)))
    brief = services.cfo.brief(REPORT)
    assert brief.open.in_review == 1
    assert not brief.signature.is_void


def test_a_summary_is_signed_as_it_was_seen_once_and_by_a_cfo_who_did_not_upload_it(services):
    seen = services.cfo.brief(REPORT).content_hash
    with pytest.raises(Forbidden):
        services.signing.sign(REPORT, seen, a_user(Role.REVIEWER))
    uploader = CFO.model_copy(update={"user_id": UserId("u")})
    with pytest.raises(Forbidden, match="somebody else has to sign"):
        services.signing.sign(REPORT, seen, uploader)
    with pytest.raises(Conflict, match="changed since you opened it"):
        services.signing.sign(REPORT, "0" * 64, CFO)
    clocked = SigningDesk(services.cfo, services.ports.records, lambda: NOON)
    assert clocked.sign(REPORT, seen, CFO).signed_at == NOON
    with pytest.raises(Conflict, match="has signed this already"):
        services.signing.sign(REPORT, seen, CFO)


def test_differences_name_what_is_new_gone_and_otherwise(services):
    brief = services.cfo.brief(REPORT)
    fewer = replace(brief, moves=brief.moves[1:])
    first = brief.moves[0]
    gone = differences(brief.content, fewer.content)
    assert any(line.startswith(f"{first.title} is shown no more") for line in gone)
    new = differences(fewer.content, brief.content)
    assert any(line.startswith(f"{first.title} is new") for line in new)
    assert differences(brief.content, brief.content) == ()
