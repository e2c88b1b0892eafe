"""What Argo CD and Flux make of real executions, with their own code (tests/cluster/go/health), in every phase that there is.

Helm 4 waits by the same kstatus as Flux: `helm upgrade --wait`.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
import yaml

from glider_client.sdk.reruns import rerun_of
from glider_core.api import reasons
from glider_core.api.conditions import Condition
from glider_core.api.execution import parse_execution
from glider_core.api.phases import Phase
from glider_core.api.status import Attempt, Status
from glider_core.kube.credentials import configuration_of
from glider_core.kube.throttle import TokenBucket
from glider_core.kube.transport import HttpTransport
from glider_operator.controller.cluster import Cluster as OperatorsCluster
from tests.cluster import tools
from tests.cluster.fixtures import Cluster
from tests.reference.argocd import CONFIG_MAP
from tests.resources import divider, execution

NOBODY = {"glider.dev/instance-id": "nobody"}
ATTEMPT = Attempt(number=0, pod_name="pod-0")


def on_the_way(phase: Phase, reason: str = "") -> Status:
    return Status(phase=phase, condition=Condition(reason=reason or phase.value, message="So it is."), observed_generation=1)


def ended(phase: Phase, reason: str) -> Status:
    good = phase is Phase.SUCCEEDED
    return Status(phase=phase, condition=Condition(true=good, reason=reason, message="So it ended."), attempts=(ATTEMPT,))


#: By name: the status that the operator writes (None: it has written none), the rest of the spec, kstatus' and Argo CD's verdicts.
CASES: dict[str, tuple[Status | None, dict[str, Any], str, str]] = {
    "fresh": (None, {}, "InProgress", "Progressing"),
    "fresh-and-suspended": (None, {"suspend": True}, "InProgress", "Progressing"),
    "pending": (on_the_way(Phase.PENDING), {}, "InProgress", "Progressing"),
    "queued": (on_the_way(Phase.QUEUED, reasons.UNSCHEDULABLE), {}, "InProgress", "Progressing"),
    "initializing": (on_the_way(Phase.INITIALIZING, reasons.IMAGE_PULL_BACK_OFF), {}, "InProgress", "Progressing"),
    "running": (on_the_way(Phase.RUNNING), {}, "InProgress", "Progressing"),
    "retrying": (on_the_way(Phase.RETRYING), {}, "InProgress", "Progressing"),
    "suspended": (on_the_way(Phase.SUSPENDED), {"suspend": True}, "InProgress", "Suspended"),
    "resumed-a-moment-ago": (on_the_way(Phase.SUSPENDED), {}, "InProgress", "Progressing"),
    "a-secret-is-missing": (on_the_way(Phase.PENDING, reasons.SECRET_NOT_FOUND), {}, "InProgress", "Progressing"),
    "the-quota-is-used-up": (on_the_way(Phase.PENDING, reasons.QUOTA_EXCEEDED), {}, "InProgress", "Progressing"),
    "its-pods-name-is-taken": (on_the_way(Phase.PENDING, reasons.POD_NAME_TAKEN), {}, "Failed", "Degraded"),
    "succeeded": (ended(Phase.SUCCEEDED, reasons.COMPLETED), {}, "Current", "Healthy"),
    "succeeded-and-changed": (ended(Phase.SUCCEEDED, reasons.COMPLETED), {}, "Current", "Healthy"),
    "failed": (ended(Phase.FAILED, reasons.OOM_KILLED), {}, "Failed", "Degraded"),
    "failed-and-changed": (ended(Phase.FAILED, reasons.OOM_KILLED), {}, "Failed", "Degraded"),
    "invalid": (ended(Phase.FAILED, reasons.INVALID_SPEC), {}, "Failed", "Degraded"),
    "internal-error": (ended(Phase.FAILED, reasons.INTERNAL_ERROR), {}, "Failed", "Degraded"),
    "aborted": (ended(Phase.ABORTED, reasons.CANCELLED), {"cancel": True}, "Failed", "Degraded"),
    "timed-out": (ended(Phase.TIMED_OUT, reasons.TOTAL_TIMEOUT), {}, "Failed", "Degraded"),
    "being-deleted": (on_the_way(Phase.RUNNING), {}, "Terminating", "Progressing"),
}
OFFERED = {
    "running": {"cancel", "suspend", "rerun"},
    "suspended": {"cancel", "resume", "rerun"},
    "succeeded": {"rerun"},
    "failed": {"rerun"},
    "aborted": {"rerun"},
}


class Health:
    """The program, with Argo CD's configuration as people paste it."""

    def __init__(self) -> None:
        self._program = tools.build_one("health")
        self.overrides: dict[str, dict[str, str]] = {}
        for name, text in yaml.safe_load(CONFIG_MAP.read_text())["data"].items():
            _, _, what, resource = name.split(".", 3)
            field = {"health": "health.lua", "actions": "actions"}[what]
            self.overrides.setdefault(resource.replace("_", "/"), {})[field] = text

    def of(self, objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._run(objects=objects)["objects"]
        return found

    def act(self, body: Mapping[str, Any], action: str) -> dict[str, Any]:
        found: dict[str, Any] = self._run(objects=[body], actions=[{"object": 0, "name": action}])["actions"][0]
        return found

    def _run(self, **asked: Any) -> Any:
        document = json.dumps({"overrides": self.overrides, **asked})
        return json.loads(subprocess.run([self._program], input=document, capture_output=True, text=True, check=True).stdout)


@pytest.fixture(scope="module")
def health() -> Health:
    return Health()


@pytest.fixture(scope="module")
def objects(crds: Cluster) -> Iterator[dict[str, dict[str, Any]]]:
    """Real ones, one for each case."""
    name = "gitops"
    crds.kubectl("create", "namespace", name)
    try:
        documents = [of_nobody(case, **spec) for case, (_, spec, _, _) in CASES.items()]
        documents[-1]["metadata"]["finalizers"] = ["tests.glider.dev/keep"]
        crds.kubectl("--namespace", name, "apply", "-f", "-", input=json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}))
        asyncio.run(write_statuses(crds, read(crds, name)))
        changed = [f"te/{case}" for case in CASES if case.endswith("-changed")]
        crds.kubectl("--namespace", name, "patch", *changed, "--type=merge", "--patch", '{"spec": {"ttlSecondsAfterFinished": 9999}}')
        crds.kubectl("--namespace", name, "delete", "te/being-deleted", "--wait=false")
        yield read(crds, name)
    finally:
        kept = '{"metadata": {"finalizers": null}}'
        crds.kubectl("--namespace", name, "patch", "te/being-deleted", "--type=merge", "--patch", kept)
        crds.kubectl("delete", "namespace", name, "--wait=false")


