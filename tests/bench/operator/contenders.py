"""What is created, by whom it is run, and when it is over.

All of them run the same pod, which is the operator's own: what is compared is who makes and follows it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from glider_core.api import labels
from tests.resources import divider, execution

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Contender:
    """A kind of object.

    Attributes:
        name: in the tables.
        process: the process that runs it; empty for bare pods, which nobody does.
        agents: how the user agents of that process's requests begin.
        path: of its objects in a namespace.
        document: an object by name.
        is_over: whether an object has ended well.
    """

    name: str
    process: str
    agents: tuple[str, ...]
    path: str
    document: Callable[[str], Json]
    is_over: Callable[[Json], bool]

    def collection(self, namespace: str) -> str:
        return self.path.format(namespace=namespace)


PODS = "/api/v1/namespaces/{namespace}/pods"


def glider(name: str = "glider") -> Contender:
    """TaskExecutions, run by the operator."""
    return Contender(
        name=name,
        process="glider-operator",
        agents=("glider-operator", "kopf"),
        path=f"/apis/{labels.API_VERSION}/namespaces/{{namespace}}/{labels.EXECUTIONS}",
        document=lambda name: execution(name, task=divider(), inputs={"a": 1, "b": 2}),
        is_over=lambda body: body.get("status", {}).get("phase") == "Succeeded",
    )


def jobs(pod: Json, name: str) -> Contender:
    """Jobs, run by the controller manager."""
    return Contender(
        name=name,
        process="kube-controller-manager",
        agents=("kube-controller-manager",),
        path="/apis/batch/v1/namespaces/{namespace}/jobs",
        document=lambda name: {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": name},
            "spec": {"backoffLimit": 3, "template": {"metadata": {"annotations": pod["annotations"]}, "spec": pod["spec"]}},
        },
        is_over=lambda body: any(
            one["type"] == "Complete" and one["status"] == "True" for one in body.get("status", {}).get("conditions") or ()
        ),
    )


def bare_pods(pod: Json) -> Contender:
    """Pods that nobody runs: the floor."""
    return Contender(
        name="bare pods",
        process="",
        agents=(),
        path=PODS,
        document=lambda name: {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "annotations": pod["annotations"]},
            "spec": pod["spec"],
        },
        is_over=lambda body: body.get("status", {}).get("phase") == "Succeeded",
    )


def template_of(pod: Mapping[str, Any]) -> Json:
    """What others need to make the same pod: annotations and spec, without what the API server and the scheduler added."""
    spec = copy.deepcopy(dict(pod["spec"]))
    for added in ("nodeName", "tolerations", "serviceAccount", "preemptionPolicy", "priority"):
        spec.pop(added, None)
    return {"annotations": pod["metadata"].get("annotations", {}), "spec": spec}
