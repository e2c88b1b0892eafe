"""Entities in ConfigMaps: what is kept comes back whole, and what somebody wrote by hand is no risk."""

from __future__ import annotations

import base64
import gzip
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from flyteidl.admin import launch_plan_pb2, task_pb2, workflow_pb2
from flyteidl.core import identifier_pb2

from glider.wire.jsonform import FieldError
from glider_admin.entities import kept as module
from glider_admin.entities.kept import OBSTACLES, EntityKind, Kept, check_size, config_map, kept_of, object_name
from glider_admin.entities.launch_plans import State, activated_at, active_of, changed_state, updated_at

SPECS: Any = {
    EntityKind.TASK: task_pb2.TaskSpec(template={"type": "spark"}),
    EntityKind.WORKFLOW: workflow_pb2.WorkflowSpec(template={"nodes": [{"id": "n0"}]}),
    EntityKind.LAUNCH_PLAN: launch_plan_pb2.LaunchPlanSpec(workflow_id={"name": "app.Flow"}),
}
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def document(kind: EntityKind = EntityKind.WORKFLOW, *, content: bytes = b"", version: str = "V1+a") -> dict[str, Any]:
    own = identifier_pb2.Identifier(resource_type=kind.resource_type, project="p", domain="d", name="app.Flow", version=version)
    made = config_map(kind, identifier=own, namespace="lab", content=content, digest="abc", obstacles="n0 (a branch)", now=NOW)
    return {**made, "metadata": {**made["metadata"], "creationTimestamp": "2026-11-29T12:00:00Z"}}


def read(made: dict[str, Any]) -> Kept:
    found = kept_of(made)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", list(EntityKind), ids=str)
def test_what_is_kept_comes_back_whole(kind: EntityKind) -> None:
    content = SPECS[kind].SerializeToString(deterministic=True)
    made = document(kind, content=content)
    found = read(made)
    assert (found.kind, found.name, found.version, found.digest) == (kind, "app.Flow", "V1+a", "abc")
    assert (found.spec, found.created, found.obstacles) == (SPECS[kind], "2026-11-29T12:00:00.000000Z", "n0 (a branch)")
    assert made["metadata"]["name"] == object_name(kind, name="app.Flow", version="V1+a")
    assert made["immutable"] is True
    assert document(kind, content=content) == made, "the same each time"


def test_names_differ_by_kind_and_by_the_case_of_versions() -> None:
    names = {object_name(kind, name="app.f", version=version) for kind in EntityKind for version in ("Ab", "aB")}
    assert len(names) == 6


def test_what_is_too_large_is_refused_with_both_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 2 << 10)
    with pytest.raises(FieldError, match=r"a workflow of at most 2 KiB when compressed.*found 4 KiB \(4 KiB as it was sent\)"):
        document(content=random.Random(1).randbytes(4 << 10))


def test_what_is_far_too_large_is_refused_before_it_is_compressed() -> None:
    check_size(EntityKind.WORKFLOW, 8 << 20)
    with pytest.raises(FieldError, match="a workflow of at most 8 MiB, and of 700 KiB when compressed, found 20,480 KiB"):
        check_size(EntityKind.WORKFLOW, 20 << 20)


def test_a_long_note_is_cut() -> None:
    assert len(document()["metadata"]["annotations"][OBSTACLES]) < 5000


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("", id="nothing"),
        pytest.param("?", id="no base64"),
        pytest.param(base64.b64encode(b"plain").decode(), id="not compressed"),
        pytest.param(base64.b64encode(gzip.compress(b"spec")[:-4]).decode(), id="cut"),
        pytest.param(base64.b64encode(gzip.compress(bytes(9 << 20))).decode(), id="far too much of it"),
        pytest.param(base64.b64encode(gzip.compress(b"\xff\xff")).decode(), id="another message"),
    ],
)
def test_content_that_was_written_by_hand_is_refused(data: str) -> None:
    found = read({**document(), "binaryData": {"spec.pb.gz": data}})
    with pytest.raises(FieldError, match="binaryData: expected a workflow as it was registered"):
        _ = found.spec


@pytest.mark.parametrize("metadata", [{}, {"labels": {"glider.dev/flyte-kind": "x"}}, {"labels": {"glider.dev/flyte-kind": "task"}}])
def test_other_config_maps_are_none_of_ours(metadata: dict[str, Any]) -> None:
    assert kept_of({"metadata": metadata}) is None


def plan(version: str, *, activated: datetime | None = None) -> Kept:
    made = document(EntityKind.LAUNCH_PLAN, version=version)
    if activated is not None:
        made["metadata"]["annotations"] |= changed_state(State.ACTIVE, now=activated)
    return read(made)


def test_the_version_that_was_activated_last_is_active() -> None:
    later = NOW.replace(hour=13)
    plans = [plan("v1"), plan("v2", activated=later), plan("v3", activated=NOW)]
    assert active_of(plans)["app.Flow"].version == "v2"
    assert active_of(plans[:1]) == {}
    assert [updated_at(one)[:13] for one in plans] == ["2026-11-29T12", "2026-11-29T13", "2026-11-29T12"]


@pytest.mark.parametrize("written", ["yesterday", "2026-11-29", "2026-11-29T14:00:00"])
def test_a_time_that_somebody_wrote_by_hand_and_nobody_reads_is_that_of_the_registration(written: str) -> None:
    made = document(EntityKind.LAUNCH_PLAN)
    made["metadata"]["annotations"] |= {"glider.dev/updated-at": written}
    assert updated_at(read(made)) == "2026-11-29T12:00:00.000000Z"


def test_an_inactive_version_has_been_changed_all_the_same() -> None:
    made = document(EntityKind.LAUNCH_PLAN)
    made["metadata"]["annotations"] |= changed_state(State.INACTIVE, now=NOW.replace(hour=14))
    found = read(made)
    assert (activated_at(found), updated_at(found)) == ("", "2026-11-29T14:00:00.000000Z")
