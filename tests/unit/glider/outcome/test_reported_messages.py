"""What people read of a failure: the user's own lines, the text of the exception, and one line that says most."""

from __future__ import annotations

import re

import pytest

from tests.unit.glider.support import Workspace


def test_a_traceback_holds_the_users_own_lines_only(workspace: Workspace) -> None:
    workspace.write("def helper(a):\n    raise ValueError('no')\n\n\ndef main(a: int) -> int:\n    return helper(a)\n")
    workspace.inputs(a=1)
    error = workspace.run().error
    assert error is not None
    app = workspace.folder / "app.py"
    assert error.message.startswith("Trace:\n\n    Traceback (most recent call last):\n      File ")
    assert error.message.endswith("\nMessage:\n\n    ValueError: no")
    assert [line.strip().rpartition(", in ")[2] for line in error.message.splitlines() if "File " in line] == ["main", "helper"]
    assert str(app) in error.message


ORACLE_CASES = [
    pytest.param("    raise ValueError('no')", id="a user's exception"),
    pytest.param("    from flytekit.exceptions.user import FlyteRecoverableException as R\n    raise R('again')", id="a recoverable one"),
    pytest.param("    class E(Exception):\n        error_code = 'Mine'\n    raise E('x')", id="one with its own code"),
]


@pytest.mark.parametrize("body", ORACLE_CASES)
def test_errors_of_flytekit_tasks_are_told_as_flytekit_tells_them(workspace: Workspace, body: str) -> None:
    workspace.write(f"from flytekit import task\n@task\ndef main(a: int) -> int:\n{body}\n    return 1\n")
    workspace.inputs(a=1)
    theirs = workspace.run(program="pyflyte-execute").error
    ours = workspace.run().error
    assert theirs is not None
    assert ours is not None
    assert (ours.code, ours.kind, ours.origin) == (theirs.code, theirs.kind, theirs.origin)
    assert ours.message.partition("Message:")[2] == theirs.message.partition("Message:")[2]


def test_a_message_that_no_utf8_can_hold_is_still_told(workspace: Workspace) -> None:
    workspace.write("def main() -> None:\n    raise ValueError('bad name: \\udcff')\n")
    ended = workspace.run()
    assert ended.error is not None
    assert ended.error.message.endswith(r"ValueError: bad name: \udcff")


def test_a_broken_str_of_the_users_exception_is_survived(workspace: Workspace) -> None:
    workspace.write("class E(Exception):\n    def __str__(self):\n        raise TypeError\ndef main() -> None:\n    raise E\n")
    ended = workspace.run()
    assert ended.error is not None
    assert "str() of the exception failed" in ended.error.message


TRANSFORMER = """
from flytekit import task
from flytekit.core.type_engine import TypeEngine, TypeTransformer
from flytekit.models.literals import Literal, Primitive, Scalar
from flytekit.models.types import LiteralType, SimpleType
class Mine: ...
class Transformer(TypeTransformer[Mine]):
    def __init__(self):
        super().__init__("mine", Mine)
    def get_literal_type(self, t):
        return LiteralType(simple=SimpleType.INTEGER)
    def to_literal(self, ctx, python_val, python_type, expected):
        return self.broken()
    def to_python_value(self, ctx, lv, expected_python_type):
        return self.broken()
    def broken(self):
        return {}["colour"]
TypeEngine.register(Transformer())
@task
"""
INTO, OUT_OF = "def main(a: Mine) -> int:\n    return 1\n", "def main(a: int) -> Mine:\n    return Mine()\n"
USERS_CODE = [
    pytest.param(TRANSFORMER + INTO, "InvalidInput", "the input a: KeyError: 'colour'", "to_python_value", id="of a transformer, in"),
    pytest.param(TRANSFORMER + OUT_OF, "InvalidOutput", "the output o0: KeyError: colour", "to_literal", id="of a transformer, out"),
]


@pytest.mark.parametrize(("source", "code", "says", "function"), USERS_CODE)
def test_code_of_the_users_that_raises_in_a_conversion_is_shown(
    workspace: Workspace, source: str, code: str, says: str, function: str
) -> None:
    workspace.write(source)
    workspace.inputs(a=1)
    error = workspace.run().error
    assert error is not None
    assert error.code == code
    assert f"\nMessage:\n\n    {says}\n" in error.message
    for name in (function, "broken"):
        assert re.search(rf'app\.py", line \d+, in {name}\n', error.message)


ONE_LINE = [
    pytest.param("import nowhere\n", "the module \"app\" can't be imported: ModuleNotFoundError: No module named 'nowhere'", id="a module"),
    pytest.param("def mian() -> int: ...\n", 'the module "app" ({app}) has no "main"; did you mean mian?', id="a misspelt function"),
    pytest.param("def main(:\n", "the module \"app\" can't be imported: SyntaxError: invalid syntax (app.py, line 1)", id="a syntax error"),
    pytest.param("1 / 0\n", "the module \"app\" can't be imported: ZeroDivisionError: division by zero", id="what its import raises"),
    pytest.param("def main() -> int:\n    raise ValueError('no\\nand more')\n", "ValueError: no", id="an exception of several lines"),
    pytest.param("import sys\ndef main() -> int:\n    sys.exit('bye')\n", "SystemExit: the task called sys.exit('bye') before it returned",
                 id="an exit"),
    pytest.param("import ctypes\ndef main() -> int:\n    ctypes.string_at(0)\n",
                 "the task's process crashed with SIGSEGV (Segmentation fault)", id="a crash"),
    pytest.param("import os\ndef main() -> int:\n    os._exit(3)\n",
                 "the task's process ended with exit code 3 before the task returned, as by os._exit(3)", id="an end without a word"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "line"), ONE_LINE)
def test_the_one_line_of_a_failure_says_what_and_why(workspace: Workspace, source: str, line: str) -> None:
    workspace.write(source)
    ended = workspace.run()
    assert ended.error is not None
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert ended.error.headline == ended.summary.error.headline == line.format(app=workspace.folder / "app.py")
