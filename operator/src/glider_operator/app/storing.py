"""What the operator itself reads and writes in the object store for an execution, and when.

Before a pod: inputs.pb for an executor that doesn't know our variable, task.pb where a command line asks for it, and the
inputs that stand in a command line. After it: what it left, where it left no summary. With the injected executor and inline
inputs none of this happens, and the operator needs no access to the store.
"""

from __future__ import annotations

from glider.wire.jsonform import FieldError, LiteralMap, nothing
from glider_operator.diagnose.evidence import Evidence
from glider_operator.model.pod_settings import ExecutorMode
from glider_operator.resolve.resolution import Resolved
from glider_operator.store.access import NamespaceAccess, StoreAccess
from glider_operator.store.results import read_results
from glider_operator.store.tasks import task_bytes


class Store:
    """The store, as far as an execution's life needs it."""

    def __init__(self, access: StoreAccess) -> None:
        self._access = access

    async def prepare(self, task: Resolved, *, namespace: str) -> LiteralMap | None:
        """Store what the pod will look for; the inputs, where its command lines need them.

        Args:
            task: what is to run.
            namespace: whose share of the store's threads does it.

        Raises:
            StoreError: the store can't be used.
            FieldError: the inputs aren't there, or aren't inputs.
        """
        access = self._access.of(namespace)
        if task.paths.stored and task.inline_inputs is not None and task.traits.executor_mode is ExecutorMode.IMAGE:
            await access.write(task.paths.inputs, task.inline_inputs)
        if task.reads_task_template:
            if not task.paths.stored:
                found = "none. Set spec.storage.metadataPrefix, or storage.metadataPrefix in the operator's configuration"
                raise FieldError("{{.taskTemplatePath}}", expected="an object store to keep task.pb in", found=found)
            await access.write(task.paths.task_template, task_bytes(task.task))
        if task.reads_stored_inputs:
            return await _read_inputs(access, task.paths.inputs)
        return None

    async def read(self, prefix: str, *, namespace: str) -> Evidence:
        """What an attempt of `namespace` left below `prefix`; a store that may not be read is told as a problem.

        Raises:
            StoreUnavailable: the store doesn't answer for now.
        """
        return await read_results(self._access.of(namespace), prefix)

    def close(self) -> None:
        """Let go of it."""
        self._access.close()


async def _read_inputs(access: NamespaceAccess, uri: str) -> LiteralMap:
    data = await access.read(uri)
    if data is None:
        raise FieldError("spec.inputsUri", expected=f"a file at {uri}", found=nothing())
    try:
        return LiteralMap.FromString(data)
    except Exception as error:  # protobuf's DecodeError has moved between modules from 4 to 7
        raise FieldError("spec.inputsUri", expected="a serialised flyteidl LiteralMap", found=f"{len(data)} other bytes") from error
