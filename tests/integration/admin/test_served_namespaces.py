"""A front with the chart's rights in one namespace, and in no other."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest

from glider_core.api.phases import Phase
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.integration.admin.conftest import Address, Users, running_front, stubs
from tests.integration.admin.objects import Lab, lab
from tests.integration.admin.test_executions import create, get, refused, wait_for
from tests.integration.conftest import write_kubeconfig
from tests.integration.test_install import CHART


@pytest.fixture(scope="module")
def served(crds: Cluster) -> Iterator[str]:
    with new_namespace(crds) as name:
        yield name


@pytest.fixture(scope="module")
def limited(crds: Cluster, served: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    folder = tmp_path_factory.mktemp("limited")
    values = f"admin.enabled=true,config.watchNamespaces={{{served}}}"
    rights = crds.helm("template", "glider", CHART, "--namespace", served, "--set", values, "--show-only", "templates/adminrights.yaml")
    crds.kubectl("apply", "-f", "-", input=rights)
    write_kubeconfig(folder / "kubeconfig", crds, account="glider-admin", namespace=served)
    try:
        with running_front(folder / "kubeconfig", folder, namespace="{project}", watchNamespaces=[served]) as address:
            yield address
    finally:
        crds.kubectl("delete", "--ignore-not-found", "clusterrolebinding/glider-admin-reviews")


@pytest.fixture
def ada(limited: Address, users: Users, served: str) -> Iterator[Lab]:
    with stubs(limited, users.token(served)) as client:
        found = Lab(namespace=served, stubs=client, client=users.client)
        yield found


def test_it_serves_that_namespace(ada: Lab) -> None:
    ada.task()
    create(ada, name="served")
    ada.report("served", phase=Phase.SUCCEEDED)
    wait_for(ada, "served", "SUCCEEDED")


def test_it_refuses_others_by_their_name_before_anything_is_created(limited: Address, users: Users, crds: Cluster) -> None:
    with lab(limited, users, crds) as elsewhere:
        elsewhere.task()
        code, message = refused(elsewhere, name="never")
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert elsewhere.namespace in message
        assert elsewhere.executions() == []
        with pytest.raises(grpc.RpcError) as unread:
            get(elsewhere, "never")
        assert unread.value.code() is grpc.StatusCode.INVALID_ARGUMENT
