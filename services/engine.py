"""Reading and analysing files without a store: what the command line and the benchmarks use."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from services.analysis.service import Analysis, analyse
from services.analysis.templates import Templates
from services.domain.base import utc_now
from services.domain.ids import ReportId, deterministic_id
from services.domain.reports import Fact, Report
from services.domain.users import SYSTEM
from services.extraction.service import Extraction, extract
from services.intake import detect_format
from services.ports import LayoutReader

Read = Extraction
"""A read report: the report with what was found on it, statements, facts, findings and tie-outs."""


@dataclass(frozen=True, slots=True)
class Analysed:
    """A read report and what its analysis found."""

    read: Read
    analysis: Analysis


@dataclass(frozen=True, slots=True)
class Engine:
    """The stages joined in memory: read a file, analyse files together."""

    layout: LayoutReader
    templates: Templates

    def read(self, name: str, data: bytes) -> Read:
        """Read one file; raises UnsupportedType, EmptyFile or UnreadableDocument."""
        format = detect_format(data)
        digest = sha256(data).hexdigest()
        report = Report(
            report_id=ReportId(deterministic_id("report", digest)),
            name=name,
            format=format,
            sha256=digest,
            size=len(data),
            blob_key="",
            uploaded_by=SYSTEM.user_id,
            uploaded_at=utc_now(),
        )
        with self.layout.open(data, format) as document:
            return extract(document, report)

    def analyse(self, reads: Sequence[Read]) -> list[Analysed]:
        """Analyse files together: reports of one company are each other's history."""
        now = utc_now()
        return [
            Analysed(
                read,
                analyse(
                    read.report,
                    read.statements,
                    read.facts,
                    read.tie_outs,
                    _history(read, reads),
                    self.templates,
                    now,
                ),
            )
            for read in reads
        ]


def same_company(one: Report, other: Report) -> bool:
    """Whether two reports name the same company; an unknown company is the same as none."""
    if one.company is None or other.company is None:
        return False
    return one.company.casefold() == other.company.casefold()


def _history(read: Read, reads: Sequence[Read]) -> list[Fact]:
    return [
        fact
        for other in reads
        if other is not read and same_company(other.report, read.report)
        for fact in other.facts
    ]
