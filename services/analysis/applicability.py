"""What means something for a kind of company and what does not, decided before any rule runs (§4.12)."""

from enum import StrEnum
from typing import NamedTuple

from services.analysis.metric_catalogue import SPECS
from services.analysis.metrics import useful
from services.analysis.profile import Profile


class Verdict(StrEnum):
    """How far a measure can be used."""

    APPLIES = "applies"
    CAUTION = "with caution"
    TREND = "trend only"
    NOT = "does not apply"


class Applicability(NamedTuple):
    """One group of measures: the rules that use it, how far it applies, and why."""

    measure: str
    rules: tuple[str, ...]
    verdict: Verdict
    why: str


class _Judged(NamedTuple):
    verdict: Verdict
    why: str


_PLAIN = _Judged(Verdict.APPLIES, "nothing in the statements speaks against it")
_BANK = _Judged(Verdict.NOT, "debt, interest and revenue mean something else for a bank or insurer")
_UNCLASSIFIED = _Judged(Verdict.NOT, "the balance sheet prints no current assets and liabilities")


def applicability(profile: Profile) -> list[Applicability]:
    """Return every group of measures with how far it applies to a company of this profile."""
    industrial = _BANK if profile.financial else _PLAIN
    return [
        Applicability("Current, quick and cash ratio", ("K01",), *_liquidity(profile)),
        Applicability("Debt to EBITDA", ("K03",), *_leverage(profile)),
        Applicability("Interest coverage, refinancing", ("K04", "K05"), *industrial),
        Applicability("Altman distress score", ("K06",), *_altman(profile)),
        Applicability(
            "Other distress, manipulation and strength screens", ("K07", "K08", "K09"), *_screens(profile)
        ),
        Applicability("Gross margin", ("R03",), *_gross_margin(profile)),
        Applicability("Operating margin and leverage", ("R04", "R05", "R07"), *industrial),
        Applicability("Days of working capital", ("A13", "A14", "A15", "R10"), *industrial),
    ]  # fmt: skip


def left_out(profile: Profile) -> list[str]:
    """Return the metrics that are not computed for a company of this profile, in catalogue order."""
    kept = {spec.metric_id for spec in useful(profile)}
    return [spec.metric_id for spec in SPECS if spec.metric_id not in kept]


def _liquidity(profile: Profile) -> _Judged:
    objection = profile.liquidity_objection
    if objection is None:
        return _PLAIN
    trend = profile.utility and profile.classified and not profile.financial
    return _Judged(Verdict.TREND if trend else Verdict.NOT, objection)


def _leverage(profile: Profile) -> _Judged:
    if profile.financial:
        return _BANK
    if profile.property_company:
        return _Judged(Verdict.NOT, "EBITDA multiples mislead for a property company")
    if profile.utility:
        return _Judged(
            Verdict.APPLIES, "limits two turns higher: a utility's debt is high by design"
        )
    return _PLAIN


def _altman(profile: Profile) -> _Judged:
    if profile.financial:
        return _BANK
    if not profile.classified:
        return _UNCLASSIFIED
    if profile.utility or profile.property_company:
        return _Judged(Verdict.CAUTION, "debt is high by design: read its direction, not its level")
    kind = "a manufacturer (Z′)" if profile.manufacturer else "a company that makes no goods (Z″)"
    return _Judged(Verdict.APPLIES, f"the variant for {kind}")


def _screens(profile: Profile) -> _Judged:
    if profile.financial:
        return _BANK
    if not profile.classified:
        return _UNCLASSIFIED
    if profile.property_company:
        return _Judged(Verdict.NOT, "the published samples left property companies out")
    if profile.utility:
        return _Judged(Verdict.CAUTION, "debt is high by design")
    return _PLAIN


def _gross_margin(profile: Profile) -> _Judged:
    if profile.financial:
        return _BANK
    if profile.utility or profile.property_company:
        kind = "utility" if profile.utility else "property company"
        return _Judged(Verdict.NOT, f"a {kind} has no cost of sales to set against revenue")
    return _PLAIN
