"""The command line: the same services without the browser.

extract FILE… --format jsonl     one fact a line
analyze FILE… --format json      reports, statements, facts, metrics, insights, reasoning chains
serve                            the product at http://localhost:8501 (pages, API, workers)
workers                          only the worker processes
verify                           check that the audit trail is whole
audit verify                     say where the audit trail breaks first, and how
audit bundle FILE                write the trail as a zip for an auditor; audit check FILE checks one
audit purge --before DATE        delete entries older than 7 years; audit hold, release, holds: legal holds
replay INSIGHT_ID                compute an insight again from the stored facts; say what differs
openapi                          print the description of the API (docs/openapi.yaml)
access                           print who may do what (docs/access.md)
narrate INSIGHT_ID               list the numbers that a text about an insight may use; judge one (--text)
user add NAME --role ROLE        make an account; list, password, role, companies, disable, enable, remove-demo
doctor                           ask every service in use how it is; exit code 1 when one fails (--json)
token --role ROLE                print a new bearer token for a program; token list, token revoke ID
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from fastapi import FastAPI

from services.adapters.wiring import chosen_settings
from services.api.app import create_app
from services.api.matrix import access_document
from services.api.openapi import as_yaml
from services.bootstrap import build, build_engine
from services.cli_audit import add_audit
from services.cli_doctor import add_doctor
from services.cli_identity import add_identity
from services.config import Settings
from services.domain.errors import (
    AdvisorError,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    Unavailable,
)
from services.domain.ids import InsightId
from services.domain.retention import CHAIN_TTL_SECONDS
from services.engine import Analysed, Engine, NarrativeDesk, Read
from services.extraction.jsonl import fact_line
from services.narrative.grounds import Given
from services.pipeline.replay import replay
from services.supervisor import supervise
from services.worker import run_worker

ROOT = Path(__file__).resolve().parent.parent
EXIT_OK, EXIT_DOCUMENT, EXIT_WRONG_USE, EXIT_BROKEN_TRAIL, EXIT_DIFFERS = 0, 1, 2, 3, 4
EXIT_REFUSED, EXIT_UNAVAILABLE = 5, 6


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code.

    0 fine, 1 a file could not be read or ``audit verify`` found a breach, 2 wrong use, 3 trail broken
    (``verify``), 4 a replay differs, 5 what was asked for is refused, 6 a service does not answer.
    """
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except InvalidInput as error:
        sys.stderr.write(f"{error.sentence}\n")
        return EXIT_WRONG_USE
    except (Conflict, Forbidden, NotFound) as error:
        sys.stderr.write(f"{error.sentence}\n")
        return EXIT_REFUSED
    except Unavailable as error:
        sys.stderr.write(f"{error.sentence}\n")
        return EXIT_UNAVAILABLE
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services",
        description="Read financial reports, check them, and say what was found with its cell.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    extract = commands.add_parser("extract", help="print one fact a line")
    extract.add_argument("files", nargs="+", metavar="FILE", type=Path)
    extract.add_argument("--format", choices=["jsonl"], default="jsonl")
    extract.set_defaults(run=_extract)
    analyze = commands.add_parser("analyze", help="print reports, facts, metrics and insights")
    analyze.add_argument("files", nargs="+", metavar="FILE", type=Path)
    analyze.add_argument("--format", choices=["json"], default="json")
    analyze.set_defaults(run=_analyze)
    serve = commands.add_parser("serve", help="serve the product in the browser")
    serve.set_defaults(run=_serve)
    workers = commands.add_parser("workers", help="run the worker processes alone")
    workers.set_defaults(run=_workers)
    worker = commands.add_parser("worker", help="run one worker process in the foreground")
    worker.set_defaults(run=_worker)
    verify = commands.add_parser("verify", help="check that the audit trail is whole")
    verify.set_defaults(run=_verify)
    add_audit(commands)
    replayed = commands.add_parser("replay", help="compute an insight again and compare")
    replayed.add_argument("insight_id", metavar="INSIGHT_ID")
    replayed.set_defaults(run=_replay)
    commands.add_parser("openapi", help="print the description of the API as YAML").set_defaults(
        run=_openapi
    )
    commands.add_parser("access", help="print who may do what as Markdown").set_defaults(
        run=_access
    )
    narrate = commands.add_parser(
        "narrate", help="list an insight's numbers; judge a text about it"
    )
    narrate.add_argument("insight_id", metavar="INSIGHT_ID")
    narrate.add_argument("--text", metavar="FILE", type=Path)
    narrate.set_defaults(run=_narrate)
    add_identity(commands)
    add_doctor(commands)
    return parser


def _extract(arguments: argparse.Namespace) -> int:
    engine = build_engine()
    code = EXIT_OK
    for path in arguments.files:
        read = _read(engine, path, sys.stderr)
        if read is None:
            code = EXIT_DOCUMENT
            continue
        _explain(read, sys.stderr)
        for fact in read.facts:
            sys.stdout.write(json.dumps(fact_line(fact), ensure_ascii=False) + "\n")
    return code


