"""Who sees some companies only sees what would be there if the others had never been stored."""

import inspect
from collections.abc import Iterator
from functools import partial
from itertools import count, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services import ports
from services.access import may_see, sight_of
from services.bootstrap import Services, build
from services.config import Settings
from services.domain.errors import AdvisorError, Conflict, Forbidden, NotFound
from services.domain.ids import FactId, ReportId, deterministic_id
from services.domain.insights import Insight, InsightStatus
from services.domain.listings import FactQuery, InsightQuery, Page, ReviewItemQuery
from services.domain.materiality import company_key
from services.domain.messages import Effects, MessageKind, message
from services.domain.policy import Policy
from services.domain.reports import Fact, Report, ReportStatus
from services.domain.reviews import ReviewStatus, Verdict
from services.domain.users import Role
from services.visible.closed import ClosedTrail, ClosedWork
from services.visible.documents import VisibleDocuments
from services.visible.records import VisibleRecords
from tests import core_records as made
from tests.companies import COMPANIES, SOMEBODY, Upload, keep, reports_of, who_sees
from tests.small_reports import small_csv

ACME, BETA, GAMMA = COMPANIES
WRITES = {"commit", "set_progress"}
HASHED = {"state_of"}
_numbers = count()


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def a_store(folder) -> Services:
    return build(Settings(data_dir=folder / str(next(_numbers)), rate_limit_per_second=0))


def is_theirs(report: Report, reader) -> bool:
    """The rule in other words than the product's."""
    if report.company is None:
        return report.uploaded_by == reader.user_id
    return company_key(report.company) in reader.companies


def two_stores(folder, uploads, reader) -> tuple[Services, Services, list[Report], list[Report]]:
    """What the reader is shown of the whole store, a store of the reader's reports alone, all reports, the hidden."""
    stored = reports_of(uploads)
    hidden = [one for one in stored if not is_theirs(one, reader)]
    gone = {one.report_id for one in hidden}
    left = [
        one.model_copy(update={"supersedes": None if one.supersedes in gone else one.supersedes})
        for one in stored
        if one.report_id not in gone
    ]
    whole, alone = a_store(folder), a_store(folder)
    keep(whole, stored, COMPANIES)
    keep(alone, left, [one for one in COMPANIES if company_key(one) in reader.companies])
    return whole.seen_by(reader), alone, stored, hidden


uploads_of_a_store = st.lists(
    st.builds(
        Upload,
        company=st.sampled_from([*COMPANIES, "  acme   CORP ", None]),
        by=st.sampled_from([SOMEBODY, "limited"]),
        name=st.sampled_from(["", "annual.pdf"]),
        status=st.sampled_from([ReportStatus.ANALYSED, ReportStatus.READ]),
    ),
    min_size=1,
    max_size=5,
)
readers = st.sets(st.sampled_from(COMPANIES)).map(lambda names: who_sees(*names))
in_any_store = settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def asked_of(method, stored: list[Report]) -> Iterator[tuple[tuple, dict]]:
    """Every way to call a method of the record store with ids of the whole store."""
    insights = [made.an_insight(one, rule) for one in stored for rule in ("waits", "settled")]
    items = [made.a_review_item(one).review_item_id for one in insights]
    values = {
        "report_id": [one.report_id for one in stored],
        "sha256": [one.sha256 for one in stored],
        "name": sorted({one.name for one in stored}),
        "fact_id": [FactId(made.a_fact(one).fact_id) for one in stored],
        "company": [company_key(one) for one in COMPANIES],
        "insight_id": [one.insight_id for one in insights],
        "status": [None, ReviewStatus.OPEN],
        "review_item_id": items,
        "notice_id": [deterministic_id("notice", one) for one in items],
        "subject": [*(one.insight_id for one in insights)],
        "report_ids": [[one.report_id for one in stored]],
        "version": [None, 1],
        "open_only": [False, True],
        "recipients": [(), ("limited@example.org",)],
    }
    parameters = [
        one for name, one in inspect.signature(method).parameters.items() if name != "self"
    ]
    unknown = [one.name for one in parameters if one.name not in values]
    assert not unknown, f"say how to call {method.__name__} with {unknown}"
    choices = [
        [
            *values[one.name],
            *([None] if one.default is None and None not in values[one.name] else []),
        ]
        for one in parameters
    ]
    for chosen in product(*choices):
        positional, named = [], {}
        for parameter, value in zip(parameters, chosen, strict=True):
            if parameter.kind is parameter.VAR_POSITIONAL:
                positional += value
            elif parameter.kind is parameter.KEYWORD_ONLY:
                named[parameter.name] = value
            else:
                positional.append(value)
        yield tuple(positional), named


