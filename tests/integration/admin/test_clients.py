"""Flyte's own clients, unmodified, against the front: what needs no pod."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from glider.version import __version__
from tests.clients import programs
from tests.clients.users import Person
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.integration.admin.conftest import Address, Users

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def namespace(crds: Cluster) -> Iterator[str]:
    with new_namespace(crds) as name:
        yield name


@pytest.fixture(scope="module")
def ada(front: Address, users: Users, namespace: str, tmp_path_factory: pytest.TempPathFactory) -> Person:
    """An editor of the namespace, who has all of the clients in one home."""
    home = tmp_path_factory.mktemp("ada")
    return Person.with_token(home, endpoint=front.grpc, token=users.token(namespace), project=namespace)


def test_flytectl_shows_gliders_version(ada: Person, tmp_path: Path):
    assert f'"Version": "{__version__}"' in ada.run(programs.flytectl(), "version", folder=tmp_path)
