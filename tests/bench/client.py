"""What the `glider` command costs a laptop, beside kubectl and pyflyte.

    python -m tests.bench.client [--rounds N] [--executions N] [--tasks N]

On a real control plane of its own, with kwok nodes and the operator. Every round runs each program once, in turn, so that a busy
machine slows all; a first round only warms the caches.

get       `glider get` beside `kubectl get te`, with 1,000 executions in the namespace
register  `glider register` of 100 flytekit tasks beside `pyflyte register --dry-run`, which serializes them and sends nothing
run       `glider run` from its start to the pod's creation, of a plain function whose code is in ConfigMaps
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench import reporting
from tests.bench.measuring import Run, adopt_orphans, run
from tests.bench.operator import plane
from tests.bench.operator.bench import BEST_LIMITS, Bench
from tests.faults.api import Api

BIN = Path(sys.executable).parent
_EXECUTIONS = "/apis/glider.dev/v1alpha1/namespaces/{namespace}/taskexecutions"
_PODS = "/api/v1/namespaces/{namespace}/pods"
_TASK = """
@task(retries={number} % 3, cache=True, cache_version="1")
def task_{number}(a: int, b: float = {number}.5, names: list[str] = []) -> dict[str, float]:
    \"\"\"Task number {number}.\"\"\"
    return {{name: a * b for name in names}}
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One program beside its peer; the ratio is the median of the rounds'."""

    label: str
    runs: Sequence[Run]
    peer: Sequence[Run] = ()
    target: float | None = None

    def text(self) -> str:
        cpu, wall = (statistics.median(getattr(run, kind) for run in self.runs) for kind in ("cpu", "wall"))
        line = f"{self.label:<44}  {cpu:6.3f}  {wall:6.3f}"
        if not self.peer:
            return line
        ratio_cpu, ratio_wall = (self._ratio(kind) for kind in ("cpu", "wall"))
        line += f"  {ratio_cpu:9.2f}  {ratio_wall:10.2f}"
        if self.target is None:
            return line
        return f"{line}  wall <= {self.target:g}  {'met' if ratio_wall <= self.target else 'NOT MET'}"

    def _ratio(self, kind: str) -> float:
        return statistics.median(getattr(ours, kind) / getattr(peer, kind) for ours, peer in zip(self.runs, self.peer, strict=True))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--executions", type=int, default=1_000)
    parser.add_argument("--tasks", type=int, default=100)
    options = parser.parse_args()
    adopt_orphans()
    print(f"{reporting.machine()}; medians of {options.rounds} rounds")
    print(f"{'program':<44}  {'CPU s':>6}  {'wall s':>6}  {'CPU ratio':>9}  {'wall ratio':>10}  target")
    with tempfile.TemporaryDirectory(prefix="glider-bench-") as name, plane.kwok_plane(Path(name) / "plane") as control_plane:
        client = Client(Bench(control_plane, Path(name)), Path(name), rounds=options.rounds)
        for measure in (partial(client.get, options.executions), partial(client.register, options.tasks), client.run):
            for row in measure():
                print(row.text(), flush=True)


