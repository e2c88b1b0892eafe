"""What must be so after each life, whatever happened to the operator, the API server or the watches meanwhile."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glider_core.api import labels
from tests.faults.apiserver.calls import Call
from tests.faults.apiserver.proxy import Exchange
from tests.integration.fire.lives import OUTPUTS, Ending, Hangs, Life, Script, Vanishes
from tests.integration.fire.stage import FINAL, POD_FINAL, Stage


@dataclass(frozen=True, kw_only=True, slots=True)
class _Remains:
    """What is left of an execution, and the calls about it."""

    execution: dict[str, Any] | None
    pods: list[dict[str, Any]]
    events: list[dict[str, Any]]
    writes: list[Exchange]
    ends: Mapping[str, Sequence[float]]
    deleted_at: float

    @property
    def done(self) -> list[Call]:
        """The writes that the API server did."""
        return [one.call for one in self.writes if one.done]


def check_all(stage: Stage, *, lost_unseen: bool = False) -> None:
    """Every execution of the scene ended as its life has it, once; all that is wrong in one error.

    `lost_unseen`: pods may have come and gone before the operator had a chance to put them on record. Their attempt is made
    again, under the same number: nothing tells that it was made before.
    """
    found = violations(stage, lost_unseen=lost_unseen)
    wrong = [f"{name}: {text}" for name, texts in found.items() for text in texts]
    assert not wrong, "\n".join([*wrong, stage.log()])


def violations(stage: Stage, *, lost_unseen: bool = False) -> dict[str, list[str]]:
    """What is wrong with the executions of the scene, which are over. Whatever the operator still has to say is waited for."""
    stage.wait_until_quiet()
    return {name: _violations(remains, stage.names[name], lost_unseen=lost_unseen) for name, remains in _collect(stage).items()}


def _collect(stage: Stage) -> dict[str, _Remains]:
    executions = {one["metadata"]["name"]: one for one in stage.api.items(stage.executions)}
    pods, events, writes = defaultdict(list), defaultdict(list), defaultdict(list)
    for pod in stage.api.items(f"{stage.core}/pods"):
        pods[pod["metadata"]["labels"].get(labels.EXECUTION)].append(pod)
    for event in stage.api.items(f"{stage.core}/events"):
        events[event["involvedObject"]["name"]].append(event)
    for exchange in sorted(stage.writes(), key=lambda one: one.answered):
        writes[stage.owner(exchange.call.name)].append(exchange)
    ends = {pod: times for (namespace, pod), times in stage.kubelet.ends.items() if namespace == stage.namespace}
    return {
        name: _Remains(
            execution=executions.get(name),
            pods=pods[name],
            events=events[name],
            writes=writes[name],
            ends=ends,
            deleted_at=stage.deleted_at,
        )
        for name in stage.names
    }


def _violations(remains: _Remains, life: Life, *, lost_unseen: bool) -> list[str]:
    always = [*_of_time(remains), *_of_phases(remains.done), *_of_events(remains.events)]
    if remains.deleted_at < math.inf:
        return [*always, *_of_what_goes(remains), *_of_deletion(remains, life)]
    always += _of_creations(remains.writes, life, lost_unseen=lost_unseen)
    if life.brief:
        return [*always, *_of_what_goes(remains), *_of_the_last_word(remains.writes, life)]
    if not life.phase:
        return [*always, *_of_what_goes(remains)]
    if remains.execution is None:
        return [*always, "it isn't there any more"]
    status, uid = remains.execution.get("status", {}), remains.execution["metadata"]["uid"]
    return [*always, *_of_the_end(status, life), *_of_attempts(status, remains.pods, life), *_of_pods(remains.pods, uid)]


def _of_what_goes(remains: _Remains) -> list[str]:
    """Nothing is left."""
    left = [*(["the execution"] if remains.execution else []), *(pod["metadata"]["name"] for pod in remains.pods)]
    return [f"there is still {what}" for what in left]


def _of_deletion(remains: _Remains, life: Life) -> list[str]:
    """Somebody deleted it at some point: by then it had a pod an attempt, of the first ones, and after that it gets no more."""
    created = _pods_of(remains.done)
    wrong = [f"{one.call} came after it was deleted" for one in remains.writes if one.done and one.came > remains.deleted_at]
    if set(created) - {str(number) for number in range(len(life.attempts))} or set(created.values()) - {1}:
        wrong.append(f"pods were created {dict(created)} times by attempt")
    return wrong


def _of_the_last_word(exchanges: list[Exchange], life: Life) -> list[str]:
    """The right end was written before it went."""
    written = [one.call.body["status"] for one in exchanges if one.call.resource.endswith("/status") and (one.done or one.status is None)]
    return _of_the_end(written[-1], life) if written else ["its end was never written"]


def _of_time(remains: _Remains) -> list[str]:
    """No pod came before the others had ended."""
    created = [one for one in remains.writes if one.done and (one.call.verb, one.call.resource) == ("create", "pods")]
    wrong = []
    for number, one in enumerate(created):
        for name, times in Counter(before.call.name for before in created[:number]).items():
            if sum(end <= one.answered for end in remains.ends.get(name, ())) < times:
                wrong.append(f"pod {one.call.name} was created while {name} hadn't ended")
    return wrong


def _of_the_end(status: dict[str, Any], life: Life) -> list[str]:
    """One terminal state, and the right one."""
    wrong = []
    condition = "True" if status.get("phase") == "Succeeded" else "False"
    if status.get("phase") != life.phase:
        wrong.append(f"phase is {status.get('phase')}, expected {life.phase}: {status.get('error')}")
    found = [(one["status"], one["reason"]) for one in status.get("conditions", ()) if one["type"] == "Succeeded"]
    if found != [(condition, life.reason)]:
        wrong.append(f"phase is {status.get('phase')}, but conditions are {status.get('conditions')}")
    if life.phase == "Succeeded" and status.get("outputs") != OUTPUTS:
        wrong.append(f"outputs are {status.get('outputs')}, expected {OUTPUTS}")
    if "completionTime" not in status:
        wrong.append("there is no completionTime")
    return wrong


def _of_attempts(status: dict[str, Any], pods: list[dict[str, Any]], life: Life) -> list[str]:
    """The attempts on record are those of the script, and say what their pods say."""
    attempts = status.get("attempts", [])
    if [one["number"] for one in attempts] not in list(map(list, life.numbers())):
        return [f"attempts on record are {[one['number'] for one in attempts]}, expected {len(life.attempts)}"]
    by_number = {int(pod["metadata"]["labels"][labels.ATTEMPT]): pod for pod in pods}
    return [text for one in attempts for text in _of_attempt(one, by_number.get(one["number"]), life.attempts[one["number"]])]


def _of_attempt(attempt: dict[str, Any], pod: dict[str, Any] | None, script: Script) -> list[str]:
    if "completionTime" not in attempt:
        return [f"attempt {attempt} has no end"]
    if isinstance(script, Hangs) and attempt.get("exitCode") not in (None, script.exit_code):
        return [f"attempt {attempt} has another exit code than {script.exit_code}"]
    if not isinstance(script, Ending):
        return []
    if pod is None:
        return [f"attempt {attempt['number']} has no pod"]
    if (attempt.get("podUid"), attempt.get("exitCode")) != (pod["metadata"]["uid"], script.exit_code):
        return [f"attempt is {attempt}, its pod has UID {pod['metadata']['uid']}, exit code {script.exit_code}"]
    return []


def _of_pods(pods: list[dict[str, Any]], uid: str) -> list[str]:
    """Every pod is the execution's own, and over."""
    wrong = []
    for pod in pods:
        owners = [owner["uid"] for owner in pod["metadata"].get("ownerReferences", ()) if owner.get("controller")]
        if owners != [uid]:
            wrong.append(f"pod {pod['metadata']['name']} belongs to {owners}")
        if pod["status"]["phase"] not in POD_FINAL:
            wrong.append(f"pod {pod['metadata']['name']} is left, {pod['status']['phase']}")
    return wrong


