"""Requests and limits: propeller's table (AdjustOrDefaultResource, ApplyResourceOverrides)."""

from __future__ import annotations

import pytest

from glider_core.config import Config, parse_config
from glider_core.render.resources import adjusted
from tests.unit.glider_core.builders import CONFIGURATION

PLATFORM = parse_config(
    CONFIGURATION | {"resources": {"defaults": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "4", "memory": "8Gi", "nvidia.com/gpu": 2}}}
).platform


def amounts(requests=None, limits=None):
    return {side: value for side, value in (("requests", requests), ("limits", limits)) if value}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(amounts(), amounts({"memory": "1Gi"}, {"memory": "1Gi"}), id="nothing: the platform's default"),
        pytest.param(amounts({"memory": "2Gi"}), amounts({"memory": "2Gi"}, {"memory": "2Gi"}), id="a request is the limit too"),
        pytest.param(amounts(None, {"memory": "2Gi"}), amounts({"memory": "2Gi"}, {"memory": "2Gi"}), id="a limit is the request too"),
        pytest.param(amounts({"memory": "1Gi"}, {"memory": "2Gi"}), amounts({"memory": "1Gi"}, {"memory": "2Gi"}), id="both stay"),
        pytest.param(amounts({"memory": "16Gi"}), amounts({"memory": "8Gi"}, {"memory": "8Gi"}), id="no more than the platform's limit"),
        pytest.param(
            amounts({"memory": "2Gi"}, {"memory": "1Gi"}), amounts({"memory": "1Gi"}, {"memory": "1Gi"}), id="no request above its limit"
        ),
        pytest.param(amounts({"memory": "1e9"}, {"memory": "16Gi"}), amounts({"memory": "1e9"}, {"memory": "8Gi"}), id="in any notation"),
    ],
)
def test_memory(given, expected):
    found, _ = adjusted(given, PLATFORM, defaults=True)
    assert {side: {"memory": found[side]["memory"]} for side in ("requests", "limits")} == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param(
            {}, ("250m", "1", "512Mi", "1Gi"), id="by default little is asked for, so that it fits a laptop, and more may be used"
        ),
        pytest.param({"defaults": {"cpu": "1", "memory": "1Gi"}}, ("1", "1", "1Gi", "1Gi"), id="with Flyte's own defaults"),
        pytest.param({"defaults": {"cpu": "2", "memory": "4Gi"}}, ("2", "2", "4Gi", "4Gi"), id="no limit is less than its request"),
        pytest.param({"defaultLimits": {}}, ("250m", "250m", "512Mi", "512Mi"), id="without default limits the request is the limit"),
        pytest.param({"defaultLimits": {"cpu": "4"}}, ("250m", "4", "512Mi", "512Mi"), id="a limit that isn't said is the request"),
        pytest.param({"defaults": {"memory": "1Gi"}}, (None, None, "1Gi", "1Gi"), id="what has no default has no limit"),
        pytest.param({"limits": {"cpu": "500m"}}, ("250m", "500m", "512Mi", "1Gi"), id="a default is limited as anything else"),
    ],
)
def test_who_states_nothing_gets_the_defaults(settings, expected):
    found, _ = adjusted({}, parse_config(CONFIGURATION | {"resources": settings}).platform, defaults=True)
    assert tuple(found[side].get(name) for name in ("cpu", "memory") for side in ("requests", "limits")) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(amounts(None, {"gpu": 1}), amounts({"nvidia.com/gpu": 1}, {"nvidia.com/gpu": 1}), id="gpu is the platform's resource"),
        pytest.param(amounts(None, {"gpu": 4}), amounts({"nvidia.com/gpu": 2}, {"nvidia.com/gpu": 2}), id="and limited as such"),
        pytest.param(
            amounts({"ephemeral-storage": "1Gi"}), amounts({"ephemeral-storage": "1Gi"}, {"ephemeral-storage": "1Gi"}), id="others"
        ),
        pytest.param(amounts({"example.com/fpga": 1}), amounts({"example.com/fpga": 1}, {"example.com/fpga": 1}), id="extended resources"),
    ],
)
def test_others_only_where_they_are_asked_for(given, expected):
    found, _ = adjusted(given, PLATFORM, defaults=True)
    assert {side: {name: amount for name, amount in found[side].items() if name not in ("cpu", "memory")} for side in expected} == expected


def test_sidecars_are_limited_and_not_defaulted():
    assert adjusted({}, PLATFORM, defaults=False)[0] == {}
    assert adjusted(amounts(None, {"cpu": "8"}), PLATFORM, defaults=False)[0] == amounts(None, {"cpu": "4"})


@pytest.mark.parametrize(
    ("given", "memory", "expected"),
    [
        pytest.param(amounts({"memory": "1Gi"}), "2Gi", ("2Gi", "2Gi"), id="both are raised"),
        pytest.param(amounts({"memory": "1Gi"}, {"memory": "4Gi"}), "2Gi", ("2Gi", "4Gi"), id="and not lowered"),
        pytest.param(amounts({"memory": "1Gi"}), "16Gi", ("8Gi", "8Gi"), id="up to what the platform allows"),
    ],
)
def test_more_memory_after_running_out_of_it(given, memory, expected):
    found, notes = adjusted(given, PLATFORM, defaults=True, memory=memory)
    assert (found["requests"]["memory"], found["limits"]["memory"]) == expected
    assert notes[("requests", "memory")]


def test_where_amounts_are_from():
    _, notes = adjusted(amounts({"memory": "16Gi"}), PLATFORM, defaults=True)
    assert notes == {
        ("requests", "cpu"): "configuration resources.defaults",
        ("limits", "cpu"): "configuration resources.defaults",
        ("requests", "memory"): "configuration resources.limits",
        ("limits", "memory"): "configuration resources.limits",
    }


def test_claims_and_the_like_stay():
    assert adjusted({"claims": [{"name": "x"}]}, Config().platform, defaults=False)[0] == {"claims": [{"name": "x"}]}
