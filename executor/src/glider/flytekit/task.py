"""Runs a flytekit task: sets flytekit's context up the way its own entrypoint does (bin/entrypoint.py, setup_execution),
and calls dispatch_execute. Nothing here imports flytekit before the task's module has.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from datetime import datetime, timezone
from functools import partial
from typing import Any

from glider.flytekit.imports import after_import
from glider.invocation import Invocation
from glider.loading.errors import SetupError
from glider.loading.target import FlytekitTask
from glider.outcome.failures import InvalidInputError, InvalidOutputError, TaskRaisedError, UnsupportedResultError
from glider.outcome.report import use_decks
from glider.outcome.results import Result
from glider.settings.model import Settings
from glider.storage.access import execution_metadata
from glider.storage.errors import StorageError, causes
from glider.storage.local import behind
from glider.storage.store import Storage
from glider.storage.uris import is_local, local_path
from glider.telemetry import stopwatch
from glider.telemetry.logs import LOGGER, setup_logging
from glider.telemetry.stopwatch import Stopwatch
from glider.wire.jsonform import LiteralMap


class IgnoredOutputs(Exception):  # noqa: N818 - no error: the task wants no outputs of this worker stored
    """flytekit's IgnoreOutputs."""


class FlytekitContext:
    """flytekit's execution context, entered once flytekit is imported and left when the process ends."""

    def __init__(self, *, settings: Settings, invocation: Invocation, storage: Storage, execution: str) -> None:
        self._settings = settings
        self._storage = storage
        self._invocation = invocation
        self._execution = execution
        self._stack = ExitStack()

    def enter(self) -> None:
        """To be called right after flytekit's import.

        Raises:
            SetupError: flytekit refuses; a raw output prefix of an unknown protocol, for one.
        """
        identity = self._settings.identity
        setup_logging(self._settings.logging, execution=self._execution, attempt=identity.attempt)
        try:
            self._enter()
        except Exception as error:
            raise SetupError(f"flytekit's context can't be set up: {type(error).__name__}: {error}") from error

    def _enter(self) -> None:
        from flytekit.core.context_manager import ExecutionState, FlyteContextManager, OutputMetadataTracker

        from glider.flytekit.eager import prepare_controller
        from glider.flytekit.imports import skip_needless_resolving

        prepare_controller()
        if self._settings.lazy_imports:
            skip_needless_resolving()
        context = FlyteContextManager.current_context()
        context = context.new_builder().with_file_access(self._file_access()).build()
        state = context.new_execution_state().with_params(
            mode=ExecutionState.Mode.TASK_EXECUTION, user_space_params=self._execution_parameters()
        )
        builder = context.new_builder().with_execution_state(state).with_output_metadata_tracker(OutputMetadataTracker())
        builder = builder.with_serialization_settings(self._serialization_settings())
        self._stack.enter_context(FlyteContextManager.with_context(builder))

    def _execution_parameters(self) -> Any:
        import flytekit
        from flytekit.core.checkpointer import SyncCheckpoint
        from flytekit.core.context_manager import ExecutionParameters
        from flytekit.loggers import user_space_logger
        from flytekit.models.core.identifier import Identifier, ResourceType, WorkflowExecutionIdentifier

        from glider.telemetry.stats import user_stats

        identity, asked = self._settings.identity, self._invocation
        checkpoint = None
        if asked.checkpoint_path is not None:
            checkpoint = SyncCheckpoint(checkpoint_dest=asked.checkpoint_path, checkpoint_src=asked.prev_checkpoint)
        return ExecutionParameters(
            execution_id=WorkflowExecutionIdentifier(
                project=identity.execution_project, domain=identity.execution_domain, name=identity.execution_name
            ),
            execution_date=datetime.now(timezone.utc),
            stats=user_stats(self._settings.statsd, identity, api_version=flytekit.__version__.replace(".", "_")),
            logging=user_space_logger,
            tmp_dir=tempfile.mkdtemp(prefix="flyte-work-"),
            raw_output_prefix=self._raw_prefix(),
            output_metadata_prefix=asked.output_prefix,
            checkpoint=checkpoint,
            task_id=Identifier(ResourceType.TASK, identity.task_project, identity.task_domain, identity.task_name, identity.task_version),
        )

    def _raw_prefix(self) -> str:
        """Flytekit dies without one, although the option is optional: then raw data stays on this machine. Of a `file://` it would
        make a folder called `file:` for a data frame.
        """
        prefix = self._invocation.raw_output_data_prefix or os.path.join(tempfile.gettempdir(), "flyte-raw")  # noqa: PTH118
        return local_path(prefix) if is_local(prefix) else prefix

    def _file_access(self) -> Any:
        from glider.flytekit.storage import StorageAccess, mend_arrow_tables, register_for_pandas

        access = StorageAccess(
            storage=self._storage,
            local_sandbox_dir=tempfile.mkdtemp(prefix="flyte"),
            raw_output_prefix=self._raw_prefix(),
            execution_metadata=execution_metadata(self._settings.identity),
        )
        register_for_pandas(access)
        after_import("flytekit.types.structured.basic_dfs", mend_arrow_tables)
        return access

    def _serialization_settings(self) -> Any:
        from flytekit.configuration import FastSerializationSettings, ImageConfig, SerializationSettings

        transported = self._settings.serialization_context
        settings = SerializationSettings.from_transport(transported) if transported else SerializationSettings(ImageConfig.auto())
        builder = settings.new_builder()
        builder.project = builder.project or self._settings.identity.execution_project
        builder.domain = builder.domain or self._settings.identity.execution_domain
        builder.version = self._settings.identity.task_version
        if self._invocation.dynamic_addl_distro:
            builder.fast_serialization_settings = FastSerializationSettings(
                enabled=True,
                destination_dir=self._invocation.dynamic_dest_dir,
                distribution_location=self._invocation.dynamic_addl_distro,
            )
        return builder.build()


