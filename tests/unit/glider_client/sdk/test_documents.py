"""The TaskExecution that a run sends, and its name."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from glider_client.sdk.documents import Overrides, execution_document, new_name
from glider_core.api.execution import MAX_NAME, parse_execution, parse_spec


def document(**fields: Any) -> dict[str, Any]:
    return execution_document(**{"name": "hello-x7k2p", "namespace": "team-a", "template": "hello-1a2b", "inputs": {"a": 1}} | fields)


def test_a_run_of_a_template():
    assert document() == {
        "apiVersion": "glider.dev/v1alpha1",
        "kind": "TaskExecution",
        "metadata": {"name": "hello-x7k2p", "namespace": "team-a"},
        "spec": {"taskRef": {"name": "hello-1a2b"}, "inputs": {"a": 1}},
    }


def test_a_run_of_a_task_written_out_with_inputs_in_the_store():
    spec = document(template="", task={"container": {"image": "i"}}, inputs=None, inputs_uri="s3://b/inputs.pb")["spec"]
    assert spec == {"task": {"container": {"image": "i"}}, "inputsUri": "s3://b/inputs.pb"}


@pytest.mark.parametrize(
    ("overrides", "spec"),
    [
        pytest.param(Overrides(), {}, id="nothing is overridden"),
        pytest.param(Overrides(image="app:2"), {"image": "app:2"}, id="the image"),
        pytest.param(Overrides(env={"A": "1"}), {"env": [{"name": "A", "value": "1"}]}, id="variables"),
        pytest.param(
            Overrides(cpu="500m", memory="1Gi", gpu=1),
            {
                "resources": {
                    "requests": {"cpu": "500m", "memory": "1Gi", "gpu": "1"},
                    "limits": {"cpu": "500m", "memory": "1Gi", "gpu": "1"},
                }
            },
            id="what is asked for is the limit too, whatever the template limits",
        ),
        pytest.param(Overrides(retries=0), {"retries": {"user": 0}}, id="no retry is a number of retries"),
        pytest.param(Overrides(timeout=timedelta(minutes=90)), {"timeouts": {"attempt": "5400s"}}, id="the timeout of an attempt"),
        pytest.param(Overrides(priority=0), {"priority": 0}, id="a priority of 0"),
        pytest.param(Overrides(service_account="trainer"), {"serviceAccountName": "trainer"}, id="the service account"),
        pytest.param(
            Overrides(storage="s3://b/x"),
            {"storage": {"metadataPrefix": "s3://b/x", "rawOutputDataPrefix": "s3://b/x"}},
            id="one place for all its data",
        ),
    ],
)
def test_overrides_are_fields_of_the_execution(overrides: Overrides, spec: dict[str, Any]):
    assert document(overrides=overrides)["spec"] == {"taskRef": {"name": "hello-1a2b"}, "inputs": {"a": 1}} | spec


def test_a_queue_is_kueues_label_beside_the_others():
    labels = document(overrides=Overrides(queue="gpus"), labels={"team": "a"})["metadata"]["labels"]
    assert labels == {"team": "a", "kueue.x-k8s.io/queue-name": "gpus"}


def test_the_operator_reads_what_is_written():
    everything = Overrides(
        image="app:2",
        env={"A": "1"},
        cpu="1",
        memory="1Gi",
        gpu=1,
        retries=2,
        timeout=timedelta(seconds=90),
        queue="q",
        priority=3,
        service_account="trainer",
        storage="s3://b/x",
    )
    body = document(overrides=everything)
    body["metadata"] |= {"uid": "u", "creationTimestamp": "2026-01-31T12:00:00Z"}
    spec = parse_spec(parse_execution(body))
    assert (spec.image, spec.retries.user, spec.timeouts.attempt, spec.lifecycle.priority) == ("app:2", 2, timedelta(seconds=90), 3)


@pytest.mark.parametrize(
    ("base", "stem"),
    [
        pytest.param("hello", "hello", id="the task's name, and five characters"),
        pytest.param("app.workflows.train_model", "train-model", id="of a full name the last part, as a name of Kubernetes"),
        pytest.param("hello-x7k2p", "hello", id="a name that ends in such characters already doesn't grow"),
        pytest.param("a" * 80, "a" * 57, id="a long name is cut to what the label of a pod takes"),
        pytest.param("9_", "9", id="nothing but letters, digits and dashes"),
        pytest.param("___", "task", id="a name of which nothing is left"),
    ],
)
def test_a_new_name(base: str, stem: str):
    name = new_name(base, random=Random(1))
    assert name.rpartition("-")[0] == stem
    assert len(name.rpartition("-")[2]) == 5
    assert len(name) <= MAX_NAME


def test_names_differ():
    assert len({new_name("hello") for _ in range(100)}) == 100
