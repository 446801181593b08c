"""The API answers in JSON, images and problem documents."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from services.api.app import create_app
from services.bootstrap import Services, build
from tests.factories import ANALYST

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@pytest.fixture
def services() -> Services:
    return build()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services)) as client:
        yield client


@pytest.fixture
def uploaded(services: Services) -> str:
    path = sorted(SAMPLES.glob("*.pdf"))[0]
    return services.intake.accept(path.name, path.read_bytes(), ANALYST).report.report_id


def test_health_counts_the_waiting_messages(client, uploaded):
    assert client.get("/health").json() == {
        "status": "ok",
        "queues": {
            "ingestion-queue": 1,
            "analysis-queue": 0,
            "high-confidence-queue": 0,
            "low-confidence-queue": 0,
        },
    }


def test_a_page_image_is_webp(client, uploaded):
    answer = client.get(f"/documents/{uploaded}/pages/1.webp")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/webp"
    assert (answer.content[:4], answer.content[8:12]) == (b"RIFF", b"WEBP")


@pytest.mark.parametrize("path", ["documents/none", "documents/none/pages/1.webp", "nothing"])
def test_what_is_not_there_is_a_problem_document(client, path):
    answer = client.get(f"/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404


def test_a_page_beyond_the_last_is_not_found(client, uploaded):
    assert client.get(f"/documents/{uploaded}/pages/9999.webp").status_code == 404
    assert client.get(f"/documents/{uploaded}/pages/0.webp").status_code == 422


def test_the_list_and_the_document_say_where_a_report_stands(client, uploaded):
    assert [d["report_id"] for d in client.get("/documents").json()] == [uploaded]
    assert client.get(f"/documents/{uploaded}").json()["status"] == "received"
    assert client.get(f"/documents/{uploaded}/progress").json() is None
