"""What is found out about the namespace."""

from __future__ import annotations

from typing import Any

import pytest

from glider_client.checks.namespaces import Namespace, check
from glider_client.cluster.errors import ForbiddenError, InvalidObjectError, NoCrdError, NoNamespaceError
from glider_client.cluster.operators import Operator
from glider_core.config import Config

ACTIVE = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}, "status": {"phase": "Active"}}
FORBIDDEN = ForbiddenError("the user 'ann' may not get it.")


def operator(namespace: str = "system", *watched: str) -> Operator:
    return Operator(namespace=namespace, name="glider", ready=1, wanted=1, config=Config(watch_namespaces=watched))


def lines(*, namespace: Any = ACTIVE, quotas: Any = (), dry_run: Any = None, operators: Any = None) -> list[str]:
    read = Namespace(name="team", namespace=namespace, quotas=quotas, dry_run={} if dry_run is None else dry_run)
    return [f"{one.status.upper()} {one.line}" for one in check(read, operators)]


def quota(used: str, hard: str) -> dict[str, Any]:
    return {"metadata": {"name": "small"}, "status": {"used": {"pods": used, "services": "5"}, "hard": {"pods": hard, "services": "5"}}}


def test_one_where_all_is_well():
    assert lines(quotas=[quota("1", "2")], operators=[operator()]) == [
        "OK namespace team: it is there; Pod Security Standard: restricted",
        "OK quota small: there is something left",
        "OK creating an execution: the API server takes one (a dry run)",
        "OK who serves it: system/glider",
    ]


def test_a_user_who_may_create_executions_and_see_nothing_else():
    assert lines(namespace=FORBIDDEN, quotas=FORBIDDEN) == ["OK creating an execution: the API server takes one (a dry run)"]


@pytest.mark.parametrize(
    ("read", "line"),
    [
        pytest.param(
            {"namespace": NoNamespaceError("there is no namespace 'team'.")},
            "PROBLEM namespace team: there is no namespace 'team'.",
            id="one that isn't there",
        ),
        pytest.param(
            {"namespace": {"status": {"phase": "Terminating"}}},
            "PROBLEM namespace team: it is being deleted. Choose another with -n.",
            id="one that is being deleted",
        ),
        pytest.param(
            {"namespace": {}}, "OK namespace team: it is there; Pod Security Standard: none enforced", id="one without a Pod Security level"
        ),
        pytest.param(
            {"quotas": [quota("2", "2")]},
            "WARNING quota small: nothing is left of pods (2 of 2 used). Executions wait until something ends, or it is raised.",
            id="a quota that is used up",
        ),
        pytest.param(
            {"dry_run": InvalidObjectError("the TaskExecution 'doctor' is refused: no.")},
            "PROBLEM creating an execution: the TaskExecution 'doctor' is refused: no.",
            id="a policy that refuses executions",
        ),
        pytest.param(
            {"namespace": FORBIDDEN, "dry_run": FORBIDDEN},
            "WARNING namespace team: not checked, since the user 'ann' may not get it.",
            id="a user who may do nothing",
        ),
        pytest.param(
            {"operators": [operator("system", "other")]},
            "PROBLEM who serves it: no operator does: system/glider serves the namespaces other, "
            "executions without a label glider.dev/instance-id. Add it to config.watchNamespaces, or choose another with -n.",
            id="one that isn't watched",
        ),
        pytest.param(
            {"operators": [operator("team")]},
            "PROBLEM who serves it: team is an operator's own namespace, in which no execution may run. Choose another with -n.",
            id="the operator's own",
        ),
    ],
)
def test_finds(read: dict[str, Any], line: str):
    assert line in lines(**read)


def test_missing_crds_have_a_line_of_their_own():
    assert not any("creating" in line for line in lines(dry_run=NoCrdError("no CRD")))
