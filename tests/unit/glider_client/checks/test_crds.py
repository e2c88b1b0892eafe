"""What is found out about the CRDs, from the API server's own description of its API."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import yaml

from glider_client.checks.crds import Api, check
from glider_client.cluster.errors import ForbiddenError, NotFoundError, UnavailableError
from tests.conftest import ROOT

RESOURCES = {"resources": [{"name": name} for name in ("taskexecutions", "taskexecutions/status", "tasktemplates")]}
KINDS = {"TaskExecution": "taskexecutions", "TaskTemplate": "tasktemplates"}


def published() -> dict[str, Any]:
    """The OpenAPI document that an API server makes of the CRDs."""
    schemas = {}
    for kind, plural in KINDS.items():
        crd = yaml.safe_load((ROOT / "manifests" / "crd" / f"{plural}.yaml").read_text())
        schemas[f"dev.glider.v1alpha1.{kind}"] = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return {"components": {"schemas": schemas}}


def without(*paths: str) -> dict[str, Any]:
    """The same of CRDs that don't have these fields of executions yet."""
    document = deepcopy(published())
    for path in paths:
        *parents, last = path.split(".")
        node = document["components"]["schemas"]["dev.glider.v1alpha1.TaskExecution"]
        for part in parents:
            node = node["properties"][part]
        del node["properties"][last]
    return document


def lines(*, resources: Any = RESOURCES, schemas: Any = None) -> list[str]:
    api = Api(resources=resources, schemas=published() if schemas is None else schemas)
    return [f"{one.status.upper()} {one.line}" for one in check(api)]


def test_the_crds_of_this_version_have_all_fields_of_this_client():
    assert [line.partition(", with all")[0] for line in lines()] == [
        "OK CRD taskexecutions.glider.dev: v1alpha1",
        "OK CRD tasktemplates.glider.dev: v1alpha1",
    ]


@pytest.mark.parametrize(
    ("answers", "line"),
    [
        pytest.param(
            {"schemas": without("spec.task.code", "spec.suspend")},
            "PROBLEM CRD taskexecutions.glider.dev: it is older than this client and lacks spec.suspend, spec.task.code. "
            "Upgrade it: kubectl apply --server-side --force-conflicts -f manifests/crd",
            id="older CRDs, with the fields that are missing, and without what is below these",
        ),
        pytest.param(
            {"resources": NotFoundError("there is none")},
            "PROBLEM CRD taskexecutions.glider.dev: expected v1alpha1 of it, found none. "
            "Install the chart, or: kubectl apply --server-side -f manifests/crd",
            id="no CRDs",
        ),
        pytest.param(
            {"resources": {"resources": [{"name": "taskexecutions"}]}},
            "PROBLEM CRD tasktemplates.glider.dev: expected v1alpha1 of it, found none. "
            "Install the chart, or: kubectl apply --server-side -f manifests/crd",
            id="one CRD of two",
        ),
        pytest.param(
            {"schemas": {"components": {"schemas": {}}}},
            "WARNING CRD taskexecutions.glider.dev: the API server hasn't published its fields. Try again in a moment.",
            id="a CRD that is new",
        ),
        pytest.param(
            {"schemas": NotFoundError("there is none")},
            "WARNING CRD taskexecutions.glider.dev: the API server hasn't published its fields. Try again in a moment.",
            id="the first CRD, which is new",
        ),
        pytest.param(
            {"schemas": ForbiddenError("no")}, "WARNING CRD taskexecutions.glider.dev: not checked, since no", id="fields that are hidden"
        ),
        pytest.param({"resources": UnavailableError("not now.")}, "PROBLEM CRDs: not now.", id="an API server that is overloaded"),
    ],
)
def test_finds(answers: dict[str, Any], line: str):
    assert line in lines(**answers)
