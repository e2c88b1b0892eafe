"""A real control plane on loopback with kwok nodes: scheduling, garbage collection and admission are real, only containers aren't."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from glider.wire.summary import Summary, encode_summary
from tests.cluster.private import PrivateControlPlane, private_control_plane, programs
from tests.conftest import ROOT
from tests.faults.api import Api
from tests.integration.fire.stage import ALL_EXECUTIONS, wait_until

NODES = 4
#: The pods of these namespaces go on running.
LIVE = ("live-few", "live-many")
#: Kubernetes' own default limits, and the ones with which the Job controller is at its best.
DEFAULT_LIMITS = ("--kube-api-qps=20", "--kube-api-burst=30")
BEST_LIMITS = ("--kube-api-qps=2000", "--kube-api-burst=4000", "--concurrent-job-syncs=50")
_HOME = "glider-system"
#: What gives an installed operator its rights, and where it is created.
_INSTALLED = {
    "ServiceAccount": f"/api/v1/namespaces/{_HOME}/serviceaccounts",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
}
_FAST_CLIENT = {"qps": 2000, "burst": 4000}
#: A node whose kubelet is played needs no heartbeats, and so nobody who misses them.
_CONTROLLERS = "--controllers=*,-node-lifecycle-controller,-pod-garbage-collector-controller"

_READY = """
conditions:
- {type: Ready, status: "True", reason: Played, lastHeartbeatTime: {{ Now | Quote }}, lastTransitionTime: {{ Now | Quote }}}
"""
_STARTED = """
{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
conditions:
- {type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "True", lastTransitionTime: {{ $now | Quote }}}
- {type: Ready, status: "True", lastTransitionTime: {{ $now | Quote }}}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: true
  restartCount: 0
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: true
  started: true
  restartCount: 0
  state: {running: {startedAt: {{ $now | Quote }}}}
{{ end }}
"""
_ENDED = """
{{ $now := Now }}
phase: Succeeded
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: false
  started: false
  restartCount: 0
  state: {terminated: {exitCode: 0, reason: Completed, message: SUMMARY, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}
{{ end }}
"""


@contextmanager
def kwok_plane(folder: Path) -> Iterator[PrivateControlPlane]:
    """The control plane, its nodes ready, with the CRDs."""
    flags = {"kube-controller-manager": [_CONTROLLERS, *BEST_LIMITS], "kube-apiserver": []}
    with private_control_plane(folder, flags=flags, scheduler=_FAST_CLIENT) as plane:
        api = Api(plane.kubeconfig)
        for file in sorted((ROOT / "manifests" / "crd").glob("*.yaml")):
            api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", yaml.safe_load(file.read_text()))
        for number in range(NODES):
            _add_node(api, f"kwok-{number}")
        config = folder / "kwok.yaml"
        config.write_text(yaml.safe_dump_all(_stages()))
        kwok = [
            str(plane.binaries["kwok"]),
            f"--kubeconfig={plane.kubeconfig}",
            f"--config={config}",
            "--manage-all-nodes=true",
            "-v=ERROR",
        ]
        plane.start("kwok", kwok, environment={"HOME": str(folder)})
        wait_until(lambda: api.get(ALL_EXECUTIONS), what="the CRDs")
        yield plane


def operator_kubeconfig(plane: PrivateControlPlane, folder: Path) -> Path:
    """A kubeconfig with an installed operator's rights and token, as the Job controller has its own: certificates take longer to check."""
    api = Api(plane.kubeconfig)
    api.create("/api/v1/namespaces", {"metadata": {"name": _HOME}})
    built = subprocess.run([plane.binaries["kubectl"], "kustomize", ROOT / "manifests"], check=True, capture_output=True, text=True)
    for document in yaml.safe_load_all(built.stdout):
        if document and document["kind"] in _INSTALLED:
            api.create(_INSTALLED[document["kind"]], document)
    account = f"/api/v1/namespaces/{_HOME}/serviceaccounts/glider"
    granted = api.create(f"{account}/token", {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})
    config = yaml.safe_load(plane.kubeconfig.read_text())
    config["users"] = [{"name": config["users"][0]["name"], "user": {"token": granted["status"]["token"]}}]
    path = folder / "operator.kubeconfig"
    path.write_text(yaml.safe_dump(config))
    return path


def limit_controllers(plane: PrivateControlPlane, limits: Sequence[str]) -> None:
    """Start the controller manager again with other limits of its clients."""
    flags = {"kube-controller-manager": [_CONTROLLERS, *limits]}
    [manager] = [program for program in programs(plane, flags=flags) if program.name == "kube-controller-manager"]
    plane.restart(manager)


def new_namespace(api: Api, name: str) -> None:
    """A namespace in which pods can be created."""
    api.create("/api/v1/namespaces", {"metadata": {"name": name}})
    wait_until(lambda: api.get(f"/api/v1/namespaces/{name}/serviceaccounts/default"), what="the default ServiceAccount")


def _add_node(api: Api, name: str) -> None:
    resources = {"cpu": "10k", "memory": "10Ti", "pods": "1M"}
    status = {"capacity": resources, "allocatable": resources}
    api.create("/api/v1/nodes", {"metadata": {"name": name}})
    api.patch(f"/api/v1/nodes/{name}/status", {"status": status})
    api.patch(f"/api/v1/nodes/{name}", {"spec": {"taints": None}})  # admission taints every new node as not ready


def _stages() -> list[dict[str, Any]]:
    """What kwok does to a pod: it starts at once, runs for 100 ms (or on and on), and leaves what a task leaves.

    Without a stage for nodes it would play the pods of none.
    """
    summary = json.dumps(encode_summary(Summary(outputs={"o0": 0.5})).decode())
    alive = {"key": ".metadata.deletionTimestamp", "operator": "DoesNotExist"}
    ends = {"key": ".metadata.namespace", "operator": "NotIn", "values": list(LIVE)}
    ready = {"key": '.status.conditions.[] | select( .type == "Ready" ) | .status', "operator": "NotIn", "values": ["True"]}
    return [
        _stage("ready", [ready], {"statusTemplate": _READY}, kind="Node"),
        _stage("start", [alive, _phase("Pending")], {"statusTemplate": _STARTED}),
        _stage("end", [alive, ends, _phase("Running")], {"statusTemplate": _ENDED.replace("SUMMARY", summary)}, milliseconds=100),
        _stage("delete", [{"key": ".metadata.deletionTimestamp", "operator": "Exists"}], {"delete": True}),
    ]


def _phase(value: str) -> dict[str, Any]:
    return {"key": ".status.phase", "operator": "In", "values": [value]}


def _stage(name: str, matches: list[dict[str, Any]], then: dict[str, Any], *, kind: str = "Pod", milliseconds: int = 0) -> dict[str, Any]:
    spec = {"resourceRef": {"apiGroup": "v1", "kind": kind}, "selector": {"matchExpressions": matches}, "next": then}
    if milliseconds:
        spec["delay"] = {"durationMilliseconds": milliseconds}
    return {"apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Stage", "metadata": {"name": name}, "spec": spec}
