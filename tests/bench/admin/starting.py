"""How soon a task has its pod: by `pyflyte run --remote`, and by `kubectl apply` of such an execution.

pyflyte takes its time before it asks anybody: it imports flytekit and the module. `pyflyte run` without `--remote`, which does that and
runs the trivial task, shows how much; what is left is the front's.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Mapping
from pathlib import Path

from glider_client.cluster.client import Cluster
from glider_client.cluster.kubeconfig import load_config
from tests.bench.client import Created
from tests.bench.measuring import run
from tests.bench.operator import plane, report
from tests.bench.operator.bench import BEST_LIMITS, Bench
from tests.clients import programs
from tests.clients.users import Person
from tests.integration.admin.conftest import Users, running_front

_MODULE = "from flytekit import task\n\n\n@task\ndef add(a: int, b: int) -> int:\n    return a + b  # {number}\n"


def measure(folder: Path, *, rounds: int) -> None:
    """Prints the figures, and the difference beside its target."""
    with plane.kwok_plane(folder / "plane") as control_plane:
        bench = Bench(control_plane, folder)
        bench.start_operator(limits=BEST_LIMITS)
        namespace = bench.new_namespace()
        users = Users(client=Cluster(load_config({}, kubeconfig=control_plane.kubeconfig, context=None)))
        with running_front(control_plane.kubeconfig, folder, namespace="{project}") as front:
            ada = Person.with_token(folder / "ada", endpoint=front.grpc, token=users.token(namespace), project=namespace)
            _print(*_rounds(bench, ada, folder, rounds=rounds))


def _rounds(bench: Bench, ada: Person, folder: Path, *, rounds: int) -> tuple[list[float], list[float], list[float]]:
    """Seconds of each round but the first, which warms the caches: remote to the pod, local, kubectl to the pod."""
    module, document = folder / "hello.py", folder / "execution.json"
    pyflyte, kubectl = str(programs.pyflyte()), str(bench.plane.binaries["kubectl"])
    arguments = [str(module), "add", "--a", "1", "--b", "2"]
    taken: tuple[list[float], list[float], list[float]] = ([], [], [])

    def to_the_pod(command: list[str], environment: Mapping[str, str]) -> float:
        created, began = Created(bench.api, ada.project), time.perf_counter()
        run(command, environment=environment, log=str(folder / "log"))
        return created.at() - began

    remotely = [pyflyte, "run", "--remote", *ada.place, "--image", "hello:1", *arguments]
    applying = [kubectl, "--kubeconfig", str(bench.plane.kubeconfig), "--namespace", ada.project, "apply", "-f", str(document)]
    for number in range(rounds + 1):
        module.write_text(_MODULE.format(number=number))
        document.write_text(json.dumps(_execution(number)))
        taken[0].append(to_the_pod(remotely, ada.environment))
        taken[1].append(run([pyflyte, "run", *arguments], environment=ada.environment, log=str(folder / "log")).wall)
        taken[2].append(to_the_pod(applying, ada.environment))
    return taken[0][1:], taken[1][1:], taken[2][1:]


def _print(remote: list[float], local: list[float], applied: list[float]) -> None:
    of_front = [far - near - kubectl for far, near, kubectl in zip(remote, local, applied, strict=True)]
    middles = (statistics.median(seconds) for seconds in (remote, local, applied))
    print("to the pod: pyflyte run --remote {:.2f} s, of which pyflyte itself {:.2f} s; kubectl apply {:.2f} s".format(*middles))
    print(
        report.line("pyflyte run --remote, without pyflyte itself, to the pod, later than kubectl apply, s", *of_front, at_most=0.3),
        flush=True,
    )


def _execution(number: int) -> dict[str, object]:
    interface = {"inputs": {"a": "integer", "b": "integer"}, "outputs": {"o0": "integer"}}
    task = {"interface": interface, "container": {"image": "hello:1", "args": ["glider-execute"]}}
    metadata = {"name": f"applied-{number}"}
    spec = {"task": task, "inputs": {"a": 1, "b": 2}}
    return {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": metadata, "spec": spec}
