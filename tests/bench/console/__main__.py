"""Measures the console with many executions, changes and viewers, and the API server with it and without."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from tests.bench.console.crowd import Crowd, crowd
from tests.bench.console.measuring import Running, console, cpu_shares, paints_elsewhere, seconds_to_page
from tests.bench.console.viewers import viewers
from tests.bench.operator import report
from tests.bench.operator.accounts import memory
from tests.cluster.private import PrivateControlPlane, private_control_plane
from tests.conftest import ROOT
from tests.faults.api import Api
from tests.integration.fire.stage import ALL_EXECUTIONS, wait_until

API_SERVER, CONSOLE = "kube-apiserver", "console"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--executions", type=int, default=10_000, help="how many executions there are")
    parser.add_argument("--changes", type=float, default=100, help="how many of them change a second")
    parser.add_argument("--viewers", type=int, default=20, help="how many streams are open")
    parser.add_argument("--seconds", type=float, default=60, help="for how long each is measured")
    arguments = parser.parse_args()
    print(report.machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="glider-bench-") as name, control_plane(Path(name) / "plane") as plane:
        asyncio.run(measure(plane, arguments))


@contextmanager
def control_plane(folder: Path) -> Iterator[PrivateControlPlane]:
    """A control plane with the CRDs."""
    with private_control_plane(folder, without=["kube-scheduler"]) as plane:
        api = Api(plane.kubeconfig)
        for file in sorted((ROOT / "manifests" / "crd").glob("*.yaml")):
            api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", yaml.safe_load(file.read_text()))
        wait_until(lambda: api.get(ALL_EXECUTIONS), what="the CRDs")
        yield plane


async def measure(plane: PrivateControlPlane, arguments: argparse.Namespace) -> None:
    """All of it."""
    count, pids = arguments.executions, {API_SERVER: plane.processes[API_SERVER].pid}
    async with crowd(plane.kubeconfig) as people:
        await people.create(count)
        alone = await cpu_shares(pids, _changes(people, arguments))
        print(f"API server without a console: {alone[API_SERVER]:.3f} of a CPU", flush=True)
        with console(plane.kubeconfig) as running:
            print(f"console with nothing: {memory(running.pid).now:.0f} MB")
            cold, warm = [await asyncio.to_thread(seconds_to_page, running) for _ in range(2)]
            print(f"first page by the API, with all to be listed: {cold:.2f} s, listed: {warm * 1000:.0f} ms")
            print(f"console with {count} executions: {memory(running.pid).now:.0f} MB, at most {memory(running.pid).peak:.0f}", flush=True)
            await _paint(running)
            await _views(people, running, pids | {CONSOLE: running.pid}, alone[API_SERVER], arguments)
        with console(plane.kubeconfig) as again:
            await _paint(again)


async def _paint(running: Running) -> None:
    paint, row = await paints_elsewhere(running)
    print(report.line("first contentful paint, s", paint, at_most=1.0), f"  first row after {row:.2f} s", sep="\n", flush=True)


async def _views(people: Crowd, running: Running, pids: dict[str, int], alone: float, arguments: argparse.Namespace) -> None:
    async with viewers(running.address, arguments.viewers) as received:
        shares = await cpu_shares(pids, _changes(people, arguments))
        used = memory(running.pid)
    print(
        report.line(f"console's CPU, {arguments.viewers} viewers, {arguments.changes:.0f} changes a second", shares[CONSOLE], at_most=0.5)
    )
    print(report.line("console's RSS at most, MB", used.peak, at_most=200))
    print(f"  API server: {shares[API_SERVER]:.3f} of a CPU, without the console {alone:.3f}")
    print(f"  received: {received.events}, {received.size / arguments.seconds / arguments.viewers / 1024:.1f} KB/s a viewer", flush=True)


async def _changes(people: Crowd, arguments: argparse.Namespace) -> None:
    rate = await people.change(arguments.executions, per_second=arguments.changes, seconds=arguments.seconds)
    print(f"{rate:.0f} changes a second", flush=True)


if __name__ == "__main__":
    main()
