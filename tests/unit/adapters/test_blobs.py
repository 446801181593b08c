"""Stored documents: whole or absent, and never outside their folder."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.adapters.local.blobs import FileBlobStore
from services.domain.errors import InvalidInput, Unavailable

KEY = "2026/03/report-1f2e.pdf"


def test_a_document_comes_back_byte_by_byte(tmp_path: Path):
    blobs = FileBlobStore(tmp_path)
    blobs.put(KEY, b"%PDF-\x00\xff")
    assert blobs.get(KEY) == b"%PDF-\x00\xff"
    assert FileBlobStore(tmp_path).get(KEY) == b"%PDF-\x00\xff"
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["report-1f2e.pdf"]


def test_a_key_that_is_refused_leaves_no_folder(tmp_path: Path):
    with pytest.raises(InvalidInput):
        FileBlobStore(tmp_path / "documents").put("../x.pdf", b"x")
    assert list(tmp_path.iterdir()) == []


@given(key=st.text(alphabet="./\\02a-é\0", max_size=24))
def test_no_key_leads_out_of_the_folder(key: str):
    root = Path("documents").resolve()
    try:
        path = FileBlobStore(root)._path(key)
    except InvalidInput:
        return
    assert path.resolve().is_relative_to(root)


def test_a_full_disk_leaves_no_half_document_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left on device"):
        FileBlobStore(tmp_path).put(KEY, b"x" * 1000)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_bytes_are_synced_before_they_get_their_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    acts: list[str] = []
    fsync, link = os.fsync, os.link
    monkeypatch.setattr(os, "fsync", lambda fd: (acts.append("sync"), fsync(fd))[1])
    monkeypatch.setattr(os, "link", lambda part, to: (acts.append("link"), link(part, to))[1])
    FileBlobStore(tmp_path).put(KEY, b"x")
    assert acts[:2] == ["sync", "link"]
    assert "sync" in acts[2:]


def test_parts_of_killed_writes_are_cleared_once_they_are_old(tmp_path: Path):
    blobs = FileBlobStore(tmp_path)
    blobs.put(KEY, b"x")
    old, new = (tmp_path / "2026" / "03" / f".{name}.part" for name in ("old", "new"))
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (1_000, 1_000))
    assert blobs.clear_leftovers() == 1
    assert (old.exists(), new.exists()) == (False, True)
    assert blobs.get(KEY) == b"x"
