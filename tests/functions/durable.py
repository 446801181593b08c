"""The Durable extension in memory: it keeps histories and runs activities; the orchestrators are replayed by the real SDK.

Our reading of what the extension writes into a history and reads from an orchestrator's answer. Time stands still but
where a test fires a timer.
"""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from azure.durable_functions import OrchestrationRuntimeStatus

_STARTED, _COMPLETED, _FAILED, _SCHEDULED, _TIMER, _FIRED, _RAISED = 0, 5, 6, 4, 10, 11, 15
_BEGUN = 12
_ACTIVITY, _CREATE_TIMER, _WAIT = 0, 5, 6
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@dataclass
class Instance:
    """One orchestration: what was asked of it, what happened, what came out."""

    name: str
    given: str
    history: list[dict[str, Any]]
    scheduled: int = 0
    timers: dict[int, datetime] = field(default_factory=dict)
    output: Any = None
    status: OrchestrationRuntimeStatus = OrchestrationRuntimeStatus.Running


@dataclass(frozen=True)
class Status:
    """What a client is told of an instance."""

    runtime_status: OrchestrationRuntimeStatus | None


class Durable:
    """Starts and resumes orchestrations; also the client that functions are given."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        self.functions = functions
        self.instances: dict[str, Instance] = {}
        self.activities: list[tuple[str, Any]] = []
        self.now = NOON

    async def start_new(self, name: str, instance_id: str, client_input: Any) -> str:
        """Start an orchestration, in place of one of the same id."""
        given = json.dumps(client_input)
        begun = {"EventType": _STARTED, "Name": name, "Version": "", "Input": given}
        self.instances[instance_id] = Instance(name, given, [])
        self._resume(instance_id, begun)
        return instance_id

    async def get_status(self, instance_id: str) -> Status:
        """Say how an instance is; of an unknown one nothing."""
        found = self.instances.get(instance_id)
        return Status(None if found is None else found.status)

    async def raise_event(self, instance_id: str, name: str, data: Any = None) -> None:
        """Raise an event on an instance."""
        raised = {"EventType": _RAISED, "Name": name, "Input": json.dumps(data)}
        self._resume(instance_id, raised)

    def fire(self, instance_id: str) -> None:
        """Let the earliest timer of an instance run out."""
        instance = self.instances[instance_id]
        number, due = min(instance.timers.items(), key=lambda one: one[1])
        del instance.timers[number]
        self.now = max(self.now, due)
        fired = {"EventType": _FIRED, "TimerId": number, "FireAt": _text(due)}
        self._resume(instance_id, fired)

    def _resume(self, instance_id: str, *news: dict[str, Any]) -> None:
        instance = self.instances[instance_id]
        waiting = list(news)
        while waiting and instance.status is OrchestrationRuntimeStatus.Running:
            self.now += timedelta(seconds=1)
            self._add(instance, {"EventType": _BEGUN}, *waiting)
            waiting = self._turn(instance_id, instance)

    def _turn(self, instance_id: str, instance: Instance) -> list[dict[str, Any]]:
        """Replay an instance, twice with the same decisions, and do what it newly asks for."""
        body = json.dumps(
            {
                "history": instance.history, "input": instance.given, "instanceId": instance_id,
                "isReplaying": False, "parentInstanceId": None, "upperSchemaVersion": 0,
            }
        )  # fmt: skip
        orchestrator = self.functions[instance.name]
        try:
            said = orchestrator(body)
        except Exception:
            instance.status = OrchestrationRuntimeStatus.Failed
            raise
        assert orchestrator(body) == said, "an orchestrator decides by its history alone"
        answer = json.loads(said)
        actions = [one for step in answer["actions"] for one in step if one["actionType"] != _WAIT]
        asked = actions[instance.scheduled :]
        for action in actions:
            if action["actionType"] == _CREATE_TIMER and action.get("isCanceled"):
                instance.timers.pop(actions.index(action), None)
        if answer["isDone"]:
            instance.output = answer.get("output")
            instance.status = OrchestrationRuntimeStatus.Completed
            return []
        found: list[dict[str, Any]] = []
        for number, action in enumerate(asked, start=instance.scheduled):
            found += self._done(instance, number, action)
        instance.scheduled = len(actions)
        return found

    def _done(
        self, instance: Instance, number: int, action: dict[str, Any]
    ) -> list[dict[str, Any]]:
        if action["actionType"] == _CREATE_TIMER:
            due = datetime.fromisoformat(action["fireAt"])
            instance.timers[number] = due
            self._add(instance, {"EventType": _TIMER, "EventId": number, "FireAt": _text(due)})
            return []
        assert action["actionType"] == _ACTIVITY, action
        name, given = action["functionName"], json.loads(action["input"])
        self._add(instance, {"EventType": _SCHEDULED, "EventId": number, "Name": name})
        self.activities.append((name, given))
        try:
            with ThreadPoolExecutor(
                1
            ) as thread:  # not that of an event loop, as with the worker of Python
                result = thread.submit(self.functions[name], given).result()
        except Exception as error:  # noqa: BLE001 - as the extension
            told = {"Reason": str(error), "Details": type(error).__name__}
            return [{"EventType": _FAILED, "TaskScheduledId": number, **told}]
        return [{"EventType": _COMPLETED, "TaskScheduledId": number, "Result": json.dumps(result)}]

    def _add(self, instance: Instance, *events: dict[str, Any]) -> None:
        for event in events:
            known = {"EventId": -1, "IsPlayed": False, "Timestamp": _text(self.now)}
            instance.history.append({**known, **event})


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
