"""The conditions on a real API server: what it fills in, what server-side apply keeps of it, and what kubectl wait goes by."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from glider_core.api.conditions import FRESH, Condition
from glider_core.api.execution import parse_execution
from glider_core.api.phases import Phase
from glider_core.api.status import Status
from glider_core.kube.transport import HttpTransport
from glider_operator.controller.cluster import Cluster as OperatorsCluster
from tests.cluster.fixtures import Cluster
from tests.resources import divider, execution

#: Which no operator serves.
NOBODY = {"labels": {"glider.dev/instance-id": "nobody"}}


class Executions:
    """Those of a namespace that no operator serves."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster = cluster
        self._namespace = namespace

    def kubectl(self, *args: str, input: str | None = None) -> str:
        return self._cluster.kubectl("--namespace", self._namespace, *args, input=input)

    def apply(self, name: str, *options: str, **spec: Any) -> dict[str, Any]:
        document = execution(name, task=divider(), inputs={"a": 1, "b": 2}, **spec)
        document["metadata"] |= NOBODY
        self.kubectl("apply", *options, "-f", "-", input=json.dumps(document))
        return self.read(name)

    def read(self, name: str, *options: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.kubectl("get", "te", name, "-o", "json", *options))
        return found


@pytest.fixture
def executions(crds: Cluster, namespace: str) -> Executions:
    return Executions(crds, namespace)


def by_type(body: Mapping[str, Any]) -> dict[str, str]:
    return {one["type"]: one["status"] for one in body["status"]["conditions"]}


@pytest.mark.parametrize("options", [(), ("--server-side",)], ids=["applied", "applied server-side"])
def test_a_fresh_one_is_in_progress_without_a_write(executions: Executions, options: tuple[str, ...]):
    fresh = executions.apply("fresh", *options)
    assert fresh["status"] == {"phase": "Pending", "conditions": [FRESH]}
    executions.apply("fresh", *options, ttlSecondsAfterFinished=60)
    again = executions.read("fresh", "--show-managed-fields")
    assert again["status"] == fresh["status"]
    assert not any("f:status" in one.get("fieldsV1", {}) for one in again["metadata"]["managedFields"]), "what it fills in is nobody's"


async def test_a_finished_one_is_finished_whatever_is_changed_afterwards(executions: Executions, api: HttpTransport):
    """The generation grows with each change of the spec, and nobody watches finished executions to take note of it."""
    cluster = OperatorsCluster(api)
    running = Status(phase=Phase.RUNNING, condition=Condition(reason="Running"), observed_generation=1)
    written = await cluster.write_status(parse_execution(executions.apply("over")), running)
    assert (by_type(written), written["status"]["observedGeneration"]) == ({"Succeeded": "Unknown", "Reconciling": "True"}, 1)

    failed = Status(phase=Phase.FAILED, condition=Condition(true=False, reason="OOMKilled", message="Too much."), observed_generation=1)
    written = await cluster.write_status(parse_execution(written), failed)
    assert by_type(written) == {"Succeeded": "False", "Finished": "True", "Stalled": "True"}
    assert "observedGeneration" not in written["status"], "the null of the merge patch removed it"

    executions.apply("over", ttlSecondsAfterFinished=3600)
    assert executions.read("over")["metadata"]["generation"] == 2
    await asyncio.to_thread(executions.kubectl, "wait", "te/over", "--for=condition=Finished", "--timeout=30s")
