"""What every store of documents keeps to, the folder and Blob Storage alike."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from services.adapters.azure.blobs import open_blobs
from services.adapters.local.blobs import FileBlobStore
from services.config import Settings
from services.domain.errors import Conflict, InvalidInput, NotFound
from services.ports import BlobStore
from tests.azure.azurite import KEY as ACCOUNT_KEY

KEY = "2026/03/report-1f2e.pdf"
STORES = ["files", pytest.param("azure", marks=pytest.mark.xdist_group("azurite"))]


@pytest.fixture(params=STORES)
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BlobStore]:
    if request.param == "files":
        yield FileBlobStore(tmp_path / "documents")
        return
    settings = Settings(
        blob_endpoint=request.getfixturevalue("azurite").blob_endpoint,
        blob_key=ACCOUNT_KEY,
        blob_container=f"c{uuid.uuid4().hex}",
    )
    with closing(open_blobs(settings)) as store:
        yield store


def test_a_document_comes_back_byte_by_byte(blobs: BlobStore):
    blobs.put(KEY, b"%PDF-\x00\xff\r\n")
    assert blobs.get(KEY) == b"%PDF-\x00\xff\r\n"


def test_the_largest_document_comes_back_byte_by_byte(blobs: BlobStore):
    data = bytes(range(256)) * (52_428_800 // 256)
    blobs.put("2026/03/large.xlsx", data)
    assert blobs.get("2026/03/large.xlsx") == data


def test_a_missing_document_is_not_found(blobs: BlobStore):
    blobs.put("2026/03/another.pdf", b"x")
    with pytest.raises(NotFound, match="missing"):
        blobs.get(KEY)


def test_the_same_bytes_once_more_are_no_change(blobs: BlobStore):
    blobs.put(KEY, b"first")
    blobs.put(KEY, b"first")
    assert blobs.get(KEY) == b"first"


def test_a_document_is_never_overwritten(blobs: BlobStore):
    blobs.put(KEY, b"first")
    with pytest.raises(Conflict, match="Another document"):
        blobs.put(KEY, b"second")
    assert blobs.get(KEY) == b"first"


def test_of_many_writers_of_one_key_one_wins_and_each_other_is_told(blobs: BlobStore):
    def written(number: int) -> bool:
        try:
            blobs.put(KEY, f"writer {number}".encode())
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = [number for number, did in enumerate(pool.map(written, range(8))) if did]
    assert len(won) == 1
    assert blobs.get(KEY) == f"writer {won[0]}".encode()


def test_deleting_is_final_and_may_be_repeated(blobs: BlobStore):
    blobs.put(KEY, b"x")
    blobs.delete(KEY)
    blobs.delete(KEY)
    with pytest.raises(NotFound):
        blobs.get(KEY)
    blobs.put(KEY, b"y")
    assert blobs.get(KEY) == b"y"


@pytest.mark.parametrize(
    "key",
    [
        "../x.pdf", "2026/03/../../x.pdf", "/2026/03/x.pdf", "2026/03/x/y.pdf", "2026/03/.x.pdf",
        "2026/03/x.pdf\n", "2026\\03\\x.pdf", "2026/03/x", "", "2026/03/..", "2026/3/x.pdf",
        "2026/03/x\0.pdf", "2026/03/é.pdf", "２０２６/03/x.pdf", "2026/03/x.pdf?comp=metadata",
    ],
)  # fmt: skip
def test_a_key_that_is_no_plain_path_is_refused_by_every_verb(blobs: BlobStore, key: str):
    for act in (lambda: blobs.put(key, b"x"), lambda: blobs.get(key), lambda: blobs.delete(key)):
        with pytest.raises(InvalidInput):
            act()
