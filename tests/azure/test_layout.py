"""Document Intelligence as the service may behave: busy, refusing, slow, partial; and what is asked of it."""

import io
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from azure.core.credentials import AccessToken

from services.adapters.azure import analyze_calls
from services.adapters.azure.analyze_calls import AnalyzeCalls, page_ranges
from services.adapters.azure.analyzed_pages import AnalyzedPage, analyzed
from services.adapters.azure.layout import DocumentIntelligenceReader, open_layout
from services.adapters.local.layout import LocalLayoutReader
from services.adapters.wiring import chosen_ports, chosen_store
from services.bootstrap import build_engine
from services.config import Settings
from services.domain.errors import Unavailable, UnreadableDocument
from services.domain.layout import PageLayout, Word
from services.domain.provenance import Box
from services.domain.reports import Fact, ReportFormat
from services.ports import LayoutReader
from tests.azure.document_intelligence import KEY, TOKEN, DocumentIntelligence, Fault
from tests.identity.oidc_server import OidcServer
from tests.unit.reading.paper import Paper, scanned

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "Larkfield_FY2025_10-K.pdf"
TOTAL_ASSETS = "total_assets"


@pytest.fixture
def server() -> Iterator[DocumentIntelligence]:
    with DocumentIntelligence() as server:
        yield server


def settings(server: DocumentIntelligence, **changes: object) -> Settings:
    given = {"document_intelligence_endpoint": server.endpoint, "document_intelligence_key": KEY}
    return Settings(**{**given, **changes})


def reader(server: DocumentIntelligence, seconds: float = 30.0, calls: int = 4) -> LayoutReader:
    asked = AnalyzeCalls(settings(server))
    return DocumentIntelligenceReader(LocalLayoutReader(), asked, calls, seconds)


def a_pdf(pages: int) -> bytes:
    paper = Paper()
    for number in range(1, pages + 1):
        paper.row("Total assets and some more words to be no picture", f"{number},234")
        if number < pages:
            paper.page()
    return paper.pdf()


def texts(reader: LayoutReader, data: bytes) -> list[str]:
    with reader.open(data, ReportFormat.PDF) as document:
        return document.page_texts()


def refused(reader: LayoutReader, data: bytes) -> str:
    with pytest.raises(Unavailable) as caught:
        texts(reader, data)
    return caught.value.sentence


# ------------------------------------------------------------------------------- what is asked


def test_the_settings_choose_the_reader(server: DocumentIntelligence):
    chosen = settings(server)
    ports = chosen_ports(chosen, chosen_store(chosen))
    assert texts(ports.layout, a_pdf(1)) == [
        "Total assets and some more words to be no picture 1,234"
    ]
    assert [post["pages"] for post in server.posts] == ["1"]


def test_a_small_document_is_one_call(server: DocumentIntelligence):
    assert len(texts(reader(server), a_pdf(9))) == 9
    assert server.ranges == ["1-9"]
    assert server.posts[0]["content-type"] == "application/octet-stream"


def test_the_ranges_of_a_long_document_are_read_at_once(server: DocumentIntelligence):
    server.hold_for = 4  # no analysis is done before four have begun
    read = texts(reader(server), a_pdf(43))
    assert [text.split()[-1] for text in read] == [f"{number},234" for number in range(1, 44)]
    assert server.ranges == ["1-11", "12-22", "23-33", "34-43"]
    assert server.most_in_flight == 4


def test_no_more_calls_run_at_once_than_the_settings_say(server: DocumentIntelligence):
    at_once = open_layout(settings(server, document_intelligence_calls=2))
    assert len(texts(at_once, a_pdf(43))) == 43
    assert server.ranges == ["1-22", "23-43"]
    assert server.most_in_flight <= 2


