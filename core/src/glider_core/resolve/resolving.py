"""Puts an execution, its template and the configuration together.

Each setting is taken from the first that has it: the execution, the task, the operator's configuration, Glider's default.
What they set in the pod is kept in layers, which `render` puts together. Inputs in plain JSON
become the LiteralMap that the task reads.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches
from typing import Any, TypeVar

from glider.wire.contract import MAX_INLINE_INPUTS_BYTES
from glider.wire.interface import Interface
from glider.wire.jsonform import FieldError, accepts_none, to_literal_map, words
from glider_core.api import retrying
from glider_core.api.execution import Execution, ExecutionSpec, Inputs, check_name, parse_inputs, parse_spec
from glider_core.api.pod_settings import ExecutorMode
from glider_core.api.restrictions import DEFAULT_RESTRICTIONS, Restrictions, check_restrictions
from glider_core.api.retrying import Retries, Timeouts
from glider_core.api.sizes import OversizedError
from glider_core.api.task import Storage, Task, TaskId, UnknownVariables, parse_task
from glider_core.config import Config
from glider_core.config.admin import Admin
from glider_core.resolve.eager import NO_ADMIN, check_eager, is_eager
from glider_core.resolve.images import with_image
from glider_core.resolve.layers import CONFIGURATION, EXECUTION, TASK, default_layers, own_layers
from glider_core.resolve.limited import limited
from glider_core.resolve.resolution import Awaited, Refused, Resolution, Resolved, RetryPolicy
from glider_core.resolve.storage import paths_of
from glider_core.resolve.traits import Traits, traits_of
from glider_core.resolve.variables import check_variables, inputs_read, reads_task_template, written_otherwise

#: Among so many templates the nearest name is looked for; more would take too long.
_MOST_COMPARED = 100
#: How long an execution may be older than its template, before that is looked up.
TEMPLATE_GRACE = timedelta(seconds=5)

T = TypeVar("T")
Templates = Mapping[str, Mapping[str, Any]]


def resolve(
    execution: Execution, *, templates: Templates, config: Config, looked_up: bool = False, begun: bool = False, home: str | None = None
) -> Resolution:
    """What exactly `execution` is to run.

    Args:
        execution: the execution.
        templates: the specs of the TaskTemplates in its namespace by name.
        config: the operator's configuration.
        looked_up: whether a template that isn't among them isn't there: somebody has looked.
        begun: whether an attempt of it has, or had, a pod, so that restrictions come too late.
        home: the operator's own namespace, if it runs in one.
    """
    try:
        check_name(execution)
        if not begun:
            check_restrictions(execution.spec, config.restrictions, namespace=execution.namespace, home=home)
        spec = parse_spec(execution)
        if spec.template is not None and spec.template not in templates:
            return _without_template(execution, spec.template, known=templates, looked_up=looked_up)
        path = "spec.task" if spec.task else f"TaskTemplate {spec.template}: spec"
        task = spec.task or parse_task(templates[str(spec.template)], path=path, default_id=_template_id(execution, spec))
        return _resolved(execution, spec, task, config, path=path)
    except FieldError as error:
        return Refused(message=str(error), at_once=isinstance(error, OversizedError))


def resolve_alike(
    execution: Execution,
    *,
    model: Resolved,
    restrictions: Restrictions = DEFAULT_RESTRICTIONS,
    admin: Admin = NO_ADMIN,
    begun: bool = False,
    home: str | None = None,
) -> Resolved | Refused:
    """What `execution` is to run, where it is as what `model` came from in everything but its name and its inputs.

    Args:
        execution: the execution.
        model: what another one came to, of the same `shape`, with the same template and the same configuration.
        restrictions: those of that configuration, which may come to something else in another namespace.
        admin: how eager tasks reach the front, likewise.
        begun: whether an attempt of it has, or had, a pod, so that restrictions come too late.
        home: the operator's own namespace, if it runs in one.
    """
    try:
        check_name(execution)
        if not begun:
            check_restrictions(execution.spec, restrictions, namespace=execution.namespace, home=home)
        inputs = parse_inputs(execution)
        own_id = execution.own_task_id(model.id)
        if model.eager:
            check_eager(execution.namespace, own_id, admin, field=model.eager)
        return replace(
            model,
            task=replace(model.task, id=own_id),
            id=own_id,
            inline_inputs=inline_inputs(inputs, model.interface, executor=model.traits.executor_mode),
            paths=paths_of(execution, model.storage, inputs_uri=inputs.uri),
        )
    except FieldError as error:
        return Refused(message=str(error), at_once=isinstance(error, OversizedError))


def _template_id(execution: Execution, spec: ExecutionSpec) -> TaskId:
    return TaskId.of(namespace=execution.namespace, name=str(spec.template))


def kept_in_place(execution: Execution, task: Resolved, storage: Storage) -> Resolved:
    """`task` with its files below the prefixes that an attempt of `execution` has begun with."""
    if task.storage == storage:
        return task
    return replace(task, storage=storage, paths=paths_of(execution, storage, inputs_uri=execution.inputs_uri))


def _without_template(execution: Execution, name: str, *, known: Collection[str], looked_up: bool) -> Awaited | Refused:
    if not looked_up:
        return Awaited(template=name, until=execution.created + TEMPLATE_GRACE)
    nearest = get_close_matches(name, known, n=1) if len(known) <= _MOST_COMPARED else []
    meant = f" (did you mean {nearest[0]}?)" if nearest else ""
    expected = f"a TaskTemplate in namespace {execution.namespace}{meant}"
    return Refused(message=f'spec.taskRef.name: expected {expected}, found none named "{name}"')


def _resolved(execution: Execution, spec: ExecutionSpec, task: Task, config: Config, *, path: str) -> Resolved:
    sources = {EXECUTION: spec.pod, TASK: task.pod, CONFIGURATION: config.task_pod}
    own = with_image(own_layers(spec, task), task=task, default=config.default_image)
    templates = [layer.template for layer in own]
    for template in templates:
        check_variables(template, inputs=task.interface.inputs, keep_unknown=task.unknown_variables is UnknownVariables.KEEP)
    traits = traits_of(sources)
    _check_code(task, traits, path=path)
    eager = _eager(spec, task, path=path)
    if eager:
        check_eager(execution.namespace, task.id, config.admin, field=eager)
    storage = _storage(spec.storage, task.storage, config.storage)
    return Resolved(
        task=task,
        id=task.id,
        primary=task.primary,
        interface=task.interface,
        inline_inputs=inline_inputs(spec.inputs, task.interface, executor=traits.executor_mode),
        storage=storage,
        paths=paths_of(execution, storage, inputs_uri=spec.inputs.uri),
        retries=_retries(spec.retries, task.retries, config.retries),
        timeouts=_timeouts(spec.timeouts, task.timeouts, config.policies.timeouts),
        policies=config.policies,
        max_concurrent=task.max_concurrent or None,
        priority=_or(0, execution.lifecycle.priority, task.priority),
        default_layers=default_layers(config),
        own_layers=own,
        traits=traits,
        eager=eager,
        env=tuple((source, settings.env) for source, settings in reversed(sources.items()) if settings.env),
        inputs_read=frozenset[str]().union(*map(inputs_read, templates)),
        inputs_read_beside=frozenset[str]().union(*(inputs_read(template, beside=task.primary) for template in templates)),
        reads_task_template=any(reads_task_template(template) for template in templates),
        warnings=(
            *(warning for template in templates for warning in written_otherwise(template)),
            *limited(own, config.platform),
        ),
    )


def _eager(spec: ExecutionSpec, task: Task, *, path: str) -> str:
    """The field by which it starts others; empty where it doesn't."""
    if not is_eager(execution=spec.eager, task=task.eager):
        return ""
    return f"{path}.eager" if spec.eager is None else "spec.eager"


