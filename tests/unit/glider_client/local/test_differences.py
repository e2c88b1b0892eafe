"""Field by field: a local run does as the operator does, or says that only a cluster acts on it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from glider_client.local.differences import without_effect
from glider_client.local.running import LocalRun, local_config
from glider_core.api.status import Status
from glider_core.render.attempt import Attempt
from glider_core.render.layering import PodTemplate
from glider_core.render.pod import render
from tests.pod_fields import BASE, CASES
from tests.unit.glider_core.builders import make_execution, resolved, task_document

CRDS = Path(__file__).parents[4] / "manifests" / "crd"

SAME = "as on a cluster"
TOLD = "told to have no effect"
MEANT = "what local means: this Python instead of an image; docs and help say so"

#: Each field of a task's and an execution's spec, and where a test shows it, other than here.
TABLE = {
    "id": SAME,  # resolve
    "type": SAME,  # store/tasks: task.pb
    "custom": SAME,
    "interface": SAME,
    "unknownVariables": SAME,
    "container": SAME,
    "podTemplate": SAME,  # the task's container in it; others are told
    "primaryContainerName": SAME,
    "podTemplateRef": SAME,  # from the files
    "executor": SAME,
    "taskRef": SAME,
    "task": SAME,
    "inputs": SAME,
    "inputsUri": SAME,
    "storage": SAME,  # --storage says it
    "retries": SAME,
    "timeouts": SAME,
    "terminationGracePeriodSeconds": SAME,
    "suspend": SAME,
    "cancel": SAME,
    "env": SAME,
    "envFrom": SAME,  # from Secrets and ConfigMaps in the files
    "secrets": SAME,  # from the environment, --secret-env, or the files
    "labels": SAME,  # a variable may ask for them
    "annotations": SAME,
    "maxConcurrent": SAME,  # one at a time is never too many
    "eager": SAME,  # refused without a front, as on a cluster that has none
    "image": MEANT,
    "code": MEANT,  # that of the folder to run in
    "resources": TOLD,
    "accelerator": TOLD,
    "sharedMemory": TOLD,
    "interruptible": TOLD,
    "interruptibleFailureThreshold": TOLD,
    "priority": TOLD,
    "ttlSecondsAfterFinished": TOLD,
    "ttlAction": TOLD,
    "nodeSelector": TOLD,
    "affinity": TOLD,
    "tolerations": TOLD,
    "topologySpreadConstraints": TOLD,
    "priorityClassName": TOLD,
    "runtimeClassName": TOLD,
    "schedulerName": TOLD,
    "dnsPolicy": TOLD,
    "dnsConfig": TOLD,
    "hostAliases": TOLD,
    "hostNetwork": TOLD,
    "imagePullSecrets": TOLD,
    "imagePullPolicy": TOLD,
    "serviceAccountName": TOLD,
    "automountServiceAccountToken": TOLD,
    "securityContext": TOLD,
    "containerSecurityContext": TOLD,
    "volumes": TOLD,
    "volumeMounts": TOLD,
}
VALUES: dict[str, Any] = {"priority": 3, "ttlSecondsAfterFinished": 60, "ttlAction": "Compact"}


def declared(plural: str) -> set[str]:
    crd = yaml.safe_load((CRDS / f"{plural}.yaml").read_text())
    return set(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"])


def test_the_table_has_every_field():
    assert set(TABLE) == declared("tasktemplates") | declared("taskexecutions")


def told(*, task: dict[str, Any], **spec: Any) -> tuple[str, ...]:
    execution = make_execution(task=task, **spec)
    found = resolved(execution)
    base = PodTemplate(namespace="default", name="base", template=BASE) if found.traits.pod_template_ref else None
    rendered = render(Attempt(execution=execution, task=found, number=0, config=local_config()), base=base)
    return without_effect(execution, found, rendered, template=None)


EXAMPLES = {case.of: case.fields for case in CASES if case.of != "podTemplate"} | {name: {name: value} for name, value in VALUES.items()}


@pytest.mark.parametrize("field", sorted(set(TABLE) & set(EXAMPLES)))
def test_an_execution_is_told_of_what_has_no_effect_and_of_nothing_else(field: str):
    assert bool(told(task=task_document(), **EXAMPLES[field])) == (TABLE[field] == TOLD)


@pytest.mark.parametrize("field", sorted(set(TABLE) & set(EXAMPLES) & declared("tasktemplates")))
def test_a_task_too(field: str):
    assert bool(told(task=task_document(**EXAMPLES[field]))) == (TABLE[field] == TOLD)


def test_what_is_beside_the_tasks_container_is_told():
    container = {"image": "i", "args": ["x"]}
    pod = {
        "containers": [container | {"name": "primary", "workingDir": "/w"}, container | {"name": "beside"}],
        "initContainers": [container | {"name": "first"}],
    }
    task = {name: value for name, value in task_document().items() if name != "container"} | {"podTemplate": {"spec": pod}}
    assert set(told(task=task)) == {
        "the pod's spec.containers[primary].workingDir",
        "the pod's spec.containers[beside]",
        "the pod's spec.initContainers[first]",
    }


class Listener:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def status(self, status: Status) -> None: ...
    def line(self, line: str) -> None: ...
    def note(self, note: str) -> None:
        self.notes.append(note)


def test_who_runs_it_reads_it_once(tmp_path: Path):
    task = task_document(container={"image": "none", "args": [sys.executable, "-c", "raise SystemExit(3)"]})
    execution = make_execution(task=task, nodeSelector={"a": "b"}, retries={"user": 1, "backoff": {"initial": "1ms"}})
    listener = Listener()
    LocalRun(execution, templates={}, workdir=tmp_path, reporter=listener).run()
    assert listener.notes == ["without effect on this machine: the pod's spec.nodeSelector"]
