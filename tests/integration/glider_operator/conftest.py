"""These tests use the S3 server only, and no CRDs: each worker that gets one shares the cluster's instead of starting another."""

from __future__ import annotations

import pytest

from tests.cluster.fixtures import Cluster


@pytest.fixture(scope="session")
def cluster(shared_cluster: Cluster) -> Cluster:
    return shared_cluster
