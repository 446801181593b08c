"""Every metric by id."""

from collections.abc import Mapping

from services.analysis.metric_ratios import RATIOS
from services.analysis.metric_scores import SCORES
from services.analysis.metric_spec import Spec

SPECS: tuple[Spec, ...] = (*RATIOS, *SCORES)
BY_ID: Mapping[str, Spec] = {spec.metric_id: spec for spec in SPECS}
