"""The process ends at each named point of the path; after a restart everything is there once."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from services.adapters.local import effects as effects_module
from services.adapters.local import queues as queues_module
from services.adapters.local.wiring import local_instances
from services.bootstrap import Services, build
from services.config import Settings
from services.domain.messages import Effects, MessageKind, Queue
from services.domain.reports import Report, ReportStatus
from services.pipeline.delivery import handle
from services.pipeline.handlers import HANDLERS, Context, context_of
from services.ports import Delivery
from tests.core_records import ANN
from tests.small_reports import small_csv

CRASH = 137
Point = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return build(Settings(_env_file=None, data_dir=tmp_path / "data", max_delivery=10))


def crash(*_: object, **__: object) -> None:
    os._exit(CRASH)


def crashes(act: Callable[[], None]) -> bool:
    """Run the act in a forked process; return whether it ended at the crash point."""
    pid = os.fork()
    if pid == 0:
        with suppress(BaseException):
            act()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == CRASH


def claim(context: Context) -> Delivery | None:
    return context.ports.queue.claim(tuple(Queue), f"{os.getpid()}")


def work_until_idle(context: Context) -> None:
    while (delivery := claim(context)) is not None:
        handle(delivery, context)


def work_as_instance(settings: Settings, prepare: Callable[[Context], Context]) -> None:
    """What a worker process does: register, then work until idle; ``prepare`` plants the crash."""
    with local_instances(settings).registered(f"{os.getpid()}"):
        work_until_idle(prepare(context_of(build(settings))))


def crash_in_handler(kind: MessageKind) -> Callable[[Context], Context]:
    return lambda context: replace(context, handlers={**HANDLERS, kind: crash})


def crash_before_complete(kind: MessageKind) -> Callable[[Context], Context]:
    def prepare(context: Context) -> Context:
        complete = context.ports.queue.complete

        def ending(delivery: Delivery, effects: Effects) -> bool:
            return os._exit(CRASH) if delivery.message.kind is kind else complete(delivery, effects)

        context.ports.queue.complete = ending  # type: ignore[method-assign]
        return context

    return prepare


def crash_after_complete(kind: MessageKind) -> Callable[[Context], Context]:
    def prepare(context: Context) -> Context:
        complete = context.ports.queue.complete

        def ending(delivery: Delivery, effects: Effects) -> bool:
            done = complete(delivery, effects)
            return os._exit(CRASH) if delivery.message.kind is kind else done

        context.ports.queue.complete = ending  # type: ignore[method-assign]
        return context

    return prepare


def crash_inside_the_commit(kind: MessageKind) -> Callable[[Context], Context]:
    """After every write of the transaction, before its COMMIT."""

    def prepare(context: Context) -> Context:
        write = effects_module.write_effects
        at_work: list[MessageKind] = []

        def watch(delivery: Delivery, effects: Effects) -> bool:
            at_work[:] = [delivery.message.kind]
            return complete(delivery, effects)

        def ending(connection: sqlite3.Connection, effects: Effects, now: float) -> None:
            write(connection, effects, now)
            if at_work == [kind]:
                os._exit(CRASH)

        complete = context.ports.queue.complete
        context.ports.queue.complete = watch  # type: ignore[method-assign]
        queues_module.write_effects = ending
        return context

    return prepare


@pytest.mark.parametrize(
    "kind", [k for k in MessageKind if k is not MessageKind.INSIGHTS_ESCALATED]
)
@pytest.mark.parametrize(
    "point",
    [crash_in_handler, crash_before_complete, crash_inside_the_commit, crash_after_complete],
)
def test_a_worker_that_ends_at_any_point_of_any_stage_loses_and_doubles_nothing(
    services: Services,
    point: Callable[[MessageKind], Callable[[Context], Context]],
    kind: MessageKind,
):
    report = services.intake.accept("table.csv", small_csv(1), ANN).report
    settings = services.settings
    assert crashes(lambda: work_as_instance(settings, point(kind)))
    work_as_instance(settings, lambda context: context)
    check_done(services, report)


def check_done(services: Services, report: Report) -> None:
    records = services.ports.records
    (stored,) = records.reports()
    assert (stored.report_id, stored.status) == (report.report_id, ReportStatus.ANALYSED)
    insights = records.insights()
    assert insights
    assert len({(i.rule_id, i.text) for i in insights}) == len(insights)
    assert all(records.chain(i.insight_id) for i in insights)
    actions = sorted(e.event.action for e in services.ports.audit.entries())
    drawn = [draw for draw in records.audit_draws() if draw.is_drawn]
    assert drawn
    assert actions == [
        *["audit_sample_drawn"] * len(drawn),
        "report_analysed", "report_read", "report_received", "summary_updated",
    ]  # fmt: skip
    assert services.ports.audit.verify() is None
    assert sum(services.ports.queue.depth().values()) == 0
    assert services.ports.queue.dead_letters() == []
    with sqlite3.connect(services.settings.data_dir / "advisor.sqlite3") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def upload_ending_at(services: Services, target: object, name: str, after: bool) -> bool:
    def act() -> None:
        original = getattr(target, name)

        def ending(*arguments: object) -> None:
            if after:
                original(*arguments)
            os._exit(CRASH)

        setattr(target, name, ending)
        services.intake.accept("table.csv", small_csv(1), ANN)

    return crashes(act)


@pytest.mark.parametrize(
    ("part", "name", "after"),
    [
        ("os", "fsync", False),
        ("os", "link", False),
        ("os", "link", True),
        ("blobs", "put", True),
        ("records", "commit", False),
    ],
)
def test_an_upload_that_ends_before_its_commit_was_never_accepted_and_can_come_again(
    services: Services, part: str, name: str, after: bool
):
    targets = {
        "os": os,
        "blobs": services.ports.blobs,
        "records": services.ports.records,
    }
    assert upload_ending_at(services, targets[part], name, after)
    assert services.ports.records.reports() == []
    assert services.ports.audit.entries() == []
    accepted = services.intake.accept("table.csv", small_csv(1), ANN)
    assert accepted.outcome == "new"
    work_until_idle(context_of(services))
    check_done(services, accepted.report)


def test_an_upload_that_ends_after_its_commit_is_accepted_and_worked_on(services: Services):
    assert upload_ending_at(services, services.ports.records, "commit", after=True)
    (report,) = services.ports.records.reports()
    assert services.ports.blobs.get(report.blob_key) == small_csv(1)
    work_until_idle(context_of(services))
    check_done(services, report)