def test_only_the_pages_that_are_needed_are_asked_for_and_none_twice(server: DocumentIntelligence):
    layout, data = reader(server), a_pdf(12)
    with layout.open(data, ReportFormat.PDF) as document:
        assert [page.number for page in document.page_words([7, 2, 3])] == [7, 2, 3]
    with layout.open(data, ReportFormat.PDF) as document:
        assert len(document.page_texts()) == 12
        assert [page.number for page in document.recognise([5])] == [5]
        assert [page.number for page in document.glance([6])] == [6]
    assert server.ranges == ["1,4-6,8-12", "2-3,7"]


def test_opening_a_document_asks_nothing(server: DocumentIntelligence):
    with reader(server).open(a_pdf(3), ReportFormat.PDF) as document:
        assert document.page_count == 3
        assert document.recognises
    assert server.posts == []


def test_what_is_no_pdf_to_read_never_leaves_this_machine(server: DocumentIntelligence):
    book = openpyxl.Workbook()
    buffer = io.BytesIO()
    book.save(buffer)
    with reader(server).open(buffer.getvalue(), ReportFormat.XLSX) as document:
        assert len(document.sheets()) == 1
    with pytest.raises(UnreadableDocument):
        reader(server).open(b"%PDF-1.7\n", ReportFormat.PDF)
    assert server.posts == []


@pytest.mark.parametrize(
    ("numbers", "written"),
    [([4], "4"), ([1, 2, 3], "1-3"), ([1, 3, 4, 9], "1,3-4,9"), ([], "")],
)
def test_pages_are_written_as_ranges(numbers: list[int], written: str):
    assert page_ranges(numbers) == written


# ----------------------------------------------------------------------------- what goes wrong


def test_a_busy_service_is_asked_again_after_the_time_it_names(server: DocumentIntelligence):
    server.faults = [Fault(429, "429", headers={"Retry-After": "1"})]
    assert len(texts(reader(server), a_pdf(2))) == 2
    first, second = server.times
    assert second - first >= 1.0


def test_a_busy_service_that_names_no_time_is_asked_again(server: DocumentIntelligence):
    server.faults = [Fault(429, "429"), Fault(503, "ServiceUnavailable")]
    assert len(texts(reader(server), a_pdf(2))) == 2
    assert len(server.posts) == 3


def test_a_wait_longer_than_the_deadline_is_not_begun(server: DocumentIntelligence):
    server.faults = [Fault(429, "429", headers={"Retry-After": "3600"})]
    assert "more to do than its tier allows" in refused(reader(server), a_pdf(2))
    assert len(server.posts) == 1


def test_a_service_that_stays_busy_is_given_up_after_three_more_tries(server: DocumentIntelligence):
    server.faults = [Fault(429, "429", headers={"retry-after-ms": "5"})] * 9
    assert "more to do than its tier allows" in refused(reader(server), a_pdf(2))
    assert len(server.posts) == 4


def test_a_service_that_never_ends_is_given_up_at_the_deadline(server: DocumentIntelligence):
    server.hold_for = 99
    assert "in time" in refused(reader(server, seconds=0.3), a_pdf(2))


def test_one_failing_range_ends_the_others_and_what_had_come_is_not_paid_again(
    server: DocumentIntelligence,
):
    layout, data = reader(server, calls=2), a_pdf(20)
    with layout.open(data, ReportFormat.PDF) as document:
        document.page_words(range(1, 11))
        server.faults = [Fault(403, "403")]
        with pytest.raises(Unavailable):
            document.page_texts()
        assert len(document.page_texts()) == 20
    assert [post["pages"] for post in server.posts] == ["1-10", "11-20", "11-20"]