def of_nobody(name: str, **spec: Any) -> dict[str, Any]:
    document = execution(name, task=divider(), inputs={"a": 1.5, "b": 2}, **spec)
    document["metadata"]["labels"] = NOBODY
    return document


def read(cluster: Cluster, namespace: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in cluster.kubectl_json("--namespace", namespace, "get", "te")["items"]}


async def write_statuses(crds: Cluster, bodies: Mapping[str, dict[str, Any]]) -> None:
    """As the operator does."""
    api = HttpTransport(configuration_of(crds.kubeconfig), throttle=TokenBucket(qps=1_000, burst=1_000), connections=4)
    cluster = OperatorsCluster(api)
    for case, (status, _, _, _) in CASES.items():
        if status is not None:
            await cluster.write_status(parse_execution(bodies[case]), status)
    await api.close()


@pytest.fixture(scope="module")
def verdicts(health: Health, objects: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return dict(zip(objects, health.of(list(objects.values())), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_each_tool_reads_it_as_what_it_is(verdicts: dict[str, dict[str, Any]], case: str):
    status, _, kstatus, argo = CASES[case]
    verdict = verdicts[case]
    assert (verdict["kstatus"]["status"], verdict["override"]["status"]) == (kstatus, argo)
    if status is not None and case != "being-deleted":
        condition = status.condition
        assert verdict["override"]["message"] == f"{condition.reason}: {condition.message}"
        assert verdict["kstatus"]["message"] in (condition.message, "Resource is current")
    without = verdict["argo"] and verdict["argo"]["status"]
    assert without == ("Progressing" if case == "being-deleted" else None), "without the script, Argo CD takes any other for healthy"


def test_every_phase_is_a_case():
    assert {status.phase for status, _, _, _ in CASES.values() if status is not None} == set(Phase)


@pytest.mark.parametrize("case", OFFERED)
def test_the_actions_that_are_offered(verdicts: dict[str, dict[str, Any]], case: str):
    assert {name for name, disabled in verdicts[case]["actions"].items() if not disabled} == OFFERED[case]


@pytest.mark.parametrize(
    ("case", "action", "field", "value"),
    [("running", "cancel", "cancel", True), ("running", "suspend", "suspend", True), ("suspended", "resume", "suspend", False)],
)
def test_an_action_changes_one_field(health: Health, objects: dict[str, dict[str, Any]], case: str, action: str, field: str, value: bool):
    """Argo CD sends the difference as a merge patch, and the API server refuses any other change."""
    expected = deepcopy(objects[case])
    expected["spec"][field] = value
    assert health.act(objects[case], action) == {"resources": [{"operation": "patch", "object": expected}]}


def test_rerun_creates_what_glider_rerun_would(health: Health, objects: dict[str, dict[str, Any]], crds: Cluster):
    first = deepcopy(objects["aborted"])
    first["metadata"]["labels"] |= {"team": "a", "app.kubernetes.io/instance": "app", "argocd.argoproj.io/instance": "app"}
    first["metadata"]["labels"] |= {"app.kubernetes.io": "no-prefix", "zone": "b"}
    [made] = health.act(first, "rerun")["resources"]
    expected = rerun_of(first, name="")
    del expected["metadata"]["name"]
    expected["metadata"]["generateName"] = "aborted-"
    assert made == {"operation": "create", "object": expected}
    created = json.loads(crds.kubectl("create", "-o", "json", "-f", "-", input=json.dumps(made["object"])))
    assert created["metadata"]["name"].startswith("aborted-")
    assert created["metadata"]["labels"]["glider.dev/rerun-of"] == first["metadata"]["uid"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param([], "spec.inputs.a is empty, and in Lua an empty list is an empty map", id="an empty list"),
        pytest.param({"b": {}}, "spec.inputs.a.b is empty, and in Lua an empty list is an empty map", id="an empty map"),
        pytest.param(2**53 + 2, "spec.inputs.a is a number that Lua can't keep exactly", id="a large number"),
    ],
)
def test_what_lua_would_change_is_not_run_again(health: Health, objects: dict[str, dict[str, Any]], value: Any, message: str):
    first = deepcopy(objects["failed"])
    first["spec"]["inputs"]["a"] = value
    assert health.act(first, "rerun")["error"].startswith(f"{message}: run `glider rerun failed` instead")


def test_a_template_is_healthy(health: Health):
    template = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskTemplate", "metadata": {"name": "t"}, "spec": divider()}
    [verdict] = health.of([template])
    assert (verdict["kstatus"]["status"], verdict["override"]["status"], verdict["argo"]) == ("Current", "Healthy", None)
