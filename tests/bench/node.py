"""From apply to finished on the real node: a trivial task by an image volume, by an init container, and a plain Job of the same image.

The three run in turns, one at a time. All is timed by one clock, where its event arrives; the task itself by the time of its line in
the log. The Job's pod is Glider's without what brings the executor, and its command prints the task's line by python3 -c.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from glider_core.api import labels
from tests.bench.operator.load import server_of
from tests.bench.operator.report import machine
from tests.cluster import lifecycle
from tests.cluster.fixtures import Cluster
from tests.e2e.conftest import helm_install, uninstall
from tests.resources import execution, legacy_args, task

Json = dict[str, Any]
EXECUTIONS = f"/apis/{labels.API_VERSION}/namespaces/{{}}/{labels.EXECUTIONS}"
JOBS = "/apis/batch/v1/namespaces/{}/jobs"
PODS = "/api/v1/namespaces/{}/pods"
VOLUME, INIT, JOB = "image volume", "init container", "Job"
#: The ways of Glider by namespace, with the target of the ratio to the Job.
WAYS = {VOLUME: ("bench-volume", "ImageVolume", 1.25), INIT: ("bench-init", "InitContainer", 1.6)}
STEPS = ("pod", "scheduled", "init container ended", "task ran", "container ended", "finished")
_PATIENCE = 60.0
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Contender:
    """What is created, where, and when it is finished."""

    name: str
    namespace: str
    path: str
    document: Callable[[str], Json]
    condition: str


@dataclass(kw_only=True, slots=True)
class Run:
    """When each step of one object was seen, by the wall clock."""

    applied: float
    steps: dict[str, float] = field(default_factory=dict)
    pod: str = ""

    def saw(self, step: str) -> None:
        self.steps.setdefault(step, time.time())

    def seconds(self, step: str) -> float | None:
        """From apply to `step`, if there was one."""
        return self.steps[step] - self.applied if step in self.steps else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="how often each runs")
    arguments = parser.parse_args()
    if (cluster := _with_a_node()) is None:
        print("from apply to finished: there is no node to measure on; `make cluster` as root brings one up")
        return
    print(machine())
    with tempfile.TemporaryDirectory(prefix="glider-bench-") as folder:
        install(cluster, Path(folder) / "values.json")
    try:
        report(asyncio.run(run_all(cluster, rounds=arguments.rounds)))
    finally:
        uninstall(cluster)
        cluster.kubectl("delete", "namespace", "bench-job", *(namespace for namespace, _, _ in WAYS.values()))


def _with_a_node() -> Cluster | None:
    """The user's cluster, or ours if it is up: the images have to be on its node."""
    ours = lifecycle.status()
    is_up = "GLIDER_TEST_KUBECONFIG" in os.environ or (ours is not None and ours.is_node_ready)
    return Cluster.from_environment() if is_up else None


def install(cluster: Cluster, values: Path) -> None:
    """Glider without a store, each way of delivery in a namespace of its own."""
    defaults = [{"namespaces": [namespace], "executor": {"delivery": delivery}} for namespace, delivery, _ in WAYS.values()]
    values.write_text(json.dumps({"config": {"namespaceDefaults": defaults}}))
    helm_install(cluster, "--values", str(values))
    for namespace in ("bench-job", *(namespace for namespace, _, _ in WAYS.values())):
        cluster.kubectl("create", "namespace", namespace)


async def run_all(cluster: Cluster, *, rounds: int) -> dict[str, list[Run]]:
    """All runs by contender, after one of each that isn't counted."""
    host, context = server_of(cluster.kubeconfig)
    async with aiohttp.ClientSession(host, connector=aiohttp.TCPConnector(ssl=context)) as session:
        ours = [_glider(name, namespace) for name, (namespace, _, _) in WAYS.items()]
        for contender in ours:
            await run_one(session, contender, "warm-up")
        async with session.get(PODS.format(ours[0].namespace)) as response:
            (pod,) = (await response.json())["items"]
        contenders = [_job(pod), *ours]
        await run_one(session, contenders[0], "warm-up")
        runs: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
        for number in range(rounds):
            for contender in contenders:
                runs[contender.name].append(await run_one(session, contender, f"x-{number}"))
            contenders.append(contenders.pop(0))
    return runs


