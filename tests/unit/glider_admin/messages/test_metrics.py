"""Where an execution's time has gone."""

from __future__ import annotations

import pytest
from flyteidl.core import metrics_pb2

from glider_admin.messages.metrics import span_of
from tests.unit.glider_admin.messages.documents import PLACE, TASK, attempt, document

STATUS = {
    "phase": "Succeeded",
    "startTime": "2026-01-31T12:00:05Z",
    "completionTime": "2026-01-31T12:01:05Z",
    "attempts": [attempt(0, queuedTime="2026-01-31T12:00:06Z", completionTime="2026-01-31T12:01:00Z")],
}


def shown(span: metrics_pb2.Span, indent: str = "") -> list[str]:
    what = span.operation_id or str(span.WhichOneof("id"))
    lines = [f"{indent}{what} {span.end_time.ToSeconds() - span.start_time.ToSeconds()}"]
    return lines + [line for one in span.spans for line in shown(one, f"{indent}  ")]


WHOLE = ["workflow_id 65", "  WORKFLOW_SETUP 5", "  node_id 60", "    task_id 54", "      TASK_SETUP 4", "      TASK_RUNTIME 50"]


@pytest.mark.parametrize(("depth", "levels"), [(10, 6), (3, 6), (2, 4), (1, 3), (0, 1)])
def test_spans_are_as_deep_as_they_are_asked_for(depth: int, levels: int) -> None:
    assert shown(span_of(document(status=STATUS), task=TASK, place=PLACE, depth=depth)) == WHOLE[:levels]


def test_one_that_has_not_started_is_setting_up() -> None:
    assert shown(span_of(document(), task=TASK, place=PLACE, depth=10)) == ["workflow_id 0", "  WORKFLOW_SETUP 0", "  node_id 0"]
