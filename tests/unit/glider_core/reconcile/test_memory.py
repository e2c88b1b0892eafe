"""How much memory the attempt after an OOM kill gets."""

from __future__ import annotations

import pytest

from glider.wire.errors import Kind
from glider_core.api.failure import user_failure
from glider_core.api.quantities import parse_bytes
from glider_core.reconcile.memory import next_memory
from tests.unit.glider_core.builders import make_execution, resolved, task_document

OOM = user_failure("OOMKilled", "killed", kind=Kind.RECOVERABLE)
OTHER = user_failure("ContainerFailed", "exit 1", kind=Kind.RECOVERABLE)


@pytest.mark.parametrize(
    ("failure", "limit", "before", "oom", "expected"),
    [
        pytest.param(OOM, "512Mi", None, {"factor": 1.5}, "768Mi", id="more by the factor"),
        pytest.param(OOM, "768Mi", "768Mi", {"factor": 2}, "1536Mi", id="and more again"),
        pytest.param(OOM, "512Mi", None, {"factor": 4, "max": "1Gi"}, "1Gi", id="up to the ceiling"),
        pytest.param(OOM, "1Gi", "1Gi", {"factor": 4, "max": "1Gi"}, "1Gi", id="and then no more"),
        pytest.param(OOM, "4Gi", None, {"factor": 2, "max": "1Gi"}, None, id="a ceiling below the task's own limit takes nothing away"),
        pytest.param(OOM, "512Mi", None, {}, None, id="nothing without a factor"),
        pytest.param(OOM, "", None, {"factor": 2}, None, id="nor without a limit to multiply"),
        pytest.param(OTHER, "512Mi", None, {"factor": 2}, None, id="another failure needs no memory"),
        pytest.param(OTHER, "768Mi", "768Mi", {"factor": 2}, "768Mi", id="but keeps what was given before"),
    ],
)
def test_next_memory(failure, limit, before, oom, expected):
    policy = resolved(make_execution(task=task_document(retries={"oom": oom}))).retries
    memory = next_memory(failure, limit=limit, before=before, policy=policy)
    assert (memory and parse_bytes(memory)) == (expected and parse_bytes(expected))


def test_whatever_the_configuration_lets_in_can_be_computed():
    policy = resolved(make_execution(task=task_document(retries={"oom": {"factor": 1e15, "max": "1Ti"}}))).retries
    assert next_memory(OOM, limit="9e18", before=None, policy=policy) is None
    assert next_memory(OOM, limit="1Gi", before=None, policy=policy) == "1048576Mi"
    assert next_memory(OOM, limit="9e307", before="1Gi", policy=policy) == "1Gi"
