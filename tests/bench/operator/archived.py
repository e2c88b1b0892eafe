"""What a history costs: the same loads with it and without it, in turns, on an S3 server beside the control plane."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from typing import Any

from tests.bench.operator import archiving, contenders
from tests.bench.operator.bench import BEST_LIMITS, Bench
from tests.bench.operator.report import Result, percentile
from tests.cluster import layout, services
from tests.cluster.private import PrivateControlPlane
from tests.integration.fire.stage import wait_until

WITHOUT, WITH = "glider, no history", "glider, history"
_PENDING = "glider_history_pending"
_ARCHIVED = "glider_history_archived_total"


def run(bench: Bench, plane: PrivateControlPlane, *, count: int, rounds: int, per_second: float, seconds: int) -> None:
    """`count` at once in each round, and then so many a second for so many seconds."""
    s3, _ = services.programs(plane.layout, dict(plane.binaries))
    plane.restart(s3)
    plane.wait(s3.name, lambda: services.is_s3_ready(plane.layout))
    keys = services.s3_keys(plane.layout)
    environment = {
        "FLYTE_AWS_ENDPOINT": plane.layout.s3_endpoint,
        "FLYTE_AWS_ACCESS_KEY_ID": keys.access_key,
        "FLYTE_AWS_SECRET_ACCESS_KEY": keys.secret_key,
    }
    settings: Mapping[str, Any] = {"storage": {"metadataPrefix": f"s3://{layout.BUCKET}/bench"}}
    loads: list[dict[str, Any]] = [{"count": count} for _ in range(rounds)]
    if seconds:
        loads.append({"count": round(per_second * seconds), "per_second": per_second})
    for number, load in enumerate(loads):
        for archives in (False, True) if number % 2 == 0 else (True, False):
            bench.start_operator(limits=BEST_LIMITS, environment=environment, **settings, history={"enabled": archives})
            bench.warm_up(contenders.glider())
            contender, namespace = contenders.glider(WITH if archives else WITHOUT), bench.new_namespace()
            result = bench.run(contender, namespace=namespace, **load)
            if archives:
                _print_rest(bench, result)
            bench.api.delete(contender.collection(namespace))  # the next one would find them, and archive them
            bench.end_operator()
    archiving.run(environment, prefix=f"s3://{layout.BUCKET}/alone", at_once=1_000, per_second=50, seconds=20)
    plane.end(s3.name)
    _print_ratios(bench.results)


def _print_rest(bench: Bench, result: Result) -> None:
    ended = time.monotonic()
    wait_until(lambda: not _figure(bench, _PENDING), what="all to be archived")
    later, archived = time.monotonic() - ended, _figure(bench, _ARCHIVED)
    print(f"    archived {archived:.0f}; the last of {result.count} {later:.1f} s after the run", flush=True)


def _figure(bench: Bench, name: str) -> float:
    return next(float(line.split()[1]) for line in bench.ask("/metrics").splitlines() if line.startswith(f"{name} "))


def _print_ratios(results: list[Result]) -> None:
    """With a history against without one, in the same round."""
    for load in dict.fromkeys(result.load for result in results):
        without, archived = ([one for one in results if (one.name, one.load) == (name, load)] for name in (WITHOUT, WITH))
        pairs = list(zip(without, archived, strict=True))
        if not pairs:
            continue
        figures = {
            "finished a second": [b.finished / a.finished for a, b in pairs],
            "container's end to status, p50": [_end(b, 50) / _end(a, 50) for a, b in pairs],
            "container's end to status, p99": [_end(b, 99) / _end(a, 99) for a, b in pairs],
            "the operator's CPU": [b.cpu_own / a.cpu_own for a, b in pairs],
            "API requests": [b.calls / a.calls for a, b in pairs],
        }
        for what, found in figures.items():
            print(f"  {load}, {what}, with a history / without: {statistics.median(found):.2f}, {min(found):.2f} to {max(found):.2f}")


def _end(result: Result, percent: int) -> float:
    return percentile(result.times.end_latencies(), percent)
