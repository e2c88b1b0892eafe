"""What a template or an execution may set in a pod depends on the level, and the configuration's own settings on nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_core.config import parse_config
from glider_core.render.layering import PodTemplate
from glider_core.render.pod import render_pod
from tests.pod_security import BASELINE, CASES, NEVER, RESTRICTED, Case
from tests.unit.glider_core.builders import CONFIGURATION, make_execution, resolved, task_document

HOST = {"volumes": [{"name": "x", "hostPath": {"path": "/data"}}], "hostNetwork": True}
LEVELS = (NEVER, BASELINE, RESTRICTED)


def refusal(restrictions: dict[str, Any], *, base: PodTemplate | None = None, config: dict[str, Any] | None = None, **spec: Any) -> str:
    """Why the pod isn't made; empty where it is."""
    configuration = parse_config(CONFIGURATION | {"restrictions": restrictions} | (config or {}))
    execution = make_execution(**{"task": task_document(), **spec})
    try:
        render_pod(execution, resolved(execution, config=configuration), attempt=0, config=configuration, base=base)
    except FieldError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("case", [pytest.param(case, id=case.what) for case in CASES])
def test_a_level_refuses_what_is_from_its_own_or_a_lower_one(case: Case, level: str):
    refused = refusal({"pods": level}, **case.fields)
    if case.level == NEVER or LEVELS.index(level) < LEVELS.index(case.level):
        assert refused == ""
    else:
        assert refused.removeprefix("execution: ").startswith(f"{case.path}: expected ")
        assert f"by the configuration's restrictions.pods: {level}, found " in refused


def test_baseline_is_what_counts_where_nothing_is_configured():
    expected = "nothing, or false, by the configuration's restrictions.pods: Baseline"
    assert refusal({}, hostNetwork=True) == f"execution: spec.hostNetwork: expected {expected}, found true"


def test_a_task_is_refused_as_an_execution_is():
    assert refusal({}, task=task_document(hostNetwork=True)).startswith("task: spec.hostNetwork: expected nothing, or false")


@pytest.mark.parametrize("level", LEVELS)
def test_the_pods_that_nobody_changes_are_restricted(level: str):
    assert refusal({"pods": level}) == ""


@pytest.mark.parametrize("level", LEVELS)
def test_the_configurations_own_pod_is_the_administrators_choice(level: str):
    assert refusal({"pods": level}, config={"taskPod": HOST}) == ""


def test_what_is_set_over_the_configurations_own_is_checked():
    config = {"taskPod": {"volumes": [{"name": "x", "hostPath": {"path": "/data"}}]}}
    refused = refusal({}, config=config, volumes=[{"name": "x", "hostPath": {"path": "/"}}])
    assert refused.startswith("execution: spec.volumes[x].hostPath: expected another kind of volume")
    assert refused.endswith('found {"path": "/"}')


def a_pod_template(namespace: str) -> PodTemplate:
    return PodTemplate(namespace=namespace, name="base", template={"spec": {"hostPID": True}})


@pytest.mark.parametrize(
    ("namespace", "chosen_by", "refused"),
    [
        pytest.param("glider", "configuration", False, id="the operator's, by the configuration"),
        pytest.param("glider", "execution", True, id="the operator's, by a tenant"),
        pytest.param("default", "configuration", True, id="the tenant's own of the configured name"),
        pytest.param("default", "execution", True, id="the tenant's own"),
    ],
)
def test_a_pod_template_is_trusted_where_the_administrator_wrote_and_chose_it(namespace: str, chosen_by: str, refused: bool):
    reference = {"podTemplateRef": {"name": "base"}}
    found = refusal(
        {},
        base=a_pod_template(namespace),
        config={"taskPod": reference} if chosen_by == "configuration" else None,
        **(reference if chosen_by == "execution" else {}),
    )
    assert found.startswith(f"PodTemplate {namespace}/base: spec.hostPID: expected ") if refused else found == ""


ACCOUNTS = {"serviceAccounts": ["team-*", "runner"]}
EXPECTED = "expected one of team-*, runner, by the configuration's restrictions.serviceAccounts"


@pytest.mark.parametrize(
    ("restrictions", "spec", "refused"),
    [
        pytest.param({}, {"serviceAccountName": "admin"}, "", id="any, where there is no list"),
        pytest.param(ACCOUNTS, {"serviceAccountName": "runner"}, "", id="one of the list"),
        pytest.param(ACCOUNTS, {"serviceAccountName": "team-blue"}, "", id="one by its pattern"),
        pytest.param({"serviceAccounts": ["*"]}, {}, "", id="any, by a pattern"),
        pytest.param(
            ACCOUNTS, {"serviceAccountName": "admin"}, f'execution: spec.serviceAccountName: {EXPECTED}, found "admin"', id="another"
        ),
        pytest.param(ACCOUNTS, {}, f"spec.serviceAccountName: {EXPECTED}, found nothing", id="none, which is default"),
        pytest.param(
            ACCOUNTS,
            {"task": task_document(serviceAccountName="admin")},
            f'task: spec.serviceAccountName: {EXPECTED}, found "admin"',
            id="another of the task's",
        ),
        pytest.param(
            ACCOUNTS,
            {"podTemplate": {"spec": {"serviceAccountName": "admin"}}},
            f'execution: spec.serviceAccountName: {EXPECTED}, found "admin"',
            id="another by the pod's template",
        ),
        pytest.param(
            ACCOUNTS,
            {"podTemplate": {"spec": {"serviceAccount": "admin"}}},
            f'execution: spec.serviceAccount: {EXPECTED}, found "admin"',
            id="another by the field's old name",
        ),
        pytest.param(
            {"serviceAccounts": []},
            {"serviceAccountName": "admin"},
            "execution: spec.serviceAccountName: expected the one that the configuration sets, if any, "
            'by the configuration\'s restrictions.serviceAccounts, found "admin"',
            id="any, where the list is empty",
        ),
    ],
)
def test_a_pod_runs_as_a_service_account_of_the_list(restrictions: dict[str, Any], spec: dict[str, Any], refused: str):
    assert refusal(restrictions, **spec) == refused


def test_the_configurations_own_service_account_is_always_allowed():
    assert refusal({"serviceAccounts": []}, config={"taskPod": {"serviceAccountName": "tasks"}}) == ""


def test_namespaces_have_lists_and_levels_of_their_own():
    settings = {
        "restrictions": {"serviceAccounts": ["runner"]},
        "namespaceDefaults": [{"namespaces": ["free"], "restrictions": {"pods": "Unrestricted", "serviceAccounts": ["*"]}}],
    }
    config = parse_config(CONFIGURATION | settings)
    execution = replace(make_execution(hostNetwork=True), namespace="free")
    own = config.for_namespace("free")
    assert render_pod(execution, resolved(execution, config=own), attempt=0, config=own)["spec"]["hostNetwork"]
    with pytest.raises(FieldError, match="serviceAccountName"):
        render_pod(execution, resolved(execution, config=config), attempt=0, config=config)
