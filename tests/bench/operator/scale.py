"""The operator with ten thousand live executions, and with fifty thousand that are over, against the same operator with few.

    python -m tests.bench.operator.scale [--live 10000] [--finished 50000]

Each has a control plane of its own, on which everything is measured first with a hundred live executions, whose pods run on and
on, and then with many. Sweeps are kept out of the batches, which are too short for a fair share of one, and measured alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.bench.operator import contenders, load, plane, report
from tests.bench.operator.accounts import Memory, cpu_of_all, cpu_seconds
from tests.bench.operator.bench import BEST_LIMITS, OPERATOR, Bench
from tests.bench.operator.contenders import PODS, Contender
from tests.bench.operator.finished import create_finished
from tests.bench.operator.report import Result
from tests.integration.fire.stage import wait_until

FEW = 100
_BATCH = 200
#: How long anything may take here, in seconds.
_PATIENCE = 900.0
_NO_SWEEP: dict[str, Any] = {"sweep": {"interval": "6h"}}
_PROMPT = 0.1
_PROBES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """What the operator takes while there is so much of something.

    Attributes:
        batches: executions of no other kind that run meanwhile.
        restart: seconds from its start until it is as prompt as ever.
        rss, peak: MB after that.
        sweep: its CPU seconds for one sweep, with the look at everything that follows.
        scrape: seconds until /metrics has answered.
    """

    batches: Sequence[Result]
    restart: float
    rss: float
    peak: float
    sweep: float
    scrape: float

    @property
    def cpu_own(self) -> float:
        return statistics.fmean(batch.cpu_own for batch in self.batches)

    @property
    def cpu_all(self) -> float:
        return statistics.fmean(batch.cpu_all for batch in self.batches)


class Scale:
    """Measures on one control plane."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._count = 0
        self._few, self._many = plane.LIVE

    def begin(self) -> None:
        """The operator, warm, and a few live executions."""
        self._bench.start_operator(limits=BEST_LIMITS, **_NO_SWEEP)
        self._bench.warm_up(contenders.glider())
        self._live(FEW, namespace=self._few)

    def bulk(self, count: int) -> Result:
        """So many that live, created at once."""
        return self._live(count, namespace=self._many)

    def _live(self, count: int, *, namespace: str) -> Result:
        plane.new_namespace(self._bench.api, namespace)
        result = self._bench.run(_living(), count=count, namespace=namespace, patience=_PATIENCE)
        pods = Counter(pod["metadata"]["ownerReferences"][0]["name"] for pod in self._bench.api.items(PODS.format(namespace=namespace)))
        assert len(pods) == pods.total() == count, f"{count} executions, {pods.total()} pods of {len(pods)}"
        self._count += count
        return result

    def finished(self, count: int) -> float:
        """So many more that are over; how many seconds that took."""
        ours, namespace = contenders.glider(), self._bench.new_namespace()
        self._bench.api.create(ours.collection(namespace), ours.document("model"))
        model = wait_until(
            lambda: [one for one in self._bench.api.items(ours.collection(namespace)) if ours.is_over(one)], what="one that is over"
        )
        self._bench.end_operator()
        began = time.monotonic()
        status = model[0]["status"]
        asyncio.run(create_finished(self._bench.plane.kubeconfig, ours, namespace, count=count, status=status))
        took = time.monotonic() - began
        self._bench.start_operator(limits=BEST_LIMITS, ready_within=_PATIENCE, **_NO_SWEEP)
        return took

    def state(self, label: str) -> State:
        """What the operator takes now."""
        wait_until(self._is_calm, what="others to be done with what came before", timeout=_PATIENCE)
        restart = self._restart(**_NO_SWEEP)
        memory = self._bench.memory()
        began = time.monotonic()
        self._bench.ask("/metrics")
        scrape = time.monotonic() - began
        wait_until(self._has_listed_what_is_over, what="the list of what is over", timeout=_PATIENCE)
        ours = contenders.glider(label)
        batches = [self._bench.run(ours, count=_BATCH), self._bench.run(ours, count=_BATCH, per_second=10)]
        state = State(batches=batches, restart=restart, rss=memory.now, peak=memory.peak, sweep=self._sweep(), scrape=scrape)
        print(
            f"{label}: restart {state.restart:.1f} s; RSS {state.rss:.0f} MB, at most {state.peak:.0f};"
            f" CPU own/all {state.cpu_own:.1f}/{state.cpu_all:.1f} ms; a sweep {state.sweep:.2f} s of CPU; /metrics {state.scrape:.2f} s",
            flush=True,
        )
        return state

    def memory(self) -> Memory:
        return self._bench.memory()

    def _restart(self, **settings: Any) -> float:
        """Killed and started: seconds until it is ready, has looked at everything, and makes a new execution's pod within 100 ms."""
        probes = [self._bench.new_namespace() for _ in range(_PROBES)]
        self._bench.end_operator()
        began = time.monotonic()
        self._bench.start_operator(limits=BEST_LIMITS, ready_within=_PATIENCE, **settings)
        ready = time.monotonic() - began
        wait_until(self._is_quiet, what="an empty queue", timeout=_PATIENCE)
        quiet = time.monotonic() - began
        for namespace in probes:
            times = asyncio.run(load.run(self._bench.plane.kubeconfig, contenders.glider(), namespace, count=1, per_second=None))
            if times.start_latencies()[0] <= _PROMPT:
                took = times.pod["x-0"] - began
                print(f"  ready after {ready:.1f} s, quiet after {quiet:.1f} s, prompt after {took:.1f} s", flush=True)
                return took
        raise AssertionError(f"{_PROBES} executions after a restart, and not one had its pod within {_PROMPT} s")

    def _is_quiet(self) -> bool:
        time.sleep(0.2)  # the page costs the operator milliseconds
        shown = json.loads(self._bench.ask("/debug?limit=1"))
        return shown["executions"]["live"] >= self._count and not (shown["queue"]["ready"] or shown["queue"]["working"])

    def _has_listed_what_is_over(self) -> bool:
        time.sleep(1)
        return json.loads(self._bench.ask("/debug?limit=1"))["sweeps"]["finished"]["listedAgo"] is not None

    def _is_calm(self) -> bool:
        """Whether all processes together take less than a fifth of a CPU."""
        before = sum(cpu_of_all(self._bench.pids()).values())
        time.sleep(2)
        return sum(cpu_of_all(self._bench.pids()).values()) - before < 0.4

    def _sweep(self) -> float:
        self._restart(sweep={"interval": "5s"})
        pid = self._bench.pids()[OPERATOR]
        wait_until(lambda: self._sweeps() > 0, what="a sweep", timeout=_PATIENCE)
        began, before = self._sweeps(), cpu_seconds(pid)
        wait_until(lambda: self._sweeps() > began, what="another sweep", timeout=_PATIENCE)
        return cpu_seconds(pid) - before

    def _sweeps(self) -> int:
        time.sleep(0.5)
        lines = self._bench.ask("/metrics").splitlines()
        return int(sum(float(line.split()[-1]) for line in lines if line.startswith('glider_sweeps_total{result="done"}')))