def _check_code(task: Task, traits: Traits, *, path: str) -> None:
    if task.code is not None and traits.executor_mode is ExecutorMode.IMAGE:
        expected = "no code with executor.mode Image, since Glider's executor is what unpacks it: put the code into the image"
        where = traits.origins["executor_mode"]
        raise FieldError(f"{path}.code", expected=expected, found=words(f"code, and the mode Image by the {where}"))


def _storage(*sources: Storage) -> Storage:
    return Storage(
        metadata_prefix=_first(*(source.metadata_prefix for source in sources)),
        raw_output_data_prefix=_first(*(source.raw_output_data_prefix for source in sources)),
    )


def _retries(*sources: Retries) -> RetryPolicy:
    return RetryPolicy(
        user=_or(retrying.USER_RETRIES, *(source.user for source in sources)),
        system=_or(retrying.SYSTEM_RETRIES, *(source.system for source in sources)),
        initial=_or(retrying.FIRST_WAIT, *(source.backoff.initial for source in sources)),
        factor=_or(retrying.WAIT_FACTOR, *(source.backoff.factor for source in sources)),
        longest=_or(retrying.LONGEST_WAIT, *(source.backoff.longest for source in sources)),
        retry_on=_or((), *(source.retry_on for source in sources)),
        no_retry_on=_or((), *(source.no_retry_on for source in sources)),
        oom_factor=_or(retrying.MEMORY_FACTOR, *(source.oom.factor for source in sources)),
        oom_max=_first(*(source.oom.most for source in sources)),
    )


def _timeouts(*sources: Timeouts) -> Timeouts:
    """The limits that count; one of 0 is none, and stands before those that come after it."""
    return Timeouts(
        queued=_first(*(source.queued for source in sources)) or None,
        attempt=_first(*(source.attempt for source in sources)) or None,
        total=_first(*(source.total for source in sources)) or None,
    )


def _first(*values: T | None) -> T | None:
    """The first that is set."""
    return next((value for value in values if value is not None), None)


def _or(default: T, *values: T | None) -> T:
    first = _first(*values)
    return default if first is None else first


def inline_inputs(inputs: Inputs, interface: Interface, *, executor: ExecutorMode) -> bytes | None:
    """The serialised LiteralMap of `inputs`, or None where they are a file in the store.

    An input that may be null and isn't given is left out, so that the function's own default counts: Glider's executor gives null where
    it has none. To the image's own executor, which doesn't, null is sent.

    Raises:
        FieldError: an input is missing, superfluous or of another type, or all together are too large for a pod.
    """
    if inputs.uri is not None:
        return None
    left_out = set(interface.optional)
    if executor is ExecutorMode.INJECTED:
        left_out |= {name for name, literal_type in interface.inputs.items() if accepts_none(literal_type)}
    values = {**interface.defaults, **(inputs.values or {})}
    literals = to_literal_map(values, interface.inputs, field="spec.inputs", left_out=left_out)
    # deterministic: a map's entries have no order, and the same execution must always render the same pod
    data: bytes = literals.SerializeToString(deterministic=True)
    if len(data) > MAX_INLINE_INPUTS_BYTES:
        limit = (
            f"at most {MAX_INLINE_INPUTS_BYTES} bytes once encoded; larger inputs go to the object store, and their place to spec.inputsUri"
        )
        raise FieldError("spec.inputs", expected=limit, found=len(data))
    return data
