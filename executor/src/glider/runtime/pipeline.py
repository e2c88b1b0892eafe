"""One task run as one pipeline: code -> packages -> load -> inputs -> convert -> execute -> convert. Storing the result is the
guard's, since exactly one of outputs.pb, futures.pb and error.pb may be written.
"""

from __future__ import annotations

import base64
import gc
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

from glider.flytekit.imports import Deferral, after_import
from glider.flytekit.task import FlytekitContext, run_flytekit
from glider.invocation import Invocation
from glider.loading.errors import SetupError
from glider.loading.mapping import array_index
from glider.loading.resolve import load
from glider.loading.target import FlytekitTask, NativeTask
from glider.outcome.failures import InvalidTaskError, UnreadableInputsError
from glider.outcome.results import Result, check_output_types, check_outputs
from glider.runtime.context import ExecutionContext, use_context
from glider.runtime.mapping import check_elements, element_of
from glider.runtime.native import run_native
from glider.runtime.offloading import fetch_inputs, offload_outputs, output_type
from glider.runtime.preparing import install_packages, place_code, scratch_of
from glider.settings.model import Settings
from glider.settings.sources import CONFIG_OVERRIDE, config_for_flytekit
from glider.storage.access import DataAccess, use_access
from glider.storage.errors import StorageNotConfiguredError
from glider.storage.store import Storage
from glider.supervision.child import LAUNCHING, report_to_parent
from glider.telemetry import stopwatch
from glider.telemetry.stopwatch import Stopwatch
from glider.wire.contract import ENV_RAW_OUTPUT_PREFIX
from glider.wire.jsonform import Literal, LiteralMap, from_literal_map
from glider.wire.summary import fits


def run_task(invocation: Invocation, *, settings: Settings, storage: Storage, watch: Stopwatch) -> Result | None:
    """What the task made; None after a dry run (`--test`). What it raises is in `outcomes`' table."""
    watch.enter(stopwatch.LOAD)
    place_code(settings, storage=lambda: storage)
    if invocation.distribution is not None:
        from glider.loading.distribution import fetch  # 15 ms, for archives that most tasks don't need

        fetch(invocation.distribution, storage, scratch=lambda: scratch_of(settings))
    if invocation.launch:
        _become(invocation.launch)
    flytekit = FlytekitContext(settings=settings, invocation=invocation, storage=storage, execution=execution_label(settings))
    install_packages(settings)
    if (config := config_for_flytekit(os.environ)) is not None:
        os.environ[CONFIG_OVERRIDE] = config  # of this process and those that the task starts
    after_import("flytekit", flytekit.enter, within=Deferral() if settings.lazy_imports else None)
    _provide(invocation, settings=settings, storage=storage)
    target = load(invocation.reference)
    _thaw()
    if invocation.test:
        return None
    if settings.outputs and isinstance(target, FlytekitTask):
        from glider.flytekit.interface import declared_outputs

        check_outputs(declared_outputs(target.task), promised=settings.outputs, task=target.name)
    watch.enter(stopwatch.DOWNLOAD)
    inputs = fetch_inputs(_inputs(invocation, settings=settings, storage=storage), storage=storage)
    if isinstance(target, NativeTask):
        _provide_context(target, invocation, settings=settings)
        if target.bound is not None:
            inputs = element_of(inputs, target, index=array_index(os.environ), storage=storage)
        result = Result(outputs=run_native(target, inputs, watch=watch, promised=settings.outputs))
    else:
        if invocation.reference.mapped is not None:
            _check_mapped(target, inputs, storage=storage)
        result = run_flytekit(target, inputs, watch=watch)
    if result.outputs is not None:
        check_outputs(result.outputs.literals, promised=settings.outputs, task=target.name)
        check_output_types(result.outputs.literals, promised=settings.outputs, task=target.name)
    if not settings.storage.configured:
        _check_inline(result)
    elif settings.offloading is not None:
        return offload_outputs(
            result, limits=settings.offloading, type_of=partial(output_type, target), output_prefix=invocation.output_prefix
        )
    return result


def _check_mapped(target: FlytekitTask, inputs: LiteralMap, *, storage: Storage) -> None:
    """The interface of flytekit's map task has a list for each input of the task that it maps."""
    names = getattr(getattr(target.task, "interface", None), "inputs", {})
    bound = getattr(target.task, "bound_inputs", ())
    check_elements(inputs, names=names, bound=bound, index=array_index(os.environ), storage=storage)


