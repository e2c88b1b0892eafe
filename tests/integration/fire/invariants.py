"""What must be so after each life, whatever happened to the operator, the API server or the watches meanwhile."""

from __future__ import annotations

from collections import Counter
from typing import Any

from glider_operator.model import labels
from tests.faults.apiserver.calls import Call
from tests.faults.apiserver.proxy import Exchange
from tests.integration.fire.lives import OUTPUTS, Ending, Life, Vanishes
from tests.integration.fire.stage import Stage, belongs_to

_FINAL = ("Succeeded", "Failed")


def check_all(stage: Stage, *, lost_unseen: bool = False) -> None:
    """Every execution of the scene ended as its life has it, once; all that is wrong in one error.

    `lost_unseen`: pods may have come and gone before the operator had a chance to put them on record. Their attempt is made
    again, under the same number: nothing tells that it was made before.
    """
    wrong = [f"{name}: {text}" for name, life in stage.names.items() for text in violations(stage, name, life, lost_unseen=lost_unseen)]
    assert not wrong, "\n".join([*wrong, stage.operator.log()[-800:]])


def violations(stage: Stage, name: str, life: Life, *, lost_unseen: bool) -> list[str]:
    """What is wrong with an execution that is over."""
    execution = stage.execution(name)
    if execution is None:
        return ["it isn't there any more"]
    status, pods = execution.get("status", {}), stage.pods(name)
    uid = execution["metadata"]["uid"]
    return [
        *_of_the_end(status, life),
        *_of_attempts(status, pods, life),
        *_of_pods(pods, uid),
        *_of_writes([one for one in stage.proxy.writes() if belongs_to(name, one.call.name)], life, lost_unseen=lost_unseen),
        *_of_events(stage.events(name)),
    ]


def _of_the_end(status: dict[str, Any], life: Life) -> list[str]:
    """One terminal state, and the right one."""
    wrong = []
    condition = {"Succeeded": "True", "Failed": "False"}.get(status.get("phase", ""))
    if status.get("phase") != life.phase:
        wrong.append(f"phase is {status.get('phase')}, expected {life.phase}: {status.get('error')}")
    if [one["status"] for one in status.get("conditions", ())] != [condition]:
        wrong.append(f"phase is {status.get('phase')}, but conditions are {status.get('conditions')}")
    if life.phase == "Succeeded" and status.get("outputs") != OUTPUTS:
        wrong.append(f"outputs are {status.get('outputs')}, expected {OUTPUTS}")
    if "completionTime" not in status:
        wrong.append("there is no completionTime")
    return wrong


def _of_attempts(status: dict[str, Any], pods: list[dict[str, Any]], life: Life) -> list[str]:
    """The attempts on record are those of the script, and say what their pods say."""
    attempts = status.get("attempts", [])
    if [one["number"] for one in attempts] != list(range(len(life.attempts))):
        return [f"attempts on record are {[one['number'] for one in attempts]}, expected {len(life.attempts)}"]
    by_number = {int(pod["metadata"]["labels"][labels.ATTEMPT]): pod for pod in pods}
    wrong = []
    for attempt, script in zip(attempts, life.attempts, strict=True):
        pod = by_number.get(attempt["number"])
        if not isinstance(script, Ending):
            continue
        if pod is None:
            wrong.append(f"attempt {attempt['number']} has no pod")
        elif (attempt.get("podUid"), attempt.get("exitCode")) != (pod["metadata"]["uid"], script.exit_code):
            wrong.append(
                f"attempt {attempt['number']} is {attempt}, its pod has UID {pod['metadata']['uid']}, exit code {script.exit_code}"
            )
    return wrong


def _of_pods(pods: list[dict[str, Any]], uid: str) -> list[str]:
    """Every pod is the execution's own, and over."""
    wrong = []
    for pod in pods:
        owners = [owner["uid"] for owner in pod["metadata"].get("ownerReferences", ()) if owner.get("controller")]
        if owners != [uid]:
            wrong.append(f"pod {pod['metadata']['name']} belongs to {owners}")
        if pod["status"]["phase"] not in _FINAL:
            wrong.append(f"pod {pod['metadata']['name']} is left, {pod['status']['phase']}")
    return wrong


def _of_writes(exchanges: list[Exchange], life: Life, *, lost_unseen: bool) -> list[str]:
    """As the API server saw it: one pod an attempt, none beyond the script, and no status after the last."""
    done = [exchange.call for exchange in exchanges if exchange.status is not None and exchange.status < 300]
    created = _pods_of(done)
    # a call that was on its way when the operator was killed may have been done or not
    unknown = _pods_of([exchange.call for exchange in exchanges if exchange.status is None])
    wrong = []
    most = [2 if lost_unseen and isinstance(script, Vanishes) else 1 for script in life.attempts]
    if set(created | unknown) != set(map(str, range(len(most)))) or any(created[str(number)] > count for number, count in enumerate(most)):
        wrong.append(f"pods were created {dict(created)} times by attempt, expected at most {most}")
    phases = [call.body["status"]["phase"] for call in done if call.resource.endswith("/status")]
    if any(phase in _FINAL for phase in phases[:-1]):
        wrong.append(f"its phases were {phases}")
    return wrong


def _pods_of(calls: list[Call]) -> Counter[str]:
    """How many pods the calls create, by attempt."""
    return Counter(call.body["metadata"]["labels"][labels.ATTEMPT] for call in calls if (call.verb, call.resource) == ("create", "pods"))


def _of_events(events: list[dict[str, Any]]) -> list[str]:
    """No Event is told twice."""
    told = Counter((event["reason"], event["message"]) for event in events for _ in range(event.get("count", 1)))
    return [f"the Event {what} was told {times} times" for what, times in told.items() if times > 1]
