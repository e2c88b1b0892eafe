"""Where a pod may run by what it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glider_core.api.status import Failures, Status
from glider_core.config import parse_config
from glider_core.render.pod import render_pod
from tests.unit.glider_core.builders import CONFIGURATION, TASK, make_execution, resolved

SPOT = {"key": "spot", "operator": "Exists", "effect": "NoSchedule"}
IS_SPOT = {"key": "node", "operator": "In", "values": ["spot"]}
IS_NOT_SPOT = {"key": "node", "operator": "NotIn", "values": ["spot"]}
GPU_TAINT = {"key": "nvidia.com/gpu", "operator": "Exists"}
CONFIG = parse_config(
    CONFIGURATION
    | {
        "interruptible": {
            "nodeSelector": {"pool": "spot"},
            "tolerations": [SPOT],
            "nodeSelectorRequirement": IS_SPOT,
            "otherwiseNodeSelectorRequirement": IS_NOT_SPOT,
        },
        "resources": {"tolerations": {"nvidia.com/gpu": [GPU_TAINT]}},
        "accelerators": {
            "deviceLabel": "gpu",
            "partitionSizeLabel": "part",
            "unpartitionedNodeSelectorRequirement": {"key": "part", "operator": "In", "values": ["whole"]},
            "unpartitionedToleration": {"key": "part", "value": "whole"},
        },
    }
)
GPU = TASK | {"resources": {"limits": {"gpu": 1}}}


def spec_of(*, failures: int = 0, **spec):
    execution = make_execution(**spec)
    execution = replace(execution, status=Status(failures=Failures(system=failures)))
    return render_pod(execution, resolved(execution, config=CONFIG), attempt=0, config=CONFIG)["spec"]


def required(spec):
    terms = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    return [term["matchExpressions"] for term in terms]


def test_an_interruptible_task_goes_where_it_can_be_interrupted():
    spec = spec_of(interruptible=True)
    assert (spec["nodeSelector"], spec["tolerations"], required(spec)) == ({"pool": "spot"}, [SPOT], [[IS_SPOT]])


def test_any_other_goes_elsewhere():
    spec = spec_of()
    assert ("nodeSelector" in spec, "tolerations" in spec, required(spec)) == (False, False, [[IS_NOT_SPOT]])


@pytest.mark.parametrize(
    ("threshold", "failures", "interruptible"),
    [
        pytest.param(None, 2, True, id="with three retries the last attempt is the one after three failures"),
        pytest.param(None, 3, False, id="and isn't interruptible"),
        pytest.param(-2, 1, True, id="the last two, not yet"),
        pytest.param(-2, 2, False, id="the last two"),
        pytest.param(1, 0, True, id="before the first failure"),
        pytest.param(1, 1, False, id="after one failure"),
    ],
)
def test_after_enough_failures_it_is_not_interruptible_any_more(threshold, failures, interruptible):
    spec = spec_of(interruptible=True, failures=failures, **({} if threshold is None else {"interruptibleFailureThreshold": threshold}))
    assert ("nodeSelector" in spec) is interruptible


def test_a_node_selector_of_the_task_wins():
    assert spec_of(interruptible=True, nodeSelector={"pool": "mine"})["nodeSelector"] == {"pool": "mine"}


def test_each_alternative_of_an_affinity_gets_the_requirement():
    own = {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}, {"matchFields": []}]}
    affinity = {
        "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": own},
        "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": []},
    }
    spec = spec_of(affinity=affinity)
    assert required(spec) == [[{"key": "a", "operator": "Exists"}, IS_NOT_SPOT], [IS_NOT_SPOT]]
    assert spec["affinity"]["podAntiAffinity"] == affinity["podAntiAffinity"]


def test_a_pod_with_a_gpu_tolerates_what_such_nodes_have():
    assert spec_of(task=GPU)["tolerations"] == [GPU_TAINT]
    assert "tolerations" not in spec_of()


def device(key, value):
    return {"key": key, "operator": "Equal", "value": value, "effect": "NoSchedule"}


@pytest.mark.parametrize(
    ("accelerator", "requirements", "tolerations"),
    [
        pytest.param({"device": "a100"}, [{"key": "gpu", "operator": "In", "values": ["a100"]}], [device("gpu", "a100")], id="a device"),
        pytest.param(
            {"partitionSize": "1g"}, [{"key": "part", "operator": "In", "values": ["1g"]}], [device("part", "1g")], id="a part of any"
        ),
        pytest.param(
            {"unpartitioned": True},
            [{"key": "part", "operator": "In", "values": ["whole"]}],
            [{"key": "part", "value": "whole"}],
            id="a whole one, as configured",
        ),
    ],
)
def test_accelerators(accelerator, requirements, tolerations):
    spec = spec_of(task=GPU, accelerator=accelerator)
    assert required(spec) == [[IS_NOT_SPOT, *requirements]]
    assert spec["tolerations"] == [GPU_TAINT, *tolerations]


def test_an_accelerator_means_nothing_to_a_pod_that_asks_for_none():
    assert required(spec_of(accelerator={"device": "a100"})) == [[IS_NOT_SPOT]]
