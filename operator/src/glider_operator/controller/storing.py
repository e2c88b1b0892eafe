"""What the operator itself reads and writes in the object store for an execution, and when.

Before a pod: inputs.pb for an executor that doesn't know our variable, task.pb where a command line asks for it, and the
inputs of a file that stand in command lines which the injected executor doesn't start. After it: what it left, where it left no
summary. With the injected executor alone none of this happens, and the operator needs no access to the store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from glider.wire.jsonform import FieldError
from glider_core.api.pod_settings import ExecutorMode
from glider_core.config import Config
from glider_core.diagnose.evidence import Evidence
from glider_core.resolve.resolution import Resolved
from glider_core.store.access import StoreAccess, StoreError
from glider_core.store.grants import Grants, grants_of
from glider_core.store.inputs import read_inputs
from glider_core.store.results import read_results
from glider_core.store.tasks import task_bytes
from glider_operator.telemetry import metrics


class Store:
    """The store, as far as an execution's life needs it, where the configuration lets the operator use it."""

    def __init__(self, access: StoreAccess, config: Config) -> None:
        self._access = access
        self._config = config

    def configure(self, config: Config) -> None:
        """Another configuration counts from now on."""
        self._config = config

    async def prepare(self, task: Resolved, *, namespace: str) -> Mapping[str, str]:
        """Store what the pod will look for; the inputs as text, where its command lines need them from their file.

        Args:
            task: what is to run.
            namespace: whose places and whose share of the store's threads it has.

        Raises:
            StoreError: the store can't be used.
            FieldError: it may not be used for this task, or the inputs aren't there, or aren't inputs.
        """
        grants = grants_of(self._config, namespace)
        _check(task, grants)
        access = self._access.of(namespace, grants)
        with _errors_counted("prepare"):
            if _writes_inputs(task) and task.inline_inputs is not None:
                await access.write(task.paths.inputs, task.inline_inputs)
            if task.reads_task_template:
                await access.write(task.paths.task_template, task_bytes(task.task))
            if task.inputs_to_read:
                return await read_inputs(access, task.paths.inputs, task.inputs_to_read)
        return {}

    async def read(self, prefix: str, *, namespace: str) -> Evidence:
        """What an attempt of `namespace` left below `prefix`; a store that may not be read is a problem in it.

        Raises:
            StoreUnavailable: the store doesn't answer for now.
        """
        with _errors_counted("read"):
            return await read_results(self._access.of(namespace, grants_of(self._config, namespace)), prefix)

    def close(self) -> None:
        """Let go of it."""
        self._access.close()


@contextmanager
def _errors_counted(operation: str) -> Iterator[None]:
    try:
        yield
    except StoreError:
        metrics.STORE_ERRORS.labels(operation).inc()
        raise


def _writes_inputs(task: Resolved) -> bool:
    return task.paths.stored and task.inline_inputs is not None and task.traits.executor_mode is ExecutorMode.IMAGE


def _check(task: Resolved, grants: Grants) -> None:
    """Refuse what the operator may not do for `task`, before any of it is done."""
    if task.paths.stored and task.traits.executor_mode is ExecutorMode.IMAGE:
        field = "storage.metadataPrefix, which the operator itself needs with executor.mode Image"
        if _writes_inputs(task):
            grants.check_write(task.paths.inputs, field=field)
        grants.check_read(task.paths.output_prefix(0), field=field)
    if task.reads_task_template:
        if not task.paths.stored:
            found = "none. Set spec.storage.metadataPrefix, or storage.metadataPrefix in the operator's configuration"
            raise FieldError("{{.taskTemplatePath}}", expected="an object store to keep task.pb in", found=found)
        grants.check_write(task.paths.task_template, field="storage.metadataPrefix, where the operator writes for {{.taskTemplatePath}}")
    if task.inputs_to_read:
        grants.check_read(task.paths.inputs, field="spec.inputsUri, which the operator itself reads for {{.inputs}}")
