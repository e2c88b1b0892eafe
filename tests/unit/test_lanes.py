"""How tests are dealt out to several workers."""

from __future__ import annotations

import pytest

from tests.lanes import lane_of


def test_what_shares_the_clusters_glider_keeps_together():
    of_the_operator, of_a_node = "tests/integration/test_life_cycle.py::test_x[a]", "tests/e2e/test_divide.py::test_y"
    assert lane_of(of_the_operator) == lane_of(of_a_node) is not None


def test_at_most_two_control_planes_stand_at_once():
    files = ("test_crash_points", "test_faults", "test_hostile", "test_replicas", "test_what_comes_later")
    lanes = {lane_of(f"tests/integration/fire/{name}.py::test_x") for name in files}
    assert len(lanes) == 2
    assert None not in lanes


@pytest.mark.parametrize("nodeid", ["tests/unit/test_lanes.py::test_x", "tests/integration/glider/test_s3.py::test_x"])
def test_others_go_where_there_is_room(nodeid: str):
    assert lane_of(nodeid) is None