def test_one_failing_range_ends_the_wait_of_the_others(server: DocumentIntelligence):
    layout, data = reader(server, calls=2), a_pdf(20)
    server.faults = [Fault(429, "429", headers={"Retry-After": "25"}), Fault(401, "401")]
    assert "ADVISOR_DOCUMENT_INTELLIGENCE_KEY" in refused(layout, data)
    assert len(server.posts) == 2


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault(401, "401"), "ADVISOR_DOCUMENT_INTELLIGENCE_KEY"),
        (Fault(403, "AuthorizationFailed"), "Cognitive Services User"),
        (Fault(404, "NotFound"), "ADVISOR_DOCUMENT_INTELLIGENCE_ENDPOINT"),
        (Fault(400, "InvalidRequest", "InvalidParameter"), "InvalidParameter"),
        (
            Fault(
                403,
                "403",
                message="Out of call volume quota for FormRecognizer F0 pricing tier.",
                headers={"Retry-After": "86400"},
            ),
            "used up",
        ),
    ],
    ids=lambda value: value.code if isinstance(value, Fault) else "",
)
def test_what_the_installation_is_refused_for_is_said(
    server: DocumentIntelligence, fault: Fault, sentence: str
):
    server.faults = [fault]
    assert sentence in refused(reader(server), a_pdf(2))
    assert len(server.posts) == 1


def test_a_wrong_key_is_named(server: DocumentIntelligence):
    wrong = open_layout(settings(server, document_intelligence_key="test-key-of-somebody-else"))
    assert "ADVISOR_DOCUMENT_INTELLIGENCE_KEY" in refused(wrong, a_pdf(1))


