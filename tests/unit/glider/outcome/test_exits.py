"""Further ways out, each taken for real: no memory, no disk, no store, no sense. And one table of them, in the code and in docs/."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from glider.outcome.exits import EXITS
from glider.wire.errors import Kind, Origin
from glider.wire.summary import MAX_BYTES
from tests.conftest import ROOT, MissingServer
from tests.reference.exits import row
from tests.unit.glider.support import BIN, Ended, Workspace

USER, SYSTEM = Origin.USER, Origin.SYSTEM
FINAL, RETRYABLE = Kind.NON_RECOVERABLE, Kind.RECOVERABLE

LIMIT_MEMORY = "import resource; resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))"


def check(ended: Ended, code: str, kind: Kind, origin: Origin, exit_code: int) -> str:
    """That it ended so; the message."""
    assert ended.outputs is None
    assert ended.error is not None, ended.stderr
    assert (ended.error.code, ended.error.kind, ended.error.origin) == (code, kind, origin)
    assert ended.exit_code == exit_code
    assert ended.error.worker == "pod-0"
    assert ended.error.timestamp.year > 2000
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert ended.summary.error.code == code
    return ended.error.message


USERS_OWN = [
    pytest.param(f"{LIMIT_MEMORY}\n    held = []\n    while True:\n        held.append(bytearray(1 << 20))", "MemoryError", id="no memory"),
    pytest.param("def deeper():\n        deeper()\n    deeper()", "RecursionError: maximum recursion depth", id="endless recursion"),
    pytest.param(
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))\n    [open('/dev/null') for _ in range(20)]",
        "Too many open files",
        id="no descriptors",
    ),
    pytest.param("raise GeneratorExit", "GeneratorExit", id="an exception that is no Exception"),
    pytest.param(
        "class E(Exception):\n        __class__ = property(lambda self: 1 / 0)\n    raise E",
        "which can't be shown",
        id="an exception that breaks whoever looks at it",
    ),
    pytest.param("raise ValueError('x' * 10**7)", "[…]", id="a message of 10 MB"),
]


@pytest.mark.parametrize(("body", "says"), USERS_OWN)
def test_what_a_task_may_raise(workspace: Workspace, body: str, says: str) -> None:
    workspace.write(f"def main() -> int:\n    {body}\n")
    ended = workspace.run()
    message = check(ended, "USER:RuntimeError", FINAL, USER, 1)
    assert says in message
    assert len(message) < 1 << 20
    assert len((workspace.folder / "termination-log").read_bytes()) <= MAX_BYTES


CHAINED = """
def low():
    raise KeyError("low")
def main() -> int:
    try:
        low()
    except KeyError as error:
        raise ValueError("high") from error
"""
GROUPED = """
def low(number):
    raise KeyError(number)
def main() -> int:
    errors = []
    for number in (1, 2):
        try:
            low(number)
        except KeyError as error:
            errors.append(error)
    raise ExceptionGroup("several", errors)
"""
NOTED = """
def main() -> int:
    error = ValueError("high")
    error.add_note("look at row 7")
    raise error
"""
THROUGH_US = """
from glider import FlyteFile
def main() -> int:
    return len(FlyteFile("/nowhere/at/all").download())
