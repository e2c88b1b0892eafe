"""The control plane of these tests: without a node, and with nothing on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.errors import ClusterError
from tests.cluster.fixtures import Cluster
from tests.cluster.private import PrivateControlPlane, private_control_plane
from tests.conftest import MissingServer


@pytest.fixture(scope="package")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateControlPlane]:
    try:
        with private_control_plane(tmp_path_factory.mktemp("install") / "plane", without=["kube-scheduler"]) as made:
            yield made
    except ClusterError as error:
        raise MissingServer(f"no control plane: {error}") from error


@pytest.fixture
def empty(plane: PrivateControlPlane) -> Cluster:
    """A cluster that knows nothing of Glider."""
    kubectl, helm = plane.binaries["kubectl"], plane.binaries["helm"]
    return Cluster(kubeconfig=plane.kubeconfig, kubectl_path=kubectl, helm_path=helm, is_ours=True, has_node=False)
