"""What a CreateExecutionRequest asks for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flyteidl.admin import execution_pb2

from glider.wire.jsonform import FieldError
from glider_admin.messages.originals import FLYTE_ANSWER, FLYTE_REQUEST, MOST_BYTES, original_annotations
from glider_admin.messages.requests import (
    awaits_receipt,
    check_honoured,
    check_name,
    check_task,
    is_repeated,
    overrides_of,
    request_key,
    unnamed,
)
from tests.unit.glider_admin.messages.documents import CREATED, TASK, document

ExecutionSpec = execution_pb2.ExecutionSpec


def test_what_it_sets_becomes_fields_of_the_execution() -> None:
    spec = ExecutionSpec(
        envs={"values": [{"key": "A", "value": "1"}, {"key": "A", "value": "2"}]},
        labels={"values": {"team": "x", "kueue.x-k8s.io/queue-name": "q", "glider.dev/instance-id": "blue"}},
        annotations={"values": {"note": "y"}},
        security_context={"run_as": {"k8s_service_account": "trainer"}},
        raw_output_data_config={"output_location_prefix": "s3://b/raw"},
        interruptible={"value": False},
        max_parallelism=4,
        overwrite_cache=True,
        tags=["nightly"],
        disable_all=True,
    )
    check_honoured(spec)
    assert overrides_of(spec) == {
        "env": [{"name": "A", "value": "2"}],
        "labels": {"team": "x"},
        "annotations": {"note": "y"},
        "serviceAccountName": "trainer",
        "storage": {"rawOutputDataPrefix": "s3://b/raw"},
        "interruptible": False,
    }


def test_the_older_auth_role_names_the_service_account_too() -> None:
    assert overrides_of(ExecutionSpec(auth_role={"kubernetes_service_account": "old"})) == {"serviceAccountName": "old"}


def test_nothing_set_changes_nothing() -> None:
    assert overrides_of(ExecutionSpec()) == {}


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("spec.notifications", {"notifications": {"notifications": [{"phases": ["FAILED"]}]}}),
        ("spec.quality_of_service", {"quality_of_service": {"tier": "HIGH"}}),
        ("spec.cluster_assignment", {"cluster_assignment": {"cluster_pool_name": "gpus"}}),
        ("spec.execution_cluster_label", {"execution_cluster_label": {"value": "east"}}),
        ("spec.security_context.run_as.iam_role", {"security_context": {"run_as": {"iam_role": "arn"}}}),
        ("spec.security_context.run_as.oauth2_client", {"security_context": {"run_as": {"oauth2_client": {"client_id": "c"}}}}),
        ("spec.security_context.secrets", {"security_context": {"secrets": [{"group": "g"}]}}),
        ("spec.auth_role.assumable_iam_role", {"auth_role": {"assumable_iam_role": "arn"}}),
        ("spec.annotations", {"annotations": {"values": {"glider.dev/flyte-request": "x"}}}),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_its_name(field: str, given: dict[str, Any]) -> None:
    with pytest.raises(FieldError) as refused:
        check_honoured(ExecutionSpec(**given))
    assert refused.value.field == field


@pytest.mark.parametrize("name", ["e-fan-f1-dbl-0a", "a", "f" + "0" * 19, "a" * 63])
def test_names_are_those_of_executions(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize("name", ["A", "a_b", "a.b", "-a", "a-", "a" * 64, "ä", "a b"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(FieldError, match="name: expected at most 63"):
        check_name(name)


def test_a_task_of_another_place_is_refused() -> None:
    with pytest.raises(FieldError, match=r"spec\.launch_plan: expected a task of shop in development"):
        check_task(ExecutionSpec(launch_plan=TASK), project="shop", domain="development")
    with pytest.raises(FieldError, match=r"spec\.launch_plan\.name: expected the name of a task, found nothing"):
        check_task(ExecutionSpec(), project="lab", domain="development")


def test_a_request_is_known_by_its_content_and_its_caller() -> None:
    def request(**labels: str) -> execution_pb2.ExecutionCreateRequest:
        return execution_pb2.ExecutionCreateRequest(project="lab", spec={"labels": {"values": labels}})

    key = request_key(request(a="1", b="2"), user="ada")
    assert key == request_key(request(b="2", a="1"), user="ada")
    assert key != request_key(request(a="1", b="2"), user="bob")
    assert key != request_key(request(a="1"), user="ada")
    assert is_repeated(document(annotations={FLYTE_REQUEST: key}), key=key)
    assert not is_repeated(document(), key=key)


@pytest.mark.parametrize(
    ("answer", "seconds", "expected"),
    [
        pytest.param("Sent", 0, True, id="just now"),
        pytest.param("Sent", 20, True, id="within the time for repetitions"),
        pytest.param("Sent", 21, False, id="some time ago"),
        pytest.param("Received", 0, False, id="the caller has asked for it since"),
        pytest.param("", 0, False, id="it was named"),
    ],
)
def test_an_answer_may_be_lost_for_a_moment(answer: str, seconds: int, expected: bool) -> None:
    made = document(annotations={FLYTE_ANSWER: answer})
    now = datetime.fromisoformat(CREATED) + timedelta(seconds=seconds)
    assert awaits_receipt(made, now=now, within=timedelta(seconds=20)) is expected


def test_names_that_nobody_gives_follow_from_the_request() -> None:
    names = [unnamed("key", number) for number in range(3)]
    assert names == [unnamed("key", number) for number in range(3)]
    assert len({*names, unnamed("other", 0)}) == 4
    for name in names:
        check_name(name)
        assert len(name) == 20


def test_a_spec_that_no_annotation_holds_is_refused() -> None:
    spec = ExecutionSpec(envs={"values": [{"key": "A", "value": "x" * MOST_BYTES}]})
    with pytest.raises(FieldError, match="spec: expected at most 64 KiB without its inputs"):
        original_annotations(spec)
