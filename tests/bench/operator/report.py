"""The tables, and the ratios beside their targets."""

from __future__ import annotations

import os
import platform
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench.operator.load import Times

_WRITES = ("create", "update", "patch", "delete")


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One contender's run."""

    name: str
    load: str
    count: int
    times: Times
    cpu: Mapping[str, float]
    process: str
    rss: float
    requests: Counter[tuple[str, str]]

    @property
    def finished(self) -> float:
        return self.times.rate(self.times.over)

    @property
    def started(self) -> float:
        return self.times.rate(self.times.pod)

    @property
    def cpu_own(self) -> float:
        """Milliseconds an object, of the process that runs it."""
        return self.cpu.get(self.process, 0.0) / self.count * 1000

    @property
    def cpu_all(self) -> float:
        """Milliseconds an object, of all processes."""
        return sum(self.cpu.values()) / self.count * 1000

    @property
    def writes(self) -> float:
        """API writes an object, without Events."""
        return sum(n for (verb, resource), n in self.requests.items() if verb in _WRITES and not resource.startswith("events")) / self.count

    @property
    def calls(self) -> float:
        """API requests of any kind an object."""
        return self.requests.total() / self.count


def machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}, Python {platform.python_version()}"


def percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else sum(values)


def row(result: Result) -> str:
    start, end, pods = result.times.start_latencies(), result.times.end_latencies(), len(result.times.pods)
    return (
        f"{result.name:22} {result.load:>9} {result.started:7.1f} {result.finished:7.1f}"
        f" {percentile(start, 50):6.2f}/{percentile(start, 99):6.2f} {percentile(end, 50):6.2f}/{percentile(end, 99):6.2f}"
        f" {result.cpu_own:6.1f}/{result.cpu_all:6.1f} {result.rss:6.0f} {result.writes:6.2f} {result.calls:6.2f} {pods:6}"
    )


HEADER = (
    f"{'':22} {'load':>9} {'pods/s':>7} {'done/s':>7} {'to pod p50/p99':>13} {'to end p50/p99':>13}"
    f" {'CPU own/all':>13} {'RSS':>6} {'writes':>6} {'calls':>6} {'pods':>6}"
)


def details(result: Result) -> str:
    """CPU by process, and requests by verb and resource, an object."""
    cpu = ", ".join(f"{name} {seconds / result.count * 1000:.1f}" for name, seconds in sorted(result.cpu.items()))
    requests = ", ".join(f"{verb} {resource} {n / result.count:.2f}" for (verb, resource), n in sorted(result.requests.items()))
    return f"{result.name}, {result.load}: CPU ms an object: {cpu}\n    requests an object: {requests or 'none of its own'}"


def ratios(ours: Sequence[Result], jobs: Sequence[Result]) -> list[str]:
    """Ours against the Job controller's of the same round, where all were created at once."""
    rounds, load = list(zip(ours, jobs, strict=True)), ours[0].load
    return [
        line(f"objects finished a second, {load}", *[our.finished / job.finished for our, job in rounds], at_least=1.4),
        line(f"pods a second, {load}", *[our.started / job.started for our, job in rounds], at_least=1.4),
        line(f"CPU of all processes, {load}", *[our.cpu_all / job.cpu_all for our, job in rounds], at_most=0.7),
        line(f"API writes an execution, without Events, {load}", *[our.writes for our in ours], at_most=3),
        line(f"API requests an execution, of any kind, {load}", *[our.calls for our in ours], at_most=5),
        line(f"container's end to status, p99, s, {load}", *[percentile(our.times.end_latencies(), 99) for our in ours], at_most=1),
    ]


def steadiness(ours: Sequence[Result]) -> list[str]:
    load = ours[0].load
    return [
        line(f"execution to pod, p99, s, {load}", *[percentile(our.times.start_latencies(), 99) for our in ours], at_most=0.1),
        line(f"container's end to status, p99, s, {load}", *[percentile(our.times.end_latencies(), 99) for our in ours], at_most=0.2),
    ]


def line(what: str, *rounds: float, at_least: float | None = None, at_most: float | None = None) -> str:
    """The median of a figure's rounds, and their range, beside its target."""
    value = statistics.median(rounds)
    met = value >= at_least if at_least is not None else value <= (at_most or 0.0)
    target = f">= {at_least}" if at_least is not None else f"<= {at_most}"
    spread = f", {min(rounds):.2f} to {max(rounds):.2f}" if len(rounds) > 1 else ""
    return f"  {'met   ' if met else 'MISSED'}  {what}: {value:.2f}{spread} (target {target})"
