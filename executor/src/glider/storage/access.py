"""What a running task may use: the storage, the raw output prefix, and a scratch folder. One per process, set by the runtime,
so that a FlyteFile finds them wherever the user's code opens it; processes that a task starts find them in the environment.

`execution_metadata` is on every object that an execution writes, so that whoever finds it knows whose it is.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from glider.settings.model import Identity, StorageSettings
from glider.storage.errors import StorageNotConfiguredError
from glider.storage.store import Storage
from glider.storage.uris import basename, join
from glider.wire.contract import ENV_RAW_OUTPUT_PREFIX


@dataclass(frozen=True, kw_only=True)
class DataAccess:
    """`raw_prefix` is empty where there is nowhere to offload to."""

    storage: Storage
    raw_prefix: str = ""
    configured: bool = True

    @cached_property
    def scratch(self) -> str:
        """A folder for downloads, made when first needed."""
        import tempfile

        return tempfile.mkdtemp(prefix="glider-")

    def new_uri(self, name: str | None = None, *, what: str) -> str:
        """A fresh URI under the raw output prefix, as flytekit lays it out: `{raw}/{32 hex}[/{name}]`.

        Args:
            name: the file's name.
            what: what is to be stored there, for the message.

        Raises:
            StorageNotConfiguredError: there is nowhere to offload to.
        """
        if not self.configured or not self.raw_prefix:
            raise StorageNotConfiguredError(what)
        fresh = join(self.raw_prefix, uuid.uuid4().hex)
        return join(fresh, name) if name else fresh

    def scratch_path(self, uri: str) -> str:
        """A fresh local path that keeps the name of `uri`; the file doesn't exist yet."""
        folder = os.path.join(self.scratch, uuid.uuid4().hex)  # noqa: PTH118
        return os.path.join(folder, basename(uri))  # noqa: PTH118


_current: DataAccess | None = None
#: What a process has that nobody gave one, with what it was made of.
_inherited: tuple[StorageSettings, str, DataAccess] | None = None


def use_access(access: DataAccess) -> None:
    """Makes `access` the process' own."""
    global _current
    _current = access


@contextmanager
def accessing(access: DataAccess) -> Iterator[None]:
    """Makes `access` the process' own for as long as the block lasts; for a client, whose process isn't one execution's."""
    global _current
    before, _current = _current, access
    try:
        yield
    finally:
        _current = before


def current_access() -> DataAccess:
    """The process' own; in one that a task started, and outside of a task, the one that the environment configures."""
    global _inherited
    if _current is not None:
        return _current
    from glider.settings.reading import read_settings

    settings = read_settings(os.environ)
    raw_prefix = os.environ.get(ENV_RAW_OUTPUT_PREFIX, "")
    if _inherited is None or _inherited[:2] != (settings.storage, raw_prefix):
        storage = Storage(settings.storage, metadata=execution_metadata(settings.identity))
        access = DataAccess(storage=storage, raw_prefix=raw_prefix, configured=settings.storage.configured)
        _inherited = settings.storage, raw_prefix, access
    return _inherited[2]


def execution_metadata(identity: Identity) -> dict[str, str]:
    """With flytekit's names (bin/entrypoint.py, setup_execution)."""
    return {
        "flyte-execution-project": identity.execution_project,
        "flyte-execution-domain": identity.execution_domain,
        "flyte-execution-launchplan": identity.launch_plan,
        "flyte-execution-workflow": identity.workflow,
        "flyte-execution-name": identity.execution_name,
    }
