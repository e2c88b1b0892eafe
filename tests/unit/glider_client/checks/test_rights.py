"""What is found out about the user's rights."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from glider_client.checks.rights import ALL, NEEDS, Right, Rights, check, is_granted
from glider_client.cluster.errors import UnavailableError
from tests.conftest import ROOT

GET_PODS = Right(verb="get", resource="pods")
GET_LOGS = Right(verb="get", resource="pods", subresource="log")
CREATE = Right(verb="create", resource="taskexecutions", group="glider.dev")


def test_the_user_role_has_all_of_them():
    role = yaml.safe_load((ROOT / "manifests" / "user-role.yaml").read_text())
    assert [str(right) for right in ALL if not is_granted(right, role["rules"])] == []


@pytest.mark.parametrize(
    ("right", "rule", "granted"),
    [
        pytest.param(GET_PODS, {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}, True, id="exactly"),
        pytest.param(GET_PODS, {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}, True, id="everything"),
        pytest.param(GET_LOGS, {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}, False, id="pods aren't their logs"),
        pytest.param(GET_LOGS, {"verbs": ["get"], "apiGroups": [""], "resources": ["*/log"]}, True, id="all logs"),
        pytest.param(GET_PODS, {"verbs": ["list"], "apiGroups": [""], "resources": ["pods"]}, False, id="another verb"),
        pytest.param(CREATE, {"verbs": ["create"], "apiGroups": [""], "resources": ["taskexecutions"]}, False, id="another group"),
        pytest.param(
            GET_PODS, {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"], "resourceNames": ["a"]}, False, id="one object only"
        ),
        pytest.param(GET_PODS, {"verbs": ["get"]}, False, id="a rule for URLs"),
    ],
)
def test_rules(right: Right, rule: dict[str, Any], granted: bool):
    assert is_granted(right, [rule]) is granted


def lines(reviews: dict[Right, Any]) -> list[str]:
    return [f"{one.status.upper()} {one.line}" for one in check(Rights(namespace="team", rules={}, reviews=reviews))]


def test_a_user_who_has_them_all():
    assert lines({}) == [f"OK rights to {what}: all {len(needed)} in the namespace 'team'" for what, needed in NEEDS.items()]


def test_what_another_authorizer_allows_is_no_problem():
    assert lines({GET_PODS: {"status": {"allowed": True}}}) == lines({})


def test_a_right_that_is_missing():
    found = lines({CREATE: {"status": {"allowed": False}}, GET_LOGS: {"status": {"allowed": False, "reason": "policy x"}}})
    step = (
        "Whoever administers team grants it: kubectl apply -n team -f manifests/user-role.yaml, "
        "and a RoleBinding to the Role glider-user (docs/install.md)."
    )
    assert [line for line in found if not line.startswith("OK")] == [
        f"PROBLEM right to create taskexecutions.glider.dev: missing in the namespace 'team'; it is for: run. {step}",
        f"PROBLEM right to get pods/log: missing in the namespace 'team' (policy x); it is for: follow, see. {step}",
    ]


def test_a_review_that_is_not_answered():
    assert "PROBLEM right to create taskexecutions.glider.dev: not now." in lines({CREATE: UnavailableError("not now.")})
