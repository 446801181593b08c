"""The report that an address names."""

from services.api.addresses import report_of
from services.bootstrap import Services
from services.domain.errors import NotFound
from services.domain.reports import Report


def stored_report(services: Services, any_id: str) -> Report:
    """Return the report of a document's, an ingestion's or an analysis's id; raises NotFound."""
    report = services.ports.records.report(report_of(any_id))
    if report is None:
        raise NotFound("There is no document with this id.")
    return report
