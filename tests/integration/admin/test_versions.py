"""The front's own version, as `flytectl version` asks for it."""

from __future__ import annotations

import uuid

import grpc
import pytest
from flyteidl.admin import version_pb2

from glider.version import __version__
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.integration.admin.conftest import Address, Users, stubs


def test_its_version_is_gliders(front: Address, users: Users, crds: Cluster) -> None:
    with new_namespace(crds) as namespace, stubs(front, users.token(namespace)) as ada:
        assert ada.admin.GetVersion(version_pb2.GetVersionRequest()).control_plane_version.Version == __version__


def test_a_wrong_token_is_refused_with_a_next_step(front: Address) -> None:
    with stubs(front, uuid.uuid4().hex) as nobody, pytest.raises(grpc.RpcError) as refused:
        nobody.admin.GetVersion(version_pb2.GetVersionRequest())
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert "Get another one" in str(refused.value.details())
