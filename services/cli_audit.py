"""The command line's part about the audit trail: verify, bundle, check, purge, holds."""

import argparse
import sys
from datetime import date
from pathlib import Path

from services.bootstrap import build
from services.domain.errors import InvalidInput, Unavailable
from services.domain.users import SYSTEM

EXIT_OK, EXIT_TAMPERED = 0, 1
_Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse names no public type for it


def add_audit(commands: "_Commands[argparse.ArgumentParser]") -> None:
    """Add the command ``audit`` and its acts."""
    audit = commands.add_parser("audit", help="inspect the audit trail")
    acts = audit.add_subparsers(required=True, metavar="ACT")
    inspected = acts.add_parser("verify", help="say where the trail breaks first, and how")
    inspected.set_defaults(run=_inspect)
    bundle = acts.add_parser("bundle", help="write the trail as a zip that proves itself")
    bundle.add_argument("file", metavar="FILE", type=Path)
    bundle.set_defaults(run=_bundle)
    checked = acts.add_parser("check", help="check a bundle that this installation wrote")
    checked.add_argument("file", metavar="FILE", type=Path)
    checked.set_defaults(run=_check)
    purge = acts.add_parser("purge", help="delete entries whose retention is over")
    purge.add_argument("--before", metavar="DATE", type=date.fromisoformat, required=True)
    purge.add_argument("--by", metavar="USER", required=True)
    purge.set_defaults(run=_purge)
    hold = acts.add_parser("hold", help="keep entries beyond their retention")
    hold.add_argument(
        "scope", metavar="RESOURCE", help="an entry's resource, or '*' for everything"
    )
    hold.add_argument("--reason", required=True)
    hold.add_argument("--by", metavar="USER", required=True)
    hold.set_defaults(run=_hold)
    release = acts.add_parser("release", help="ask for a hold's release, or confirm it")
    release.add_argument("hold_id", metavar="HOLD_ID")
    release.add_argument("--by", metavar="USER", required=True)
    release.set_defaults(run=_release)
    acts.add_parser("holds", help="list the legal holds").set_defaults(run=_holds)


def _inspect(_arguments: argparse.Namespace) -> int:
    try:
        found = build().ports.audit.inspect()
    except Unavailable as error:
        sys.stderr.write(f"{error.sentence}\n")
        return EXIT_TAMPERED
    breach, count = found.breach, found.last - found.first + 1
    if breach is None:
        sys.stdout.write(
            f"The audit trail is whole (entries: {count:,}, checkpoints: {len(found.checkpoints):,}).\n"
        )
        return EXIT_OK
    sys.stdout.write(
        f"The audit trail is broken at entry {breach.seq}: {breach.kind.value}. {breach.sentence}\n"
    )
    return EXIT_TAMPERED


def _bundle(arguments: argparse.Namespace) -> int:
    data = build().audit_bundle.make(SYSTEM)
    try:
        arguments.file.write_bytes(data)
    except OSError as error:
        raise InvalidInput(f"{arguments.file} cannot be written ({error.strerror}).") from error
    sys.stdout.write(f"Written: {arguments.file} ({len(data):,} bytes).\n")
    return EXIT_OK


def _check(arguments: argparse.Namespace) -> int:
    try:
        data = arguments.file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{arguments.file} cannot be opened ({error.strerror}).") from error
    checked = build().audit_bundle.check(data)
    sys.stdout.writelines(f"{fault}\n" for fault in checked.faults)
    if checked.faults:
        return EXIT_TAMPERED
    sys.stdout.write(f"The bundle is whole and signed here; its last entry is {checked.last}.\n")
    return EXIT_OK


def _purge(arguments: argparse.Namespace) -> int:
    services = build()
    purged = services.retention.purge(arguments.before, services.accounts.operator(arguments.by))
    if purged is None:
        sys.stdout.write("There is nothing to purge.\n")
    else:
        sys.stdout.write(
            f"Purged: entries {purged.first} to {purged.through}, sha256 {purged.range_sha256}.\n"
        )
    return EXIT_OK


def _hold(arguments: argparse.Namespace) -> int:
    services = build()
    operator = services.accounts.operator(arguments.by)
    hold = services.retention.hold(arguments.scope, arguments.reason, operator)
    sys.stdout.write(f"{hold.hold_id} holds {hold.scope}.\n")
    return EXIT_OK


def _release(arguments: argparse.Namespace) -> int:
    services = build()
    hold = services.retention.release(arguments.hold_id, services.accounts.operator(arguments.by))
    asked = (
        "is asked to be released; another person has to confirm" if hold.in_force else "is released"
    )
    sys.stdout.write(f"{hold.hold_id} {asked}.\n")
    return EXIT_OK


def _holds(_arguments: argparse.Namespace) -> int:
    for hold in build().retention.holds():
        state = "in force" if hold.in_force else "released"
        sys.stdout.write(f"{hold.hold_id}  {hold.scope}  {state}  {hold.set_by}: {hold.reason}\n")
    return EXIT_OK
