"""What holds of telemetry wherever it goes, the log or Application Insights: whose trace a span is in; it never fails."""

import json
import subprocess
import sys

import pytest

from services.domain.tracing import traced_ids
from tests.azure.app_insights import serving
from tests.conftest import ROOT
from tests.contract.telemetry_run import CALLER

KINDS = {"local": "LogTelemetry", "azure": "AzureTelemetry"}


@pytest.fixture(scope="module", params=KINDS)
def written(request: pytest.FixtureRequest) -> dict[str, str]:
    with serving() as (connection, _):
        given = connection if request.param == "azure" else ""
        done = subprocess.run(
            [sys.executable, "-m", "tests.contract.telemetry_run", given],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    spans: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    assert spans["kind"] == KINDS[request.param]
    return spans


def ids(traceparent: str) -> tuple[str, str]:
    """Trace and span of a traceparent."""
    found = traced_ids(traceparent)
    assert found is not None
    return found[0], found[1]


def test_a_span_is_in_the_trace_of_its_caller_and_has_an_id_of_its_own(written: dict[str, str]):
    (trace, span), (callers, parent) = ids(written["called"]), ids(CALLER)
    assert trace == callers
    assert span != parent


def test_what_is_sent_or_called_within_a_span_goes_on_from_it(written: dict[str, str]):
    assert written["sent"] == written["called"]
    traces = {ids(written[name])[0] for name in ("called", "within", "continued")}
    spans = {ids(written[name])[1] for name in ("called", "within", "continued")}
    assert (len(traces), len(spans)) == (1, 3)


def test_what_has_no_caller_begins_a_trace(written: dict[str, str]):
    assert ids(written["nobodys"])[0] != ids(CALLER)[0]


def test_a_block_that_raises_raises_and_leaves_no_trace_behind(written: dict[str, str]):
    assert written["raised"] == "what the block raised"
    assert written["left"] == ""
