"""Number formats of a workbook: which style shows what, which are dates, and a serial day's date."""

import re
from datetime import date, datetime, timedelta

from services.adapters.local.ooxml import Package, find_all

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: '"$"#,##0_);("$"#,##0)', 6: '"$"#,##0_);[Red]("$"#,##0)',
    7: '"$"#,##0.00_);("$"#,##0.00)', 8: '"$"#,##0.00_);[Red]("$"#,##0.00)',
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm",
    37: "#,##0_);(#,##0)", 38: "#,##0_);[Red](#,##0)",
    39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);[Red](#,##0.00)",
    41: '_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)',
    42: '_("$"* #,##0_);_("$"* \\(#,##0\\);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_)_("$"* \\(#,##0.00\\)_("$"* "-"??_)_(@_)',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_LAST_SERIAL = 2_958_465  # December 31, 9999
_LEAP_DAY_1900 = 60  # the serial of February 29, 1900, a day that never was


def read_number_formats(package: Package, path: str | None) -> list[str]:
    """Return the number format of each cell style, by style index."""
    if path is None or not package.has(path):
        return []
    root = package.xml(path)
    custom = {
        int(node.get("numFmtId", "0")): node.get("formatCode", "General")
        for node in find_all(root, "numFmt")
        if node.get("numFmtId", "").isdecimal()
    }
    formats = {**BUILT_IN, **custom}
    cell_styles = find_all(root, "cellXfs")
    nodes = list(cell_styles[0]) if cell_styles else []
    identifiers = [node.get("numFmtId", "0") for node in nodes]
    return [formats.get(int(i) if i.isdecimal() else 0, "General") for i in identifiers]


def is_date_format(number_format: str) -> bool:
    """Whether the format shows a day or a time of day (a stretch of hours in brackets is none)."""
    bare = _LITERALS.sub("", number_format.split(";")[0]).lower()
    if bare in {"general", "@"}:
        return False
    return any(letter in bare for letter in "ydhs") or "mmm" in bare


def date_of(serial: float, uses_1904: bool) -> date | datetime | None:
    """Return the day (with its time, where it has one) of a serial number, None outside the calendar."""
    if not 1 <= serial <= _LAST_SERIAL:
        return None
    if uses_1904:
        epoch = datetime(1904, 1, 1)  # noqa: DTZ001 - a workbook's days have no zone
    else:
        shift = 0 if serial > _LEAP_DAY_1900 else 1
        epoch = datetime(1899, 12, 30) + timedelta(days=shift)  # noqa: DTZ001
    try:
        moment = epoch + timedelta(milliseconds=round(serial * 86_400_000))
    except OverflowError:
        return None
    return (
        moment if moment.time().replace(microsecond=0).isoformat() != "00:00:00" else moment.date()
    )