async def run_one(session: aiohttp.ClientSession, contender: Contender, name: str) -> Run:
    """One object from its creation until it is finished and its pod has ended; after that nothing goes on that others would feel."""
    run = Run(applied=0.0)
    objects, pods = contender.path.format(contender.namespace), PODS.format(contender.namespace)
    watches = [
        asyncio.create_task(_watch(session, objects, lambda body: _note_object(run, contender, name, body))),
        asyncio.create_task(_watch(session, pods, lambda body: _note_pod(run, name, body))),
    ]
    await asyncio.sleep(0.5)
    run.applied = time.time()
    async with session.post(objects, data=orjson.dumps(contender.document(name)), headers=_JSON) as response:
        assert response.status == 201, await response.text()
    deadline = time.monotonic() + _PATIENCE
    while not {"finished", "pod ended"} <= run.steps.keys():
        for watch in watches:
            if watch.done():
                watch.result()
        assert time.monotonic() < deadline, f"{contender.name} is not finished: {run.steps}"
        await asyncio.sleep(0.02)
    for watch in watches:
        watch.cancel()
    async with session.get(f"{pods}/{run.pod}/log", params={"timestamps": "true", "container": "task"}) as response:
        line = next(line for line in (await response.text()).splitlines() if "sleeping" in line)
        run.steps["task ran"] = datetime.fromisoformat(f"{line.split('Z', 1)[0][:26]}+00:00").timestamp()
    return run


async def _watch(session: aiohttp.ClientSession, path: str, note: Callable[[Json], None]) -> None:
    async with session.get(path, params={"watch": "true", "resourceVersion": "0"}, timeout=aiohttp.ClientTimeout(total=None)) as response:
        async for line in response.content:
            note(orjson.loads(line)["object"])


def _note_object(run: Run, contender: Contender, name: str, body: Json) -> None:
    conditions = body.get("status", {}).get("conditions") or ()
    if body["metadata"]["name"] == name and any((one["type"], one["status"]) == (contender.condition, "True") for one in conditions):
        run.saw("finished")


def _note_pod(run: Run, name: str, body: Json) -> None:
    metadata, status = body["metadata"], body["status"]
    if metadata["ownerReferences"][0]["name"] != name:
        return
    run.pod = metadata["name"]
    run.saw("pod")
    if body["spec"].get("nodeName"):
        run.saw("scheduled")
    for kind, step in (("initContainerStatuses", "init container ended"), ("containerStatuses", "container ended")):
        if any("terminated" in one["state"] for one in status.get(kind) or ()):
            run.saw(step)
    if status["phase"] in ("Succeeded", "Failed"):
        assert status["phase"] == "Succeeded", status
        run.saw("pod ended")


def _glider(name: str, namespace: str) -> Contender:
    sleeper = task(legacy_args("app.workflows.unreliable", "sleep"), inputs={"seconds": "float"}, outputs={"o0": "string"})
    return Contender(
        name=name,
        namespace=namespace,
        path=EXECUTIONS,
        document=lambda name: execution(name, task=sleeper, inputs={"seconds": 0.0}),
        condition="Succeeded",
    )


def _job(pod: Json) -> Contender:
    """The pod that Glider made by an image volume, without the executor."""
    spec = copy.deepcopy(pod["spec"])
    for added in ("nodeName", "tolerations", "serviceAccount", "preemptionPolicy", "priority", "volumes"):
        spec.pop(added, None)
    (container,) = spec["containers"]
    container |= {"command": ["python3", "-c", "print('sleeping 0.0 s', flush=True)"]}
    for executors in ("args", "volumeMounts", "env"):
        container.pop(executors, None)
    template = {"metadata": {"annotations": {labels.DEFAULT_CONTAINER: "task"}}, "spec": spec}
    return Contender(
        name=JOB,
        namespace="bench-job",
        path=JOBS,
        document=lambda name: {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": {"template": template}},
        condition="Complete",
    )


def report(runs: dict[str, list[Run]]) -> None:
    """Medians of each step, as a table of the documentation, and the ratios to the Job."""
    print("| seconds after apply, median | Job | by an image volume | by an init container |")
    print("| --- | --- | --- | --- |")
    for step in STEPS:
        print(f"| {step} |", " | ".join(_median(runs[name], step) for name in (JOB, VOLUME, INIT)), "|")
    for name, (_, _, target) in WAYS.items():
        ours, jobs = ([run.seconds("finished") or 0.0 for run in runs[one]] for one in (name, JOB))
        ratio = statistics.median(ours) / statistics.median(jobs)
        met = "met" if ratio <= target else "MISSED"
        spread = f"{min(ours):.2f} to {max(ours):.2f} s beside {min(jobs):.2f} to {max(jobs):.2f} s"
        print(f"  {met:6}  by an {name}: {ratio:.2f} of the Job's, median of {len(ours)} ({spread}; target <= {target})")


def _median(runs: list[Run], step: str) -> str:
    seconds = [taken for run in runs if (taken := run.seconds(step)) is not None]
    return f"{statistics.median(seconds):.2f}" if seconds else ""


if __name__ == "__main__":
    main()
