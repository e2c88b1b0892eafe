"""What a rerun takes over from the execution that it repeats."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_client.sdk.reruns import check_inputs, rerun_of
from glider_core.api.task import parse_interface

SPEC = {"taskRef": {"name": "hello-1a2b"}, "inputs": {"a": 1, "b": 2}}


def original(spec: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": "glider.dev/v1alpha1",
        "kind": "TaskExecution",
        "metadata": {"name": "hello-x7k2p", "namespace": "team-a", "uid": "uid-1", "resourceVersion": "7", "generation": 2} | metadata,
        "spec": SPEC if spec is None else spec,
        "status": {"phase": "Failed"},
    }


def test_a_rerun_is_a_new_execution_that_names_the_first():
    assert rerun_of(original(), name="hello-r5t4w") == {
        "apiVersion": "glider.dev/v1alpha1",
        "kind": "TaskExecution",
        "metadata": {"name": "hello-r5t4w", "namespace": "team-a", "labels": {"glider.dev/rerun-of": "uid-1"}},
        "spec": SPEC,
    }


def test_inputs_that_are_named_are_changed_and_the_others_stay():
    assert rerun_of(original(), name="n", inputs={"a": 3})["spec"]["inputs"] == {"a": 3, "b": 2}


def test_the_original_stays_as_it_is():
    first = original()
    rerun_of(first, name="n", inputs={"a": 3}, template="other")
    assert first == original()


def test_another_template_takes_the_place_of_either_form_of_task():
    assert rerun_of(original(), name="n", template="hello-9z")["spec"]["taskRef"] == {"name": "hello-9z"}
    written_out = rerun_of(original({"task": {"container": {"image": "i"}}, "inputs": {"a": 1}}), name="n", template="hello-9z")
    assert written_out["spec"] == {"taskRef": {"name": "hello-9z"}, "inputs": {"a": 1}}


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({"task": {"container": {"image": "i"}}}, id="a task that is written out is copied"),
        pytest.param(SPEC | {"retries": {"user": 2}, "env": [{"name": "A", "value": "1"}], "priority": 3}, id="overrides stay"),
        pytest.param({"taskRef": {"name": "t"}, "inputsUri": "s3://b/inputs.pb"}, id="inputs in the store stay there"),
    ],
)
def test_takes_over(spec: dict[str, Any]):
    assert rerun_of(original(spec), name="n")["spec"] == spec


def test_a_rerun_of_what_was_cancelled_or_suspended_is_neither():
    assert rerun_of(original(SPEC | {"suspend": True, "cancel": True}), name="n")["spec"] == SPEC


@pytest.mark.parametrize(
    ("labels", "kept"),
    [
        pytest.param({"team": "a", "example.com/run": "nightly"}, {"team": "a", "example.com/run": "nightly"}, id="the user's own"),
        pytest.param({"kueue.x-k8s.io/queue-name": "q"}, {"kueue.x-k8s.io/queue-name": "q"}, id="Kueue's queue"),
        pytest.param({"glider.dev/instance-id": "green"}, {"glider.dev/instance-id": "green"}, id="which operator runs it"),
        pytest.param({"glider.dev/rerun-of": "uid-0"}, {}, id="not what the first one was a rerun of"),
        pytest.param(
            {"app.kubernetes.io/instance": "x", "app.kubernetes.io/managed-by": "Helm", "kustomize.toolkit.fluxcd.io/name": "x"},
            {},
            id="not the marks of tools that would take the rerun for an object of theirs",
        ),
    ],
)
def test_labels(labels: dict[str, str], kept: dict[str, str]):
    assert rerun_of(original(labels=labels), name="n")["metadata"]["labels"] == {**kept, "glider.dev/rerun-of": "uid-1"}


def test_annotations_owners_and_finalizers_stay_behind():
    first = original(annotations={"kubectl.kubernetes.io/last-applied-configuration": "{}"}, ownerReferences=[{}], finalizers=["x/y"])
    assert set(rerun_of(first, name="n")["metadata"]) == {"name", "namespace", "labels"}


def test_labels_that_are_given_are_added():
    assert rerun_of(original(labels={"team": "a"}), name="n", labels={"team": "b"})["metadata"]["labels"] == {
        "team": "b",
        "glider.dev/rerun-of": "uid-1",
    }


def test_single_inputs_of_a_file_cannot_be_changed():
    first = original({"taskRef": {"name": "t"}, "inputsUri": "s3://b/inputs.pb"})
    with pytest.raises(FieldError) as caught:
        rerun_of(first, name="n", inputs={"a": 3})
    assert str(caught.value) == (
        "a: expected no single input, since hello-x7k2p takes all of them from its inputsUri s3://b/inputs.pb "
        '(leave it out, or run the task anew with inputs of its own), found "a"'
    )


@pytest.mark.parametrize(
    ("interface", "message"),
    [
        pytest.param({"inputs": {"a": "integer", "b": "integer"}}, "", id="the same inputs"),
        pytest.param(
            {"inputs": {"a": "integer", "b": "integer", "c": {"type": "integer", "default": 1}}}, "", id="one more with a default"
        ),
        pytest.param(
            {"inputs": {"a": "integer", "b": "integer", "c": "integer"}}, "inputs.c: expected integer, found nothing", id="one more"
        ),
        pytest.param({"inputs": {"a": "integer"}}, 'inputs.b: expected one of a, found the unknown name "b"', id="one less"),
        pytest.param({"inputs": {"a": "integer", "b": "string"}}, "inputs.b: expected string, found 2", id="one of another type"),
    ],
)
def test_other_code_may_take_other_inputs(interface: dict[str, Any], message: str):
    try:
        check_inputs(rerun_of(original(), name="n"), parse_interface(interface, path="spec.interface"))
    except FieldError as error:
        assert str(error) == message
    else:
        assert message == ""


def test_inputs_in_a_file_are_checked_where_they_are_read():
    first = original({"taskRef": {"name": "t"}, "inputsUri": "s3://b/inputs.pb"})
    check_inputs(rerun_of(first, name="n"), parse_interface({"inputs": {"a": "integer"}}, path="spec.interface"))
