"""What a list has of an entity: the metadata of its ConfigMap, and no more of that than it reads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flyteidl.core import identifier_pb2

from glider_admin.entities.kept import NAME, VERSION, EntityKind, config_map
from glider_admin.entities.launch_plans import ACTIVATED, State, activated_at, changed_state, updated_at
from glider_admin.entities.rows import row_of, workflow_of

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def metadata(*, workflow: str = "app.flow", **annotations: str) -> dict[str, Any]:
    """A ConfigMap as a list of metadata has it."""
    own = identifier_pb2.Identifier(project="p", domain="d", name="app.plan", version="V1")
    kind = EntityKind.LAUNCH_PLAN
    made = config_map(kind, identifier=own, namespace="lab", content=b"", digest="abc", obstacles="some", now=NOW, workflow=workflow)
    found: dict[str, Any] = {**made["metadata"], "creationTimestamp": "2026-11-29T12:00:00Z", "managedFields": [{}]}
    found["annotations"] |= annotations
    return {"metadata": found}


def test_a_row_has_what_lists_are_filtered_and_sorted_by() -> None:
    row = row_of(metadata(**changed_state(State.ACTIVE, now=NOW.replace(hour=13))))
    assert row is not None
    assert (row.kind, row.name, row.version, row.created) == (EntityKind.LAUNCH_PLAN, "app.plan", "V1", "2026-11-29T12:00:00.000000Z")
    assert (workflow_of(row), activated_at(row)[:13], updated_at(row)[:13]) == ("app.flow", "2026-11-29T13", "2026-11-29T13")


def test_a_row_has_nothing_that_may_be_large() -> None:
    row = row_of(metadata(workflow="w" * 100_000, other="x" * 100_000, **{ACTIVATED: "y" * 100_000}))
    assert row is not None
    assert len(repr(row)) < 3000
    assert (workflow_of(row), activated_at(row)) == ("w" * 1024, "")


def test_a_launch_plan_whose_workflow_nobody_recorded_has_none() -> None:
    row = row_of(metadata(workflow=""))
    assert row is not None
    assert workflow_of(row) == ""


@pytest.mark.parametrize(
    "annotations",
    [
        pytest.param({VERSION: "V2"}, id="under the name of another version"),
        pytest.param({NAME: "n" * 2000}, id="with a name that is too long"),
        pytest.param({NAME: ""}, id="without a name"),
    ],
)
def test_what_nobody_could_fetch_is_no_row(annotations: dict[str, str]) -> None:
    assert row_of(metadata(**annotations)) is None
