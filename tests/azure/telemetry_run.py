"""A process of its own that uploads a report over the API and works on it, with telemetry as the settings say.

The SDK's providers are global to a process, so that none of the tests' own has them.
"""

import sys
from pathlib import Path

from opentelemetry import _logs, metrics, trace
from starlette.applications import Starlette
from starlette.testclient import TestClient

from services.api.app import create_app, mounted
from services.bootstrap import Services, build
from services.config import Settings
from services.domain.messages import Queue
from services.domain.users import Role
from services.pipeline.delivery import handle
from services.pipeline.handlers import context_of
from tests.callers import As, a_user

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = f"00-{TRACE}-00f067aa0ba902b7-01"


def upload(services: Services, name: str, data: bytes) -> int:
    app = As(Starlette(routes=[mounted(create_app(services))]), a_user(Role.ANALYST))
    with TestClient(app) as client:
        sent = client.post(
            "/api/v1/documents/ingest",
            files={"file": (name, data)},
            headers={"traceparent": CALLER},
        )
    return sent.status_code


def work(services: Services) -> None:
    context = context_of(services)
    while (delivery := services.ports.queue.claim(tuple(Queue), "test")) is not None:
        handle(delivery, context)


def flush() -> None:
    for provider in (
        trace.get_tracer_provider(),
        metrics.get_meter_provider(),
        _logs.get_logger_provider(),
    ):
        provider.force_flush()


def main() -> None:
    connection, folder, report = sys.argv[1:]
    services = build(
        Settings(_env_file=None, data_dir=folder, app_insights_connection_string=connection)
    )
    data = Path(report)
    status = upload(services, data.name, data.read_bytes())
    work(services)
    flush()
    (found,) = services.ports.records.reports()
    insights = services.ports.records.insights(found.report_id)
    print(status, found.status, len(insights), sum(i.status == "published" for i in insights))


if __name__ == "__main__":
    main()
