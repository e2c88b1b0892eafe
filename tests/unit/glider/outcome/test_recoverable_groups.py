"""A group of exceptions is recoverable if one of its members is."""

from __future__ import annotations

import sys

import pytest

from glider.wire.errors import Kind, Origin
from tests.unit.glider.support import Workspace

USER = Origin.USER
FINAL, RETRYABLE = Kind.NON_RECOVERABLE, Kind.RECOVERABLE


IN_A_TASK_GROUP = """
import asyncio
async def fail():
    raise R("again")
async def main() -> int:
    async with asyncio.TaskGroup() as group:
        group.create_task(fail())
    return 1
"""
REPLACED = """
def main() -> int:
    try:
        raise R("again")
    except R as error:
        raise ValueError("enough") from error
"""
RAISING = "def main() -> int:\n    raise {}\n"
GROUPS = [
    pytest.param(IN_A_TASK_GROUP, RETRYABLE, id="of asyncio's TaskGroup"),
    pytest.param(RAISING.format("ExceptionGroup('g', [ValueError('no'), R('again')])"), RETRYABLE, id="beside another"),
    pytest.param(RAISING.format("ExceptionGroup('g', [ExceptionGroup('h', [R('again')])])"), RETRYABLE, id="in a group of a group"),
    pytest.param(RAISING.format("BaseExceptionGroup('g', [KeyboardInterrupt(), R('again')])"), RETRYABLE, id="beside an interrupt"),
    pytest.param(RAISING.format("R('again') from ValueError('no')"), RETRYABLE, id="raised from another"),
    pytest.param(REPLACED, FINAL, id="but not where the task made another one of it"),
    pytest.param(RAISING.format("ExceptionGroup('g', [ValueError('no')])"), FINAL, id="but not in a group without one"),
]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups are of Python 3.11")
@pytest.mark.parametrize(("source", "kind"), GROUPS)
@pytest.mark.parametrize("module", ["glider", "flytekit.exceptions.user"])
def test_a_recoverable_exception_is_one_in_a_group_too(workspace: Workspace, module: str, source: str, kind: Kind) -> None:
    workspace.write(f"from {module} import FlyteRecoverableException as R\n{source}")
    error = workspace.run().error
    assert error is not None
    assert (error.kind, error.origin) == (kind, USER), error.message
