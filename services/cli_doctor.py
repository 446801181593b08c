"""The command line's part that asks every service how it is."""

import argparse
import json
import sys
from collections.abc import Sequence

from services.api.capabilities import checked_list
from services.bootstrap import build
from services.capabilities import Checkup
from services.domain.errors import Unavailable

_FINE, _FAILED = 0, 1
_Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse names no public type for it


def add_doctor(commands: "_Commands[argparse.ArgumentParser]") -> None:
    """Add the command ``doctor``."""
    doctor = commands.add_parser("doctor", help="ask every service that is in use how it is")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    doctor.set_defaults(run=_doctor)


def _doctor(arguments: argparse.Namespace) -> int:
    """Return 0 when all are fine, 1 when one is not."""
    try:
        found = build().capabilities.check()
    except Unavailable as error:
        sys.stderr.write(f"The product cannot start: {error.sentence}\n")
        return _FAILED
    if arguments.json:
        said = checked_list(found).model_dump(mode="json", exclude={"links"})
        sys.stdout.write(json.dumps(said, ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write(_table(found))
    return _FINE if all(one.is_fine for one in found) else _FAILED


def _table(found: Sequence[Checkup]) -> str:
    rows = [
        (
            one.capability.name,
            one.capability.adapter,
            one.capability.host or "this machine",
            "ok" if one.is_fine else "FAILED",
            f"{one.milliseconds} ms",
        )
        for one in found
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=True)), words])
        for row, words in zip(rows, (one.sentence for one in found), strict=True)
    )
    return "".join(f"{line}\n" for line in lines)
