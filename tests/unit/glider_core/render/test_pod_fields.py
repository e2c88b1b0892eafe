"""Each field has its effect, said by the task or by the execution, and the execution wins."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from glider_core.config import parse_config
from glider_core.render.layering import PodTemplate
from glider_core.render.pod import render_pod
from tests.pod_fields import BASE, CASES, ELSEWHERE, Case, shows
from tests.unit.glider_core.builders import CONFIGURATION, make_execution, resolved, task_document

CRDS = Path(__file__).parents[4] / "manifests" / "crd"
CONFIG = parse_config(CONFIGURATION | {"restrictions": {"pods": "Unrestricted"}})  # the API has fields that it takes rights for


def pod_of(**spec):
    execution = make_execution(**spec)
    base = PodTemplate(namespace="default", name="base", template=BASE)
    task = resolved(execution, config=CONFIG)
    return render_pod(execution, task, attempt=0, config=CONFIG, base=base if task.traits.pod_template_ref else None)


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.of}: {case.path}") for case in CASES if not case.execution_only])
def test_a_task_says_it(case: Case):
    others = {name: value for name, value in case.fields.items() if name != case.of}
    assert case.expected == "glider-executor" or not shows(pod_of(task=task_document(**others)), case), "it is so anyway"
    assert shows(pod_of(task=task_document(**case.fields)), case)


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.of}: {case.path}") for case in CASES])
def test_an_execution_says_it(case: Case):
    assert shows(pod_of(**case.fields), case)


@pytest.mark.parametrize(("plural", "fields"), [("tasktemplates", "task"), ("taskexecutions", "execution")])
def test_there_is_no_field_that_nobody_tries(plural, fields):
    crd = yaml.safe_load((CRDS / f"{plural}.yaml").read_text())
    declared = set(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"])
    tried = {case.of for case in CASES if fields == "execution" or not case.execution_only}
    assert declared - tried - ELSEWHERE == set()


EXECUTION_WINS = [
    ("labels", {"a": "1", "b": "1"}, {"b": "2"}, "metadata.labels.b", "2"),
    ("labels", {"a": "1", "b": "1"}, {"b": "2"}, "metadata.labels.a", "1"),
    ("schedulerName", "task", "execution", "spec.schedulerName", "execution"),
    ("interruptible", True, False, "metadata.labels.glider", "false"),
    ("tolerations", [{"key": "a"}], [{"key": "b"}], "spec.tolerations", [{"key": "a"}, {"key": "b"}]),
    (
        "hostAliases",
        [{"ip": "1", "hostnames": ["a"]}],
        [{"ip": "1", "hostnames": ["b"]}],
        "spec.hostAliases",
        [{"ip": "1", "hostnames": ["b"]}],
    ),
    (
        "resources",
        {"limits": {"cpu": "1", "memory": "1Gi"}},
        {"limits": {"cpu": "2"}},
        "task.resources.limits",
        {"cpu": "2", "memory": "1Gi"},
    ),
    ("securityContext", {"runAsUser": 1, "fsGroup": 2}, {"fsGroup": None}, "spec.securityContext.fsGroup", None),
]


@pytest.mark.parametrize(("field", "task", "execution", "path", "expected"), EXECUTION_WINS)
def test_the_execution_wins_over_the_task(field, task, execution, path, expected):
    pod = pod_of(task=task_document(**{field: task}), **{field: execution})
    assert shows(pod, Case(of=field, fields={}, path=path, expected=expected))
