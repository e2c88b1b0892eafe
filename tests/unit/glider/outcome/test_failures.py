"""Every ordinary way for a task to fail, from outside: error.pb, the summary, the exit code."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

import pytest

from glider.wire.errors import Kind, Origin
from tests.unit.glider.support import Workspace

USER, SYSTEM = Origin.USER, Origin.SYSTEM
FINAL, RETRYABLE = Kind.NON_RECOVERABLE, Kind.RECOVERABLE


@dataclass(frozen=True, kw_only=True)
class Expected:
    code: str
    kind: Kind
    origin: Origin
    exit_code: int
    says: str


CASES = [
    pytest.param(
        "def main(a: int) -> float:\n    return a / 0\n",
        Expected(code="USER:RuntimeError", kind=FINAL, origin=USER, exit_code=1, says="ZeroDivisionError: division by zero"),
        id="the user's own exception",
    ),
    pytest.param(
        "class Mine(Exception):\n    error_code = 'Quota'\ndef main(a: int) -> int:\n    raise Mine('full')\n",
        Expected(code="Quota", kind=FINAL, origin=USER, exit_code=1, says="Mine: full"),
        id="an exception that brings its own code",
    ),
    pytest.param(
        "from glider import FlyteRecoverableException\ndef main(a: int) -> int:\n    raise FlyteRecoverableException('again')\n",
        Expected(code="USER:Recoverable", kind=RETRYABLE, origin=USER, exit_code=3, says="again"),
        id="our recoverable exception",
    ),
    pytest.param(
        "from flytekit.exceptions.user import FlyteRecoverableException\n"
        "def main(a: int) -> int:\n    raise FlyteRecoverableException('again')\n",
        Expected(code="USER:Recoverable", kind=RETRYABLE, origin=USER, exit_code=3, says="again"),
        id="flytekit's recoverable exception in a plain function",
    ),
    pytest.param(
        "import sys\ndef main(a: int) -> int:\n    sys.exit(3)\n",
        Expected(code="SystemExit", kind=FINAL, origin=USER, exit_code=1, says="the task called sys.exit(3)"),
        id="sys.exit in the task",
    ),
    pytest.param(
        "import sys\ndef main(a: int) -> int:\n    sys.exit(0)\n",
        Expected(code="SystemExit", kind=FINAL, origin=USER, exit_code=1, says="the task called sys.exit(0)"),
        id="sys.exit(0) is no success: there are no outputs",
    ),
    pytest.param(
        "import sys\nfrom flytekit import task\n@task\ndef main(a: int) -> int:\n    sys.exit(3)\n",
        Expected(code="SystemExit", kind=FINAL, origin=USER, exit_code=1, says="the task called sys.exit(3)"),
        id="sys.exit in a flytekit task",
    ),
    pytest.param(
        "def main(a: int) -> int:\n    raise KeyboardInterrupt\n",
        Expected(code="KeyboardInterrupt", kind=FINAL, origin=USER, exit_code=1, says="KeyboardInterrupt"),
        id="KeyboardInterrupt",
    ),
    pytest.param(
        "import nowhere\n",
        Expected(code="USER:RuntimeError", kind=FINAL, origin=USER, exit_code=1, says="No module named 'nowhere'"),
        id="a module that can't import what it needs",
    ),
    pytest.param(
        "def main(:\n",
        Expected(code="USER:RuntimeError", kind=FINAL, origin=USER, exit_code=1, says="SyntaxError"),
        id="a syntax error",
    ),
    pytest.param(
        "def other() -> None: ...\n",
        Expected(code="USER:RuntimeError", kind=FINAL, origin=USER, exit_code=1, says='has no "main"'),
        id="a function that isn't there",
    ),
    pytest.param(
        "def main(a: str) -> int:\n    return 1\n",
        Expected(code="InvalidInput", kind=FINAL, origin=USER, exit_code=1, says="the input a: expected str, found integer 1"),
        id="an input of the wrong type",
    ),
    pytest.param(
        "def main(a: int, b: int) -> int:\n    return 1\n",
        Expected(code="InvalidInput", kind=FINAL, origin=USER, exit_code=1, says="the input b: expected int, found nothing"),
        id="a missing input",
    ),
    pytest.param(
        "def main() -> int:\n    return 1\n",
        Expected(code="InvalidInput", kind=FINAL, origin=USER, exit_code=1, says="the input a: expected no inputs"),
        id="an input too many",
    ),
    pytest.param(
        "def main(a: int) -> int:\n    return 'one'\n",
        Expected(code="InvalidOutput", kind=FINAL, origin=USER, exit_code=1, says="the output o0: expected int, found str 'one'"),
        id="an output of the wrong type",
    ),
    pytest.param(
        "from flytekit import task\n@task\ndef main(a: int) -> int:\n    return 'one'\n",
        Expected(code="InvalidOutput", kind=FINAL, origin=USER, exit_code=1, says="Expected value of type <class 'int'> but got 'one'"),
        id="an output of the wrong type from a flytekit task",
    ),
    pytest.param(
        "from flytekit import task\n@task\ndef main(a: str) -> int:\n    return 1\n",
        Expected(code="InvalidInput", kind=FINAL, origin=USER, exit_code=1, says="Error converting input 'a'"),
        id="an input of the wrong type for a flytekit task",
    ),
    pytest.param(
        "def main(a: list) -> int:\n    return 1\n",
        Expected(code="InvalidTask", kind=FINAL, origin=USER, exit_code=1, says="a: list can't be an input or output"),
        id="a type that no native task can have",
    ),
    pytest.param(
        "import flytekit\nclass Shim:\n    name = 'shim'\n    def execute(self, **inputs):\n        raise ValueError('of the shim')\n"
        "    def dispatch_execute(self, context, inputs):\n        return self.execute()\nmain = Shim()\n",
        Expected(code="USER:RuntimeError", kind=FINAL, origin=USER, exit_code=1, says="of the shim"),
        id="an exception in a shim task, which flytekit blames on the system",
    ),
    *(
        pytest.param(
            f"{preamble}import asyncio\nclass Stop(BaseException):\n    pass\n{decorator}def main(a: int) -> int:\n    raise {name}\n",
            Expected(code="USER:RuntimeError", kind=FINAL, origin=USER, exit_code=1, says=f"{name.rpartition('.')[2]}: "),
            id=f"{name} in a {what}",
        )
        for name in ("Stop", "GeneratorExit", "asyncio.CancelledError")
        for what, preamble, decorator in (("plain function", "", ""), ("flytekit task", "from flytekit import task\n", "@task\n"))
    ),
    pytest.param(
        "class Stop(BaseException): ...\nraise Stop('here')\n",
        Expected(code="USER:RuntimeError", kind=FINAL, origin=USER, exit_code=1, says="Stop: here"),
        id="an exception that is no Exception at a module's import",
    ),
    pytest.param(
        "from dataclasses import dataclass\nclass Stop(BaseException): ...\n@dataclass\nclass Data:\n    a: int\n"
        "    def __getattribute__(self, name):\n        raise Stop('here')\ndef main(a: int) -> Data:\n    return Data(a)\n",
        Expected(code="USER:RuntimeError", kind=FINAL, origin=USER, exit_code=1, says="Stop: here"),
        id="one in a conversion",
    ),
    pytest.param(
        "from flytekit import task\n@task\nasync def main(a: int) -> int:\n    import asyncio\n    raise asyncio.CancelledError('stop')\n",
        Expected(code="USER:RuntimeError", kind=FINAL, origin=USER, exit_code=1, says="CancelledError"),
        id="CancelledError in an async flytekit task",
    ),
    pytest.param(
        "from flytekit import task\n@task\ndef main(a: int) -> int:\n    raise KeyboardInterrupt\n",
        Expected(code="KeyboardInterrupt", kind=FINAL, origin=USER, exit_code=1, says="KeyboardInterrupt"),
        id="KeyboardInterrupt in a flytekit task",
    ),
    pytest.param(
        "from flytekit import task\n@task\ndef main(b: int, c: int) -> int:\n    return 1\n",
        Expected(
            code="InvalidInput", kind=FINAL, origin=USER, exit_code=1, says="the input a: expected one of b, c, found an unknown input"
        ),
        id="an input that the flytekit task hasn't got",
    ),
    pytest.param(
        "from flytekit import task\n@task\ndef main() -> int:\n    return 1\n",
        Expected(code="InvalidInput", kind=FINAL, origin=USER, exit_code=1, says="the input a: expected no inputs, found an unknown input"),
        id="an input for a flytekit task without any",
    ),
    pytest.param(
        "from flytekit import task\n@task\ndef main(a: int, b: int) -> int:\n    return 1\n",
        Expected(code="InvalidInput", kind=FINAL, origin=USER, exit_code=1, says="the input b: expected int, found nothing"),
        id="a missing input of a flytekit task",
    ),
    *(
        pytest.param(
            f"from typing import NamedTuple\n{preamble}Pair = NamedTuple('Pair', x=int, y=str)\n"
            f"{decorator}def main(a: int) -> {hint}:\n    return {value}\n",
            Expected(
                code="InvalidOutput", kind=FINAL, origin=USER, exit_code=1, says=f"expected a tuple of 2 outputs ({names}), found {found}"
            ),
            id=f"{value} for {hint} of a {what}",
        )
        for what, preamble, decorator in (("plain function", "", ""), ("flytekit task", "from flytekit import task\n", "@task\n"))
        for hint, names, value, found in (
            ("tuple[int, str]", "o0, o1", "(1,)", "tuple (1,)"),
            ("tuple[int, str]", "o0, o1", "(1, 'b', 2)", "tuple (1, 'b', 2)"),
            ("tuple[int, str]", "o0, o1", "None", "None"),
            ("tuple[str, str]", "o0, o1", "'ab'", "str 'ab'"),
            ("Pair", "x, y", "{'x': 1, 'y': 'b'}", "dict {'x': 1, 'y': 'b'}"),
        )
    ),
    *(
        pytest.param(
            "import os\nfrom glider import FlyteDirectory\ndef main(a: int) -> FlyteDirectory:\n"
            f"    os.mkdir('d')\n    open('d/x', 'w').close()\n    {made}\n    return FlyteDirectory('d')\n",
            Expected(
                code="InvalidOutput", kind=FINAL, origin=USER, exit_code=1, says=f"the output o0: expected files that can be stored, {says}"
            ),
            id=f"a folder with {found}",
        )
        for found, made, says in (
            ("a dangling link", "os.symlink('/nowhere', 'd/y')", 'found d: the link "y" points at /nowhere, which is not there'),
            ("a link to itself", "os.symlink('.', 'd/y')", 'found d: the link "y" leads back to'),
        )
    ),
    *(
        pytest.param(
            f"from flytekit import FlyteFile, task\n@task\ndef main(a: int) -> {hint}:\n    return {value}\n",
            Expected(code="InvalidOutput", kind=FINAL, origin=USER, exit_code=1, says=f"the output o0: {says}"),
            id=f"{what}, of a flytekit task",
        )
        for what, hint, value, says in (
            ("an int beyond 64 bits", "int", "2**63", "expected a value that a literal can hold, found one that can't: Value out of range"),
            (
                "text that is no UTF-8",
                "list[str]",
                "['\\udcff']",
                "expected a value that a literal can hold, found one that can't: 'utf-8'",
            ),
            ("a file that isn't there", "FlyteFile", "FlyteFile('nowhere')", "FlyteAssertion: File nowhere does not exist"),
        )
    ),
    pytest.param(
        "from glider import FlyteFile\ndef main(a: int) -> str:\n    return FlyteFile('file:///nowhere/x').open().read()\n",
        Expected(code="USER:RuntimeError", kind=FINAL, origin=USER, exit_code=1, says="file:///nowhere/x: there is no such file"),
        id="a file that isn't there, asked for by the task",
    ),
    pytest.param(
        "from flytekit import workflow\n@workflow\ndef main(a: int) -> int:\n    return a\n",
        Expected(code="USER:RuntimeError", kind=FINAL, origin=USER, exit_code=1, says="not a task"),
        id="a workflow instead of a task",
    ),
]


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_every_failure_leaves_one_clear_reason(workspace: Workspace, source: str, expected: Expected) -> None:
    workspace.write(source)
    workspace.inputs(a=1)
    ended = workspace.run()
    assert ended.outputs is None
    assert ended.error is not None, ended.stderr
    assert (ended.error.code, ended.error.kind, ended.error.origin) == (expected.code, expected.kind, expected.origin)
    assert expected.says in ended.error.message
    assert ended.error.worker == "pod-0"
    assert ended.exit_code == expected.exit_code
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert (ended.summary.error.code, ended.summary.error.kind) == (expected.code, expected.kind)


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


def test_missing_inputs_are_the_systems_failure_as_in_flytekit(workspace: Workspace) -> None:
    workspace.write("def main() -> None: ...\n")
    (workspace.folder / "inputs.pb").unlink()
    ended = workspace.run()
    assert ended.error is not None
    assert (ended.error.code, ended.error.kind, ended.error.origin) == ("SYSTEM", RETRYABLE, SYSTEM)
    assert "inputs.pb: there is no such file" in ended.error.message
    assert ended.exit_code == 2


def test_garbage_for_inputs_is_told_as_such(workspace: Workspace) -> None:
    workspace.write("def main() -> None: ...\n")
    (workspace.folder / "inputs.pb").write_bytes(b"\xff\xfe garbage")
    error = workspace.run().error
    assert error is not None
    assert (error.code, error.origin) == ("SYSTEM", SYSTEM)
    assert "expected a LiteralMap of flyteidl, found 10 other bytes" in error.message


def test_an_unreachable_store_at_the_end_still_leaves_a_summary(workspace: Workspace) -> None:
    workspace.write("def main(a: int) -> int:\n    return a\n")
    workspace.inputs(a=1)
    workspace.environment |= {"FLYTE_AWS_ENDPOINT": "http://127.0.0.1:9", "FLYTE_AWS_RETRIES": "1"}
    workspace.environment |= {"FLYTE_AWS_ACCESS_KEY_ID": "key", "FLYTE_AWS_SECRET_ACCESS_KEY": "secret"}
    ended = workspace.run(command=workspace.command("main", output_prefix="s3://bucket/out"))
    assert ended.exit_code == 2
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert (ended.summary.error.code, ended.summary.error.kind, ended.summary.error.origin) == ("SYSTEM", RETRYABLE, SYSTEM)
    assert ended.summary.error.message.startswith("s3://bucket/out/outputs.pb (endpoint http://127.0.0.1:9): ")


def test_a_setting_that_makes_no_sense_is_named(workspace: Workspace) -> None:
    workspace.write("def main() -> None: ...\n")
    workspace.environment["FLYTE_STATSD_PORT"] = "many"
    ended = workspace.run()
    assert ended.error is not None
    assert ended.error.message == 'FLYTE_STATSD_PORT: expected an integer, found "many"'
    assert ended.exit_code == 2


@pytest.mark.parametrize(
    ("environment", "exit_code"),
    [
        pytest.param({}, 0, id="exit code 0: propeller reads error.pb"),
        pytest.param({"FLYTE_FAIL_ON_ERROR": "true"}, 1, id="a plugin may ask for a failing exit code"),
    ],
)
def test_outside_of_glider(workspace: Workspace, environment: dict[str, str], exit_code: int) -> None:
    workspace.write("def main() -> int:\n    raise ValueError\n")
    workspace.environment |= {"GLIDER_EXECUTION": ""} | environment
    ended = workspace.run()
    assert ended.exit_code == exit_code
    assert ended.error is not None
    assert ended.summary is None


def test_without_a_store_a_file_can_not_be_returned(workspace: Workspace) -> None:
    workspace.write("from glider import FlyteFile\ndef main() -> FlyteFile:\n    open('x', 'w').close()\n    return 'x'\n")
    workspace.environment["GLIDER_STORAGE"] = "none"
    ended = workspace.run()
    assert ended.error is not None
    assert (ended.error.code, ended.error.kind, ended.error.origin) == ("StorageNotConfigured", FINAL, SYSTEM)
    assert "spec.storage.rawOutputDataPrefix" in ended.error.message


def test_without_a_store_a_flytekit_task_can_not_return_a_file_either(workspace: Workspace) -> None:
    workspace.write(
        """
        from flytekit import task
        from flytekit.types.file import FlyteFile
        @task
        def main() -> FlyteFile:
            open('x', 'w').close()
            return 'x'
        """
    )
    workspace.environment["GLIDER_STORAGE"] = "none"
    error = workspace.run().error
    assert error is not None
    assert error.code == "StorageNotConfigured"


def test_without_a_store_an_output_must_fit_the_summary(workspace: Workspace) -> None:
    workspace.write("def main() -> str:\n    return 'x' * 10_000\n")
    workspace.environment["GLIDER_STORAGE"] = "none"
    error = workspace.run().error
    assert error is not None
    assert error.code == "StorageNotConfigured"


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


IN_A_TASK_GROUP = """
import asyncio
async def fail():
    raise R("again")
