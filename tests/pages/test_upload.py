"""The page Reports: files in, one result each, the library, honest emptiness."""

from services.domain.messages import Effects
from services.domain.reports import ReportStatus
from services.domain.users import Role
from tests.factories import a_report
from tests.pages.conftest import a_pdf, texts


def test_an_empty_store_says_so_and_shows_no_library(store, open_page):
    at = open_page("upload", Role.ANALYST)
    assert not at.exception
    assert "No reports yet" in texts(at)
    assert not at.dataframe


def test_an_upload_is_stored_and_named_as_accepted(store, open_page):
    at = open_page("upload", Role.ANALYST)
    at.file_uploader[0].upload("annual.pdf", a_pdf()).run()
    assert [report.name for report in store.ports.records.reports()] == ["annual.pdf"]
    assert at.success[0].value == "Accepted: annual.pdf."


def test_a_file_that_is_no_report_is_refused_with_a_sentence_and_the_others_are_kept(
    store, open_page
):
    at = open_page("upload", Role.ANALYST)
    at.file_uploader[0].upload("empty.pdf", b"").upload("annual.pdf", a_pdf()).run()
    assert len(at.error) == 1
    assert "empty.pdf" in at.error[0].value
    assert len(store.ports.records.reports()) == 1


def test_the_same_file_again_is_said_to_be_here_already(store, open_page):
    at = open_page("upload", Role.ANALYST)
    at.file_uploader[0].upload("annual.pdf", a_pdf()).run()
    at.file_uploader[0].upload("annual.pdf", a_pdf()).run()
    assert len(store.ports.records.reports()) == 1
    assert len(at.info) == 1


def test_a_report_in_work_shows_its_progress(store, open_page):
    report = a_report(status=ReportStatus.RECEIVED)
    store.ports.records.commit(Effects(records=(report,)))
    at = open_page("upload", Role.ANALYST)
    assert "Waiting for a worker" in at.progress[0].text


def test_a_failed_report_says_why(store, open_page):
    report = a_report(status=ReportStatus.FAILED, error="It is protected by a password.")
    store.ports.records.commit(Effects(records=(report,)))
    at = open_page("upload", Role.ANALYST)
    assert "It is protected by a password." in at.warning[0].value


def test_the_library_lists_each_report_with_its_state_and_insights(seeded, open_page):
    table = open_page("upload", Role.ANALYST).dataframe[0].value
    assert table["Report"].tolist() == ["Acme Corp · 10-K · Dec 31, 2025"]
    assert list(table["State"][0]) == ["Analysed"]
    assert table["Insights"].tolist() == [3]
