"""Numbers to point at: from the text layer, else from the page's picture, else none."""

from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest

from components import session
from services.domain.layout import PageLayout
from tests.factories import a_report
from tests.unit.extraction.fake_document import FakeDocument
from tests.unit.extraction.page_builder import Page

PRINTED = Page(1).row("Net sales", "1,234", "1,111").layout
BLANK = replace(PRINTED, words=())


@dataclass
class Pages(FakeDocument):
    words: PageLayout = BLANK
    recognises: bool = True
    asked: list[int] = field(default_factory=list)

    def page_words(self, numbers) -> list[PageLayout]:
        return [self.words]

    def recognise(self, numbers, on_page=None) -> list[PageLayout]:
        self.asked += numbers
        return [replace(PRINTED, recognised=True)]


def numbers_of(document: Pages, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    ports = SimpleNamespace(
        blobs=SimpleNamespace(get=lambda key: b""),
        layout=SimpleNamespace(open=lambda data, format: nullcontext(document)),
    )
    monkeypatch.setattr(session, "services", lambda: SimpleNamespace(ports=ports))
    session._page_numbers.clear()
    return [number.printed for number in session.page_numbers(a_report(), 7)]


def test_a_page_that_is_a_picture_is_recognised_on_demand(monkeypatch):
    document = Pages(pages=())
    assert numbers_of(document, monkeypatch) == ["1,234", "1,111"]
    assert document.asked == [7]


def test_a_page_with_a_text_layer_is_not_recognised(monkeypatch):
    document = Pages(pages=(), words=PRINTED)
    assert numbers_of(document, monkeypatch) == ["1,234", "1,111"]
    assert document.asked == []


def test_without_the_program_there_is_nothing_to_point_at_on_a_picture(monkeypatch):
    document = Pages(pages=(), recognises=False)
    assert numbers_of(document, monkeypatch) == []
    assert document.asked == []