"""
TRACES = [
    pytest.param(CHAINED, ["KeyError: 'low'", "direct cause", "ValueError: high"], id="with its cause"),
    pytest.param(GROUPED, ["ExceptionGroup: several (2 sub-exceptions)", "KeyError: 1", "KeyError: 2"], id="with the members of a group"),
    pytest.param(NOTED, ["ValueError: high", "look at row 7"], id="with its notes"),
    pytest.param(
        CHAINED.replace("def main", "from flytekit import task\n@task\ndef main"),
        ["KeyError: 'low'", "ValueError: high"],
        id="of a flytekit task",
    ),
]


@pytest.mark.parametrize(("source", "holds"), TRACES)
def test_a_traceback_is_whole_and_the_users_own(workspace: Workspace, source: str, holds: list[str]) -> None:
    workspace.write(source)
    error = workspace.run().error
    assert error is not None
    places = [error.message.find(text) for text in holds]
    assert -1 not in places
    assert places == sorted(places)
    files = {Path(name).name for name in re.findall(r'File "([^"]+)"', error.message)}
    assert files == {"app.py"}


def test_an_import_error_says_what_lies_where(workspace: Workspace) -> None:
    workspace.write("import helper.parts\n")
    (workspace.folder / "helper.txt").touch()
    message = check(workspace.run(), "USER:RuntimeError", FINAL, USER, 1)
    assert "No module named 'helper'" in message
    assert f"Looked for in the current folder {workspace.folder}, which holds:" in message
    assert "helper.txt" in message
    assert "along sys.path:\n" in message


RESOLVERS = [
    pytest.param(["--resolver", "nowhere.resolver", "--", "a"], "No module named 'nowhere'", id="of a module that isn't there"),
    pytest.param(["--resolver", "os.nothing", "--", "a"], 'has no "nothing"', id="that its module hasn't got"),
    pytest.param(["--resolver", "resolver", "--", "a"], "expected a resolver such as", id="that is no dotted path"),
    pytest.param(["--resolver", "os.path", "--", "a"], "is no task resolver", id="that is something else"),
    pytest.param(["--resolver", "app.resolver", "--", "a"], "can't load `a`: KeyError: 'a'", id="that fails"),
    pytest.param([], "expected the resolver's arguments", id="that isn't given"),
]


@pytest.mark.parametrize(("options", "says"), RESOLVERS)
def test_a_resolver(workspace: Workspace, options: list[str], says: str) -> None:
    workspace.write("class Resolver:\n    def load_task(self, loader_args):\n        return {}[loader_args[0]]\nresolver = Resolver()\n")
    command = workspace.command("main")
    assert says in check(workspace.run(command=[*command[: command.index("--resolver")], *options]), "USER:RuntimeError", FINAL, USER, 1)


def test_options_that_make_no_sense_are_told_where_an_output_prefix_is_named(workspace: Workspace) -> None:
    command = [str(BIN / "glider-execute"), "--output-prefix", str(workspace.folder / "out"), "--never-heard-of"]
    message = check(workspace.run(command=command), "InvalidCommand", FINAL, SYSTEM, 2)
    assert message.startswith("glider-execute: No such option")


def test_a_module_that_ends_the_process_while_it_is_imported(workspace: Workspace) -> None:
    workspace.write("import sys\nsys.exit(4)\n")
    assert "sys.exit(4)" in check(workspace.run(), "SystemExit", FINAL, USER, 1)


def test_packages_that_can_not_be_installed(workspace: Workspace) -> None:
    workspace.write("def main() -> None: ...\n")
    workspace.environment |= {"_F_RUNTIME_PACKAGES": "glider-never-published==9", "PIP_NO_INDEX": "1"}
    message = check(workspace.run(), "InvalidPackages", FINAL, USER, 1)
    assert "pip install glider-never-published==9 ended with exit code 1" in message


def test_a_truncated_inputs_pb(workspace: Workspace) -> None:
    workspace.write("def main(a: str) -> None: ...\n")
    workspace.inputs(a="some text")
    path = workspace.folder / "inputs.pb"
    path.write_bytes(path.read_bytes()[:-3])
    assert "expected a LiteralMap of flyteidl" in check(workspace.run(), "SYSTEM", RETRYABLE, SYSTEM, 2)


def test_inputs_that_are_a_folder(workspace: Workspace) -> None:
    workspace.write("def main() -> None: ...\n")
    (workspace.folder / "inputs.pb").unlink()
    (workspace.folder / "inputs.pb").mkdir()
    assert "Is a directory" in check(workspace.run(), "SYSTEM", RETRYABLE, SYSTEM, 2)


def test_an_output_that_is_too_large(workspace: Workspace) -> None:
    workspace.write("def main() -> str:\n    return 'x' * (2 << 20)\n")
    workspace.environment |= {"_F_L_MIN_SIZE_MB": "1", "_F_L_MAX_SIZE_MB": "1"}
    check(workspace.run(), "OutputTooLarge", FINAL, USER, 1)


DEAD_STORE = {
    "FLYTE_AWS_ENDPOINT": "http://127.0.0.1:9",
    "FLYTE_AWS_RETRIES": "1",
    "FLYTE_AWS_ACCESS_KEY_ID": "key",
    "FLYTE_AWS_SECRET_ACCESS_KEY": "secret",
}


@pytest.mark.parametrize("execution", ["ns/run", ""], ids=["under Glider", "under propeller"])
def test_a_store_that_is_dead_from_the_start(workspace: Workspace, execution: str) -> None:
    workspace.write("def main() -> None: ...\n")
    workspace.environment |= {**DEAD_STORE, "GLIDER_EXECUTION": execution}
    command = workspace.command("main", output_prefix="s3://bucket/out")
    command[command.index("--inputs") + 1] = "s3://bucket/inputs.pb"
    ended = workspace.run(command=command)
    assert ended.exit_code == (2 if execution else 1)
    assert "s3://bucket/inputs.pb" in ended.stderr
    assert "the error document can't be stored" in ended.stderr
    if execution:
        assert ended.summary is not None
        assert ended.summary.error is not None
        assert (ended.summary.error.code, ended.summary.error.kind, ended.summary.error.origin) == ("SYSTEM", RETRYABLE, SYSTEM)


def test_a_crash_with_a_dead_store_leaves_the_summary(workspace: Workspace) -> None:
    workspace.write("import os\ndef main() -> None:\n    os.abort()\n")
    workspace.environment |= DEAD_STORE
    ended = workspace.run(command=workspace.command("main", output_prefix="s3://bucket/out"))
    assert ended.exit_code == 3
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert ended.summary.error.code == "Crashed"


# --- one prefix, one end


def test_outputs_are_never_stored_beside_another_s_error(workspace: Workspace) -> None:
    workspace.write(
        "def main() -> int:\n    import pathlib\n    pathlib.Path('out').mkdir()\n    pathlib.Path('out/error.pb').touch()\n    return 1\n"
    )
    ended = workspace.run()
    assert ended.outputs is None
    assert (workspace.folder / "out" / "error.pb").read_bytes() == b""
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert (ended.summary.error.code, ended.summary.error.kind, ended.exit_code) == ("OutputsConflict", RETRYABLE, 2)


@pytest.mark.parametrize("body", ["raise ValueError", "os._exit(1)"])
def test_an_error_is_never_stored_beside_another_s_outputs(workspace: Workspace, body: str) -> None:
    workspace.write(
        f"import os, pathlib\ndef main() -> int:\n    pathlib.Path('out').mkdir()\n    pathlib.Path('out/outputs.pb').touch()\n    {body}\n"
    )
    ended = workspace.run()
    assert [path.name for path in (workspace.folder / "out").iterdir()] == ["outputs.pb"]
    assert ended.exit_code in (1, 3)
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert "no error document is stored beside" in ended.stderr


def test_two_processes_with_one_prefix_leave_one_end(workspace: Workspace) -> None:
    workspace.write(
        "import os, time\ndef main() -> int:\n    time.sleep(0.3)\n    if 'BAD' in os.environ:\n        raise ValueError\n    return 1\n"
    )
    environ = workspace.environ()
    processes = [
        subprocess.Popen(workspace.command("main"), cwd=workspace.folder, env=environ | more, stderr=subprocess.DEVNULL)
        for more in ({}, {"BAD": "1"}, {}, {"BAD": "1"})
    ]
    for process in processes:
        process.wait(timeout=60)
    assert [path.name for path in (workspace.folder / "out").iterdir() if path.suffix == ".pb"] in (["outputs.pb"], ["error.pb"])


# --- a full disk


@pytest.fixture
def small_disk(workspace: Workspace) -> Iterator[Path]:
    """A tmpfs of 64 KiB."""
    folder = workspace.folder / "small"
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=False).returncode != 0:
        raise MissingServer("no tmpfs can be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_disk_too_small_for_the_outputs(workspace: Workspace, small_disk: Path) -> None:
    workspace.write("def main() -> str:\n    return 'x' * 100_000\n")
    ended = workspace.run(command=workspace.command("main", output_prefix=str(small_disk)))
    assert [path.name for path in small_disk.iterdir()] == ["error.pb"]
    assert ended.exit_code == 2
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert "No space left on device" in ended.summary.error.message


def test_a_disk_too_full_for_anything(workspace: Workspace, small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(bytes(64 << 10))
    workspace.write("def main() -> int:\n    open('small/mine', 'w').write('x' * 9999)\n    return 1\n")
    ended = workspace.run(command=workspace.command("main", output_prefix=str(small_disk)))
    assert {path.name for path in small_disk.iterdir()} <= {"filler", "mine"}
    assert ended.exit_code == 1
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert "OSError: [Errno 28] No space left on device" in ended.summary.error.message


# --- an OOM kill, by a cgroup of our own where there is cgroup v1; on a node in tests/e2e/test_exits.py


@pytest.fixture
def small_memory() -> Iterator[Path]:
    """A memory cgroup of 150 MiB."""
    parent = Path("/sys/fs/cgroup/memory")
    folder = parent / f"glider-test-{os.getpid()}"
    try:
        folder.mkdir()
        (folder / "memory.limit_in_bytes").write_text(str(150 << 20))
    except OSError as error:
        raise MissingServer(f"no memory cgroup (v1) can be made here: {error}") from error
    yield folder
    folder.rmdir()


EATER = "held = []\n    while True:\n        held.append(b'x' * (8 << 20))"


def limited(workspace: Workspace, cgroup: Path) -> Ended:
    enter = f'echo $$ > {cgroup}/cgroup.procs && exec "$@"'
    return workspace.run(command=["sh", "-c", enter, "sh", *workspace.command("main")])


def test_an_oom_kill_of_the_task(workspace: Workspace, small_memory: Path) -> None:
    workspace.write(f"def main() -> int:\n    {EATER}\n")
    message = check(limited(workspace, small_memory), "OOMKilled", RETRYABLE, USER, 3)
    assert "was killed because there was no memory left for it" in message


def test_an_oom_kill_of_a_child_that_makes_the_task_fail(workspace: Workspace, small_memory: Path) -> None:
    workspace.write(
        """
        from concurrent.futures import ProcessPoolExecutor
        def eat(_):
            held = []
            while True:
                held.append(b"x" * (8 << 20))
        def main() -> int:
            with ProcessPoolExecutor(1) as pool:
                return list(pool.map(eat, [1]))
        """
    )
    message = check(limited(workspace, small_memory), "OOMKilled", RETRYABLE, USER, 3)
    assert "BrokenProcessPool" in message
    assert "the kernel killed a process of this container" in message


def test_an_oom_kill_that_the_task_survives_is_no_failure(workspace: Workspace, small_memory: Path) -> None:
    eater = "h=[]\nwhile 1: h.append(b'x'*(8<<20))"
    workspace.write(
        f"import subprocess, sys\ndef main() -> int:\n    return subprocess.run([sys.executable, '-c', {eater!r}]).returncode\n"
    )
    ended = limited(workspace, small_memory)
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"].scalar.primitive.integer == -9


# --- the table


def test_the_table_in_the_docs_is_the_one_in_the_code() -> None:
    rows = [line for line in (ROOT / "docs" / "exits.md").read_text().splitlines() if line.startswith("| ")]
    assert rows[1:] == [row(found) for found in EXITS]
