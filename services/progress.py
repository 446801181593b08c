"""How far a stage is with a report, said often enough to be watched and seldom enough to cost nothing."""

import time
from collections.abc import Callable
from datetime import datetime

from services.domain.ids import ReportId
from services.domain.reports import Progress
from services.ports import RecordStore

PROGRESS_SECONDS = 0.2
"""Progress is said at most five times a second."""


class PageProgress:
    """Says how many pages of a stage are done, at most five times a second and always at its end."""

    def __init__(
        self,
        records: RecordStore,
        report_id: ReportId,
        stage: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._records = records
        self._clock = clock
        self._last_said = float("-inf")
        now = clock()
        self._progress = Progress(report_id=report_id, stage=stage, started_at=now, updated_at=now)

    def __call__(self, done: int, total: int) -> None:
        """Take note that ``done`` of ``total`` pages are finished."""
        if done < total and time.monotonic() - self._last_said < PROGRESS_SECONDS:
            return
        self._last_said = time.monotonic()
        said = {"done": done, "total": total, "updated_at": self._clock()}
        self._records.set_progress(self._progress.model_copy(update=said))
