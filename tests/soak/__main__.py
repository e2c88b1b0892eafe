"""The command line: `python -m tests.soak`."""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.cluster.fixtures import Cluster
from tests.conftest import ROOT
from tests.soak.disturbances import FULL
from tests.soak.soaking import Plan, soak


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak", description="Executions with a fate each on the real node, amid disturbances."
    )
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="for the same script again")
    parser.add_argument("--count", type=int, default=300, help="how many executions (300)")
    parser.add_argument("--window", type=float, default=300, help="within how many seconds they are created (300)")
    parser.add_argument("--limit", type=float, default=600, help="after how many seconds all has to be over (600)")
    given = parser.parse_args()
    cluster = Cluster.from_environment()
    if not cluster.is_ours or not cluster.has_node:
        print("error: it kills what the cluster runs, so it wants the one of this checkout with a node: `make cluster`", file=sys.stderr)
        return 2
    subprocess.run([sys.executable, "-m", "tests.cluster", "images"], cwd=ROOT, check=True)
    plan = Plan(seed=given.seed, count=given.count, window=given.window, limit=given.limit, replicas=1, disturbances=FULL)
    print(f"seed {plan.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        report = soak(cluster, plan, folder=Path(folder), echo=True)
    print(report.text())
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
