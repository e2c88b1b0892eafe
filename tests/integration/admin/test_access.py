"""Who calls, and what is answered before a client has a token."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from flyteidl.admin import matchable_resource_pb2, version_pb2
from flyteidl.service import auth_pb2, identity_pb2

from glider.version import __version__
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.integration.admin.conftest import Address, Users, stubs
from tests.integration.admin.objects import until


def test_users_are_who_the_api_server_names(front: Address, users: Users, crds: Cluster) -> None:
    with new_namespace(crds) as namespace, stubs(front, users.token(namespace)) as ada:
        info = ada.identity.UserInfo(identity_pb2.UserInfoRequest())
    assert info.subject == f"system:serviceaccount:{namespace}:ada"
    assert "system:authenticated" in list(info.additional_claims["groups"])


#: What a pod needs where Pod Security is restricted.
RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def forged(token: str, **claims: Any) -> str:
    """A token with other claims under the same signature."""
    header, body, signature = token.split(".")
    former = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    changed = base64.urlsafe_b64encode(json.dumps({**former, **claims}).encode()).decode().rstrip("=")
    return f"{header}.{changed}.{signature}"


def refused_by_now(users: Users, token: str) -> str:
    """The token, once the API server's own caches have it that its account or its pod is gone."""
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
    path = "/apis/authentication.k8s.io/v1/tokenreviews"
    until(lambda: not users.client.create(path, review)["status"].get("authenticated"), what="the API server to refuse the token")
    return token


def of_a_deleted_account(users: Users, namespace: str) -> str:
    token = users.token(namespace, "former")
    users.client.delete(f"/api/v1/namespaces/{namespace}/serviceaccounts/former")
    return refused_by_now(users, token)


def of_a_deleted_pod(users: Users, namespace: str) -> str:
    """Bound to a pod that is gone."""
    users.token(namespace)
    pods, container = f"/api/v1/namespaces/{namespace}/pods", {"name": "main", "image": "app:1", "securityContext": RESTRICTED}
    spec = {"serviceAccountName": "ada", "containers": [container], "nodeName": "none"}
    pod = users.client.create(pods, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bound"}, "spec": spec})
    bound = {"apiVersion": "v1", "kind": "Pod", "name": "bound", "uid": pod["metadata"]["uid"]}
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"boundObjectRef": bound}}
    token = str(users.client.create(f"/api/v1/namespaces/{namespace}/serviceaccounts/ada/token", request)["status"]["token"])
    users.client.delete(f"{pods}/bound", body={"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0})
    return refused_by_now(users, token)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        pytest.param(lambda users, namespace: uuid.uuid4().hex, "it is wrong", id="what is no token"),
        pytest.param(
            lambda users, namespace: users.token(namespace, audiences=["vault"]),
            "its audience (vault) isn't the API server's",
            id="for another audience",
        ),
        pytest.param(
            lambda users, namespace: forged(users.token(namespace), sub="system:serviceaccount:kube-system:default"),
            "it is wrong",
            id="forged",
        ),
        pytest.param(lambda users, namespace: forged(users.token(namespace), exp=1_000_000_000), "it expired at 2001-09-09", id="expired"),
        pytest.param(of_a_deleted_account, "its account is gone", id="of a service account that is deleted"),
        pytest.param(of_a_deleted_pod, "its account is gone", id="of a pod that is deleted"),
    ],
)
def test_a_token_is_refused_with_why_and_a_next_step(
    front: Address, users: Users, crds: Cluster, made: Callable[[Users, str], str], words: str
) -> None:
    with new_namespace(crds) as namespace:
        token = made(users, namespace)
        with stubs(front, token) as nobody, pytest.raises(grpc.RpcError) as refused:
            nobody.identity.UserInfo(identity_pb2.UserInfoRequest())
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    message = str(refused.value.details())
    assert words in message
    assert "Get another one" in message
    assert token not in message


def test_a_client_without_a_token_learns_how_to_get_one(front: Address) -> None:
    with stubs(front, "") as nobody:
        assert nobody.auth.GetPublicClientConfig(auth_pb2.PublicClientAuthConfigRequest()).authorization_metadata_key == "authorization"
        nobody.auth.GetOAuth2Metadata(auth_pb2.OAuth2MetadataRequest())
        assert nobody.admin.GetVersion(version_pb2.GetVersionRequest()).control_plane_version.Version == __version__


def test_what_isnt_served_has_a_name(front: Address) -> None:
    with stubs(front, "") as nobody, pytest.raises(grpc.RpcError) as refused:
        nobody.admin.ListMatchableAttributes(matchable_resource_pb2.ListMatchableAttributesRequest())
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert "ListMatchableAttributes" in str(refused.value.details())
