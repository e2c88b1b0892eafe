"""Settings of replicas and instances."""

from __future__ import annotations

import pytest

from glider.wire.jsonform import FieldError
from glider_core.config import parse_config
from glider_core.render.pod import render_pod
from tests.unit.glider_core.builders import CONFIGURATION, make_execution, resolved


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param({"leaderElection": {"leaseDuration": "5s"}}, "leaderElection.leaseDuration: expected more than", id="no time to stop"),
        pytest.param({"leaderElection": {"retryPeriod": "9s"}}, "leaderElection.renewDeadline: expected more than", id="one try only"),
        pytest.param({"leaderElection": {"retryPeriod": "0s"}}, "leaderElection.retryPeriod: expected more than 0s", id="no pause"),
        pytest.param({"sweep": {"interval": "0s"}}, "sweep.interval: expected more than 0s", id="sweeps without end"),
        pytest.param({"instanceId": "not a label!"}, "instanceId: expected at most 63 letters", id="an id that no label can have"),
    ],
)
def test_what_cannot_work_is_refused(settings, message):
    with pytest.raises(FieldError, match=message):
        parse_config(CONFIGURATION | settings)


@pytest.mark.parametrize(
    ("settings", "own", "label"),
    [
        pytest.param({"instanceId": "blue"}, {}, "blue", id="the operator's"),
        pytest.param({"instanceId": "blue"}, {"glider.dev/instance-id": "green"}, "blue", id="the operator's, whatever the task says"),
        pytest.param({}, {"glider.dev/instance-id": "green"}, None, id="none, whatever the task says: the operator wouldn't see its pod"),
    ],
)
def test_a_pod_has_its_operators_instance_id(settings, own, label):
    execution = make_execution(labels=own)
    config = parse_config(CONFIGURATION | settings)
    pod = render_pod(execution, resolved(execution, config=config), attempt=0, config=config)
    assert pod["metadata"]["labels"].get("glider.dev/instance-id") == label
