"""All rules, in the order they run, and the version of the whole."""

from services.analysis.anomaly_rules import ANOMALIES
from services.analysis.risk_rules import RISKS
from services.analysis.rule import Rule
from services.analysis.trend_rules import TRENDS

RULESET_VERSION = "ruleset-v1.3.0"
RULES: tuple[Rule, ...] = (*ANOMALIES, *TRENDS, *RISKS)