def methods_of(protocol) -> dict[str, object]:
    return {
        name: one
        for name, one in vars(protocol).items()
        if callable(one) and not name.startswith("_")
    }


@in_any_store
@given(uploads=uploads_of_a_store, reader=readers)
def test_every_read_of_the_record_store_is_as_if_the_others_were_not_stored(
    folder, uploads, reader
):
    seen, alone, stored, hidden = two_stores(folder, uploads, reader)
    for name, method in methods_of(ports.RecordStore).items():
        if name in WRITES | HASHED:
            continue
        for positional, named in asked_of(method, stored):
            shown = getattr(seen.ports.records, name)(*positional, **named)
            assert shown == getattr(alone.ports.records, name)(*positional, **named), name
    every = [one.report_id for one in stored]
    left = [one.report_id for one in stored if one not in hidden]
    state_of = seen.ports.records.state_of
    assert state_of(every) == state_of(left)
    assert state_of([one.report_id for one in hidden]) == state_of([])


def every_page(ask, query) -> list:
    found, after = [], None
    while True:
        page = ask(query.model_copy(update={"after": after, "limit": 2}))
        found += page.items
        after = page.after
        if after is None:
            return found


def insights_of(listing, query) -> Page[Insight]:
    """A page of insights in the order of the list."""
    page = listing.insight_ids(query)
    known = {one.insight_id: one for one in listing.insights(page.items)}
    return Page([known[one] for one in page.items], page.after)


@in_any_store
@given(uploads=uploads_of_a_store, reader=readers)
def test_every_list_is_as_if_the_others_were_not_stored(folder, uploads, reader):
    seen, alone, stored, _ = two_stores(folder, uploads, reader)
    queries = [
        InsightQuery(),
        InsightQuery(company=BETA),
        InsightQuery(safe_only=True, without_audits=True),
        *(InsightQuery(report_id=one.report_id) for one in stored),
    ]
    for query in queries:
        shown = every_page(partial(insights_of, seen.listing), query)
        assert shown == every_page(partial(insights_of, alone.listing), query)
        assert seen.listing.grounds(shown) == alone.listing.grounds(shown)
    of_all = [made.an_insight(one, "waits") for one in stored]
    assert seen.listing.grounds(of_all) == alone.listing.grounds(of_all)
    for fact_query in (FactQuery(), FactQuery(concept="net_income"), FactQuery(period="2025")):
        assert every_page(seen.listing.facts, fact_query) == every_page(
            alone.listing.facts, fact_query
        )
    for item_query in (ReviewItemQuery(), ReviewItemQuery(status=ReviewStatus.OPEN)):
        assert every_page(seen.listing.review_items, item_query) == every_page(
            alone.listing.review_items, item_query
        )
    for insight in of_all:
        shown_chain = seen.listing.chain(insight.chain_id)
        assert shown_chain == alone.listing.chain(insight.chain_id)


def told_by_the_desks(services: Services, stored: list[Report]) -> Iterator[object]:
    """What the desks answer to every question that names a report, a company, an insight or nothing."""
    yield services.summary.build()
    yield services.companies.companies()
    yield [services.companies.peers(one) for one in services.companies.companies()]
    yield services.cfo.overview()
    yield services.calibration.overview()
    yield [
        (one.item, one.subject, one.report, one.state, one.due) for one in services.queue.entries()
    ]
    yield services.queue.pace()
    for name in COMPANIES:
        yield services.materiality.history(name)
        yield services.materiality.reports(name)
    for report in stored:
        item = made.a_review_item(made.an_insight(report, "waits"))
        for ask, named in (
            (services.facts.read, report.report_id),
            (services.facts.fact, made.a_fact(report).fact_id),
            (services.metrics.of, report.report_id),
            (lambda one: services.cfo.brief(one).content, report.report_id),
            (services.review.preparers, item.review_item_id),
            (services.ports.blobs.get, report.blob_key),
            (services.ports.renderer.webp, (report.blob_key, 1)),
        ):
            try:
                yield ask(*named) if isinstance(named, tuple) else ask(named)
            except AdvisorError as error:
                yield type(error)


@in_any_store
@given(uploads=uploads_of_a_store, reader=readers)
def test_every_desk_answers_as_if_the_others_were_not_stored(folder, uploads, reader):
    seen, alone, stored, _ = two_stores(folder, uploads, reader)
    assert [*told_by_the_desks(seen, stored)] == [*told_by_the_desks(alone, stored)]


