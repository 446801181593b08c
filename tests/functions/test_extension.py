"""The functions as the host calls them, with the SDK's own durable client over HTTP."""

import asyncio
import json
from types import SimpleNamespace

import azure.functions as func
from azure.durable_functions.models.utils import http_utils

from services.bootstrap import Services
from services.domain.messages import MessageKind, message
from services.domain.users import Role
from tests.functions.extension import listening
from tests.functions.host import INDEXED, FunctionsHost, as_sent
from tests.functions.test_api import HERE, token
from tests.functions.test_orchestrations import workbook


def test_a_wait_begins_once_and_ends_with_the_decision_over_the_wire(
    off_the_bus: FunctionsHost, services: Services
):
    workbook(services)
    durable = off_the_bus.durable
    outgoing = services.ports.queue.bus.outgoing
    for _ in range(2):
        (one,) = outgoing.pending(1)
        off_the_bus.call(one.kind.queue, as_sent(one))
    (escalated,) = outgoing.pending(1)
    assert escalated.kind is MessageKind.INSIGHTS_ESCALATED
    again = message(escalated.kind, escalated.report_id, "again", escalated.insight_ids)
    escalate = INDEXED["EscalateReviewWorker"].get_user_function()
    serve = INDEXED["Api"].get_user_function()
    headers = {**token(services, Role.REVIEWER), "Content-Type": "application/json"}
    said = {"verdict": "reject", "comment": "It is small.", "reason": "not_material"}

    async def called(binding: str) -> func.HttpResponse:
        await escalate(received=as_sent(escalated), client=binding)
        ((item, begun),) = durable.instances.items()
        await escalate(received=as_sent(again), client=binding)
        assert durable.instances == {item: begun}
        assert durable.instances[item] is begun
        url = f"{HERE}/api/v1/review-items/{item}/decisions"
        request = func.HttpRequest("POST", url, headers=headers, body=json.dumps(said).encode())
        context = SimpleNamespace(invocation_id="1")
        try:
            return await serve(req=request, context=context, client=binding)
        finally:
            await http_utils._close_session()

    with listening(durable) as binding:
        answer = asyncio.run(called(binding))
    assert answer.status_code == 200, answer.get_body()
    assert [one.output for one in durable.instances.values()] == ["decided"]