class Identity:
    """An identity that brings one token; ``scopes`` is what it was asked for."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.scopes: list[str] = []

    def get_token(self, *scopes: str, **options: object) -> AccessToken:
        self.scopes += scopes
        return AccessToken(self.token, int(time.time()) + 3600)


def test_without_a_key_the_identity_signs_in_and_the_named_certificates_are_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    identity = Identity(TOKEN)
    monkeypatch.setattr(analyze_calls, "identity", lambda: identity)
    certificate = OidcServer(tmp_path).certificate
    with DocumentIntelligence(certificate) as server:
        signed = settings(server, document_intelligence_key="", azure_ca_file=str(certificate))
        assert len(texts(open_layout(signed), a_pdf(2))) == 2
        strange = settings(server, document_intelligence_key="")
        assert "does not answer" in refused(open_layout(strange), a_pdf(2))
        identity.token = "test-token-of-somebody-else"
        assert "Cognitive Services User" in refused(open_layout(signed), a_pdf(2))
    assert set(identity.scopes) == {"https://cognitiveservices.azure.com/.default"}
    assert "ocp-apim-subscription-key" not in server.posts[0]


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("InvalidContent", "malformed"),
        ("InvalidContentDimensions", "malformed"),
        ("InvalidContentLength", "resource-limit"),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_a_document_that_the_service_refuses_is_at_fault_itself(
    server: DocumentIntelligence, inner: str, code: str, late: bool
):
    fault = Fault(400, "InvalidRequest", inner)
    if late:
        server.failure = fault
    else:
        server.faults = [fault]
    with pytest.raises(UnreadableDocument) as caught:
        texts(reader(server), a_pdf(2))
    assert caught.value.code == code


def test_an_analysis_that_fails_by_no_fault_of_the_document_is_tried_again(
    server: DocumentIntelligence,
):
    server.failure = Fault(500, "InternalServerError")
    assert "InternalServerError" in refused(reader(server), a_pdf(2))


def test_a_service_that_reads_the_first_pages_only_is_not_taken_for_the_whole(
    server: DocumentIntelligence,
):
    server.most_pages = 2
    sentence = refused(reader(server), a_pdf(5))
    assert "left out page 3" in sentence
    assert "free tier" in sentence


def test_a_service_that_hangs_up_is_unavailable_and_is_used_again_when_it_is_back(
    server: DocumentIntelligence,
):
    layout, data = reader(server), a_pdf(2)
    server.silent = True
    assert "ADVISOR_DOCUMENT_INTELLIGENCE_ENDPOINT" in refused(layout, data)
    server.silent = False
    assert len(texts(layout, data)) == 2


def test_a_service_that_takes_the_document_and_says_nothing_is_not_waited_for_for_ever(
    server: DocumentIntelligence, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(analyze_calls, "_ANSWER_SECONDS", 0.2)
    server.answers.clear()
    assert "does not answer" in refused(reader(server), a_pdf(2))
    server.answers.set()
    assert len(texts(reader(server), a_pdf(2))) == 2


def test_a_service_that_is_not_there_is_unavailable():
    with DocumentIntelligence() as server:
        layout = reader(server)
    assert "does not answer" in refused(layout, a_pdf(1))


# ------------------------------------------------------------------------- what is made of it


def fact(facts: list[Fact], concept: str = TOTAL_ASSETS) -> Fact:
    return next(f for f in facts if f.concept == concept and f.is_reported)


def test_a_word_that_the_service_is_unsure_of_lowers_its_facts_confidence(
    server: DocumentIntelligence,
):
    data = SAMPLE.read_bytes()
    printed = [f for f in build_engine().read("sample.pdf", data).facts if not f.derived_from]
    sure = min(printed, key=lambda f: f.confidence.value)  # no sum proves its number
    digits = sure.source.printed.lstrip("$ ")
    server.confidence = lambda page, word: (
        0.41 if page == sure.source.page and word.text == digits else 0.99
    )
    read = replace(build_engine(), layout=reader(server)).read("sample.pdf", data)
    (unsure,) = [f for f in read.facts if f.fact_id == sure.fact_id]
    assert unsure.value == sure.value
    assert unsure.confidence.total < sure.confidence.total
    assert unsure.confidence.value < 0.5 < sure.confidence.value
    (told,) = [e for e in unsure.confidence.evidence if e.name == "doubtful characters"]
    assert told.reason == "the reader is 41% sure of these characters"


@pytest.mark.parametrize("degrees", [0.0, 1.2])
def test_a_scan_gives_the_facts_of_the_pages_it_was_made_of(
    server: DocumentIntelligence, degrees: float
):
    data = SAMPLE.read_bytes()
    scan = scanned(data, -degrees, dpi=40)
    server.knows_scan(scan, data, degrees)
    expected = build_engine().read("sample.pdf", data)
    read = replace(build_engine(), layout=reader(server)).read("scan.pdf", scan)
    printed = [f for f in read.facts if not f.derived_from]
    assert [(f.label, f.value, f.source.page) for f in printed] == [
        (f.label, f.value, f.source.page) for f in expected.facts if not f.derived_from
    ]
    assert all(f.source.recognised for f in printed)
    box, level = fact(read.facts).source.boxes[-1], fact(expected.facts).source.boxes[-1]
    middle = turned(level, degrees)
    assert ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) == pytest.approx(middle, abs=0.5)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["APPLE_2022_10K", "NETFLIX_2015_10K"])
def test_a_real_filing_gives_the_facts_that_it_gives_on_this_machine(
    server: DocumentIntelligence, shared: Path, name: str
):
    data = (shared / "eval" / "filings" / f"{name}.pdf").read_bytes()
    expected = build_engine().read(f"{name}.pdf", data)
    found = replace(build_engine(), layout=reader(server)).read(f"{name}.pdf", data)
    assert len(found.facts) > 200
    assert [(f.label, f.value, f.period, f.source.page) for f in found.facts] == [
        (f.label, f.value, f.period, f.source.page) for f in expected.facts
    ]


def turned(box: Box, degrees: float) -> tuple[float, float]:
    """Return the middle of a box of a letter page that is turned clockwise."""
    angle = math.radians(degrees)
    dx, dy = (box.x0 + box.x1) / 2 - 306, (box.y0 + box.y1) / 2 - 396
    return (
        306 + dx * math.cos(angle) - dy * math.sin(angle),
        396 + dx * math.sin(angle) + dy * math.cos(angle),
    )


def line(content: str, x0: float, y0: float, x1: float, y1: float) -> dict[str, object]:
    return {"content": content, "polygon": polygon(x0, y0, x1, y1)}


def polygon(x0: float, y0: float, x1: float, y1: float) -> list[float]:
    return [x0, y0, x1, y0, x1, y1, x0, y1]


def page(*lines: dict[str, object], **more: object) -> dict[str, object]:
    return {"pageNumber": 3, "width": 8.5, "height": 11.0, "lines": list(lines), **more}


def read(
    page: dict[str, object], recognised: bool = False, table: list[float] | None = None
) -> AnalyzedPage:
    regions = [{"pageNumber": 3, "polygon": table}] if table else []
    result = {"pages": [page], "tables": [{"boundingRegions": regions}]}
    (found,) = analyzed(result, {3} if recognised else set())
    return found


PROSE = (
    line("left, first", 1.0, 1.0, 3.0, 1.15),
    line("left, second", 1.0, 1.2, 3.0, 1.35),
    line("right, first", 4.0, 1.0, 6.0, 1.15),
    line("right, second", 4.0, 1.2, 6.0, 1.35),
)
ROWS = (
    (line("Net sales", 1.0, 2.0, 2.0, 2.15), line("Cost", 1.0, 2.2, 2.0, 2.35)),
    (line("$ 1,234", 5.0, 2.01, 5.8, 2.16), line("(600)", 5.0, 2.19, 5.8, 2.34)),
    (line("$ 1,100", 6.5, 1.99, 7.3, 2.14), line("(550)", 6.5, 2.2, 7.3, 2.35)),
)
TEXT = [
    *("left, first", "left, second", "right, first", "right, second"),
    *("Net sales $ 1,234 $ 1,100", "Cost (600) (550)"),
]


def test_columns_of_prose_stay_apart_and_cells_of_a_row_come_together():
    by_row = [cell for row in zip(*ROWS, strict=True) for cell in row]
    assert read(page(*PROSE, *by_row)).text.splitlines() == TEXT


def test_a_table_that_the_service_reads_column_by_column_comes_row_by_row():
    by_column = [cell for column in ROWS for cell in column]
    found = read(page(*PROSE, *by_column), table=polygon(0.9, 1.9, 7.5, 2.5))
    assert found.text.splitlines() == TEXT
    assert read(page(*PROSE, *by_column)).text.splitlines() != TEXT


WORD = {"content": "12", "polygon": polygon(1.0, 1.0, 2.0, 2.0)}


def test_a_page_without_words_and_a_word_without_confidence_are_read():
    assert read(page(), recognised=True).layout == PageLayout(3, 612.0, 792.0, (), True)
    assert read(page(words=[WORD])).layout.words == (Word("12", 72.0, 72.0, 144.0, 144.0, 1.0),)


def test_a_page_with_a_text_layer_stays_as_it_is_printed_whatever_angle_the_service_sees():
    layout = read(page(words=[WORD], angle=90.0)).layout
    assert (layout.skew, layout.words[0].x0) == (0.0, 72.0)


def test_an_angle_beyond_half_a_turn_is_a_turn_the_other_way():
    assert read(page(angle=358.5), recognised=True).layout.skew == pytest.approx(-1.5)


def test_how_the_service_is_is_asked_of_its_model(server: DocumentIntelligence):
    assert reader(server).check() == "Answers; prebuilt-layout reads the pages."


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(401, "Unauthorized"), "ADVISOR_DOCUMENT_INTELLIGENCE_KEY"),
        (Fault(404, "NotFound"), "no Document Intelligence at this address"),
        (Fault(503, "ServiceUnavailable"), "Document Intelligence"),
    ],
    ids=["refused", "elsewhere", "broken"],
)
def test_a_service_that_is_not_well_is_told_with_what_to_do(
    server: DocumentIntelligence, fault: Fault, words: str
):
    server.faults = [fault]
    with pytest.raises(Unavailable, match=words):
        reader(server).check()
    server.silent = True
    with pytest.raises(Unavailable, match="does not answer"):
        reader(server).check()