def attempts_on(seen: Services, report: Report, reader) -> list:
    """What a person could try to do with a report, each to be called."""
    insight = made.an_insight(report, "waits")
    item = made.a_review_item(insight).review_item_id
    cfo = who_sees(*reader.companies, role=Role.CFO)
    again = message(MessageKind.FACTS_EXTRACTED, report.report_id, "x")
    return [
        lambda: seen.review.decide(item, Verdict.REJECT, "no", reader),
        lambda: seen.queue.claim(item, reader),
        lambda: seen.talk.ask(item, "Why?", reader),
        lambda: seen.corrections.confirm(made.a_fact(report).fact_id, "", reader),
        lambda: seen.signing.sign(report.report_id, "", cfo),
        lambda: seen.ports.records.commit(Effects(records=(insight,))),
        lambda: seen.ports.records.commit(Effects(creates=(made.a_sign_off(report, 2),))),
        lambda: seen.ports.records.commit(Effects(messages=(again,))),
    ]


@in_any_store
@given(uploads=uploads_of_a_store, reader=readers)
def test_nothing_can_be_written_about_what_is_hidden(folder, uploads, reader):
    seen, _, _, hidden = two_stores(folder, uploads, reader)
    for report in hidden:
        for attempt in attempts_on(seen, report, reader):
            with pytest.raises(NotFound):
                attempt()


@pytest.fixture
def acme(folder) -> tuple[Services, Services, list[Report]]:
    """The whole store of three reports, what the reviewer of Acme is shown of it, and the reports."""
    whole = a_store(folder)
    stored = reports_of([Upload(ACME), Upload(BETA), Upload(GAMMA)])
    keep(whole, stored, COMPANIES)
    return whole, whole.seen_by(who_sees(ACME)), stored


def test_a_visible_report_lends_no_hidden_insight_or_item(acme):
    whole, seen, (own, other, _) = acme
    theirs = made.an_insight(other, "waits")
    moved = theirs.model_copy(update={"report_id": own.report_id, "text": "overwritten"})
    item = made.a_review_item(theirs).model_copy(update={"report_id": own.report_id})
    for record in (
        moved,
        item,
        made.a_decision(theirs).model_copy(update={"report_id": own.report_id}),
    ):
        with pytest.raises(NotFound):
            seen.ports.records.commit(Effects(records=(record,)))
    assert whole.ports.records.insight(theirs.insight_id).text == theirs.text


def test_an_act_names_no_item_of_another_company(acme):
    _, seen, (own, other, _) = acme
    item = made.a_review_item(made.an_insight(other, "waits"))
    act = seen.queue.claim(
        made.a_review_item(made.an_insight(own, "waits")).review_item_id, who_sees(ACME)
    )
    strayed = act.model_copy(
        update={"act_id": "act-x", "review_item_id": item.review_item_id, "insight_id": None}
    )
    with pytest.raises(NotFound):
        seen.ports.records.commit(Effects(creates=(strayed,)))


def test_a_report_names_no_hidden_one_that_it_replaces(folder):
    services = a_store(folder)
    uploads = [Upload(BETA, name="annual.pdf"), Upload(ACME, name="annual.pdf")]
    _, second = stored = reports_of(uploads)
    keep(services, stored, COMPANIES)
    seen = services.seen_by(who_sees(ACME)).ports.records
    assert services.ports.records.report(second.report_id).supersedes is not None
    for shown in (seen.report(second.report_id), *seen.reports(), seen.latest_named("annual.pdf"),
                  seen.report_by_sha256(second.sha256)):  # fmt: skip
        assert shown == second.model_copy(update={"supersedes": None})


@pytest.mark.parametrize(
    "effects",
    [
        Effects(records=(Policy(policy_id="policy-1", version=1),)),
        Effects(records=reports_of([Upload(ACME)])[0:1]),
        Effects(replaces=((Fact, ReportId("report-none")),)),
    ],
    ids=["a policy", "a report itself", "a deletion"],
)
def test_what_concerns_every_company_is_refused(acme, effects):
    with pytest.raises(Forbidden, match="every company"):
        acme[1].ports.records.commit(effects)


def test_a_person_works_on_what_is_theirs(acme):
    whole, seen, (own, _, _) = acme
    item = made.a_review_item(made.an_insight(own, "waits"))
    seen.queue.claim(item.review_item_id, who_sees(ACME))
    assert [one.kind.value for one in whole.ports.records.review_acts(item.review_item_id)] == [
        "ask", "claim",
    ]  # fmt: skip
    chosen = seen.materiality.restore(ACME, 0, "as proposed", 1, who_sees(ACME))
    assert (chosen.version, chosen.withdrawn) == (2, True)
    with pytest.raises(NotFound):
        seen.materiality.restore(BETA, 0, "not mine", 1, who_sees(ACME))


