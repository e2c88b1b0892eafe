"""How tests are dealt out to several workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lanes import LANES, ON_THE_CLUSTER, lane_of, turn_of

OF_AN_OPERATOR, OF_A_NODE = "tests/integration/test_life_cycle.py::test_x[a]", "tests/e2e/test_divide.py::test_y"
OF_THE_CONSOLE = "tests/integration/console/test_entering.py::test_z"


def test_what_shares_a_glider_keeps_together():
    assert lane_of("tests/e2e/test_verdicts.py::test_x") == lane_of(OF_A_NODE) is not None
    assert lane_of("tests/integration/test_get.py::test_x") == lane_of(OF_AN_OPERATOR) is not None


def test_what_needs_no_node_does_not_wait_for_what_does(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("GLIDER_TEST_KUBECONFIG", raising=False)
    assert len({lane_of(OF_AN_OPERATOR), lane_of(OF_A_NODE), lane_of(OF_THE_CONSOLE)}) == 3


def test_on_the_users_cluster_there_is_one_glider_for_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("GLIDER_TEST_KUBECONFIG", str(tmp_path / "kubeconfig"))
    assert lane_of(OF_AN_OPERATOR) == lane_of(OF_A_NODE) == lane_of(OF_THE_CONSOLE) is not None


def test_at_most_two_control_planes_are_under_fire_at_once():
    files = ("test_crash_points", "test_faults", "test_hostile", "test_replicas", "test_what_comes_later")
    lanes = {lane_of(f"tests/integration/fire/{name}.py::test_x") for name in files}
    assert len(lanes) == 2
    assert None not in lanes


@pytest.mark.parametrize("nodeid", ["tests/unit/test_lanes.py::test_x", "tests/integration/glider/test_s3.py::test_x"])
def test_others_go_where_there_is_room(nodeid: str):
    assert lane_of(nodeid) is None


def test_the_lane_that_takes_longest_begins_first_and_what_is_in_none_comes_last():
    of_lanes = [turn_of("tests/e2e/test_divide.py::test_x"), turn_of("tests/integration/test_get.py::test_x")]
    assert of_lanes == [list(LANES).index(ON_THE_CLUSTER), 1] == [0, 1]
    assert turn_of("tests/unit/test_lanes.py::test_x") == len(LANES)
