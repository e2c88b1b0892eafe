"""Map tasks: one run gets one element of each list. flytekit's two resolvers for them only wrap another resolver, so a plain
function is mapped without flytekit; a task of flytekit's is loaded by its own resolver, so that it is flytekit's own map task.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from glider.loading.errors import LoadError
from glider.loading.target import NativeTask, Reference, Target
from glider.settings.model import SettingsError

ARRAY_NODE_RESOLVER = "flytekit.core.array_node_map_task.ArrayNodeMapTaskResolver"
#: Their runs share an output prefix, below which each has a folder named by its index. The second is that of flytekit 1.10.
LEGACY_RESOLVERS = ("flytekit.core.legacy_map_task.MapTaskResolver", "flytekit.core.map_task.MapTaskResolver")

_OFFSET = "BATCH_JOB_ARRAY_INDEX_OFFSET"
_NAME_OF_INDEX = "BATCH_JOB_ARRAY_INDEX_VAR_NAME"


def array_index(environment: Mapping[str, str]) -> int:
    """Which element this run is for, counted from 0.

    Raises:
        SettingsError: one of the variables is no such number.
    """
    name = environment.get(_NAME_OF_INDEX)
    return _number(environment, _OFFSET) + (_number(environment, name) if name else 0)


def _number(environment: Mapping[str, str], name: str) -> int:
    value = environment.get(name) or "0"
    if not value.isdecimal():
        raise SettingsError(f'{name}: expected the index of an element, found "{value}"')
    return int(value)


def load_mapped(reference: Reference, *, load: Callable[[Reference], Target], ask: Callable[[Reference], Target]) -> Target:
    """The map task that `reference` names.

    Args:
        reference: the map task's resolver, with arguments such as `vars a,b resolver package.resolver task-module …`.
        load: loads the task that is mapped.
        ask: asks the map task's resolver.
    """
    if reference.resolver not in (ARRAY_NODE_RESOLVER, *LEGACY_RESOLVERS):
        return ask(reference)
    bound, inner = _inner(reference.arguments)
    target = load(inner)
    return replace(target, bound=bound) if isinstance(target, NativeTask) else ask(reference)


def _inner(arguments: Sequence[str]) -> tuple[frozenset[str], Reference]:
    """Flytekit takes them by position."""
    if len(arguments) < 4:
        expected = "vars BOUND,INPUTS resolver RESOLVER ARGUMENTS…"
        raise LoadError(f"expected the map resolver's arguments `{expected}`, found `{' '.join(arguments)}`")
    _, bound, _, resolver, *rest = arguments
    return frozenset(filter(None, bound.split(","))), Reference(resolver=resolver, arguments=tuple(rest))
