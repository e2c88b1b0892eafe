"""One element of a map task of a plain function: which inputs it gets, and where its outputs go. flytekit's own map tasks choose
their inputs themselves.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from glider.invocation import Invocation
from glider.loading.mapping import LEGACY_RESOLVERS, array_index
from glider.loading.target import NativeTask
from glider.outcome.failures import InvalidInputError
from glider.storage.store import Storage
from glider.storage.uris import join
from glider.types.errors import describe_literal
from glider.wire.jsonform import Literal, LiteralMap


def located(invocation: Invocation, environment: Mapping[str, str]) -> Invocation:
    """`invocation` with an output prefix of its own: the control plane makes one for each run, but not for the legacy map tasks.

    Raises:
        SettingsError: the environment names no index.
    """
    if invocation.reference.mapped is None or invocation.reference.resolver not in LEGACY_RESOLVERS:
        return invocation
    return replace(invocation, output_prefix=join(invocation.output_prefix, str(array_index(environment))))


def element_of(inputs: LiteralMap, task: NativeTask, *, index: int, storage: Storage) -> LiteralMap:
    """The inputs of the run that `index` names: of every list one element, and what is bound as it is.

    Raises:
        InvalidInputError: an input is no list, or too short a list.
        StorageError: an offloaded list can't be read.
    """
    bound = task.bound or frozenset()
    literals = {name: literal if name in bound else _pick(literal, name, index, storage) for name, literal in inputs.literals.items()}
    return LiteralMap(literals=literals)


def check_elements(inputs: LiteralMap, *, names: Iterable[str], bound: Container[str], index: int, storage: Storage) -> None:
    """What flytekit's map tasks, which choose their inputs themselves, only report as `list index out of range`.

    Raises:
        InvalidInputError: an input is missing, no list, or too short a list.
        StorageError: an offloaded list can't be read.
    """
    for name in names:
        if name not in inputs.literals:
            expected = "a value" if name in bound else f"a list, of which element {index} is mapped"
            raise InvalidInputError(f"the input {name}: expected {expected}, found nothing")
        if name not in bound:
            _pick(inputs.literals[name], name, index, storage)


def _pick(literal: Literal, name: str, index: int, storage: Storage) -> Literal:
    if literal.HasField("offloaded_metadata"):
        literal = Literal.FromString(storage.read(literal.offloaded_metadata.uri))
    if not literal.HasField("collection"):
        found = describe_literal(literal)
        raise InvalidInputError(f"the input {name}: expected a list, of which element {index} is mapped, found {found}")
    items = literal.collection.literals
    if index >= len(items):
        found = f"a list of {len(items)} element{'' if len(items) == 1 else 's'}"
        raise InvalidInputError(f"the input {name}: expected a list with an element {index}, counted from 0, found {found}")
    return items[index]
