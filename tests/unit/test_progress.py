"""Progress: seldom enough, and the end always."""

from typing import cast

from services.domain.reports import Progress
from services.ports import RecordStore
from services.progress import PageProgress
from tests.core_records import NOON, Clock, a_report


class Remembers:
    """A store of what was said."""

    def __init__(self) -> None:
        self.said: list[Progress] = []

    def set_progress(self, progress: Progress) -> None:
        self.said.append(progress)


def test_progress_is_said_at_most_five_times_a_second_but_the_end_always():
    records, clock = Remembers(), Clock()
    pages = PageProgress(cast("RecordStore", records), a_report().report_id, "reading", clock)
    clock.forward(3)
    for page in range(1, 1001):
        pages(page, 1000)
    assert [(p.done, p.total) for p in (records.said[0], records.said[-1])] == [
        (1, 1000),
        (1000, 1000),
    ]
    assert len(records.said) <= 7
    first = records.said[0]
    assert (first.stage, first.started_at, (first.updated_at - NOON).seconds) == (
        "reading",
        NOON,
        3,
    )