def run_flytekit(target: FlytekitTask, inputs: LiteralMap, *, watch: Stopwatch) -> Result:
    """What one dispatch of the task makes.

    Raises:
        InvalidInputError, InvalidOutputError: flytekit can't convert the inputs or outputs.
        TaskRaisedError: the user's function raised something.
        StorageError: flytekit can't move a file.
        UnsupportedResultError: the task returned something else than flytekit's tasks do.
        IgnoredOutputs: the task wants no outputs stored.
    """
    from flytekit.core.context_manager import FlyteContextManager
    from flytekit.exceptions.system import FlyteDownloadDataException, FlyteNonRecoverableSystemException, FlyteUploadDataException
    from flytekit.exceptions.user import FlyteUserRuntimeException
    from flytekit.models.literals import LiteralMap as FlytekitLiteralMap

    from glider.flytekit.interface import check_inputs, completed, conversion_words

    watch.enter(stopwatch.CONVERT)
    inputs = completed(inputs, target.task)
    check_inputs(target.task, inputs)
    _time_execute(target.task, watch)
    if getattr(target.task, "enable_deck", False):
        use_decks(partial(_render_decks, FlyteContextManager.current_context().user_space_params))
    try:
        result = target.task.dispatch_execute(FlyteContextManager.current_context(), FlytekitLiteralMap.from_flyte_idl(inputs))
    except FlyteUserRuntimeException as error:
        _check_ignored(error.value)
        raise TaskRaisedError from error.value
    except FlyteNonRecoverableSystemException as error:
        if (failure := _storage_failure(error.value) or _storage_failure(error)) is not None:
            raise failure from None
        if watch.phase == stopwatch.CONVERT:
            raise InvalidInputError(conversion_words(error.value, "input")) from error.value
        raise InvalidOutputError(conversion_words(error.value, "output")) from error.value
    except (FlyteDownloadDataException, FlyteUploadDataException) as error:
        unknown = any("Protocol not known" in str(cause) for cause in causes(error))
        raise (_storage_failure(error) or StorageError(target.name, str(error), lasting=unknown)) from None
    except InvalidOutputError:
        raise
    except Exception as error:
        _check_ignored(error)
        if watch.phase == stopwatch.EXECUTE:  # a shim task's own exception, which nobody wraps
            raise TaskRaisedError from error
        if (failure := _storage_failure(error)) is not None:
            raise failure from None
        raise
    except BaseException as error:  # SystemExit, CancelledError, a class of the user's: flytekit lets them pass
        raise TaskRaisedError from error
    return _as_result(result, target)


def _storage_failure(error: BaseException) -> StorageError | None:
    from flytekit.core.context_manager import FlyteContextManager

    return behind(error, storing=FlyteContextManager.current_context().file_access.raw_output_prefix)


def _render_decks(parameters: Any) -> str:
    from flytekit.deck.deck import _get_deck

    html: str = _get_deck(parameters, ignore_jupyter=True)
    return html


def _time_execute(task: Any, watch: Stopwatch) -> None:
    """dispatch_execute converts, executes and converts again in one call; its `execute` marks the borders, and `post_execute` has
    what is going to be converted.
    """
    from glider.flytekit.interface import check_returned

    execute: Any = task.execute
    task_post_execute: Any = getattr(task, "post_execute", None)

    def timed(**arguments: Any) -> Any:
        watch.enter(stopwatch.EXECUTE)
        result = execute(**arguments)
        watch.enter(stopwatch.UPLOAD)
        return result

    def checked(*arguments: Any) -> Any:
        result = task_post_execute(*arguments)
        check_returned(task, result)
        return result

    try:
        task.execute = timed
        if task_post_execute is not None:
            task.post_execute = checked
    except AttributeError:  # a task with slots is timed as a whole
        watch.enter(stopwatch.EXECUTE)


def _check_ignored(error: BaseException) -> None:
    if type(error).__name__ == "IgnoreOutputs" and type(error).__module__.startswith("flytekit."):
        LOGGER.warning("the task asks for its outputs to be ignored: %s", error)
        raise IgnoredOutputs from error


def _as_result(result: Any, target: FlytekitTask) -> Result:
    from glider.flytekit.interface import encoded

    beside = _engine_files()
    match type(result).__name__:
        case "LiteralMap":
            return Result(outputs=encoded(result), beside=beside)
        case "VoidPromise" | "NoneType":
            return Result(outputs=LiteralMap(), beside=beside)
        case "DynamicJobSpec":
            return Result(futures=result.to_flyte_idl().SerializeToString(deterministic=True), beside=beside)
        case other:
            raise UnsupportedResultError(f"{target.name} returned a {other}; expected flytekit's LiteralMap, VoidPromise or DynamicJobSpec")


def _engine_files() -> dict[str, bytes]:
    """What the task or a plugin left in flytekit's engine_dir, which flytekit uploads as a whole."""
    from flytekit.core.context_manager import FlyteContextManager

    state = FlyteContextManager.current_context().execution_state
    root = os.fspath(state.engine_dir)
    files = {}
    for path in sorted(os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names):  # noqa: PTH118
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib is 5 ms of start-up
            files[os.path.relpath(path, root)] = file.read()
    return files
