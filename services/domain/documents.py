"""Documents as bytes: the key they are stored under, and what each format is called."""

import re

from services.domain.errors import InvalidInput
from services.domain.reports import ReportFormat

_KEY = re.compile(r"[0-9]{4}/[0-9]{2}/[A-Za-z0-9_-]{1,80}\.[a-z]{3,4}")
MEDIA_TYPES = {
    ReportFormat.PDF: "application/pdf",
    ReportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ReportFormat.XLSM: "application/vnd.ms-excel.sheet.macroEnabled.12",
    ReportFormat.XLS: "application/vnd.ms-excel",
    ReportFormat.XLSB: "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
    ReportFormat.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    ReportFormat.CSV: "text/csv",
}
"""What the bytes of each format are called."""


def checked_key(key: str) -> str:
    """Return a document's key ``{year}/{month}/{document_id}.{ext}``; raises InvalidInput for anything else."""
    if _KEY.fullmatch(key) is None:
        raise InvalidInput("A document key is year/month/id.ext and nothing else.")
    return key