def many_live(scale: Scale, count: int) -> list[str]:
    """The ratios, with so many live executions."""
    scale.begin()
    few = scale.state(f"with {FEW} live")
    bulk = scale.bulk(count - FEW)
    memory = scale.memory()
    many = scale.state(f"with {count} live")
    return [
        f"{count - FEW} created at once: {bulk.started:.1f} pods a second, one each; RSS {memory.now:.0f} MB, at most {memory.peak:.0f}",
        f"memory a live execution: {(many.rss - few.rss) / (count - FEW) * 1024:.1f} KB",
        report.line(f"restart with {count} live, s", many.restart, at_most=30),
        report.line(f"RSS at most, with {count} live, MB", max(many.peak, memory.peak), at_most=400),
        report.line(f"operator's CPU an execution, {count} live to {FEW}", many.cpu_own / few.cpu_own, at_most=1.3),
        report.line(f"CPU of all processes an execution, {count} live to {FEW}", many.cpu_all / few.cpu_all, at_most=1.3),
        f"  of one CPU, sweeps every 2 minutes take {many.sweep / 120:.1%} with {count} live, {few.sweep / 120:.1%} with {FEW}",
    ]


def many_finished(scale: Scale, count: int) -> list[str]:
    """The ratios, with so many that are over."""
    scale.begin()
    before = scale.state("with none that is over")
    took = scale.finished(count)
    after = scale.state(f"with {count} over")
    return [
        f"{count} that are over: created in {took:.0f} s",
        f"memory an execution that is over: {(after.rss - before.rss) / count * 1024:.2f} KB",
        report.line(f"restart with {count} over, s", after.restart, at_most=30),
        report.line(f"RSS at most, with {count} over, MB", after.peak, at_most=400),
        report.line(f"operator's CPU an execution, {count} over to none", after.cpu_own / before.cpu_own, at_most=1.3),
        report.line(f"CPU of all processes an execution, {count} over to none", after.cpu_all / before.cpu_all, at_most=1.3),
        f"  of one CPU, sweeps every 2 minutes take {after.sweep / 120:.1%} with {count} over, {before.sweep / 120:.1%} with none",
    ]


def measure(scenario: Callable[[Scale, int], list[str]], count: int) -> list[str]:
    """A scenario on a control plane of its own."""
    with tempfile.TemporaryDirectory(prefix="glider-bench-") as name, plane.kwok_plane(Path(name) / "plane") as control_plane:
        return scenario(Scale(Bench(control_plane, Path(name))), count)


def _living() -> Contender:
    """Executions that count as over for the benchmark as soon as they run: they go on."""
    return replace(contenders.glider("live"), is_over=lambda body: body.get("status", {}).get("phase") == "Running")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--live", type=int, default=10_000, help="how many live executions (0: leave this out)")
    parser.add_argument("--finished", type=int, default=50_000, help="how many that are over (0: leave this out)")
    arguments = parser.parse_args()
    print(report.machine())
    print(report.HEADER, flush=True)
    lines: list[str] = []
    if arguments.live:
        lines += measure(many_live, arguments.live)
    if arguments.finished:
        lines += measure(many_finished, arguments.finished)
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
