"""By what two registrations of one version are compared, and which of two was first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flyteidl.admin import launch_plan_pb2
from flyteidl.core import identifier_pb2, tasks_pb2
from flyteidl.service import dataproxy_pb2
from google.protobuf import any_pb2

from glider.wire.jsonform import FieldError
from glider_admin.messages.registrations import REGISTERED, check_identifier, digest_of, enum_name, now_text, registered_at, written

CREATED = "2026-11-29T12:00:00Z"


def identifier(**changes: Any) -> identifier_pb2.Identifier:
    whole = {"resource_type": identifier_pb2.TASK, "project": "p", "domain": "d", "name": "n", "version": "v"}
    return identifier_pb2.Identifier(**{**whole, **changes})


@pytest.mark.parametrize("kind", [identifier_pb2.TASK, identifier_pb2.UNSPECIFIED])
def test_a_whole_identifier_is_taken_also_without_its_kind(kind: identifier_pb2.ResourceType) -> None:
    check_identifier(identifier(resource_type=kind), identifier_pb2.TASK)


@pytest.mark.parametrize("part", ["project", "domain", "name", "version"])
def test_each_part_of_an_identifier_is_needed(part: str) -> None:
    with pytest.raises(FieldError, match=f"id.{part}: expected a {part}, found nothing"):
        check_identifier(identifier(**{part: ""}), identifier_pb2.TASK)


def test_the_digest_is_the_same_whatever_the_order_of_upstream_nodes_and_of_fields() -> None:
    one = {"nodes": [{"id": "n2", "upstreamNodeIds": ["n1", "n0"]}, {"id": "n3"}]}
    assert digest_of(one) == digest_of({"nodes": [{"upstreamNodeIds": ["n0", "n1"], "id": "n2"}, {"id": "n3"}]})
    assert digest_of(one) != digest_of({"nodes": [{"id": "n3"}, {"id": "n2", "upstreamNodeIds": ["n1", "n0"]}]}), "nodes have an order"
    assert digest_of({"a": "\ud800"}) != digest_of({"a": "x"}), "half a surrogate pair has a digest, too"


def test_what_json_cannot_hold_is_refused() -> None:
    template = tasks_pb2.TaskTemplate(custom={"a": float("inf")})
    with pytest.raises(FieldError, match=r"spec\.template: expected what JSON can hold"):
        written(template, field="spec.template")


def test_a_message_of_a_type_that_nobody_knows_is_refused() -> None:
    spec = launch_plan_pb2.LaunchPlanSpec(entity_metadata={"launch_conditions": any_pb2.Any(type_url="x/y.Unknown", value=b"1")})
    with pytest.raises(FieldError, match=r"spec: expected what JSON can hold, found .*y\.Unknown"):
        written(spec, field="spec")


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        pytest.param("", CREATED, id="nobody recorded it"),
        pytest.param("2026-11-29T12:00:00.250000Z", "2026-11-29T12:00:00.250000Z", id="with fractions of a second"),
        pytest.param("2026-11-29T11:59:59.900000Z", "2026-11-29T11:59:59.900000Z", id="by a clock that is a bit late"),
        pytest.param("2026-11-28T12:00:00.250000Z", CREATED, id="by a clock that is wrong"),
        pytest.param("2026-11-29T12:00:00", CREATED, id="by hand, without a time zone"),
        pytest.param("yesterday", CREATED, id="by hand"),
    ],
)
def test_when_an_object_was_registered(recorded: str, expected: str) -> None:
    annotations = {REGISTERED: recorded} if recorded else {}
    assert registered_at({"creationTimestamp": CREATED, "annotations": annotations}) == expected


def test_moments_sort_as_text() -> None:
    moments = [datetime(2026, 11, 29, 12, 0, 0, micro, tzinfo=UTC) for micro in (0, 5, 250_000)]
    texts = [now_text(moment) for moment in moments]
    assert texts == sorted(texts)
    assert texts[0] == "2026-11-29T12:00:00.000000Z"


def test_a_value_that_an_enum_does_not_have_is_named_by_its_number() -> None:
    assert enum_name(dataproxy_pb2.ArtifactType, dataproxy_pb2.ARTIFACT_TYPE_DECK) == "ARTIFACT_TYPE_DECK"
    assert enum_name(dataproxy_pb2.ArtifactType, 99) == "99"
