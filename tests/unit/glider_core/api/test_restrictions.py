"""What an execution may say where somebody restricts it, and where it may be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml

from glider_core.api.restrictions import ALLOWED_FIELDS
from glider_core.config import Config, parse_config
from glider_core.resolve.resolution import Refused, Resolved
from glider_core.resolve.resolving import resolve
from glider_operator.cache.resolutions import ResolutionCache
from tests.conftest import ROOT
from tests.unit.glider_core.builders import CONFIGURATION, make_execution, task_document

TEMPLATES: dict[str, Any] = {"divider": task_document()}
BY_TEMPLATE: dict[str, Any] = {"taskRef": {"name": "divider"}, "inputs": {"a": 1, "b": 2}}
REQUIRED: dict[str, Any] = {"restrictions": {"templates": "Required"}}
IN_TEAMS: dict[str, Any] = {
    "namespaceDefaults": [{"namespaces": ["open"], "restrictions": {"templates": "Optional"}}, {"namespaces": ["*"], **REQUIRED}]
}

FIELDS = yaml.safe_load((ROOT / "manifests/crd/taskexecutions.yaml").read_text())["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
FIELDS = FIELDS["properties"]["spec"]["properties"]


def outcome(settings: dict[str, Any], *, namespace: str = "team", home: str | None = None, begun: bool = False, **spec: Any) -> str:
    """Why it is refused; empty where it isn't."""
    execution = replace(make_execution(**spec), namespace=namespace)
    config = parse_config(CONFIGURATION | settings).for_namespace(namespace)
    found = resolve(execution, templates=TEMPLATES, config=config, begun=begun, home=home)
    return found.message if isinstance(found, Refused) else ""


def test_the_names_are_those_of_the_crd():
    assert set(ALLOWED_FIELDS) <= set(FIELDS)


@pytest.mark.parametrize("field", sorted(set(FIELDS) - set(ALLOWED_FIELDS)))
def test_what_is_not_allowed_is_refused_whatever_it_says(field):
    refused = outcome(REQUIRED, **{**BY_TEMPLATE, field: {}})
    assert refused.startswith(
        "spec: expected only the fields taskRef, inputs, suspend, cancel, priority, ttlSecondsAfterFinished, ttlAction, labels"
    )
    assert refused.endswith(f'in namespace team, by the configuration\'s restrictions.templates: Required, found "{field}"')


def test_a_template_with_inputs_and_what_is_asked_of_it_is_allowed():
    assert outcome(REQUIRED, **BY_TEMPLATE, suspend=True, cancel=False, priority=3, ttlSecondsAfterFinished=5, labels={"a": "b"}) == ""


def test_without_restrictions_an_execution_says_what_it_likes():
    assert outcome({}, hostNetwork=True, nodeSelector={"a": "b"}) == ""


def test_the_list_can_be_another():
    settings = {"restrictions": {"templates": "Required", "allowed": ["taskRef", "inputs", "retries"]}}
    assert outcome(settings, **BY_TEMPLATE, retries={"user": 1}) == ""
    assert 'found "priority"' in outcome(settings, **BY_TEMPLATE, priority=1)


def test_a_namespace_can_be_left_out():
    assert outcome(IN_TEAMS, namespace="open") == ""
    assert 'found "task"' in outcome(IN_TEAMS, namespace="team")


def test_what_has_begun_goes_on():
    assert outcome(REQUIRED, begun=True) == ""


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        pytest.param({}, True, id="by default"),
        pytest.param({"restrictions": {"operatorNamespace": "Allowed"}}, False, id="where the configuration allows it"),
    ],
)
def test_executions_in_the_operators_own_namespace_are_refused(settings, refused):
    message = outcome(settings, namespace="glider-system", home="glider-system")
    assert ("metadata.namespace: expected another namespace than the operator's own" in message) is refused
    assert outcome(settings, namespace="team", home="glider-system") == ""


def test_nothing_that_is_alike_elsewhere_gets_around_it():
    """Executions that are alike share what they come to, and one in the operator's namespace may be like one in another."""
    resolutions, config = ResolutionCache(home="glider-system"), Config()
    elsewhere, here = make_execution(), replace(make_execution(uid="other"), namespace="glider-system")
    assert isinstance(resolutions.of(elsewhere, templates={}, config=config), Resolved)
    assert isinstance(resolutions.of(here, templates={}, config=config), Refused)