def test_the_trail_and_the_work_of_all_companies_are_closed(acme):
    seen = acme[1]
    admin = who_sees(ACME, role=Role.ADMIN)
    for closed in (
        seen.ports.audit.verify,
        seen.ports.audit.entries,
        seen.ports.audit.inspect,
        seen.ports.audit.stored,
        seen.ports.queue.dead_letters,
        seen.outbox.take,
        seen.retention.holds,
        lambda: seen.audit_bundle.make(admin),
        lambda: seen.retention.hold("*", "a reason", admin),
    ):
        with pytest.raises(Forbidden, match="every company"):
            closed()


@pytest.mark.parametrize(
    ("limited", "protocols"),
    [
        (VisibleRecords, [ports.RecordStore]),
        (VisibleDocuments, [ports.BlobStore, ports.PageRenderer]),
        (ClosedTrail, [ports.AuditLog, ports.AuditRetention]),
        (ClosedWork, [ports.MessageQueue, ports.Outbox]),
    ],
)
def test_each_method_of_a_port_is_decided_on_and_none_is_passed_on_unseen(limited, protocols):
    wanted = {name for protocol in protocols for name in methods_of(protocol)}
    assert set(methods_of(limited)) == wanted
    assert not {"__getattr__", "__getattribute__"} & set(vars(limited))


def test_services_are_kept_for_each_person_and_shared_by_nobody(folder):
    services = a_store(folder)
    ann, bob = who_sees(ACME, name="ann"), who_sees(ACME, name="bob")
    assert services.seen_by(ann) is services.seen_by(ann)
    assert services.seen_by(ann).summary is not services.seen_by(bob).summary
    assert services.seen_by(ann) is not services.seen_by(who_sees(BETA, name="ann"))
    everybody = made.RAY
    assert services.seen_by(everybody) is services
    assert len({sight_of(ann), sight_of(bob), sight_of(everybody)}) == 3
    assert sight_of(everybody) == sight_of(everybody.model_copy(update={"user_id": "roy"}))


def test_an_upload_is_its_uploaders_until_it_is_known_whose_it_is():
    reader = who_sees(ACME)
    (mine,) = reports_of([Upload(None, by=reader.user_id)])
    assert may_see(reader, mine)
    assert may_see(reader, mine.model_copy(update={"company": "ACME  corp"}))
    assert not may_see(reader, mine.model_copy(update={"company": BETA}))
    assert not may_see(who_sees(ACME, name="other"), mine)
    assert not may_see(who_sees(), mine.model_copy(update={"company": ACME}))


def test_the_bytes_of_a_hidden_report_are_refused_and_the_report_stays_as_it_is(folder):
    services = a_store(folder)
    owner = who_sees(BETA, role=Role.ANALYST, name="owner")
    stranger = who_sees(ACME, role=Role.ANALYST, name="stranger")
    stored = services.intake.accept("beta.csv", small_csv(1), owner).report
    before = services.ports.records.report(stored.report_id)
    with pytest.raises(Conflict) as refused:
        services.intake.accept("mine.csv", small_csv(1), stranger)
    assert "beta" not in refused.value.sentence
    assert stored.report_id not in refused.value.sentence
    assert services.ports.records.report(stored.report_id) == before
    assert len(services.ports.records.reports()) == 1
    newest = services.ports.audit.entries(limit=1)[0].event
    assert (newest.action, newest.result, newest.resource) == (
        "report_refused",
        "conflict",
        "mine.csv",
    )


def test_a_file_of_a_name_that_is_taken_replaces_no_report_of_another_company(folder):
    services = a_store(folder)
    owner = who_sees(BETA, role=Role.ANALYST, name="owner")
    stranger = who_sees(ACME, role=Role.ANALYST, name="stranger")
    first = services.intake.accept("annual.csv", small_csv(1), stranger)
    second = services.intake.accept("annual.csv", small_csv(2), owner)
    third = services.intake.accept("annual.csv", small_csv(3), stranger)
    assert (second.outcome, second.report.supersedes) == ("new", None)
    assert (third.outcome, third.report.supersedes) == ("new_version", first.report.report_id)
    assert third.sentence.endswith("version 1 stays as it is.")


