"""A document in memory, for reading pages that the page builder wrote."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.domain.layout import PageLayout, SheetLayout
from services.extraction.lines import lines_of
from services.ports import OnPage
from tests.unit.extraction.page_builder import Page

COVER = (
    "FORM 10-K\nFor the fiscal year ended December 31, 2022\nExample Corp.\n"
    "(Exact name of registrant as specified in its charter)\n"
)


@dataclass
class FakeDocument:
    """A document whose pages were written by the page builder."""

    pages: Sequence[Page]
    run_together: bool = False
    cover: str = COVER
    worksheets: Sequence[SheetLayout] = ()
    recognises: bool = False

    @property
    def page_count(self) -> int:
        return len(self.pages) + 1

    def page_texts(self, on_page: OnPage | None = None) -> list[str]:
        if on_page is not None:
            on_page(self.page_count, self.page_count)
        glue = " " if self.run_together else "\n"
        return [
            self.cover,
            *(glue.join(line.text for line in lines_of(p.layout)) for p in self.pages),
        ]

    def page_words(self, numbers: Sequence[int]) -> list[PageLayout]:
        return [self.pages[number - 2].layout for number in numbers]

    def pictured(self, numbers: Sequence[int]) -> list[int]:
        return []

    def glance(self, numbers: Sequence[int], on_page: OnPage | None = None) -> list[PageLayout]:
        raise AssertionError(f"no page of this document is a picture: {numbers}")

    recognise = glance

    def sheets(self) -> list[SheetLayout]:
        return list(self.worksheets)
