"""A failed request as a person reads it: a sentence and a next step. tests/integration provokes them on a real API server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from glider_client.cluster import errors, paths
from glider_client.cluster.errors import Identity, error_of
from glider_client.cluster.paths import Target, target_of
from glider_client.cluster.retrying import Failed, pause_before_next_try

DEV = Identity(server="https://dev:6443", context="dev", user="ann")
ONE = paths.executions("team", "train")
CANNOT = 'taskexecutions.glider.dev is forbidden: User "ann" cannot list resource "taskexecutions" in API group "glider.dev"'


def status(message: str, reason: str = "", **fields: Any) -> bytes:
    return json.dumps({"kind": "Status", "message": message, "reason": reason, **fields}).encode()


@pytest.mark.parametrize(
    ("path", "code", "body", "kind", "message"),
    [
        pytest.param(
            ONE,
            401,
            status("Unauthorized", "Unauthorized"),
            errors.UnauthorizedError,
            "https://dev:6443 (context 'dev') refuses the credentials of the user 'ann': they are wrong or have expired. "
            "Log in to the cluster again, or choose another context with --context.",
            id="401",
        ),
        pytest.param(
            paths.executions("team"),
            403,
            status(f'{CANNOT} in the namespace "team"', "Forbidden"),
            errors.ForbiddenError,
            "the user 'ann' may not list taskexecutions.glider.dev in the namespace 'team'. "
            "Whoever administers the namespace can grant it with a Role and a binding.",
            id="403 in a namespace",
        ),
        pytest.param(
            paths.executions(""),
            403,
            status(f"{CANNOT} at the cluster scope", "Forbidden"),
            errors.ForbiddenError,
            "the user 'ann' may not list taskexecutions.glider.dev in all namespaces. "
            "Whoever administers the cluster can grant it with a ClusterRole and a binding.",
            id="403 in all namespaces",
        ),
        pytest.param(
            ONE,
            403,
            status('User "system:anonymous" cannot get resource "taskexecutions"', "Forbidden"),
            errors.UnauthorizedError,
            "refuses the credentials of the user 'ann'",
            id="403 of nobody in particular",
        ),
        pytest.param(
            ONE,
            403,
            status("exceeded quota: q, requested: count/taskexecutions.glider.dev=1", "Forbidden"),
            errors.InvalidObjectError,
            "=1. Delete what nobody needs any more, or have the quota raised.",
            id="403 of a quota",
        ),
        pytest.param(
            ONE,
            404,
            status('taskexecutions.glider.dev "train" not found', "NotFound"),
            errors.NotFoundError,
            "there is no TaskExecution 'train' in the namespace 'team'. `glider get` lists those that are there.",
            id="404 of an object",
        ),
        pytest.param(
            paths.pod_log("team", "train-0"),
            404,
            status('nodes "n1" not found', "NotFound"),
            errors.NotFoundError,
            "pods/log of 'train-0' can't be read: nodes \"n1\" not found.",
            id="404 of a pod's node",
        ),
        pytest.param(
            paths.executions("team"),
            404,
            status('namespaces "team" not found', "NotFound"),
            errors.NoNamespaceError,
            "there is no namespace 'team'. Choose another with -n, or create it: kubectl create namespace team",
            id="404 of the namespace",
        ),
        pytest.param(
            ONE,
            404,
            b"404 page not found\n",
            errors.NoCrdError,
            "has no CRD of glider.dev/v1alpha1 for taskexecutions. Install Glider",
            id="no CRD",
        ),
        pytest.param(
            paths.pod_metrics("team"),
            404,
            b"404 page not found\n",
            errors.NotFoundError,
            "the resource 'pods.metrics.k8s.io'",
            id="no such API",
        ),
        pytest.param(
            ONE,
            409,
            status("x already exists", "AlreadyExists"),
            errors.AlreadyExistsError,
            "Choose another name, or delete it",
            id="409 exists",
        ),
        pytest.param(
            paths.executions("team"),
            409,
            status('taskexecutions.glider.dev "train" already exists', "AlreadyExists"),
            errors.AlreadyExistsError,
            "there is already a TaskExecution 'train' in the namespace 'team'. Choose another name",
            id="409 of a name that is taken",
        ),
        pytest.param(
            ONE,
            409,
            status("Apply failed with 1 conflict: .spec.retries", "Conflict"),
            errors.ConflictError,
            ".spec.retries. Try again.",
            id="409",
        ),
        pytest.param(ONE, 410, status("too old resource version", "Expired"), errors.ExpiredError, "is too old", id="410"),
        pytest.param(
            ONE,
            422,
            status('TaskExecution "train" is invalid: spec.task: Required value', "Invalid"),
            errors.InvalidObjectError,
            "spec.task: Required value. Correct it and try again.",
            id="422",
        ),
        pytest.param(
            ONE,
            422,
            status(
                'TaskExecution "x" is invalid: [spec: Required value, <nil>: Invalid value: null: some validation rules were not checked '
                "because the object was invalid; correct the existing errors to complete validation]",
                "Invalid",
            ),
            errors.InvalidObjectError,
            "is invalid: [spec: Required value]. Correct it and try again.",
            id="422, of which the rules were not checked",
        ),
        pytest.param(
            ONE,
            500,
            status("failed to create typed patch object (team/train; …): .spec.imputs: field not declared in schema", "InternalError"),
            errors.InvalidObjectError,
            ".spec.imputs: field not declared in schema. Correct it; if it is right, the CRDs are older than this client: `glider doctor`",
            id="500 of an apply with a field that isn't in the CRD",
        ),
        pytest.param(
            ONE,
            403,
            status("unable to create new content in namespace team because it is being terminated", "Forbidden"),
            errors.InvalidObjectError,
            "the namespace 'team' is being deleted. Choose another with -n.",
            id="403 of a namespace that ends",
        ),
        pytest.param(
            ONE, 429, status("too many requests"), errors.UnavailableError, "(HTTP status 429): too many requests. Try again", id="429"
        ),
        pytest.param(
            ONE, 503, b"no backend", errors.UnavailableError, "can't answer now (HTTP status 503): no backend. Try again.", id="503"
        ),
        pytest.param(ONE, 302, b"", errors.UnreachableError, "expected the Kubernetes API, found HTTP status 302", id="a page to log in"),
        pytest.param(
            ONE, 400, b"Client sent an HTTP request to an HTTPS server.", errors.UnreachableError, "Check the server's", id="no TLS"
        ),
    ],
)
def test_an_answer_becomes_a_sentence_and_a_next_step(path, code, body, kind, message):
    target = target_of(path)
    error = error_of(code, body, headers={}, verb="get" if target.name else "list", target=target, identity=DEV)
    assert type(error) is kind
    assert message in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        pytest.param(ONE, Target(group="glider.dev", resource="taskexecutions", namespace="team", name="train"), id="an execution"),
        pytest.param(paths.templates(""), Target(group="glider.dev", resource="tasktemplates"), id="all templates"),
        pytest.param(paths.pod_log("team", "p"), Target(resource="pods", namespace="team", name="p", subresource="log"), id="a log"),
        pytest.param(paths.namespaces("team"), Target(resource="namespaces", name="team"), id="a namespace"),
        pytest.param(
            paths.executions("a/b", "c d"), Target(group="glider.dev", resource="taskexecutions", namespace="a/b", name="c d"), id="quoted"
        ),
        pytest.param("/version", Target(), id="no object"),
    ],
)
def test_what_a_path_is_about(path, target):
    assert target_of(path) == target


@pytest.mark.parametrize(
    ("failed", "tries", "pause"),
    [
        pytest.param(Failed(reads=True, status=503), 1, 0.2, id="a read is sent again"),
        pytest.param(Failed(reads=True, status=503), 3, 0.8, id="after longer and longer pauses"),
        pytest.param(Failed(reads=True, status=503), 4, None, id="a few times"),
        pytest.param(Failed(reads=True, status=0), 1, 0.2, id="also where the connection broke"),
        pytest.param(Failed(reads=False, status=503), 1, None, id="a write may have been carried out"),
        pytest.param(Failed(reads=False, status=0), 1, None, id="whatever broke"),
        pytest.param(Failed(reads=False, status=429, wait=2), 1, 2, id="but not where there are too many: as late as the server asks"),
        pytest.param(Failed(reads=True, status=429, wait=600), 1, None, id="a long wait is left to the user"),
        pytest.param(Failed(reads=True, status=404), 1, None, id="what is final is final"),
    ],
)
def test_which_requests_are_sent_again(failed, tries, pause):
    assert pause_before_next_try(failed, tries=tries) == pause