def test_an_upload_that_races_with_a_hidden_one_is_refused_too(folder, monkeypatch):
    services = a_store(folder)
    owner = who_sees(BETA, role=Role.ANALYST, name="owner")
    services.intake.accept("beta.csv", small_csv(1), owner)
    records = services.ports.records
    known = records.report_by_sha256
    answers = iter([None])
    monkeypatch.setattr(
        type(records), "report_by_sha256", lambda _self, digest: next(answers, known(digest))
    )
    with pytest.raises(Conflict, match="none of those you see"):
        services.intake.accept(
            "mine.csv", small_csv(1), who_sees(ACME, role=Role.ANALYST, name="x")
        )
    assert services.ports.audit.entries(limit=1)[0].event.action == "report_refused"


def test_an_analysis_is_asked_for_by_who_sees_the_report_and_changes_nothing_else_of_it(folder):
    services = a_store(folder)
    stored = reports_of([Upload(BETA, name="annual.pdf"), Upload(ACME, name="annual.pdf")])
    keep(services, stored, COMPANIES)
    hidden, own = stored
    asker = who_sees(ACME, role=Role.ANALYST)
    desk = services.seen_by(asker).analyses
    desk.trigger(own.report_id, asker)
    assert services.ports.records.report(own.report_id) == own.model_copy(
        update={"status": ReportStatus.READ}
    )
    assert own.supersedes == hidden.report_id
    with pytest.raises(NotFound):
        desk.trigger(hidden.report_id, asker)
    assert services.ports.records.report(hidden.report_id) == hidden


def test_a_document_is_given_only_with_a_visible_report(folder):
    services = a_store(folder)
    owner = who_sees(BETA, role=Role.ANALYST, name="owner")
    key = services.intake.accept("beta.csv", small_csv(1), owner).report.blob_key
    assert services.seen_by(owner).ports.blobs.get(key) == small_csv(1)
    theirs = services.seen_by(who_sees(ACME)).ports
    for ask in (lambda: theirs.blobs.get(key), lambda: theirs.renderer.webp(key, 1)):
        with pytest.raises(NotFound):
            ask()
    for write in (lambda: theirs.blobs.put(key, b"x"), lambda: theirs.blobs.delete(key)):
        with pytest.raises(Forbidden):
            write()


def test_a_page_of_a_limited_list_walks_over_no_hidden_row(acme):
    listing, asked = acme[1].listing, []
    with listing._database.reading() as connection:
        connection.set_trace_callback(asked.append)  # the pool gives the same connection again
    listing.insight_ids(InsightQuery())
    listing.facts(FactQuery(concept="revenue"))
    listing.review_items(ReviewItemQuery())
    pages = [one for one in asked if "LIMIT" in one]
    assert len(pages) == 4
    with listing._database.reading() as connection:
        connection.set_trace_callback(None)
        for text in pages:
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")]
            assert [one for one in plan if one.startswith("SCAN") and "json_each" not in one] == []
            assert [one for one in plan if "report_id=?" in one], plan


def test_a_data_folder_of_the_version_before_is_completed_for_limited_lists(acme):
    whole, seen, (own, _, _) = acme
    before = insights_of(seen.listing, InsightQuery()).items
    with whole.listing._database.transaction() as connection:
        connection.execute("DROP INDEX reports_seen")
        for column in ("company", "uploaded_by"):
            connection.execute(f"ALTER TABLE reports DROP COLUMN {column}")
        connection.execute("PRAGMA user_version = 5")
    again = build(whole.settings).seen_by(who_sees(ACME))
    assert insights_of(again.listing, InsightQuery()).items == before
    assert {one.report_id for one in before} == {own.report_id}


def test_insights_that_are_not_safe_are_not_among_the_safe_ones(folder):
    services = a_store(folder)
    (report,) = reports_of([Upload(ACME)])
    states = {
        "published": {"status": InsightStatus.PUBLISHED},
        "approved": {"status": InsightStatus.APPROVED, "has_failed_check": True},
        "failed": {"status": InsightStatus.PUBLISHED, "has_failed_check": True},
        "held": {"status": InsightStatus.PUBLISHED, "held": ("a reason",)},
        "open": {"status": InsightStatus.OPEN},
        "in review": {"status": InsightStatus.IN_REVIEW},
        "rejected": {"status": InsightStatus.REJECTED},
    }
    insights = [made.an_insight(report, rule, **changed) for rule, changed in states.items()]
    services.ports.records.commit(Effects(records=(report, *insights)))
    found = insights_of(services.listing, InsightQuery(safe_only=True)).items
    assert {one.rule_id for one in found} == {"published", "approved"}
