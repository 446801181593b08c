"""Documents in Blob Storage: what is sent, what is tried again, and what people are told when it does not work."""

import base64
import hashlib
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from azure.core.credentials import AzureNamedKeyCredential
from azure.core.pipeline.transport import HttpTransport
from azure.storage.blob import ContainerClient

from services.adapters.azure import credentials, storage
from services.adapters.azure.blobs import AzureBlobStore, open_blobs
from services.adapters.wiring import chosen_ports, chosen_store
from services.config import Settings
from services.domain.base import utc_now
from services.domain.errors import Conflict, InvalidInput, NotFound, Unavailable
from services.domain.reports import ReportFormat
from services.domain.retention import retained_until
from tests.azure.azurite import ACCOUNT, KEY, WRONG_KEY, Azurite, Identity, is_installed
from tests.azure.certificate import certificate
from tests.azure.relay import Answer, Asked, Relay, relayed
from tests.conftest import ROOT

pytestmark = pytest.mark.xdist_group("azurite")
PDF = "2026/03/report-1f2e.pdf"


@pytest.fixture
def relay(azurite: Azurite) -> Iterator[Relay]:
    with relayed(azurite.blob_endpoint) as running:
        yield running


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited between tries, which nobody waits here."""
    waited: list[float] = []
    monkeypatch.setattr(HttpTransport, "sleep", lambda self, seconds: waited.append(seconds))
    return waited


def settings_for(endpoint: str, **more: str) -> Settings:
    given = {"blob_key": KEY, "blob_container": f"c{uuid.uuid4().hex}", **more}
    return Settings(blob_endpoint=endpoint, **given)


@pytest.fixture
def blobs(relay: Relay) -> Iterator[AzureBlobStore]:
    with closing(open_blobs(settings_for(relay.endpoint))) as store:
        yield store


def uploads(relay: Relay) -> list[Asked]:
    return [one for one in relay.seen if one.method == "PUT" and one.path.endswith(".pdf")]


def answering(times: int, answer: Answer, method: str = "GET") -> Callable[[Asked], Answer | None]:
    """Answers so many requests of a method with the same, and lets the others pass."""
    left = [answer] * times
    return lambda asked: left.pop() if asked.method == method and left else None


def test_an_upload_says_that_it_is_immutable_for_seven_years(blobs: AzureBlobStore, relay: Relay):
    before = utc_now().replace(microsecond=0)
    blobs.put(PDF, b"x")
    (sent,) = uploads(relay)
    until = parsedate_to_datetime(sent.headers["x-ms-immutability-policy-until-date"])
    assert retained_until(before) <= until <= retained_until(utc_now())
    assert sent.headers["x-ms-immutability-policy-mode"] == "Locked"


def test_an_upload_says_what_it_is_and_how_its_bytes_are_checked(
    blobs: AzureBlobStore, relay: Relay
):
    blobs.put(PDF, b"x")
    (sent,) = uploads(relay)
    md5 = base64.b64encode(hashlib.md5(b"x").digest()).decode()
    assert sent.headers["content-md5"] == sent.headers["x-ms-blob-content-md5"] == md5
    assert sent.headers["x-ms-blob-content-type"] == "application/pdf"
    assert sent.headers["if-none-match"] == "*"
    assert sent.path == f"/{ACCOUNT}/{blobs._container._client.container_name}/{PDF}"


def test_requests_do_not_fill_the_log(blobs: AzureBlobStore, caplog: pytest.LogCaptureFixture):
    with caplog.at_level("INFO"):
        blobs.put(PDF, b"x")
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("says", "warned"), [({}, True), ({"x-ms-has-immutability-policy": "true"}, False)]
)
def test_a_container_without_immutable_versions_is_sent_no_date(
    blobs: AzureBlobStore,
    relay: Relay,
    caplog: pytest.LogCaptureFixture,
    says: dict[str, str],
    warned: bool,
):
    """It would refuse the upload; where no policy of its own keeps the documents either, the log says so."""
    told = {"x-ms-immutable-storage-with-versioning-enabled": "false", **says}
    relay.after = lambda asked, answer: replace(answer, headers={**answer.headers, **told})
    blobs.put(PDF, b"x")
    (sent,) = uploads(relay)
    assert "x-ms-immutability-policy-until-date" not in sent.headers
    assert ("nothing keeps what is" in caplog.text) is warned


def test_what_the_service_keeps_immutable_is_not_deleted(blobs: AzureBlobStore, relay: Relay):
    blobs.put(PDF, b"x")
    refused = Answer(409, {"x-ms-error-code": "BlobImmutableDueToPolicy"})
    relay.before = answering(1, refused, "DELETE")
    with pytest.raises(Conflict, match="immutable"):
        blobs.delete(PDF)
    assert blobs.get(PDF) == b"x"


def test_a_busy_service_is_asked_again_after_the_time_it_names(
    blobs: AzureBlobStore, relay: Relay, waits: list[float]
):
    blobs.put(PDF, b"x")
    relay.before = answering(2, Answer(429, {"retry-after": "3"}))
    assert blobs.get(PDF) == b"x"
    assert waits == [3, 3]


def test_a_service_that_stays_busy_is_asked_four_times(
    blobs: AzureBlobStore, relay: Relay, waits: list[float]
):
    blobs.put(PDF, b"x")
    before = len(relay.seen)
    relay.before = answering(9, Answer(503, {"x-ms-error-code": "ServerBusy"}))
    with pytest.raises(Unavailable, match=r"busy \(ServerBusy\); try again"):
        blobs.get(PDF)
    assert len(relay.seen) - before == 4
    assert all(seconds <= storage.LONGEST_WAIT_SECONDS for seconds in waits)


def test_nobody_waits_an_hour_for_a_service(
    blobs: AzureBlobStore, relay: Relay, waits: list[float]
):
    blobs.put(PDF, b"x")
    before = len(relay.seen)
    relay.before = answering(9, Answer(429, {"retry-after": "3600"}))
    with pytest.raises(Unavailable, match="busy"):
        blobs.get(PDF)
    assert (len(relay.seen) - before, waits) == (1, [])


def test_an_upload_whose_answer_was_lost_is_stored_once(
    blobs: AzureBlobStore, relay: Relay, waits: list[float]
):
    lost: list[Asked] = []

    def losing(asked: Asked, answer: Answer) -> Answer | None:
        if asked.path.endswith(".pdf") and not lost:
            lost.append(asked)
            return None
        return answer

    relay.after = losing
    blobs.put(PDF, b"x")
    assert len(uploads(relay)) == 2
    assert blobs.get(PDF) == b"x"


def test_bytes_that_changed_on_the_way_up_are_not_stored(
    blobs: AzureBlobStore, relay: Relay, waits: list[float]
):
    blobs.put("2026/03/first.pdf", b"x")
    relay.before = lambda asked: (
        relay.passed(replace(asked, body=b"y")) if asked.path.endswith(PDF) else None
    )
    with pytest.raises(Unavailable):
        blobs.put(PDF, b"x")
    relay.before = lambda asked: None
    with pytest.raises(NotFound):
        blobs.get(PDF)


def test_bytes_that_changed_on_the_way_down_are_not_given_out(blobs: AzureBlobStore, relay: Relay):
    blobs.put(PDF, b"x")
    relay.after = lambda asked, answer: (
        replace(answer, body=b"y") if asked.method == "GET" else answer
    )
    with pytest.raises(Unavailable, match="damaged"):
        blobs.get(PDF)


def test_a_wrong_key_is_named_and_not_tried_again(relay: Relay):
    with (
        closing(open_blobs(settings_for(relay.endpoint, blob_key=WRONG_KEY))) as blobs,
        pytest.raises(Unavailable, match="ADVISOR_BLOB_KEY is not its key"),
    ):
        blobs.get(PDF)
    assert len(relay.seen) == 1


def test_a_key_that_is_no_key_is_named(relay: Relay):
    with (
        closing(open_blobs(settings_for(relay.endpoint, blob_key="no-key"))) as blobs,
        pytest.raises(Unavailable, match="ADVISOR_BLOB_KEY is not its key"),
    ):
        blobs.get(PDF)


def test_a_container_that_was_taken_away_is_named(blobs: AzureBlobStore):
    blobs.put(PDF, b"x")
    blobs._container._client.delete_container()
    for act in (lambda: blobs.put(PDF, b"x"), lambda: blobs.get(PDF), lambda: blobs.delete(PDF)):
        with pytest.raises(Unavailable, match=r"no container .* ADVISOR_BLOB_CONTAINER"):
            act()


def test_an_address_where_nobody_listens_is_named(waits: list[float]):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}/{ACCOUNT}"
        with closing(open_blobs(settings_for(endpoint))) as blobs:
            for act in (lambda: blobs.put(PDF, b"x"), lambda: blobs.get(PDF)):
                with pytest.raises(Unavailable, match=f"at {endpoint} does not answer.*_ENDPOINT"):
                    act()


def test_a_service_that_says_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch, waits: list[float]
):
    monkeypatch.setattr(storage, "READ_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}/{ACCOUNT}"
        with (
            closing(open_blobs(settings_for(endpoint))) as blobs,
            pytest.raises(Unavailable, match="does not answer"),
        ):
            blobs.get(PDF)


def test_documents_are_there_again_when_the_service_is(tmp_path: Path, waits: list[float]):
    is_installed()
    with Azurite(tmp_path) as first:
        ports = first.ports
        blobs = open_blobs(settings_for(first.blob_endpoint))
        blobs.put(PDF, b"x")
    with closing(blobs):
        with pytest.raises(Unavailable):
            blobs.get(PDF)
        with Azurite(tmp_path, ports=ports):
            assert blobs.get(PDF) == b"x"


def test_without_a_key_http_is_refused(azurite: Azurite):
    with pytest.raises(InvalidInput, match="ADVISOR_BLOB_ENDPOINT has to be https://"):
        open_blobs(settings_for(azurite.blob_endpoint, blob_key=""))


def test_an_identity_needs_the_container_and_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: list[float]
):
    is_installed()
    trusted = certificate(tmp_path / "azurite.pem")
    monkeypatch.setattr(credentials, "identity", Identity)
    with Azurite(
        None, "--oauth", "basic", "--cert", str(trusted), "--key", str(trusted)
    ) as running:
        endpoint = running.secure(running.blob_endpoint)
        settings = settings_for(endpoint, blob_key="", azure_ca_file=str(trusted))
        with closing(open_blobs(settings)) as blobs:
            with pytest.raises(
                Unavailable, match=r"no container .* make it with the infrastructure"
            ):
                blobs.put(PDF, b"x")
            with ContainerClient(
                endpoint, settings.blob_container,
                credential=AzureNamedKeyCredential(ACCOUNT, KEY), connection_verify=str(trusted),
            ) as container:  # fmt: skip
                container.create_container()
            blobs.put(PDF, b"x")
            assert blobs.get(PDF) == b"x"


def test_a_certificate_that_nobody_vouches_for_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: list[float]
):
    is_installed()
    trusted = certificate(tmp_path / "azurite.pem")
    with Azurite(None, "--cert", str(trusted), "--key", str(trusted)) as running:
        endpoint = running.secure(running.blob_endpoint)
        with (
            closing(open_blobs(settings_for(endpoint))) as blobs,
            pytest.raises(Unavailable, match=r"does not answer.*ADVISOR_AZURE_CA_FILE"),
        ):
            blobs.get(PDF)


def test_pages_are_drawn_and_read_from_blob_storage(azurite: Azurite, tmp_path: Path):
    settings = settings_for(azurite.blob_endpoint).model_copy(update={"data_dir": tmp_path})
    ports = chosen_ports(settings, chosen_store(settings))
    assert isinstance(ports.blobs, AzureBlobStore)
    with closing(ports.blobs):
        ports.blobs.put(PDF, next((ROOT / "samples").rglob("*.pdf")).read_bytes())
        assert ports.renderer.webp(PDF, 1)[:4] == b"RIFF"
        with ports.layout.open(ports.blobs.get(PDF), ReportFormat.PDF) as document:
            assert document.page_count >= 1
        with pytest.raises(NotFound):
            ports.renderer.webp("2026/03/none.pdf", 1)
    assert not (tmp_path / "documents").exists()


def test_the_check_tells_a_container_that_answers_from_one_that_is_not_there(azurite: Azurite):
    with closing(open_blobs(settings_for(azurite.blob_endpoint))) as blobs:
        blobs.put(PDF, b"x")
        assert blobs.check() == "Answers."
    other = settings_for(azurite.blob_endpoint, blob_container="nowhere")
    with (
        closing(open_blobs(other)) as blobs,
        pytest.raises(Unavailable, match=r"no container nowhere .*ADVISOR_BLOB_CONTAINER"),
    ):
        blobs.check()
