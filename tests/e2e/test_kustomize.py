"""`kubectl apply -k manifests/` installs the same as the chart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.fixtures import Cluster
from tests.conftest import ROOT
from tests.e2e.conftest import EXAMPLES, SYSTEM, Glider, uninstall


@pytest.fixture
def glider_by_kustomize(node: Cluster) -> Iterator[Cluster]:
    uninstall(node)
    node.kubectl("apply", "-k", str(ROOT / "manifests"))
    node.kubectl("--namespace", SYSTEM, "rollout", "status", "deployment/glider", "--timeout=60s")
    yield node
    uninstall(node)


def test_the_divider_succeeds_on_it(glider_by_kustomize: Cluster, namespace: str):
    glider = Glider(glider_by_kustomize, namespace)
    glider.apply(EXAMPLES / "divide.yaml")
    glider.kubectl("wait", "--for=condition=Succeeded", "te/divide-ten-by-two", "--timeout=60s")
    assert glider.status("divide-ten-by-two")["outputs"] == {"o0": 5.0}
