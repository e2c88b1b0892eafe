"""What the operator does in the object store before and after an attempt, done here with the user's own rights."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TypeVar

from glider.settings.reading import read_settings
from glider.storage.errors import ObjectNotFoundError, StorageError
from glider.storage.store import Storage
from glider_core.api.pod_settings import ExecutorMode
from glider_core.diagnose.evidence import Evidence
from glider_core.resolve.resolution import Resolved
from glider_core.store.inputs import read_inputs
from glider_core.store.results import read_results
from glider_core.store.tasks import task_bytes

T = TypeVar("T")


class LocalStore:
    """The store of a local run."""

    def prepare(self, task: Resolved) -> Mapping[str, str]:
        """Store what the attempt reads; return the inputs as text, where its command line needs them from their file.

        Raises:
            FieldError: the inputs aren't there, or aren't inputs.
            StorageError: the store can't be used.
        """
        if task.inline_inputs is not None and task.traits.executor_mode is ExecutorMode.IMAGE:
            self._storage.write(task.paths.inputs, task.inline_inputs)
        if task.reads_task_template:
            self._storage.write(task.paths.task_template, task_bytes(task.task))
        return asyncio.run(read_inputs(self, task.paths.inputs, task.inputs_to_read)) if task.inputs_to_read else {}

    def evidence(self, prefix: str) -> Evidence:
        """What an attempt left below `prefix`; a read error is its `problem`."""
        try:
            return asyncio.run(read_results(self, prefix))
        except StorageError as error:
            return Evidence(problem=str(error))

    async def sizes(self, folder: str) -> dict[str, int]:
        """The files beneath `folder`, each with its size."""
        try:
            return self._storage.sizes(folder)
        except ObjectNotFoundError:
            return {}

    async def read(self, uri: str, decode: Callable[[bytes], T], *, most: int) -> T | None:
        """What `decode` makes of the object at `uri`; None where there is none."""
        try:
            return decode(self._storage.read(uri, most=most))
        except ObjectNotFoundError:
            return None

    @cached_property
    def _storage(self) -> Storage:
        return Storage(read_settings(os.environ).storage)
