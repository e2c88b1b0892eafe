"""What befalls everybody while the soak goes on: each says what it did, and raises an error if that was nothing."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from glider_core.api import labels
from tests.cluster import lifecycle
from tests.cluster.errors import ClusterError
from tests.cluster.layout import NODE_NAME
from tests.e2e.conftest import SYSTEM, wait_until
from tests.soak import witness
from tests.soak.chronicle import Chronicle, PodLife
from tests.soak.site import Site

#: The tag of the next version's image. It is the same code: there is no other version yet.
_NEXT = "next"


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
    leader = _leader(scene)["metadata"]
    scene.site.api.delete(f"/api/v1/namespaces/{SYSTEM}/pods/{leader['name']}", grace=0)
    wait_until(lambda: leader["uid"] not in _operators(scene), what=f"{leader['name']} to be gone")
    return f"deleted {leader['name']} by force"


def kill_operator(scene: Scene) -> str:
    """SIGKILL, as by the kernel for its memory; the kubelet starts it again in the same pod."""

    def now() -> tuple[str, list[int]] | None:
        """The leader and its processes: between two lives of its container it has none."""
        leader = _leader(scene)["metadata"]
        found = [pid for pid, pod in witness.processes().items() if pod == leader["uid"]]
        return (leader["name"], found) if found else None

    name, killed = wait_until(now, what="an operator's process")
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not set(killed) & set(witness.processes()), what=f"the end of {killed}")
    return f"killed {len(killed)} processes of {name}"


def drain(scene: Scene) -> str:
    """`kubectl drain` for the tasks' pods: the operator would have nowhere else to go."""
    before = {pod.uid for pod in scene.some_pods(1.0)}
    try:
        scene.site.cluster.kubectl(
            "drain", NODE_NAME, f"--pod-selector={labels.SELECTOR}", "--delete-emptydir-data", "--force", "--timeout=120s"
        )
    finally:
        scene.site.cluster.kubectl("uncordon", NODE_NAME)
    wait_until(lambda: not before & {pod.uid for pod in scene.chronicle.live_pods()}, what="the end of the pods on the drained node")
    return f"drained the node of {len(before)} pods that ran"


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
    return f"upgraded to two operators, {_upgraded(scene, replicas=2)}"


def roll(scene: Scene) -> str:
    """Two operators make room for two of another version."""
    scene.site.tag_operator(_NEXT)
    return f"rolled two operators to {_NEXT}, {_upgraded(scene, replicas=2, tag=_NEXT)}"


def upgrade_to_one(scene: Scene) -> str:
    """Back to one operator without a Lease."""
    return f"upgraded to one operator, {_upgraded(scene, replicas=1, tag=_NEXT)}"


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


def _leader(scene: Scene) -> dict[str, Any]:
    leader: dict[str, Any] = wait_until(scene.site.leader, what="an operator")
    return leader


def _operators(scene: Scene) -> dict[str, str]:
    """The image of each operator, by its pod's UID."""
    return {pod["metadata"]["uid"]: pod["spec"]["containers"][0]["image"] for pod in scene.site.operators()}


def _upgraded(scene: Scene, *, replicas: int, tag: str = "") -> str:
    """`helm upgrade`, after which other pods are operators; of what image."""
    before = set(_operators(scene))
    version = ["--set-string", f"image.tag={tag}"] if tag else []
    scene.site.helm_upgrade("--set", f"replicas={replicas}", *version)

    def others() -> dict[str, str] | None:
        """As many as there are to be, and none of those before."""
        now = _operators(scene)
        return now if len(now) == replicas and not before & set(now) else None

    images = set(wait_until(others, what=f"{replicas} other operators").values())
    if tag and {image.rpartition(":")[2] for image in images} != {tag}:
        raise AssertionError(f"expected operators of {tag}, found {images}")
    return f"now {', '.join(sorted(images))}"
