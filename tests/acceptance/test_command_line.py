"""The command line's forms are public: every line of extract, every list of analyze."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from services.bootstrap import build
from services.domain.audit import AuditEvent
from services.domain.concepts import CONCEPTS
from services.domain.ids import UserId
from tests.core_records import NOON

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted((ROOT / "samples").glob("*.pdf"))
FACT_FIELDS = {
    "document", "concept", "label", "statement", "period_start", "period_end", "value", "unit",
    "basis", "scenario", "confidence", "page", "sheet", "cell", "bbox",
}  # fmt: skip
LISTS = {
    "reports", "statements", "facts", "metrics", "insights", "reasoning_chains", "tie_outs",
    "findings", "materiality", "not_computable",
}  # fmt: skip


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_extract_prints_one_fact_a_line_with_its_place():
    done = run("extract", str(SAMPLES[0]), "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    facts = [json.loads(line) for line in done.stdout.splitlines()]
    assert {frozenset(fact) for fact in facts} == {frozenset(FACT_FIELDS)}
    assert all(f["concept"] is None or f["concept"] in CONCEPTS for f in facts)
    assert all(0 <= f["confidence"] <= 1 and f["page"] >= 1 and len(f["bbox"]) == 4 for f in facts)
    mapped = {f["concept"] for f in facts}
    assert {"revenue", "net_income", "total_assets", "cash_from_operations"} <= mapped


def test_analyze_takes_files_together_and_links_its_lists_by_id():
    done = run("analyze", *map(str, SAMPLES[:2]), "--format", "json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert set(document) == LISTS
    assert len(document["reports"]) == 2
    facts = {fact["fact_id"] for fact in document["facts"]}
    chains = {chain["chain_id"] for chain in document["reasoning_chains"]}
    assert document["insights"]
    for insight in document["insights"]:
        assert insight["chain_id"] in chains
        assert {evidence["fact_id"] for evidence in insight["evidence"]} <= facts


def test_a_bad_file_is_named_and_the_others_are_still_read(tmp_path: Path):
    empty, text = tmp_path / "empty.pdf", tmp_path / "prose.pdf"
    empty.write_bytes(b"")
    text.write_bytes(b"\x00\x01 no report")
    done = run("extract", str(empty), str(text), str(tmp_path / "gone.pdf"), str(SAMPLES[0]))
    assert done.returncode == 1
    assert "empty.pdf" in done.stderr
    assert "prose.pdf" in done.stderr
    assert "gone.pdf" in done.stderr
    assert len(done.stdout.splitlines()) > 50


@pytest.mark.parametrize("arguments", [[], ["extract"], ["nonsense"]])
def test_wrong_use_ends_with_two(arguments):
    assert run(*arguments).returncode == 2


def test_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ADVISOR_PORT", "eighty")
    done = run("serve")
    assert done.returncode == 2
    assert "ADVISOR_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_whole_trail_verifies():
    done = run("verify")
    assert (done.returncode, done.stdout) == (0, "The audit trail is whole.\n")


def test_a_tampered_trail_is_located_and_named_and_ends_with_one(tmp_path: Path):
    log = build().ports.audit
    for number in range(1, 6):
        log.append(AuditEvent(actor=UserId("ann"), action="a", resource=f"r{number}", at=NOON))
    whole = run("audit", "verify")
    assert whole.returncode == 0
    assert whole.stdout == "The audit trail is whole (entries: 5, checkpoints: 1).\n"
    with sqlite3.connect(tmp_path / "data" / "advisor.sqlite3") as raw:
        raw.execute("DROP TRIGGER audit_entries_never_change")
        raw.execute("UPDATE audit_entries SET event = replace(event, 'r3', 'r9') WHERE seq = 3")
    raw.close()
    broken = run("audit", "verify")
    assert broken.returncode == 1
    assert broken.stdout.startswith("The audit trail is broken at entry 3: changed. ")
    assert (run("verify").returncode, run("audit").returncode) == (3, 2)
