"""The limited child that reads one workbook."""

import gc
from typing import Any

from services.adapters.local.child_main import Answer, Progress, serve
from services.adapters.local.sheets import read_sheets
from services.adapters.local.wire import pack_sheets


def sheets(request: dict[str, Any], blob: bytes, progress: Progress) -> Answer:
    """Answer the worksheets of the workbook in ``blob``."""
    del progress
    return pack_sheets(read_sheets(blob, request["format"]))


def main() -> None:
    """Serve one workbook."""
    gc.disable()  # one document, then the end: looking for cycles among a million cells costs a quarter
    serve({"sheets": sheets})


if __name__ == "__main__":
    main()
