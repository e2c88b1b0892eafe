"""What goes into a flytekit task and what it returns, against its own interface: flytekit counts at most, and then names neither
what is too many nor what is missing. And its words for what it can't convert, the cause first.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from glider.outcome.failures import InvalidInputError, InvalidOutputError
from glider.types.errors import describe, type_name
from glider.wire.jsonform import LiteralMap, accepts_none, to_literal

#: flytekit's forms (core/type_engine.py, core/base_task.py): which one, and at the end what was raised.
_INPUT = re.compile(r"Error converting input '(.*?)':\n.*\nException: (.*)", re.DOTALL)
_OUTPUT = re.compile(r"(?:\w+:\w+: error=)?Failed to convert outputs of task '.*?' at position (.*?)\.\n.*\nError Message: (.*)", re.DOTALL)


def completed(inputs: LiteralMap, task: Any) -> LiteralMap:
    """`inputs` with None where an optional parameter without a default got nothing, and without unions where the task knows none.

    The interface that the operator knows has `integer?` for what may be left out, and the function perhaps `int = 3`.
    """
    types = getattr(getattr(task, "interface", None), "inputs", None) or {}
    declared = getattr(getattr(task, "python_interface", None), "inputs_with_defaults", None) or {}
    result = LiteralMap()
    result.CopyFrom(inputs)
    for name, variable in types.items():
        union = variable.type.union_type is not None
        if name in inputs.literals:
            if not union and inputs.literals[name].scalar.HasField("union"):
                result.literals[name].CopyFrom(inputs.literals[name].scalar.union.value)
        elif union and declared.get(name, (None, None))[1] is None and accepts_none(literal_type := variable.type.to_flyte_idl()):
            result.literals[name].CopyFrom(to_literal(None, literal_type, field=name))
    return result


def check_inputs(task: Any, inputs: LiteralMap) -> None:
    """That `task` has each of `inputs`, and that none is missing.

    Raises:
        InvalidInputError: names the input, and those that the task has.
    """
    if (declared := _declared(task, "inputs")) is None:
        return
    for name in inputs.literals:
        if name not in declared:
            expected = f"one of {', '.join(declared)}" if declared else "no inputs"
            raise InvalidInputError(f"the input {name}: expected {expected}, found an unknown input")
    for name in _required(task):
        if name in declared and name not in inputs.literals:
            raise InvalidInputError(f"the input {name}: expected {type_name(declared[name])}, found nothing")


def check_returned(task: Any, result: Any) -> None:
    """That what `task` returned has as many values as it has outputs. One output may be anything, and so may what isn't a value.

    Raises:
        InvalidOutputError: names the outputs.
    """
    declared = _declared(task, "outputs") or {}
    if len(declared) < 2 or type(result).__name__ in ("LiteralMap", "DynamicJobSpec", "VoidPromise"):
        return
    if not isinstance(result, (tuple, list)) or len(result) != len(declared):
        expected = f"a tuple of {len(declared)} outputs ({', '.join(declared)})"
        raise InvalidOutputError(f"the output return: expected {expected}, found {describe(result)}")


def declared_outputs(task: Any) -> Mapping[str, Any] | None:
    """Types by name; None where the task doesn't have them."""
    return _declared(task, "outputs")


def encoded(result: Any) -> LiteralMap:
    """The LiteralMap of flytekit in protobuf.

    Raises:
        InvalidOutputError: names the output that protobuf can't hold: an int beyond 64 bits, text that is no UTF-8.
    """
    try:
        outputs: LiteralMap = result.to_flyte_idl()
    except (ValueError, TypeError):
        for name, literal in result.literals.items():
            try:
                literal.to_flyte_idl()
            except (ValueError, TypeError) as error:
                raise InvalidOutputError(
                    f"the output {name}: expected a value that a literal can hold, found one that can't: {error}"
                ) from error
        raise
    return outputs


def conversion_words(error: BaseException, side: str) -> str:
    """What flytekit writes about a value that it can't convert, after a line with the variable, the exception and its text.

    Args:
        error: what flytekit raised, or for an output what the transformer did, with flytekit's words as its text.
        side: "input" or "output".
    """
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)  # str() of it would be a repr()
    if (found := (_INPUT if side == "input" else _OUTPUT).match(text)) is None:
        return f"an {side} can't be converted: {type(error).__name__}: {text}"
    name, words = found.groups()
    raised = (error.__context__ or error) if side == "input" else error
    first = words.strip().partition("\n")[0].removesuffix(".")
    return f"the {side} {f'o{name}' if name.isdecimal() else name}: {type(raised).__name__}: {first}\n{text}"


def _declared(task: Any, side: str) -> Mapping[str, Any] | None:
    """Types by name; None where the task doesn't have them, as those that aren't Python."""
    found = getattr(getattr(task, "python_interface", None), side, None)
    return found if isinstance(found, Mapping) else None


def _required(task: Any) -> list[str]:
    """The parameters without a default. Only a task of a Python function has any that are known."""
    function = getattr(task, "task_function", None)
    if function is None:
        return []
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [one.name for one in parameters if one.kind in named and one.default is one.empty]
