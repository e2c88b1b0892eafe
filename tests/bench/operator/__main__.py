"""Runs all contenders, one after the other, in several rounds, and prints what they took and the ratios of the rounds."""

from __future__ import annotations

import argparse
import tempfile
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from tests.bench.operator import archived, contenders, plane, report
from tests.bench.operator.bench import BEST_LIMITS, Bench
from tests.bench.operator.report import Result
from tests.cluster.private import PrivateControlPlane


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at-once", type=int, nargs="*", default=[300, 1000], help="how many objects are created at once")
    parser.add_argument("--rounds", type=int, default=3, help="how many times each runs, in turns of who is first")
    parser.add_argument("--steady", type=int, default=200, help="how many objects are created at 10 a second")
    parser.add_argument("--without-defaults", action="store_true", help="leave out the runs with default client limits, which take long")
    parser.add_argument("--only-glider", action="store_true", help="run nothing else, for a profile")
    parser.add_argument("--history", action="store_true", help="compare Glider with a history and without one, and nothing else")
    parser.add_argument("--rate", type=float, default=50, help="with --history: how many a second are created")
    parser.add_argument("--seconds", type=int, default=30, help="with --history: for how long")
    arguments = parser.parse_args()
    print(report.machine())
    print(report.HEADER, flush=True)
    with tempfile.TemporaryDirectory(prefix="glider-bench-") as name, plane.kwok_plane(Path(name) / "plane") as control_plane:
        bench = Bench(control_plane, Path(name))
        if arguments.history:
            count, rate = arguments.at_once[0], arguments.rate
            archived.run(bench, control_plane, count=count, rounds=arguments.rounds, per_second=rate, seconds=arguments.seconds)
            return
        run_all(bench, control_plane, arguments)
    for result in bench.results:
        print(report.details(result))
    print_ratios(bench.results)


def run_all(bench: Bench, control_plane: PrivateControlPlane, arguments: argparse.Namespace) -> None:
    """Glider and the Job controller at their best, bare pods between them; then, where wanted, both with default limits."""
    bench.start_operator(limits=BEST_LIMITS)
    pod = bench.make_template()
    others = [] if arguments.only_glider else [contenders.bare_pods(pod), contenders.jobs(pod, "Job, at its best")]
    bench.warm_up(contenders.glider(), *others)
    everybody = deque([contenders.glider(), *others])
    for count in arguments.at_once:
        for _ in range(arguments.rounds):
            for contender in everybody:
                bench.run(contender, count=count)
            everybody.rotate()
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
    """Glider's against the Job controller's, load by load, round by round."""
    for load in dict.fromkeys(result.load for result in results):
        ours, jobs = ([one for one in results if (one.name, one.load) == (name, load)] for name in ("glider", "Job, at its best"))
        if not ours or not jobs:
            continue
        for line in report.ratios(ours, jobs) if "at once" in load else report.steadiness(ours):
            print(line)


if __name__ == "__main__":
    main()
