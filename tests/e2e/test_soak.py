"""The soak (`make soak`) in short: a fate for each of a few executions, while operators and pods are killed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.cluster.fixtures import Cluster
from tests.conftest import MissingServer
from tests.soak.disturbances import SHORT
from tests.soak.soaking import Plan, soak


@pytest.mark.timeout(600)
def test_every_execution_ends_as_foretold_whatever_is_killed(node: Cluster, tmp_path: Path):
    if not node.is_ours:
        raise MissingServer("no cluster whose processes a test may kill")
    plan = Plan(seed=random.randrange(1_000_000), count=25, window=20, limit=200, replicas=2, disturbances=SHORT)
    report = soak(node, plan, folder=tmp_path)
    assert not report.wrong, report.text()