class Client:
    """The programs on a laptop: `folder` is its home, `bench` the cluster."""

    def __init__(self, bench: Bench, folder: Path, *, rounds: int) -> None:
        self._bench, self._folder, self._rounds = bench, folder, rounds
        path = f"{BIN}:{bench.plane.binaries['kubectl'].parent}:/usr/bin:/bin"
        self._environment = {"PATH": path, "HOME": str(folder), "KUBECONFIG": str(bench.plane.kubeconfig), "NO_COLOR": "1"}

    def get(self, count: int) -> list[Row]:
        """Lists of finished executions, which no operator touches."""
        namespace, api = self._bench.new_namespace(), self._bench.api
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: _finished(api, namespace, number), range(count)))
        kubectl, glider = self._in_turn(
            [str(self._bench.plane.binaries["kubectl"]), "get", "taskexecutions", "-n", namespace], [_glider(), "get", "-n", namespace]
        )
        return [
            Row(label=f"kubectl get te, {count:,} executions", runs=kubectl),
            Row(label="glider get", runs=glider, peer=kubectl, target=1.5),
        ]

    def register(self, count: int) -> list[Row]:
        """Tasks in one module. Each round's is another, since what is there already isn't written again."""
        namespace, project = self._bench.new_namespace(), self._folder / "project"
        project.mkdir()
        module = project / "many_tasks.py"
        body = "from flytekit import task\n" + "".join(_TASK.format(number=number) for number in range(count))

        def change(number: int) -> None:
            module.write_text(f"ROUND = {number}\n{body}")

        pyflyte = [str(BIN / "pyflyte"), "register", "--dry-run", "--copy", "none", "--version", "v1", "--image", "bench:1", str(module)]
        theirs, ours = self._in_turn(pyflyte, [_glider(), "register", "-n", namespace, "--image", "bench:1", str(module)], before=change)
        return [
            Row(label=f"pyflyte register --dry-run, {count} tasks", runs=theirs),
            Row(label="glider register, to a cluster", runs=ours, peer=theirs, target=1.0),
        ]

    def run(self) -> list[Row]:
        """Until the watch has the pod. Each round's code is another."""
        namespace, api = self._bench.new_namespace(), self._bench.api
        self._bench.start_operator(limits=BEST_LIMITS)
        hello, taken = self._folder / "hello" / "hello.py", []
        hello.parent.mkdir()
        for number in range(self._rounds + 1):
            hello.write_text(f"# round {number}\ndef add(a: int, b: int) -> int:\n    return a + b\n")
            created = Created(api, namespace)
            started = time.perf_counter()
            command = [_glider(), "run", str(hello), "add", "--a", "1", "--b", "2", "-n", namespace, "--detach"]
            ended = self._run(command)
            taken.append(Run(cpu=ended.cpu, wall=created.at() - started))
        self._bench.end_operator()
        return [Row(label="glider run --detach, to the pod's creation", runs=taken[1:])]

    def _in_turn(self, theirs: list[str], ours: list[str], *, before: object = None) -> tuple[list[Run], list[Run]]:
        runs: tuple[list[Run], list[Run]] = ([], [])
        for number in range(self._rounds + 1):
            if callable(before):
                before(number)
            for command, taken in zip((theirs, ours), runs, strict=True):
                taken.append(self._run(command))
        return runs[0][1:], runs[1][1:]

    def _run(self, command: Sequence[str]) -> Run:
        return run(command, environment=self._environment, log=str(self._folder / "log"))


class Created:
    """When the next pod of a namespace is created, as a watch has it."""

    def __init__(self, api: Api, namespace: str) -> None:
        path = _PODS.format(namespace=namespace)
        version = api.get(path)["metadata"]["resourceVersion"]
        self._at = 0.0
        self._thread = threading.Thread(target=self._wait, args=(api, path, version), daemon=True)
        self._thread.start()

    def at(self) -> float:
        """By perf_counter."""
        self._thread.join(60)
        if not self._at:
            raise SystemExit("no pod was created within a minute")
        return self._at

    def _wait(self, api: Api, path: str, version: str) -> None:
        for event in api.watch(path, version=version):
            if event["type"] == "ADDED":
                self._at = time.perf_counter()
                return


def _glider() -> str:
    return str(BIN / "glider")


def _finished(api: Api, namespace: str, number: int) -> None:
    path, name = _EXECUTIONS.format(namespace=namespace), f"done-{number:04}"
    api.create(
        path,
        {
            "apiVersion": "glider.dev/v1alpha1",
            "kind": "TaskExecution",
            "metadata": {"name": name},
            "spec": {"taskRef": {"name": "none"}, "inputs": {"number": number}},
        },
    )
    moment = "2026-01-01T00:00:00Z"
    condition = {"type": "Succeeded", "status": "True", "reason": "Completed", "message": "done", "lastTransitionTime": moment}
    status = {"phase": "Succeeded", "startTime": moment, "completionTime": moment, "duration": "0s", "conditions": [condition]}
    api.patch(f"{path}/{name}/status", {"status": status})


if __name__ == "__main__":
    main()
