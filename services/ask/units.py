"""The unit and the rounding that a question asks for."""

import re

from services.ask.refusals import Reason, Refused

_DOLLARS = r"(?:us dollars?|usd|us\$|\$|dollars?)"
_OF_DOLLARS = r"(?: of)?(?: (?:us )?dollars| usd| us\$)?"
_UNITS: tuple[tuple[str, str], ...] = (
    (rf"(?:{_DOLLARS} ?)?(?:in )?(?:millions?|mm){_OF_DOLLARS}", "millions"),
    (rf"(?:{_DOLLARS} ?)?(?:in )?(?:billions?|bn){_OF_DOLLARS}", "billions"),
    (rf"(?:{_DOLLARS} ?)?(?:in )?thousands?{_OF_DOLLARS}", "thousands"),
    (_DOLLARS, "units"),
    (r"(?:units of )?(?:percentage points?|pp)", "points"),
    (r"(?:units of )?(?:basis points?|bps?)", "basis"),
    (r"(?:units of |terms of )?(?:a )?(?:percents?|percentages?|%)(?: terms)?", "percent"),
    (r"(?:number of )?days", "days"),
)
_BIDDING = r"(?:please )?(?:answer|state|give|express|report|respond)(?: the)?(?: your)?(?: answer| result| it)?"
_BEHIND = r"(?=\s*(?:[.,?;)]|$|(?:and|for|of the|in|at|during|from|between|over|was|is|were|did|does|has|had)\b))"
_PATTERNS = tuple(
    (
        re.compile(
            rf"\(\s*(?:answer )?(?:(?:in|as) )?(?:a )?{said}\s*\)|(?:,|\b{_BIDDING})?\s*\b(?:in|as)(?: a)? {said}{_BEHIND}"
        ),
        unit,
    )
    for said, unit in _UNITS
)
_BY_PERCENT = re.compile(r"\bby what (percentage|percent|%)")
_ROUNDED = (
    r"(?:round(?:ed|ing)?|correct)\b(?: (?:your|the|off))*"
    r"(?: (?:answers?|results?|it|figures?|numbers?|value))?(?: off)? "
)
_ROUND = re.compile(
    rf"(?:\band\b|,)?\s*(?:please )?(?:{_ROUNDED})?to (?:the )?(?:nearest )?"
    r"(?:(?P<count>\d|one|two|three|four|zero|no) (?:decimal(?:s| places?| points?)?|digits? after the decimal point)"
    r"|(?P<name>whole numbers?|integers?|tenth|hundredth|thousandth|cents?|millions?|billions?|percent|%))"
)
_COUNTS = {"zero": 0, "no": 0, "one": 1, "two": 2, "three": 3, "four": 4}
_NAMED = {"tenth": 1, "hundredth": 2, "thousandth": 3, "cent": 2, "cents": 2}


def rounding(text: str) -> tuple[str, int | None]:
    """Return a simplified text without what it says of rounding, and the decimals asked for."""
    match = _ROUND.search(text)
    if match is None:
        return text, None
    count, name = match["count"], match["name"] or ""
    places = _NAMED.get(name, 0) if count is None else _COUNTS.get(count)
    to_unit = (
        f" in usd {name} "
        if "illion" in name
        else " in percent "
        if name in {"percent", "%"}
        else " "
    )
    rest = text[: match.start()] + to_unit + text[match.end() :]
    return rest, int(count) if places is None else places


def unit(text: str) -> tuple[str, str]:
    """Return a simplified text without what it says of the unit, and the unit, '' for none; raises Refused."""
    found: set[str] = set()
    for pattern, name in _PATTERNS:
        if pattern.search(text):
            found.add(name)
            text = pattern.sub(" ", text)
    if _BY_PERCENT.search(text):
        found.add("percent")
    if len(found) > 1:
        raise Refused(Reason.OTHER_UNIT, "The question asks for more than one unit; ask for one.")
    return text, next(iter(found), "")
