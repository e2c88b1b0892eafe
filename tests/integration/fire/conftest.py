"""The stage, once for all tests of this package."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.errors import ClusterError
from tests.conftest import MissingServer
from tests.integration.fire.stage import Stage, stage


@pytest.fixture(scope="package")
def fire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    try:
        with stage(tmp_path_factory.mktemp("fire")) as made:
            yield made
    except ClusterError as error:
        raise MissingServer(f"no control plane: {error}") from error
