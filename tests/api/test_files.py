"""The original of a document over HTTP: every byte, under its name, to be saved; or a part of it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.files import disposition, part_of
from services.domain.messages import Effects
from services.domain.reports import ReportFormat
from tests.factories import ANALYST, a_report

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
ORIGINAL = sorted(SAMPLES.glob("*FY2023*.pdf"))[0]


@pytest.fixture
def file(services) -> str:
    """The address of an uploaded PDF's bytes."""
    accepted = services.intake.accept(ORIGINAL.name, ORIGINAL.read_bytes(), ANALYST)
    return f"/api/v1/documents/{accepted.report.report_id}/file"


def test_a_document_is_given_as_it_was_uploaded_and_never_shown(client, file):
    answer = client.get(file)
    assert answer.status_code == 200
    assert answer.content == ORIGINAL.read_bytes()
    assert answer.headers["content-type"] == "application/pdf"
    name = ORIGINAL.name
    assert answer.headers["content-disposition"] == (
        f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    )
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["accept-ranges"] == "bytes"


def test_a_document_leads_to_its_file(client, file):
    listed = client.get(file.removesuffix("/file")).json()
    assert listed["_links"]["file"] == file


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-0", 0, 1), ("bytes=10-19", 10, 20), ("bytes=100-", 100, None), ("bytes=-5", -5, None),
     ("bytes=5-999999999", 5, None), ("bytes=-999999999", 0, None)],
)  # fmt: skip
def test_a_range_gives_that_part(client, file, asked, start, stop):
    original = ORIGINAL.read_bytes()
    answer = client.get(file, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, original[start:stop])
    first = start % len(original)
    last = first + len(answer.content) - 1
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(original)}"
    assert answer.headers["content-length"] == str(len(answer.content))


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=-0", "bytes=999999999-9999999999"])
def test_a_range_with_nothing_in_it_is_refused_with_the_size(client, file, asked):
    answer = client.get(file, headers={"Range": asked})
    assert (answer.status_code, answer.json()["code"]) == (416, "range-not-satisfiable")
    assert answer.headers["content-range"] == f"bytes */{len(ORIGINAL.read_bytes())}"


@pytest.mark.parametrize(
    "asked", ["bytes=5-1", "bytes=0-1,3-4", "lines=0-1", "bytes=-", "bytes", "bytes=a-b", ""]
)
def test_what_is_no_single_range_gives_all(client, file, asked):
    answer = client.get(file, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, ORIGINAL.read_bytes())


def test_a_range_of_other_bytes_than_those_begun_with_gives_all(client, file):
    tag = client.get(file).headers["etag"]
    assert tag.startswith('"')
    part = client.get(file, headers={"Range": "bytes=0-0", "If-Range": tag})
    assert part.status_code == 206
    whole = client.get(file, headers={"Range": "bytes=0-0", "If-Range": '"other"'})
    assert (whole.status_code, len(whole.content)) == (200, len(ORIGINAL.read_bytes()))
    unchanged = client.get(file, headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)


def test_a_head_tells_the_size(client, file):
    head = client.head(file)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(ORIGINAL.read_bytes()))


@pytest.mark.parametrize("format", list(ReportFormat))
def test_every_format_has_a_media_type_that_the_description_names(client, services, format):
    report = a_report(format=format, blob_key=f"2026/03/x.{format.value}")
    services.ports.blobs.put(report.blob_key, b"PK and so on")
    services.ports.records.commit(Effects(records=(report,)))
    answer = client.get(f"/api/v1/documents/{report.report_id}/file")
    described = client.get("/api/v1/openapi.json").json()["paths"]["/documents/{report_id}/file"]
    content = described["get"]["responses"]["200"]["content"]
    assert answer.content == b"PK and so on"
    assert answer.headers["content-type"] in content


def test_the_file_of_a_document_that_is_not_there_or_lost_is_not_found(client, services):
    assert client.get("/api/v1/documents/none/file").status_code == 404
    services.ports.records.commit(Effects(records=(report := a_report(),)))
    assert client.get(f"/api/v1/documents/{report.report_id}/file").status_code == 404


@pytest.mark.parametrize(
    ("name", "told"),
    [("Übersicht 2025.pdf",
      "attachment; filename=\"_bersicht 2025.pdf\"; filename*=UTF-8''%C3%9Cbersicht%202025.pdf"),
     ('a"b\\c.pdf', "attachment; filename=\"a_b_c.pdf\"; filename*=UTF-8''a%22b%5Cc.pdf"),
     ("a\r\nSet-Cookie: x.pdf",
      "attachment; filename=\"a__Set-Cookie: x.pdf\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x.pdf")],
)  # fmt: skip
def test_a_name_is_told_whole_and_forges_no_header(name, told):
    assert disposition(name) == told


@given(st.text())
def test_any_name_is_one_line_of_plain_characters(name):
    assert all(" " <= one <= "~" for one in disposition(name))


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 40))
def test_a_part_lies_in_the_document(first, last, size):
    part = part_of(f"bytes={first}-{last}", size)
    if last < first:
        assert part is None
    else:
        assert list(part) == [one for one in range(size) if first <= one <= last]