async def main() -> int:
    async with asyncio.TaskGroup() as group:
        group.create_task(fail())
    return 1
"""
REPLACED = """
def main() -> int:
    try:
        raise R("again")
    except R as error:
        raise ValueError("enough") from error
"""
RAISING = "def main() -> int:\n    raise {}\n"
GROUPS = [
    pytest.param(IN_A_TASK_GROUP, RETRYABLE, id="of asyncio's TaskGroup"),
    pytest.param(RAISING.format("ExceptionGroup('g', [ValueError('no'), R('again')])"), RETRYABLE, id="beside another"),
    pytest.param(RAISING.format("ExceptionGroup('g', [ExceptionGroup('h', [R('again')])])"), RETRYABLE, id="in a group of a group"),
    pytest.param(RAISING.format("BaseExceptionGroup('g', [KeyboardInterrupt(), R('again')])"), RETRYABLE, id="beside an interrupt"),
    pytest.param(RAISING.format("R('again') from ValueError('no')"), RETRYABLE, id="raised from another"),
    pytest.param(REPLACED, FINAL, id="but not where the task made another one of it"),
    pytest.param(RAISING.format("ExceptionGroup('g', [ValueError('no')])"), FINAL, id="but not in a group without one"),
]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups are of Python 3.11")
@pytest.mark.parametrize(("source", "kind"), GROUPS)
@pytest.mark.parametrize("module", ["glider", "flytekit.exceptions.user"])
def test_a_recoverable_exception_is_one_in_a_group_too(workspace: Workspace, module: str, source: str, kind: Kind) -> None:
    workspace.write(f"from {module} import FlyteRecoverableException as R\n{source}")
    error = workspace.run().error
    assert error is not None
    assert (error.kind, error.origin) == (kind, USER), error.message


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
