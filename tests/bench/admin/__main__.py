"""Measures the front with clients that wait, with idle ones, and with as many calls as it answers."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.bench.admin import starting
from tests.bench.admin.connected import connections
from tests.bench.admin.people import Client, tokens, write_templates
from tests.bench.admin.requests import requests
from tests.bench.console.__main__ import control_plane
from tests.bench.console.crowd import Crowd, crowd
from tests.bench.console.measuring import cpu_shares
from tests.bench.measuring import adopt_orphans
from tests.bench.operator import report
from tests.bench.operator.accounts import cpu_seconds, memory
from tests.cluster.private import PrivateControlPlane
from tests.integration.admin.conftest import Address, running_front

API_SERVER, FRONT = "kube-apiserver", "front"
#: FlyteRemote's own, in seconds.
_INTERVAL = 30.0
_AT_ONCE = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--executions", type=int, default=2000, help="how many executions there are")
    parser.add_argument("--clients", type=int, default=200, help="how many clients wait, each with a token of its own")
    parser.add_argument("--users", type=int, default=20, help="how many users they are")
    parser.add_argument("--changes", type=float, default=10, help="how many executions change a second")
    parser.add_argument("--idle", type=int, default=1000, help="how many connections are idle")
    parser.add_argument("--seconds", type=float, default=90, help="for how long each is measured")
    parser.add_argument("--rounds", type=int, default=7, help="how often a task is started each way")
    arguments = parser.parse_args()
    print(report.machine(), flush=True)
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="glider-bench-") as name:
        starting.measure(Path(name), rounds=arguments.rounds)
    with tempfile.TemporaryDirectory(prefix="glider-bench-") as name, control_plane(Path(name) / "plane") as plane:
        asyncio.run(measure(plane, Path(name), arguments))


async def measure(plane: PrivateControlPlane, folder: Path, arguments: argparse.Namespace) -> None:
    """All of it."""
    async with crowd(plane.kubeconfig) as people:
        await asyncio.to_thread(write_templates, plane.kubeconfig)
        await people.create(arguments.executions)
        known = await asyncio.to_thread(tokens, plane.kubeconfig, arguments.clients, users=arguments.users)
        with running_front(plane.kubeconfig, folder, namespace="{project}") as front:
            print(f"front with {arguments.executions} executions: {memory(front.pid).now:.0f} MB", flush=True)
            await _waiting(plane, people, front, known, arguments)
            await _idle(front, known, arguments)
            await _saturated(front, known)


@asynccontextmanager
async def _clients(front: Address, known: Sequence[str], count: int) -> AsyncIterator[list[Client]]:
    made = [Client(front.grpc, known[number % len(known)], number) for number in range(count)]
    try:
        yield made
    finally:
        await asyncio.gather(*(client.close() for client in made))


async def _waiting(plane: PrivateControlPlane, people: Crowd, front: Address, known: Sequence[str], arguments: argparse.Namespace) -> None:
    pids = {API_SERVER: plane.processes[API_SERVER].pid, FRONT: front.pid}
    changes = people.change(arguments.executions, per_second=arguments.changes, seconds=arguments.seconds)
    alone = (await cpu_shares(pids, changes))[API_SERVER]
    async with _clients(front, known, arguments.clients) as clients:
        tasks = [asyncio.create_task(client.wait(first=n * _INTERVAL / len(clients), every=_INTERVAL)) for n, client in enumerate(clients)]
        await asyncio.sleep(_INTERVAL)  # until each has polled once
        before, calls = await requests(plane.kubeconfig), sum(client.calls for client in clients)
        changes = people.change(arguments.executions, per_second=arguments.changes, seconds=arguments.seconds)
        shares = await cpu_shares(pids, changes)
        asked, calls = await requests(plane.kubeconfig) - before, sum(client.calls for client in clients) - calls
        await _end(tasks)
    print(f"{len(clients)} clients that wait: {calls / arguments.seconds:.0f} calls a second")
    print(report.line("front's CPU", shares[FRONT], at_most=0.5))
    print(report.line("front's RSS at most, MB", memory(front.pid).peak, at_most=300))
    reads = sum(count for what, count in asked.items() if "reviews" not in what)
    print(report.line("reads of executions and templates beyond the watches", reads, at_most=0))
    reviews = (asked.total() - reads) / arguments.seconds
    print(f"  reviews of tokens and rights: {reviews:.1f} a second ({', '.join(f'{what} {n}' for what, n in sorted(asked.items()))})")
    print(f"  API server: {shares[API_SERVER]:.3f} of a CPU, without clients {alone:.3f}", flush=True)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        assert not task.done(), task.exception()
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _idle(front: Address, known: Sequence[str], arguments: argparse.Namespace) -> None:
    port = int(front.grpc.rpartition(":")[2])
    async with _clients(front, known, arguments.idle) as clients:
        for client in clients:
            await client.get()
        there, before = connections(port), memory(front.pid).now
        share = (await cpu_shares({FRONT: front.pid}, asyncio.sleep(arguments.seconds)))[FRONT]
        lost, grown = there - connections(port), memory(front.pid).now - before
        for client in clients:
            await client.get()
        print(f"{len(there)} idle connections: {share:.3f} of a CPU, {before:.0f} MB")
        print(report.line("connections that were lost, or had to be made anew", len(lost | (connections(port) - there)), at_most=0))
        print(report.line("growth, MB", grown, at_most=5), flush=True)


async def _saturated(front: Address, known: Sequence[str]) -> None:
    seconds, latencies = 10.0, list[float]()
    async with _clients(front, known, _AT_ONCE) as clients:
        ends = time.monotonic() + seconds

        async def work(client: Client) -> None:
            while (began := time.monotonic()) < ends:
                await client.get()
                latencies.append(time.monotonic() - began)

        used = cpu_seconds(front.pid)
        await asyncio.gather(*(work(client) for client in clients))
        used = cpu_seconds(front.pid) - used
    rate, each = len(latencies) / seconds, used / len(latencies) * 1000
    print(f"GetExecution, {_AT_ONCE} callers at once: {rate:.0f} a second, {each:.2f} ms of CPU each")
    print(
        f"  latency p50 {report.percentile(latencies, 50) * 1000:.0f} ms, p99 {report.percentile(latencies, 99) * 1000:.0f} ms", flush=True
    )


if __name__ == "__main__":
    main()
