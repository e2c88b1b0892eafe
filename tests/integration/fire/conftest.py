"""The stages, once for all tests of this package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.errors import ClusterError
from tests.cluster.private import PrivateControlPlane
from tests.conftest import MissingServer
from tests.integration.fire.acts import Lanes
from tests.integration.fire.lives import FORGOTTEN, LIVES
from tests.integration.fire.scenes import Writes, recorded_writes
from tests.integration.fire.stage import OperatorProcess, Stage, control_plane, stage

#: Beside the one that everything else uses. More only wait for two cores where the operator is killed again and again.
_MORE_LANES = ("b", "c")
#: Beside these where each act mostly waits.
_LANES_FOR_WAITING = ("d", "e")


@pytest.fixture(scope="package")
def fire_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fire")


@pytest.fixture(scope="package")
def plane(fire_folder: Path) -> Iterator[PrivateControlPlane]:
    try:
        with control_plane(fire_folder / "plane") as made:
            yield made
    except ClusterError as error:
        raise MissingServer(f"no control plane: {error}") from error


@pytest.fixture(scope="package")
def fire(plane: PrivateControlPlane, fire_folder: Path) -> Iterator[Stage]:
    """The stage whose operator has no instance ID."""
    with stage(plane, fire_folder / "stage") as made:
        yield made


@pytest.fixture
def crowd(fire: Stage, tmp_path: Path) -> Iterator[Stage]:
    """The same stage for thousands of objects: to list them all each second, through a proxy in Python, would be most of the work."""
    # what is optional gives way here, as it does by default
    settings: dict[str, Any] = {"sweep": {"interval": "5s"}, "events": {}, "apiBudget": {}}
    usual, fire.operator = fire.operator, OperatorProcess(kubeconfig=fire.proxy.kubeconfig, folder=tmp_path, **settings)
    usual.kill()
    fire.operator.start()
    try:
        yield fire
    finally:
        fire.operator.kill()
        fire.operator = usual
        usual.start()


@pytest.fixture(scope="package")
def stages(plane: PrivateControlPlane, fire: Stage, fire_folder: Path) -> Iterator[Sequence[Stage]]:
    """That stage, and more."""
    with ExitStack() as stack:
        yield [fire, *(stack.enter_context(stage(plane, fire_folder / name, instance=name)) for name in _MORE_LANES)]


@pytest.fixture(scope="package")
def lanes(stages: Sequence[Stage]) -> Lanes:
    """Several stages, for what can go on at the same time."""
    return Lanes(stages)


@pytest.fixture(scope="module")
def lanes_for_waiting(plane: PrivateControlPlane, stages: Sequence[Stage], fire_folder: Path) -> Iterator[Lanes]:
    """Those, and more that end with the module."""
    with ExitStack() as stack:
        yield Lanes([*stages, *(stack.enter_context(stage(plane, fire_folder / name, instance=name)) for name in _LANES_FOR_WAITING)])


@pytest.fixture(scope="package")
def writes(fire: Stage) -> Writes:
    """The writes of each life."""
    return recorded_writes(fire, [*LIVES, FORGOTTEN])
