"""What befalls everybody while the soak goes on: each says what it did."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from glider_operator.model import labels
from tests.cluster import lifecycle
from tests.cluster.errors import ClusterError
from tests.cluster.layout import NODE_NAME
from tests.e2e.conftest import SYSTEM, wait_until
from tests.soak import witness
from tests.soak.chronicle import Chronicle, PodLife
from tests.soak.site import Site

#: A setting that the operator reads at its start only, so that its change rolls the Deployment.
_CHANGED = "config.sweep.interval=30s"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """Where it happens."""

    site: Site
    chronicle: Chronicle
    chance: random.Random

    def some_pods(self, share: float) -> list[PodLife]:
        """That share of the pods that run, and at least one."""

        def now() -> list[PodLife]:
            return [pod for pod in self.chronicle.live_pods() if pod.running]

        running = wait_until(now, what="a pod that runs")
        return self.chance.sample(running, min(len(running), max(1, round(len(running) * share))))


Disturbance = Callable[[Scene], str]


def delete_operator(scene: Scene) -> str:
    """By force: the API server forgets the pod at once, and its process gets next to no time."""
    pod = _leader(scene)
    scene.site.api.delete(f"/api/v1/namespaces/{SYSTEM}/pods/{pod}", grace=0)
    return f"deleted {pod} by force"


def kill_operator(scene: Scene) -> str:
    """SIGKILL, as by the kernel for its memory; the kubelet starts it again in the same pod."""
    leader = scene.site.leader()
    killed = [pid for pid, pod in witness.processes().items() if leader and pod == leader["metadata"]["uid"]]
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    return f"killed {len(killed)} processes of {leader and leader['metadata']['name']}"


def drain(scene: Scene) -> str:
    """`kubectl drain` for the tasks' pods: the operator would have nowhere else to go."""
    before = len(scene.chronicle.live_pods())
    try:
        scene.site.cluster.kubectl(
            "drain", NODE_NAME, f"--pod-selector={labels.SELECTOR}", "--delete-emptydir-data", "--force", "--timeout=120s"
        )
    finally:
        scene.site.cluster.kubectl("uncordon", NODE_NAME)
    return f"drained the node of {before} live pods"


def evict_some(scene: Scene) -> str:
    """A node that takes no more for a while, and loses a third of what it has."""
    pods = scene.some_pods(0.33)
    scene.site.cluster.kubectl("cordon", NODE_NAME)
    try:
        for pod in pods:
            body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod.name, "namespace": scene.site.namespace}}
            scene.site.api.create(f"{scene.site.core}/pods/{pod.name}/eviction", body)
        time.sleep(2)
    finally:
        scene.site.cluster.kubectl("uncordon", NODE_NAME)
    return f"evicted {len(pods)} pods from a cordoned node"


def delete_some(scene: Scene) -> str:
    """Pods, by force, which leaves nothing to ask how they ended."""
    pods = scene.some_pods(0.15)
    for pod in pods:
        scene.site.api.delete(f"{scene.site.core}/pods/{pod.name}", grace=0)
    return f"deleted {len(pods)} pods by force"


def upgrade_to_two(scene: Scene) -> str:
    """From one operator without a Lease to two with one."""
    scene.site.helm_upgrade("--set", "replicas=2")
    return "upgraded to two operators"


def roll(scene: Scene) -> str:
    """Two operators make room for two new ones."""
    scene.site.helm_upgrade("--set", f"replicas=2,{_CHANGED}")
    return "rolled two operators"


def upgrade_to_one(scene: Scene) -> str:
    """Back to one operator without a Lease."""
    scene.site.helm_upgrade("--set", f"replicas=1,{_CHANGED}")
    return "upgraded to one operator"


def restart_api_server(scene: Scene) -> str:
    """SIGKILL, and a start with the same data."""
    with scene.site.gate:
        status = lifecycle.status()
        server = next((one for one in status.programs if one.name == "kube-apiserver"), None) if status else None
        if server is None:
            raise ClusterError("no kube-apiserver of this checkout's cluster runs")
        began = time.monotonic()
        os.kill(server.pid, signal.SIGKILL)
        wait_until(lambda: not server.is_alive(), what="the API server's end")
        lifecycle.up()
    return f"restarted the API server in {time.monotonic() - began:.1f} s"


#: In which order, evenly over the time in which executions are created.
FULL: Sequence[Disturbance] = (
    delete_operator,
    delete_some,
    kill_operator,
    drain,
    delete_some,
    upgrade_to_two,
    delete_operator,
    delete_some,
    roll,
    restart_api_server,
    kill_operator,
    evict_some,
    delete_operator,
    upgrade_to_one,
    delete_some,
    kill_operator,
)
SHORT: Sequence[Disturbance] = (delete_operator, evict_some, roll, delete_some, kill_operator)


def _leader(scene: Scene) -> str:
    leader = wait_until(scene.site.leader, what="an operator")
    return str(leader["metadata"]["name"])
