"""Who calls, and what is answered before a client has a token."""

from __future__ import annotations

import uuid

import grpc
import pytest
from flyteidl.admin import task_pb2, version_pb2
from flyteidl.service import auth_pb2, identity_pb2

from glider.version import __version__
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.integration.admin.conftest import Address, Users, stubs


def test_users_are_who_the_api_server_names(front: Address, users: Users, crds: Cluster) -> None:
    with new_namespace(crds) as namespace, stubs(front, users.token(namespace)) as ada:
        info = ada.identity.UserInfo(identity_pb2.UserInfoRequest())
    assert info.subject == f"system:serviceaccount:{namespace}:ada"
    assert "system:authenticated" in list(info.additional_claims["groups"])


def test_a_wrong_token_is_refused_with_a_next_step(front: Address) -> None:
    with stubs(front, uuid.uuid4().hex) as nobody, pytest.raises(grpc.RpcError) as refused:
        nobody.identity.UserInfo(identity_pb2.UserInfoRequest())
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert "Get another one" in str(refused.value.details())


def test_a_client_without_a_token_learns_how_to_get_one(front: Address) -> None:
    with stubs(front, "") as nobody:
        assert nobody.auth.GetPublicClientConfig(auth_pb2.PublicClientAuthConfigRequest()).authorization_metadata_key == "authorization"
        nobody.auth.GetOAuth2Metadata(auth_pb2.OAuth2MetadataRequest())
        assert nobody.admin.GetVersion(version_pb2.GetVersionRequest()).control_plane_version.Version == __version__


def test_what_isnt_served_has_a_name(front: Address) -> None:
    with stubs(front, "") as nobody, pytest.raises(grpc.RpcError) as refused:
        nobody.admin.GetDescriptionEntity(task_pb2.Task())
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert "GetDescriptionEntity" in str(refused.value.details())
