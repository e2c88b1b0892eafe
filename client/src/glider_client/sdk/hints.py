"""The type hints of a task, and what converts its values: the executor's transformers, or flytekit's for a task of flytekit."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from glider.types.interface import signature_of
from glider.types.registry import TYPES, bare
from glider.wire.interface import Interface, LiteralType
from glider.wire.jsonform import Literal

T = TypeVar("T")


class Converter(Protocol):
    """Python values <-> literals."""

    def literal_type(self, hint: Any) -> LiteralType:
        """Flyte's type of `hint`."""

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """The literal of `value`."""

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """The value of `literal`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hints:
    """Python types by name. `several`: the function returns a tuple; `record`: the NamedTuple that it is."""

    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    converter: Converter
    several: bool = False
    record: Any = None

    @property
    def interface(self) -> Interface:
        """The outputs as the interface of the task has them."""
        return Interface(outputs={name: self.converter.literal_type(hint) for name, hint in self.outputs.items()})

    def result(self, values: Mapping[str, Any]) -> Any:
        """What the function returned, from its outputs by name."""
        found = [values[name] for name in self.outputs]
        if not self.several:
            return found[0] if found else None
        return self.record(*found) if self.record is not None else tuple(found)


def function_of(task: Any) -> Callable[..., Any] | None:
    """The function of a task of flytekit's, or a plain one itself; None where there is none, as in a ContainerTask."""
    found = getattr(task, "task_function", None) if hasattr(task, "dispatch_execute") else task
    return found if callable(found) else None


def hints_of(task: Any) -> Hints:
    """The hints of `task`, a plain function or a task of flytekit's.

    Raises:
        InterfaceError: a hint is missing, or can't be that of an input or output.
    """
    function = function_of(task)
    record = _record(function) if function is not None else None
    if hasattr(task, "python_interface"):
        interface = task.python_interface
        several = len(interface.outputs) > 1 or record is not None
        return Hints(inputs=interface.inputs, outputs=interface.outputs, converter=_Flytekit(), several=several, record=record)
    signature = signature_of(task)
    return Hints(inputs=signature.inputs, outputs=signature.outputs, converter=TYPES, several=signature.several, record=record)


def _record(function: Callable[..., Any]) -> Any:
    """The NamedTuple that `function` returns, if it does."""
    try:
        hint = bare(typing.get_type_hints(function, include_extras=True).get("return"))
    except Exception:  # a hint is an expression of the user's; whoever needs it reports that
        return None
    return hint if isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields") else None


class _Flytekit:
    """flytekit's type engine, which has the types of its plugins too."""

    def literal_type(self, hint: Any) -> LiteralType:
        """By flytekit."""
        from flytekit.core.type_engine import TypeEngine

        found: LiteralType = TypeEngine.to_literal_type(hint).to_flyte_idl()
        return found

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """By flytekit; files go below the raw output prefix of this process."""
        from flytekit import FlyteContextManager
        from flytekit.core.data_persistence import FileAccessProvider
        from flytekit.core.type_engine import TypeEngine

        from glider.storage.access import current_access

        context, prefix = FlyteContextManager.current_context(), current_access().raw_prefix
        if prefix:
            access = FileAccessProvider(local_sandbox_dir=current_access().scratch, raw_output_prefix=prefix)
            context = context.with_file_access(access).build()
        with FlyteContextManager.with_context(context.new_builder()) as current:
            found = TypeEngine.to_literal(current, value, hint, TypeEngine.to_literal_type(hint))
        return _checked(found.to_flyte_idl(), variable)

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """By flytekit."""
        from flytekit import FlyteContextManager
        from flytekit.core.type_engine import TypeEngine
        from flytekit.models.literals import Literal as Model

        context = FlyteContextManager.current_context()
        return TypeEngine.to_python_value(context, Model.from_flyte_idl(literal), hint)


def _checked(literal: Literal, variable: str) -> Literal:
    """`literal`, unless flytekit has put a file of it where only this machine finds it."""
    from glider.storage.errors import StorageNotConfiguredError
    from glider.storage.uris import is_local

    for kind in ("blob", "structured_dataset", "schema"):
        if literal.scalar.HasField(kind) and is_local(getattr(literal.scalar, kind).uri):
            raise StorageNotConfiguredError(f'The input "{variable}"')
    return literal
