"""Executions that are over aren't watched: they leave the operator's memory, and what their end still needs is done all the same."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.fire.lives import FAILURE, FORGOTTEN, HANGS, RETRY, SUCCESS, Life
from tests.integration.fire.stage import Stage, control_plane, stage, wait_until

CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/taskexecutions.glider.dev"
#: It runs until its pod is deleted.
LASTING = Life(name="lasting", attempts=[HANGS], phase="Aborted", reason="Cancelled")


def known(fire: Stage) -> int:
    """How many executions the operator knows."""
    count: int = json.loads(fire.operator.ask("/debug"))["executions"]["known"]
    return count


@pytest.fixture
def over(fire: Stage) -> Iterator[Stage]:
    """A scene whose executions are over, and their pods gone: its namespace keeps none for long. The operator sweeps."""
    with fire.operator.sweeping():
        fire.begin([replace(life, brief=True) for life in (SUCCESS, RETRY, FAILURE)])
        fire.create()
        wait_until(lambda: set(phases(fire)) <= {"Succeeded", "Failed"}, what="their ends")
        wait_until(lambda: not fire.api.items(f"{fire.core}/pods"), what="their pods to be deleted")
        yield fire
        for name in fire.names:
            fire.api.delete(f"{fire.executions}/{name}")


def phases(fire: Stage) -> list[str]:
    return [one.get("status", {}).get("phase", "") for one in fire.api.items(fire.executions)]


def test_nothing_of_them_is_remembered_once_their_pods_are_gone(over: Stage):
    before = known(over)
    over.operator.kill()
    over.operator.start()
    wait_until(lambda: known(over) == before, what="the operator to know as much as before")
    time.sleep(4)  # some sweeps
    assert known(over) == before
    shown = json.loads(over.operator.ask("/debug"))
    assert shown["sweeps"]["foundSomethingInARow"] == {}
    assert not [one for one in shown["live"] if one["execution"].startswith(f"{over.namespace}/")]


def test_a_ttl_that_somebody_sets_afterwards_counts(over: Stage):
    name = next(iter(over.names))
    over.api.patch(f"{over.executions}/{name}", {"spec": {"ttlSecondsAfterFinished": 1}})
    wait_until(lambda: over.execution(name) is None, what="it to be deleted")
    assert len(phases(over)) == 2


def test_a_pod_goes_whose_execution_somebody_else_has_ended(fire: Stage):
    with fire.operator.sweeping():
        [name] = fire.begin([LASTING])
        fire.create()
        wait_until(lambda: "Running" in phases(fire), what="it to run")
        fire.api.patch(f"{fire.executions}/{name}/status", {"status": {"phase": "Aborted"}})
        fire.wait_until_over()
        assert [pod["status"]["phase"] for pod in fire.pods(name)] == ["Failed"]
        assert phases(fire) == ["Aborted"]


def test_what_ended_while_no_operator_ran_keeps_its_pods_for_their_time(fire: Stage):
    fire.begin([FORGOTTEN])
    fire.create()
    wait_until(lambda: "Succeeded" in phases(fire), what="its end")
    fire.operator.kill()
    fire.operator.start()
    fire.wait_until_over()
    assert phases(fire) == []


def test_an_operator_that_is_newer_than_the_crds_says_so_and_waits_for_them(tmp_path: Path):
    with control_plane(tmp_path / "plane") as plane, stage(plane, tmp_path / "stage") as alone:
        version = alone.api.get(CRD)["spec"]["versions"][0]
        older = {name: value for name, value in version.items() if name != "selectableFields"}
        alone.operator.kill()
        alone.api.patch(CRD, {"spec": {"versions": [older]}})
        alone.operator.spawn()
        wait_until(lambda: "are the CRDs (manifests/crd) those of this version?" in alone.operator.unready(), what="the operator to say so")
        alone.api.patch(CRD, {"spec": {"versions": [version]}})
        alone.operator.wait_until_ready()
