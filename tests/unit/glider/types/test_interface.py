from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import pytest
from flytekit.core.interface import transform_function_to_interface

from glider import HashMethod
from glider.types.errors import ConversionError, InterfaceError
from glider.types.interface import signature_of, to_arguments, to_literals
from glider.wire.jsonform import LiteralMap
from tests.unit.glider.support import literal


class Both(NamedTuple):
    total: int
    name: str


def one(a: int) -> float:
    return a / 1


def none(a: int) -> None: ...
def unsaid(a: int): ...
def several(a: int, b: str = "x") -> tuple[int, str]:
    return a, b


def named() -> Both:
    return Both(1, "x")


def annotated(a: Annotated[int, "why"]) -> Annotated[str, "because"]:
    raise NotImplementedError


@pytest.mark.parametrize("function", [one, none, unsaid, several, named], ids=lambda function: function.__name__)
def test_names_are_flytekits(function: Callable[..., Any]) -> None:
    theirs = transform_function_to_interface(function)
    ours = signature_of(function)
    assert list(ours.inputs) == list(theirs.inputs)
    assert dict(ours.outputs) == dict(theirs.outputs)


def test_annotations_are_looked_through() -> None:
    signature = signature_of(annotated)
    assert to_arguments(LiteralMap(literals={"a": literal(1)}), signature) == {"a": 1}
    assert to_literals("x", signature).literals["o0"] == literal("x")


def unhinted(a) -> int:
    raise NotImplementedError


def rest(*values: int) -> int:
    raise NotImplementedError


def unknown(a: "NoSuchType") -> int:  # type: ignore[name-defined]  # noqa: F821, UP037
    raise NotImplementedError


def endless() -> tuple[int, ...]:
    raise NotImplementedError


def unusable(a: list[tuple[int, ...]]) -> int:
    raise NotImplementedError


@pytest.mark.parametrize(
    ("function", "message"),
    [
        pytest.param(unhinted, "a: expected a type hint, found none", id="no hint"),
        pytest.param(rest, "values: a task takes named parameters only", id="*args"),
        pytest.param(unknown, "the type hints can't be resolved: NameError", id="a hint that is nowhere defined"),
        pytest.param(endless, "return: expected a fixed number of outputs", id="a tuple of any length"),
        pytest.param(unusable, "a: tuple[int, ...] can't be an input or output", id="a type deep in another"),
    ],
)
def test_a_signature_that_no_task_can_have(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(InterfaceError) as raised:
        signature_of(function)
    assert str(raised.value).startswith(message)


def test_an_input_with_a_default_may_be_missing() -> None:
    assert to_arguments(LiteralMap(literals={"a": literal(1)}), signature_of(several)) == {"a": 1}


@pytest.mark.parametrize("result", [(1,), (1, "x", 2), [1, "x"], None], ids=repr)
def test_too_few_or_too_many_outputs(result: Any) -> None:
    with pytest.raises(ConversionError, match=r"return: expected a tuple of 2 outputs \(o0, o1\)"):
        to_literals(result, signature_of(several))


def test_outputs_of_a_named_tuple_may_be_any_tuple() -> None:
    assert to_literals((1, "x"), signature_of(named)).literals["name"] == literal("x")


def hashed() -> Annotated[int, HashMethod(str)]:
    return 7


def hashed_twice() -> tuple[Annotated[int, HashMethod(str)], int]:
    return 7, 8


def test_an_output_has_the_hash_that_its_annotation_says() -> None:
    assert to_literals(7, signature_of(hashed)).literals["o0"].hash == "7"
    literals = to_literals((7, 8), signature_of(hashed_twice)).literals
    assert (literals["o0"].hash, literals["o1"].hash) == ("7", "")


class Annotations(NamedTuple):
    table: Annotated[int, HashMethod(str)]


def named_and_hashed() -> Annotations:
    return Annotations(7)


def test_an_output_of_a_named_tuple_has_its_hash() -> None:
    assert to_literals((7,), signature_of(named_and_hashed)).literals["table"].hash == "7"
