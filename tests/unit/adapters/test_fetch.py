"""Documents are fetched from allowed hosts at public addresses, and from nowhere else, whatever an address does."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.adapters.fetch.https import HttpsSource
from services.adapters.fetch.places import Place, checked, is_public, places
from services.adapters.fetch.wiring import source_of
from services.config import Settings
from services.domain.errors import Forbidden, InvalidInput, ReportTooLarge, Unavailable

HOST = "reports.test"
DOCUMENT = b"%PDF-1.7 a document"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of reports.test in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Site:
    """A real https server; ``answers`` says what an address gives, ``asked`` what was asked for."""

    def __init__(self, certificate: Path) -> None:
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[tuple[str, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.headers["Host"], self.path))
                site.answers[self.path](self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # a client that goes away is no matter
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate)
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]

    def url(self, path: str, host: str = HOST) -> str:
        return f"https://{host}:{self.port}{path}"


def gives(body: bytes, status: int = 200, **headers: str):
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture
def site(certificate: Path) -> Iterator[Site]:
    running = Site(certificate)
    thread = threading.Thread(target=running.server.serve_forever, args=(0.01,))
    thread.start()
    yield running
    running.server.shutdown()
    thread.join()
    running.server.server_close()


@pytest.fixture
def source(site: Site, certificate: Path) -> HttpsSource:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    return HttpsSource(
        allowed=frozenset({Place(HOST, site.port), Place("elsewhere.test", site.port)}),
        max_bytes=1000,
        resolve=resolve,
        is_allowed=lambda address: address == "127.0.0.1",
        trust=ssl.create_default_context(cafile=certificate),
    )


def changed(source: HttpsSource, **fields: object) -> HttpsSource:

    return replace(source, **fields)


def test_a_document_is_fetched_under_the_last_part_of_its_address(site, source):
    site.answers["/q4/Q4%20Report.pdf?x=1"] = gives(DOCUMENT)
    found = source.fetch(site.url("/q4/Q4%20Report.pdf?x=1#page=2"))
    assert (found.name, found.data) == ("Q4 Report.pdf", DOCUMENT)
    assert site.asked == [(f"{HOST}:{site.port}", "/q4/Q4%20Report.pdf?x=1")]


def test_a_certificate_of_another_name_is_not_believed(site, source):
    with pytest.raises(Unavailable):
        source.fetch(site.url("/a.pdf", "elsewhere.test"))
    assert site.asked == []


def test_a_name_is_looked_up_once_and_a_second_answer_leads_nowhere(site, source):
    looked_up = []

    async def rebinding(host: str, _port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"] if len(looked_up) == 1 else ["169.254.169.254"]

    site.answers["/a.pdf"] = gives(DOCUMENT)
    assert changed(source, resolve=rebinding).fetch(site.url("/a.pdf")).data == DOCUMENT
    assert looked_up == [HOST]


def test_one_private_address_among_public_ones_is_enough_to_refuse(site, source):
    async def mixed(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1", "10.0.0.1"]

    with pytest.raises(Forbidden, match="not at a public address"):
        changed(source, resolve=mixed).fetch(site.url("/a.pdf"))
    assert site.asked == []


@pytest.mark.parametrize("failing", [OSError("no such host"), None])
def test_a_host_that_is_not_known_can_be_tried_again(site, source, failing):
    async def unknown(_host: str, _port: int) -> list[str]:
        if failing:
            raise failing
        return []

    with pytest.raises((Unavailable, Forbidden)):
        changed(source, resolve=unknown).fetch(site.url("/a.pdf"))


def test_this_machine_is_no_public_address_without_a_rule_for_tests(site, source):
    with pytest.raises(Forbidden):
        changed(source, is_allowed=is_public).fetch(site.url("/a.pdf"))


def test_a_redirect_is_followed_where_it_passes_again(site, source):
    site.answers["/a"] = gives(b"", 302, Location="/b")
    site.answers["/b"] = gives(b"", 307, Location=site.url("/c.pdf"))
    site.answers["/c.pdf"] = gives(DOCUMENT)
    assert source.fetch(site.url("/a")).name == "c.pdf"


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("http://reports.test/a.pdf", InvalidInput),
        ("https://169.254.169.254/latest/meta-data", Forbidden),
        ("https://other.test/a.pdf", Forbidden),
        ("file:///etc/passwd", InvalidInput),
        ("https://reports.test:22/a.pdf", Forbidden),
        ("https://me:pass@reports.test/a.pdf", InvalidInput),
        ("https://reports.test:abc/a.pdf", InvalidInput),
        ("https://reports.test/" + "a" * 70_000, InvalidInput),
    ],
)
def test_a_redirect_to_where_nothing_may_be_fetched_is_refused(site, source, location, error):
    site.answers["/a"] = gives(b"", 302, Location=location)
    with pytest.raises(error):
        source.fetch(site.url("/a"))
    assert len(site.asked) == 1


def test_an_address_that_leads_on_and_on_is_given_up(site, source):
    site.answers["/a"] = gives(b"", 302, Location="/a")
    with pytest.raises(InvalidInput, match="more than 3 times"):
        source.fetch(site.url("/a"))
    assert len(site.asked) == 4


@pytest.mark.parametrize("announced", [True, False])
def test_a_document_over_the_limit_is_not_read_to_its_end(site, source, announced):
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        if announced:
            handler.send_header("Content-Length", "100000000000")
        handler.end_headers()
        while True:
            handler.wfile.write(bytes(1000))

    site.answers["/a.pdf"] = endless
    with pytest.raises(ReportTooLarge):
        source.fetch(site.url("/a.pdf"))
    site.answers["/b.pdf"] = gives(bytes(1000))
    assert len(source.fetch(site.url("/b.pdf")).data) == 1000


def test_a_server_that_trickles_is_given_up_when_the_time_is_over(site, source):
    over = threading.Event()

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not over.wait(0.02):
            handler.wfile.write(b"x")

    site.answers["/a.pdf"] = trickle
    began = time.monotonic()
    with pytest.raises(Unavailable, match=r"in 0\.5 seconds"):
        changed(source, seconds=0.5).fetch(site.url("/a.pdf"))
    over.set()
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (gives(b"", 404), InvalidInput),
        (gives(b"", 204), InvalidInput),
        (gives(b"", 304), InvalidInput),
        (gives(b"", 302), InvalidInput),
        (gives(b"", 503), Unavailable),
        (gives(b"x", 200, Content_Encoding="gzip"), InvalidInput),
    ],
)
def test_what_is_no_document_is_told(site, source, answer, error):
    site.answers["/a.pdf"] = answer
    with pytest.raises(error):
        source.fetch(site.url("/a.pdf"))


def test_a_server_that_breaks_off_can_be_tried_again(site, source):
    def broken(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nhalf")

    site.answers["/a.pdf"] = broken
    with pytest.raises(Unavailable):
        source.fetch(site.url("/a.pdf"))


def test_no_proxy_of_the_environment_is_asked(site, source, monkeypatch):
    for name in ("HTTPS_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.answers["/a.pdf"] = gives(DOCUMENT)
    assert source.fetch(site.url("/a.pdf")).data == DOCUMENT


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://reports.test/a.pdf", InvalidInput),
        ("ftp://reports.test/a.pdf", InvalidInput),
        ("file:///etc/passwd", InvalidInput),
        ("//reports.test/a.pdf", InvalidInput),
        ("reports.test/a.pdf", InvalidInput),
        ("https://", InvalidInput),
        ("https://[::1", InvalidInput),
        ("https://reports.test:99999/a.pdf", Forbidden),
        ("https://reports.test:x/a.pdf", InvalidInput),
        ("https://reports.test\n.evil.test/a.pdf", InvalidInput),
        ("https://user@reports.test/a.pdf", InvalidInput),
        ("https://user:secret@reports.test/a.pdf", InvalidInput),
        ("https://reports.test@evil.test/a.pdf", InvalidInput),
        ("https://evil.test/reports.test/a.pdf", Forbidden),
        ("https://evil.test#@reports.test/", Forbidden),
        ("https://evil.test?@reports.test/", Forbidden),
        (r"https://evil.test\@reports.test/", (InvalidInput, Forbidden)),
        ("https://reports.test.evil.test/a.pdf", Forbidden),
        ("https://evilreports.test/a.pdf", Forbidden),
        ("https://reports.test./a.pdf", Forbidden),
        ("https://reports.test:8443/a.pdf", Forbidden),
        ("https://127.0.0.1/a.pdf", Forbidden),
        ("https://2130706433/a.pdf", Forbidden),
        ("https://0x7f.1/a.pdf", Forbidden),
        ("https://[::1]/a.pdf", Forbidden),
        ("https://[::ffff:127.0.0.1]/a.pdf", Forbidden),
        ("https://localhost/a.pdf", Forbidden),
        ("https://ⓡeports.test/a.pdf", (InvalidInput, Forbidden)),
    ],
)  # fmt: skip
def test_a_hostile_address_is_refused_before_anything_is_looked_up(url, error):
    async def never(_host: str, _port: int) -> list[str]:
        raise AssertionError("it was looked up")

    with pytest.raises(error):
        HttpsSource(places(HOST), 1000, resolve=never).fetch(url)


@pytest.mark.parametrize("url", ["https://REPORTS.test/a", "https://reports.test:443/a"])
def test_letter_case_and_the_usual_port_make_no_other_host(url):
    assert checked(url, places(HOST)).host == HOST


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "192.0.2.1", "198.18.0.1", "192.88.99.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1",
        "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2001::1",
        "no address", "",
    ],
)  # fmt: skip
def test_an_address_that_is_not_plainly_public_is_not_connected_to(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111"])
def test_a_public_address_is(address):
    assert is_public(address)


def test_without_the_setting_nothing_is_fetched_and_with_it_from_these_hosts():
    with pytest.raises(Forbidden, match="ADVISOR_INGEST_HOSTS"):
        source_of(Settings()).fetch("https://reports.test/a.pdf")
    listed = source_of(Settings(ingest_hosts=" A.example.com, b.example.com:8443,")).allowed
    assert listed == {Place("a.example.com"), Place("b.example.com", 8443)}
