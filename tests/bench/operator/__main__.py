"""Runs all contenders, one after the other, and prints what they took."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.bench.operator import contenders, load, plane, report
from tests.bench.operator.accounts import AuditLog, cpu_of_all, rss_mb
from tests.bench.operator.contenders import Contender
from tests.bench.operator.report import Result
from tests.cluster.private import PrivateControlPlane
from tests.faults.api import Api
from tests.integration.fire.stage import free_port, operator_settings, wait_until

_OPERATOR = "glider-operator"
_SETTLED = 1.5


class Bench:
    """One control plane, on which contenders run one after the other, each in a namespace of its own."""

    def __init__(self, control_plane: PrivateControlPlane, folder: Path) -> None:
        self._plane = control_plane
        self._api = Api(control_plane.kubeconfig)
        self._folder = folder
        self._kubeconfig = plane.operator_kubeconfig(control_plane, folder)
        self._runs = 0
        self.results: list[Result] = []

    def start_operator(self, *, limits: dict[str, int] | None) -> None:
        """The operator, with limits of its client or its default ones."""
        address = f"127.0.0.1:{free_port()}"
        settings = operator_settings(address) | {"logging": {"level": "WARNING"}}
        config = self._folder / "operator.yaml"
        config.write_text(json.dumps(settings | ({"clientConnection": limits} if limits else {})))
        program = str(Path(sys.executable).parent / _OPERATOR)
        self._plane.start(_OPERATOR, [program, "--config", str(config), "--kubeconfig", str(self._kubeconfig)])
        wait_until(lambda: _is_ready(f"http://{address}/readyz"), what="the operator to be ready")

    def end_operator(self) -> None:
        self._plane.end(_OPERATOR)

    def run(self, contender: Contender, *, count: int, per_second: float | None = None) -> Result:
        """Runs `count` of them, and prints its row."""
        self._runs += 1
        namespace = f"bench-{self._runs}"
        plane.new_namespace(self._api, namespace)
        pids = {name: process.pid for name, process in self._plane.processes.items()}
        audit, before = AuditLog(self._plane.layout.audit_log), cpu_of_all(pids)
        times = asyncio.run(load.run(self._plane.kubeconfig, contender, namespace, count=count, per_second=per_second))
        time.sleep(_SETTLED)  # Events come after what they tell of
        after = cpu_of_all(pids)
        result = Result(
            name=contender.name,
            load=f"{count} at once" if per_second is None else f"{count} at {per_second:g}/s",
            count=count,
            times=times,
            cpu={name: after[name] - before[name] for name in pids},
            process=contender.process,
            rss=rss_mb(pids[contender.process]) if contender.process else 0.0,
            requests=audit.requests(namespace, contender.agents) if contender.agents else Counter(),
        )
        self.results.append(result)
        print(report.row(result), flush=True)
        return result

    def make_template(self) -> contenders.Json:
        """The pod that the operator makes, for the others to make the same."""
        plane.new_namespace(self._api, "template")
        ours = contenders.glider()
        self._api.create(ours.collection("template"), ours.document("x"))
        pods = contenders.PODS.format(namespace="template")
        [pod] = wait_until(lambda: self._api.items(pods), what="the operator's pod")
        return contenders.template_of(pod)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at-once", type=int, nargs="*", default=[300, 1000], help="how many objects are created at once")
    parser.add_argument("--steady", type=int, default=200, help="how many objects are created at 10 a second")
    parser.add_argument("--without-defaults", action="store_true", help="leave out the runs with default client limits, which take long")
    parser.add_argument("--only-glider", action="store_true", help="run nothing else, for a profile")
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}, Python {platform.python_version()}")
    print(report.HEADER, flush=True)
    with tempfile.TemporaryDirectory(prefix="glider-bench-") as name, plane.kwok_plane(Path(name) / "plane") as control_plane:
        bench = Bench(control_plane, Path(name))
        run_all(bench, control_plane, arguments)
    for result in bench.results:
        print(report.details(result))
    print_ratios(bench.results)


def run_all(bench: Bench, control_plane: PrivateControlPlane, arguments: argparse.Namespace) -> None:
    """Glider and the Job controller at their best, bare pods between them; then, where wanted, both with default limits."""
    bench.start_operator(limits={"qps": 2000, "burst": 4000})
    pod = bench.make_template()
    others = [] if arguments.only_glider else [contenders.bare_pods(pod), contenders.jobs(pod, "Job, at its best")]
    for count in arguments.at_once:
        for contender in (contenders.glider(), *others):
            bench.run(contender, count=count)
    if arguments.steady:
        for contender in (contenders.glider(), *others[1:]):
            bench.run(contender, count=arguments.steady, per_second=10)
    bench.end_operator()
    if arguments.without_defaults or arguments.only_glider:
        return
    count = min([300, *arguments.at_once])
    bench.start_operator(limits=None)
    bench.run(contenders.glider("glider, default limits"), count=count)
    bench.end_operator()
    plane.limit_controllers(control_plane, plane.DEFAULT_LIMITS)
    bench.run(contenders.jobs(pod, "Job, default limits"), count=count)


def print_ratios(results: Sequence[Result]) -> None:
    """Glider's against the Job controller's, load by load."""
    jobs = {result.load: result for result in results if result.name == "Job, at its best"}
    for ours in results:
        if ours.name != "glider" or ours.load not in jobs:
            continue
        at_once = "at once" in ours.load
        for line in report.ratios(ours, jobs[ours.load]) if at_once else report.steadiness(ours):
            print(line)


def _is_ready(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(url, timeout=5) as response:
        return bool(response.status == 200)
    return False


if __name__ == "__main__":
    main()
