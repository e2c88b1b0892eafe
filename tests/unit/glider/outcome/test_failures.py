"""Every ordinary way for a task to fail, from outside: error.pb, the summary, the exit code."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from glider.wire.errors import Kind, Origin
from tests.unit.glider.support import Workspace

USER = Origin.USER
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