def _of_creations(exchanges: list[Exchange], life: Life, *, lost_unseen: bool) -> list[str]:
    """As the API server saw it: one pod an attempt, and none beyond the script."""
    created = _pods_of([exchange.call for exchange in exchanges if exchange.done])
    # a call that was on its way when the operator was killed may have been done or not
    unknown = _pods_of([exchange.call for exchange in exchanges if exchange.status is None])
    most = [2 if lost_unseen and isinstance(script, Vanishes) else 1 for script in life.attempts]
    expected = [set(map(str, numbers)) for numbers in life.numbers()]
    if set(created | unknown) not in expected or any(created[str(number)] > count for number, count in enumerate(most)):
        return [f"pods were created {dict(created)} times by attempt, expected at most {most}"]
    return []


def _of_phases(done: list[Call]) -> list[str]:
    """Terminal is terminal."""
    phases = [call.body["status"]["phase"] for call in done if call.resource.endswith("/status")]
    return [f"its phases were {phases}"] if any(phase in FINAL for phase in phases[:-1]) else []


def _pods_of(calls: list[Call]) -> Counter[str]:
    """How many pods the calls create, by attempt."""
    return Counter(call.body["metadata"]["labels"][labels.ATTEMPT] for call in calls if (call.verb, call.resource) == ("create", "pods"))


def _of_events(events: list[dict[str, Any]]) -> list[str]:
    """No Event is told twice."""
    told = Counter((event["reason"], event["message"]) for event in events for _ in range(event.get("count", 1)))
    return [f"the Event {what} was told {times} times" for what, times in told.items() if times > 1]