def _analyze(arguments: argparse.Namespace) -> int:
    engine = build_engine()
    reads = [_read(engine, path, sys.stderr) for path in arguments.files]
    readable = [read for read in reads if read is not None]
    for read in readable:
        _explain(read, sys.stderr)
    json.dump(analysis_document(engine.analyse(readable)), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
    return EXIT_OK if len(readable) == len(reads) else EXIT_DOCUMENT


def analysis_document(analysed: Iterable[Analysed]) -> dict[str, list[object]]:
    """Return the public JSON form of analysed reports: one list a kind, linked by ids."""
    document: dict[str, list[object]] = {
        name: []
        for name in (
            "reports", "statements", "facts", "metrics", "insights", "reasoning_chains",
            "tie_outs", "findings", "materiality", "not_computable",
        )
    }  # fmt: skip
    for one in analysed:
        read, analysis = one.read, one.analysis
        document["reports"].append(read.report.model_dump(mode="json"))
        document["statements"] += [s.model_dump(mode="json") for s in read.statements]
        document["facts"] += [
            {"fact_id": f.fact_id, "report_id": f.report_id, **fact_line(f)} for f in read.facts
        ]
        document["metrics"] += [m.model_dump(mode="json") for m in analysis.metrics]
        document["insights"] += [i.model_dump(mode="json") for i in analysis.insights]
        document["reasoning_chains"] += [
            {**chain.model_dump(mode="json"), "ttl": CHAIN_TTL_SECONDS} for chain in analysis.chains
        ]
        document["tie_outs"] += [t.model_dump(mode="json") for t in read.tie_outs]
        document["findings"] += [f.model_dump(mode="json") for f in read.findings]
        if analysis.materiality is not None:
            document["materiality"].append(analysis.materiality.model_dump(mode="json"))
        document["not_computable"] += [n.model_dump(mode="json") for n in analysis.not_computable]
    return document


def _read(engine: Engine, path: Path, errors: TextIO) -> Read | None:
    try:
        return engine.read(path.name, path.read_bytes())
    except OSError as error:
        errors.write(f"{path}: cannot be opened ({error.strerror}).\n")
    except AdvisorError as error:
        errors.write(f"{path}: {error.sentence}\n")
    return None


def _explain(read: Read, errors: TextIO) -> None:
    for finding in read.findings:
        place = f" (page {finding.page})" if finding.page else ""
        errors.write(f"{read.report.name}: {finding.sentence}{place}\n")


def _serve(_arguments: argparse.Namespace) -> int:
    settings = chosen_settings()
    build(settings).accounts.open(at_home=settings.at_home)
    address = f"http://localhost:{settings.port}" if settings.at_home else settings.base_url
    sys.stdout.write(f"Serving at {address} (Ctrl-C stops everything)\n")
    sys.stdout.flush()
    os.chdir(ROOT)
    # X-Forwarded-For says whatever its sender likes; who runs a proxy of their own names its address here.
    os.environ.setdefault("FORWARDED_ALLOW_IPS", "")
    command = [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "server.py"),
        f"--server.port={settings.port}", f"--server.address={settings.host}",
        "--server.headless=true",
    ]  # fmt: skip
    os.execv(sys.executable, command)  # noqa: S606 - replaces this process by the server


def _workers(_arguments: argparse.Namespace) -> int:
    supervise(chosen_settings())
    return EXIT_OK


def _worker(_arguments: argparse.Namespace) -> int:
    run_worker(chosen_settings())
    return EXIT_OK


def _verify(_arguments: argparse.Namespace) -> int:
    broken = build().ports.audit.verify()
    if broken is None:
        sys.stdout.write("The audit trail is whole.\n")
        return EXIT_OK
    sys.stdout.write(f"The audit trail is broken at entry {broken}.\n")
    return EXIT_BROKEN_TRAIL


def _openapi(_: argparse.Namespace) -> int:
    sys.stdout.write(as_yaml(_api().openapi()))
    return EXIT_OK


def _access(_: argparse.Namespace) -> int:
    sys.stdout.write(access_document(_api()))
    return EXIT_OK


def _api() -> FastAPI:
    with TemporaryDirectory() as folder:
        return create_app(build(Settings(data_dir=Path(folder))))


def _replay(arguments: argparse.Namespace) -> int:
    services = build()
    try:
        found = replay(InsightId(arguments.insight_id), services.ports.records, services.templates)
    except NotFound as error:
        sys.stderr.write(f"{error.sentence}\n")
        return EXIT_WRONG_USE
    if found.is_identical:
        chain = found.chain
        sys.stdout.write(
            f"Identical: {len(chain.steps)} steps, {chain.ruleset_version}, "
            f"{chain.model_version}, inputs sha256 {chain.inputs_hash}.\n"
        )
        return EXIT_OK
    sys.stdout.write("The replay differs:\n")
    for difference in found.differences:
        sys.stdout.write(f"  {difference}\n")
    return EXIT_DIFFERS


def _narrate(arguments: argparse.Namespace) -> int:
    desk, insight_id = NarrativeDesk(build().ports.records), InsightId(arguments.insight_id)
    try:
        if arguments.text is None:
            return _list_numbers(desk.given(insight_id))
        return _judge(desk, insight_id, arguments.text)
    except NotFound as error:
        sys.stderr.write(f"{error.sentence}\n")
        return EXIT_WRONG_USE


def _list_numbers(given: Given) -> int:
    for ground in given.grounds:
        period = "" if ground.period is None else f", {ground.period.label}"
        names = " or ".join(sorted(ground.terms))
        sys.stdout.write(f"{{{{{ground.key}}}}}  {ground.display}  {names}{period}\n")
    return EXIT_OK


def _judge(desk: NarrativeDesk, insight_id: InsightId, path: Path) -> int:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read as text ({type(error).__name__}).") from error
    verdict = desk.judge(insight_id, text)
    if verdict.accepted:
        sys.stdout.write(f"{verdict.text}\n")
        return EXIT_OK
    sys.stdout.write("The text is refused:\n")
    sys.stdout.writelines(f"  {kind}: {reason}\n" for kind, reason in verdict.refusals)
    return EXIT_REFUSED