def _become(command: Sequence[str]) -> NoReturn:
    """Another program takes this process' place, one that may call the executor by the names that tasks know: through start.py,
    where that was how we came here.
    """
    home = os.environ.get("GLIDER_HOME")
    words = [sys.executable, os.path.join(home, "start.py"), *command] if home else list(command)  # noqa: PTH118
    sys.stdout.flush()
    report_to_parent(LAUNCHING, command[0])
    try:
        os.execvp(words[0], words)
    except OSError as error:
        raise SetupError(f"{command[0]}: {error.strerror}") from error


def _thaw() -> None:
    """The command line switched the garbage collector off for the imports, which saves a tenth of flytekit's. What they made
    stays for good, so the collector skips it from here on.
    """
    gc.freeze()
    gc.enable()


def execution_label(settings: Settings) -> str:
    """The execution's name for log records."""
    return settings.execution or settings.identity.execution_name


def _provide(invocation: Invocation, *, settings: Settings, storage: Storage) -> None:
    configured = settings.storage.configured
    raw_prefix = invocation.raw_output_data_prefix or ""
    use_access(DataAccess(storage=storage, raw_prefix=raw_prefix, configured=configured))
    os.environ[ENV_RAW_OUTPUT_PREFIX] = raw_prefix  # for processes that are started anew: spawn, forkserver, loky, `python x.py`


def _provide_context(task: NativeTask, invocation: Invocation, *, settings: Settings) -> None:
    options = getattr(task.function, "__glider_task__", {})
    context = ExecutionContext(
        identity=settings.identity,
        statsd=settings.statsd,
        secrets_settings=settings.secrets,
        raw_output_prefix=invocation.raw_output_data_prefix or "",
        output_metadata_prefix=invocation.output_prefix,
        checkpoint_path=invocation.checkpoint_path,
        prev_checkpoint=invocation.prev_checkpoint,
        deck_fields=_deck_fields(options),
    )
    use_context(context)
    if context.enable_deck:
        from glider.runtime.decks import begin_decks

        begin_decks(context)


def _deck_fields(options: Mapping[str, Any]) -> frozenset[str] | None:
    if not options.keys() & {"enable_deck", "disable_deck"}:
        return None
    from glider.runtime.decks import wanted_fields

    try:
        return wanted_fields(options)
    except ValueError as error:
        raise InvalidTaskError(f"deck_fields: {error}") from error


def _inputs(invocation: Invocation, *, settings: Settings, storage: Storage) -> LiteralMap:
    if settings.inline_inputs is None:
        return _decode(storage.read(invocation.inputs), where=invocation.inputs)
    try:
        data = base64.b64decode(settings.inline_inputs, validate=True)
    except ValueError as error:  # binascii.Error, and what isn't even ASCII
        raise UnreadableInputsError(f"GLIDER_INLINE_INPUTS: expected base64: {error}") from error
    inputs = _decode(data, where="GLIDER_INLINE_INPUTS")
    storage.write(invocation.inputs, data)
    return inputs


def _decode(data: bytes, *, where: str) -> LiteralMap:
    try:
        return LiteralMap.FromString(data)
    except Exception as error:  # protobuf's DecodeError has moved between modules from 4 to 7
        raise UnreadableInputsError(f"{where}: expected a LiteralMap of flyteidl, found {len(data)} other bytes") from error


def _check_inline(result: Result) -> None:
    """Without a store everything must travel in the summary, and nothing may point at this pod's disk."""
    if result.futures is not None:
        raise StorageNotConfiguredError("A dynamic workflow, which is stored as futures.pb,")
    outputs = result.outputs or LiteralMap()
    for name, literal in outputs.literals.items():
        if any(_is_offloaded(part) for part in _parts(literal)):
            raise StorageNotConfiguredError(f'The output "{name}", which is offloaded data,')
    if not fits(from_literal_map(outputs)):
        raise StorageNotConfiguredError("An output that is too large for the execution's status")


def _is_offloaded(literal: Literal) -> bool:
    """A remote URI that the task only passes on is fine; a path of this pod is lost with it."""
    scalar = literal.scalar
    kind = scalar.WhichOneof("value")
    return kind in ("blob", "schema", "structured_dataset") and "://" not in getattr(scalar, kind).uri.removeprefix("file://")


def _parts(literal: Literal) -> Iterator[Literal]:
    match literal.WhichOneof("value"):
        case "collection":
            children = list(literal.collection.literals)
        case "map":
            children = list(literal.map.literals.values())
        case "scalar" if literal.scalar.HasField("union"):
            children = [literal.scalar.union.value]
        case _:
            children = []
    yield literal
    for child in children:
        yield from _parts(child)
