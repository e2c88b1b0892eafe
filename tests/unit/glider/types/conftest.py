"""Both sides with a raw output prefix on this machine, as inside a task."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flytekit.core.context_manager import ExecutionState, FlyteContextManager
from flytekit.core.data_persistence import FileAccessProvider

from glider.settings.model import StorageSettings
from glider.storage import access
from glider.storage.access import DataAccess, use_access
from glider.storage.store import Storage


@pytest.fixture(autouse=True)
def raw(tmp_path: Path) -> Iterator[Path]:
    """Where we upload to; flytekit has a folder beside it."""
    prefix = tmp_path / "raw"
    use_access(DataAccess(storage=Storage(StorageSettings()), raw_prefix=str(prefix)))
    context = FlyteContextManager.current_context()
    theirs = FileAccessProvider(local_sandbox_dir=str(tmp_path / "sandbox"), raw_output_prefix=str(tmp_path / "theirs"))
    state = context.new_execution_state().with_params(mode=ExecutionState.Mode.TASK_EXECUTION)
    with FlyteContextManager.with_context(context.with_file_access(theirs).with_execution_state(state)):
        yield prefix
    access._current = None
