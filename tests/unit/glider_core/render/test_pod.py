"""Rendered pods, whole, as golden files. `GLIDER_UPDATE_GOLDEN=1 pytest …` writes them anew; read the difference."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from glider_core.api.labels import SELECTOR
from glider_core.api.yaml_form import to_yaml
from glider_core.config import parse_config
from glider_core.render.layering import Drafts, PodTemplate
from glider_core.render.pod import pod_name, render_pod
from tests.unit.glider_core.builders import CONFIGURATION, STORE, make_execution, resolved, task_document

GOLDEN = Path(__file__).parent / "golden"

NO_STORE = parse_config(CONFIGURATION | {"executor": {"image": "glider-executor:1.0"}})
WITH_STORE = parse_config(
    CONFIGURATION
    | {
        "storage": {"metadataPrefix": STORE, "rawOutputDataPrefix": "s3://bucket/data/"},
        "executor": {"image": "glider-executor:1.0", "imagePullPolicy": "IfNotPresent", "python": "python3.12"},
        "taskPod": {"env": [{"name": "FLYTE_AWS_ENDPOINT", "value": "http://s3"}], "envFrom": [{"secretRef": {"name": "store"}}]},
        "statsd": {"host": "statsd.monitoring", "port": 9125},
    }
)
PATHS = ["--inputs", "{{.input}}", "--output-prefix", "{{.outputPrefix}}", "--raw-output-data-prefix", "{{.rawOutputDataPrefix}}"]
PATHS += ["--checkpoint-path", "{{.checkpointOutputPrefix}}", "--prev-checkpoint", "{{.prevCheckpointPrefix}}"]
RESOLVER = ["--resolver", "flytekit.core.python_auto_container.default_task_resolver", "--", "task-module", "app", "task-name", "divider"]
CONTAINER = {
    "name": "main",
    "image": "registry.example/app:1.4",
    "command": ["pyflyte-execute"],
    "args": PATHS + RESOLVER,
    "resources": {"requests": {"cpu": "500m", "memory": "512Mi"}},
    "env": [{"name": "MODE", "value": "$(HOME)"}],
    "envFrom": [{"configMapRef": {"name": "mine"}}],
    "securityContext": {"runAsUser": 1000},
    "volumeMounts": [],
}
TASK = task_document(container=CONTAINER, serviceAccountName="runner", env=[{"name": "LEVEL", "value": "task"}])
EXECUTION = {"task": TASK, "env": [{"name": "LEVEL", "value": "execution"}]}


SIDECAR = {"name": "log", "image": "log:1", "args": ["{{.outputPrefix}}"], "resources": {"limits": {"cpu": "8"}}}
POD_TASK = {name: value for name, value in TASK.items() if name != "container"} | {
    "primaryContainerName": "main",
    "podTemplate": {
        "metadata": {"labels": {"team": "a"}},
        "spec": {
            "containers": [CONTAINER, SIDECAR],
            "initContainers": [SIDECAR | {"name": "prepare"}],
            "volumes": [{"name": "v", "emptyDir": {}}],
        },
    },
    "podTemplateRef": {"name": "base"},
    "tolerations": [{"key": "task"}],
}
BASE = PodTemplate(
    namespace="glider-system",
    name="base",
    template={
        "metadata": {"annotations": {"base": "yes"}},
        "spec": {"tolerations": [{"key": "base"}], "containers": [{"name": "default", "image": "x", "workingDir": "/work"}]},
    },
)
GPU = {
    "task": TASK | {"resources": {"limits": {"gpu": 1, "memory": "8Gi"}}, "interruptible": True},
    "accelerator": {"device": "nvidia-tesla-a100", "partitionSize": "1g.5gb"},
    "sharedMemory": {"sizeLimit": "1Gi"},
    "secrets": [{"group": "db", "key": "User"}, {"group": "db", "key": "password", "mount": "Env"}],
    "timeouts": {"attempt": "1h"},
    "terminationGracePeriodSeconds": 60,
}
IMAGE = {"task": TASK, "executor": {"mode": "Image"}}


@pytest.mark.parametrize(
    ("name", "spec", "config", "attempt"),
    [
        pytest.param("no-store", {}, NO_STORE, 0, id="legacy command line, no store"),
        pytest.param("store", EXECUTION, WITH_STORE, 0, id="everything configured"),
        pytest.param("retry", EXECUTION, WITH_STORE, 1, id="a second attempt has its own paths"),
        pytest.param("inputs-uri", {"inputsUri": "s3://elsewhere/inputs.pb"}, WITH_STORE, 0, id="inputs that are in the store"),
        pytest.param("sidecars", {"task": POD_TASK}, WITH_STORE, 0, id="a pod of several containers, on a PodTemplate"),
        pytest.param("gpu", GPU, WITH_STORE, 0, id="a GPU, shared memory, secrets, timeouts, interruptible"),
        pytest.param("image", IMAGE, WITH_STORE, 0, id="the image's own executor"),
    ],
)
def test_golden(name, spec, config, attempt):
    execution = make_execution(**spec)
    task = resolved(execution, config=config)
    checkpoint = task.paths.checkpoint(attempt - 1) if attempt else None
    base = BASE if task.traits.pod_template_ref else None
    pod = render_pod(execution, task, attempt=attempt, config=config, previous_checkpoint=checkpoint, base=base)
    drafts = Drafts()
    for _ in range(3):  # what is drawn once is the same each time, whatever became of it the time before
        assert pod == render_pod(
            execution, task, attempt=attempt, config=config, previous_checkpoint=checkpoint, base=base, draw=drafts.draw
        )
    path = GOLDEN / f"{name}.yaml"
    if os.environ.get("GLIDER_UPDATE_GOLDEN"):
        path.write_text(to_yaml(pod))
    assert pod == yaml.safe_load(path.read_text())


def test_the_same_in_is_the_same_out():
    execution = make_execution()
    first, second = (render_pod(execution, resolved(execution), attempt=0, config=NO_STORE) for _ in range(2))
    assert first == second


def test_the_pod_carries_the_label_that_the_operator_watches_by():
    execution = make_execution()
    labels = render_pod(execution, resolved(execution), attempt=0, config=NO_STORE)["metadata"]["labels"]
    name, _, value = SELECTOR.partition("=")
    assert labels[name] == value
    assert all(len(value) <= 63 for value in labels.values())


def app_labels(**spec):
    execution = make_execution(**spec)
    labels = render_pod(execution, resolved(execution), attempt=0, config=NO_STORE)["metadata"]["labels"]
    return {name.removeprefix("app.kubernetes.io/"): value for name, value in labels.items() if name.startswith("app.kubernetes.io/")}


def test_the_pod_carries_the_labels_that_kubernetes_recommends():
    assert app_labels(name="divide") == {
        "name": "app.workflows.divider",
        "instance": "divide",
        "component": "task",
        "part-of": "flytesnacks",
        "version": "v1",
        "managed-by": "glider",
    }


@pytest.mark.parametrize(
    ("version", "value"),
    [
        pytest.param("git:main/3f2a+dirty", "git-main-3f2a-dirty", id="characters that no label has become dashes"),
        pytest.param(f"{'0' * 100}-{'1' * 60}", f"00-{'1' * 60}", id="of a long one the end is kept"),
        pytest.param("ä" * 9, None, id="a label that would be empty is left out"),
    ],
)
def test_a_recommended_label_is_valid_whatever_the_task_is_called(version, value):
    task = task_document(id={"project": "p", "domain": "d", "name": "n", "version": version})
    assert app_labels(task=task).get("version") == value


def test_the_users_own_labels_win_over_the_recommended_ones_but_for_the_managers():
    own = {"app.kubernetes.io/part-of": "shop", "app.kubernetes.io/component": "report", "app.kubernetes.io/managed-by": "me"}
    found = app_labels(labels=own)
    assert (found["part-of"], found["component"], found["managed-by"]) == ("shop", "report", "glider")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("short", "short-0f9d2c4e-a2", id="a short name"),
        pytest.param("x" * 63, "x" * 40 + "-0f9d2c4e-a2", id="a long name is cut"),
        pytest.param("y" * 39 + "-tail", "y" * 39 + "-0f9d2c4e-a2", id="and not in a way that leaves two dashes"),
    ],
)
def test_pod_name(name, expected):
    assert pod_name(make_execution(name=name), 2) == expected
