"""The outputs are those that the execution's interface promises, by name and by type, or the task fails."""

from __future__ import annotations

import pytest

from glider.wire.errors import Kind, Origin
from tests.unit.glider.support import Workspace

USER = Origin.USER
FINAL = Kind.NON_RECOVERABLE


TWO = "from typing import NamedTuple\nPair = NamedTuple('Pair', x=int, y=str)\n"
SHIM = """
import flytekit
from flytekit.models.literals import LiteralMap
class Shim:
    name = "shim"
    def execute(self): ...
    def dispatch_execute(self, context, inputs):
        return LiteralMap({})
main = Shim()
"""
FLYTEKIT_PAIR = f"from flytekit import task\n{TWO}@task\ndef main() -> Pair: ...\n"
PROMISES = [
    pytest.param("x,y,z", f"{TWO}def main() -> Pair: ...\n", "expected x, y, z, found x, y, as app.main returns", id="one too many"),
    pytest.param("x", f"{TWO}def main() -> Pair: ...\n", "expected x, found x, y, as app.main returns", id="one too few"),
    pytest.param("o0", "def main(): ...\n", "expected o0, found none: app.main returns nothing", id="one of a function without any"),
    pytest.param("x,z", FLYTEKIT_PAIR, "expected x, z, found x, y, as app.main returns", id="another than a flytekit task's"),
    pytest.param("o0", SHIM, "expected o0, found none: app.main returns nothing", id="one that only the end tells of"),
]


@pytest.mark.parametrize(("promised", "source", "says"), PROMISES)
def test_outputs_other_than_the_interface_promises_are_no_success(workspace: Workspace, promised: str, source: str, says: str) -> None:
    workspace.write(source)
    workspace.environment["GLIDER_OUTPUTS"] = promised
    ended = workspace.run()
    assert ended.outputs is None
    assert ended.error is not None
    assert (ended.error.code, ended.error.kind, ended.error.origin) == ("InvalidOutput", FINAL, USER)
    assert ended.error.headline == f"the outputs of the interface: {says}"


@pytest.mark.parametrize("promised", ["y,x", ""])
def test_promised_outputs_that_are_returned(workspace: Workspace, promised: str) -> None:
    workspace.write(f"{TWO}def main() -> Pair:\n    return Pair(1, 'b')\n")
    workspace.environment["GLIDER_OUTPUTS"] = promised
    assert workspace.run().exit_code == 0


VALUES = "from dataclasses import dataclass\n@dataclass\nclass Point:\n    x: int = 1\n"


@pytest.mark.parametrize("decorator", ["", "from flytekit import task\n"], ids=["a plain function", "a flytekit task"])
@pytest.mark.parametrize(
    ("promised", "hint", "value", "found"),
    [
        pytest.param("o0:integer", "float", "2.5", "expected integer, found float", id="a float for an integer"),
        pytest.param("o0:float", "int", "2", "expected float, found integer", id="an integer for a float"),
        pytest.param("o0:string", "list[str]", "['a']", "expected string, found a list", id="a list for a string"),
        pytest.param("o0:string", "Point", "Point()", "expected string, found a struct", id="a dataclass for a string"),
    ],
)
def test_outputs_of_another_type_than_the_interface_promises_are_no_success(
    workspace: Workspace, decorator: str, promised: str, hint: str, value: str, found: str
) -> None:
    at = "@task\n" if decorator else ""
    workspace.write(f"{decorator}{VALUES}{at}def main() -> {hint}:\n    return {value}\n")
    workspace.environment["GLIDER_OUTPUTS"] = promised
    ended = workspace.run()
    assert ended.outputs is None
    assert ended.error is not None
    assert (ended.error.code, ended.error.kind, ended.error.origin) == ("InvalidOutput", FINAL, USER)
    assert ended.error.headline == f"the output o0 of the interface: {found}, as app.main returns"


@pytest.mark.parametrize(
    ("promised", "hint", "value"),
    [
        pytest.param("o0:float", "float", "2.0", id="a float without a fraction"),
        pytest.param("o0", "list[int]", "[1]", id="what has no single value's type"),
        pytest.param("o0:integer", "int | None", "1", id="a union, which says its type itself"),
        pytest.param("o0:string", "str", "''", id="an empty text"),
    ],
)
def test_outputs_of_the_type_that_the_interface_promises(workspace: Workspace, promised: str, hint: str, value: str) -> None:
    workspace.write(f"def main() -> {hint}:\n    return {value}\n")
    workspace.environment["GLIDER_OUTPUTS"] = promised
    assert workspace.run().exit_code == 0
