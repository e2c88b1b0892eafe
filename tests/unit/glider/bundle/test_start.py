"""start.py in a bundle laid out as in the pod, run by a Python that has nothing of ours."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from importlib.metadata import files
from pathlib import Path

import pytest

import glider
from tests.unit.glider.support import Workspace, finish, start

SOURCES = Path(glider.__file__).parent
NEEDED = ("flyteidl", "protobuf", "click", "msgpack", "googleapis-common-protos", "protoc-gen-openapiv2")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As executor/Containerfile lays it out, but with links instead of an installation."""
    folder = tmp_path_factory.mktemp("bundle")
    shutil.copy(SOURCES / "bundle" / "start.py", folder)
    shutil.copytree(SOURCES / "bundle" / "shims", folder / "shims")
    lib = folder / "lib"
    lib.mkdir()
    (lib / "glider").symlink_to(SOURCES)
    for distribution in NEEDED:
        for file in files(distribution) or ():
            top = file.parts[0]
            if top != ".." and not (lib / top).exists():
                (lib / top).symlink_to(Path(str(file.locate())).parents[len(file.parts) - 1] / top)
    return folder


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return str(folder / "bin" / "python")


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(["pyflyte-execute"], id="by flytekit's name"),
        pytest.param(["/usr/local/bin/glider-execute"], id="by our name and a path"),
        pytest.param(["flytekit_venv", "pyflyte-execute"], id="in flytekit's venv, which the image hasn't got"),
        pytest.param(["/image/flytekit/bin/entrypoint.py", "pyflyte-execute"], id="through flytekit's own file"),
    ],
)
def test_a_task_runs_in_an_image_that_has_only_python(workspace: Workspace, bundle: Path, bare_python: str, program: list[str]) -> None:
    workspace.write("import sys\ndef main() -> list[str]:\n    return sys.path\n")
    ended = workspace.run(command=[bare_python, str(bundle / "start.py"), *program, *workspace.command("main")[1:]])
    assert ended.exit_code == 0, ended.stderr
    assert ended.outputs is not None
    path = [item.scalar.primitive.string_value for item in ended.outputs.literals["o0"].collection.literals]
    assert path[-2:] == [str(bundle / "lib"), str(workspace.folder)]
    assert str(bundle) not in path


def test_what_one_version_of_python_needs_comes_before_the_rest(workspace: Workspace, bundle: Path, bare_python: str) -> None:
    own = bundle / f"lib-{sys.version_info.major}.{sys.version_info.minor}"
    own.mkdir()
    workspace.write("import sys\ndef main() -> list[str]:\n    return sys.path\n")
    ended = workspace.run(command=[bare_python, str(bundle / "start.py"), *workspace.command("main")])
    own.rmdir()
    assert ended.outputs is not None, ended.stderr
    path = [item.scalar.primitive.string_value for item in ended.outputs.literals["o0"].collection.literals]
    assert path[-3:-1] == [str(own), str(bundle / "lib")]


MAP_RESOLVER = "flytekit.core.array_node_map_task.ArrayNodeMapTaskResolver"


@pytest.mark.parametrize(
    "program", ["pyflyte-execute", "glider-execute", "flytekit_venv pyflyte-execute", "pyflyte-fast-execute -- pyflyte-execute"]
)
def test_a_shell_finds_the_executor_by_the_names_that_tasks_know(
    workspace: Workspace, bundle: Path, bare_python: str, program: str
) -> None:
    workspace.write("def main() -> int:\n    return 1\n")
    command = " ".join(f"'{word}'" for word in workspace.command("main")[1:])
    ended = workspace.run(command=[bare_python, str(bundle / "start.py"), "sh", "-c", f"exec {program} {command}"])
    assert ended.exit_code == 0, ended.stderr


def test_there_is_a_shim_for_every_name(bundle: Path) -> None:
    programs = {f"{whose}-{what}" for whose in ("pyflyte", "glider") for what in ("execute", "fast-execute", "map-execute")}
    assert {path.name for path in (bundle / "shims").iterdir()} == {*programs, "flytekit_venv"}
    assert all(os.access(path, os.X_OK) for path in (bundle / "shims").iterdir())


def test_a_map_task_runs_by_its_name(workspace: Workspace, bundle: Path, bare_python: str) -> None:
    workspace.write("def main() -> int:\n    return 1\n")
    options, (_, resolver, _, *task) = (command := workspace.command("main")[1:])[:6], command[6:]
    command = [*options, "--resolver", MAP_RESOLVER, "--", "vars", "", "resolver", resolver, *task]
    ended = workspace.run(command=[bare_python, str(bundle / "start.py"), "pyflyte-map-execute", *command])
    assert ended.exit_code == 0, ended.stderr


def test_flytekit_venv_runs_in_the_environment_that_venv_names(
    workspace: Workspace, bundle: Path, bare_python: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    venv = tmp_path_factory.mktemp("opt")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    workspace.environment["VENV"] = str(venv)
    workspace.write("import os, sys\ndef main() -> list[str]:\n    return [sys.prefix, os.environ['PATH'].split(':')[0]]\n")
    ended = workspace.run(command=[bare_python, str(bundle / "start.py"), "flytekit_venv", *workspace.command("main")])
    assert ended.outputs is not None, ended.stderr
    found = [item.scalar.primitive.string_value for item in ended.outputs.literals["o0"].collection.literals]
    assert found == [str(venv), f"{venv}/bin"]


def test_a_launcher_s_command_calls_the_executor_after_the_code_is_there(workspace: Workspace, bundle: Path, bare_python: str) -> None:
    workspace.write("def main() -> int:\n    return 1\n")
    command = [bare_python, str(bundle / "start.py"), "pyflyte-fast-execute", "--dest-dir", ".", "--", "env", "A=1"]
    ended = workspace.run(command=[*command, "pyflyte-execute", *workspace.command("main")[1:]])
    assert ended.exit_code == 0, ended.stderr


@pytest.mark.parametrize("script", ["{}; exit $?", "{} & wait"], ids=["in the foreground", "in the background"])
def test_a_task_below_a_shell_hears_the_sigterm_that_its_container_gets(
    workspace: Workspace, bundle: Path, bare_python: str, first_process: list[str], script: str
) -> None:
    workspace.write("import time\ndef main() -> None:\n    print('begun', flush=True)\n    time.sleep(60)\n")
    command = " ".join(f"'{word}'" for word in workspace.command("main")[1:])
    shell = ["sh", "-c", script.format(f"pyflyte-execute {command}")]
    process = start(workspace, command=[*first_process, bare_python, str(bundle / "start.py"), *shell])
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGTERM)
    ended = finish(process, workspace)
    assert ended.exit_code == 143, ended.stderr
    assert ended.error is not None
    assert ended.error.code == "Terminated"


def test_another_command_s_exit_code_is_kept(workspace: Workspace, bundle: Path, bare_python: str) -> None:
    for script, exit_code in (("exit 7", 7), ("kill -KILL $$", 137)):
        ended = workspace.run(command=[bare_python, str(bundle / "start.py"), "sh", "-c", script])
        assert (ended.exit_code, ended.summary) == (exit_code, None)


def test_a_command_that_is_not_there_is_told(workspace: Workspace, bundle: Path, bare_python: str) -> None:
    ended = workspace.run(command=[bare_python, str(bundle / "start.py"), "nothing-of-that-name"])
    assert ended.exit_code == 2
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert (ended.summary.error.code, ended.summary.error.origin.value) == ("CommandNotFound", "SYSTEM")


OLD_PYTHONS = sorted(Path.home().glob(".pyenv/versions/3.[6-9].*/bin/python"))


@pytest.mark.skipif(not OLD_PYTHONS, reason="no old Python here")
@pytest.mark.parametrize("python", OLD_PYTHONS, ids=lambda path: path.parents[1].name)
def test_a_python_that_is_too_old_says_so(workspace: Workspace, bundle: Path, python: Path) -> None:
    ended = workspace.run(command=[str(python), str(bundle / "start.py"), "pyflyte-execute"])
    assert ended.exit_code == 2
    document = json.loads((workspace.folder / "termination-log").read_text())
    assert (document["code"], document["kind"], document["origin"]) == ("PythonTooOld", "NON_RECOVERABLE", "SYSTEM")
    assert "needs Python 3.10 or newer" in document["message"]


def test_a_bundle_that_can_not_be_imported_says_so(workspace: Workspace, bundle: Path, bare_python: str) -> None:
    workspace.write("raise RuntimeError('a package of the image that does not fit')", module="click")
    workspace.environment["PYTHONPATH"] = str(workspace.folder)
    ended = workspace.run(command=[bare_python, str(bundle / "start.py"), *workspace.command("main")])
    assert ended.exit_code == 2
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert ended.summary.error.code == "ExecutorNotLoadable"
    assert "a package of the image that does not fit" in ended.summary.error.message


@pytest.mark.parametrize(
    "text", ["", "raise RuntimeError('of the user')"], ids=["one that lacks what is in Python's own", "one that raises something"]
)
def test_a_file_that_hides_a_module_of_pythons_is_named(workspace: Workspace, bundle: Path, bare_python: str, text: str) -> None:
    workspace.write(text, module="signal")
    workspace.environment["PYTHONPATH"] = str(workspace.folder)
    ended = workspace.run(command=[bare_python, str(bundle / "start.py"), *workspace.command("main")])
    assert ended.exit_code == 2
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert ended.summary.error.code == "ExecutorNotLoadable"
    path = workspace.folder / "signal.py"
    assert ended.summary.error.message.startswith(f"{path}: imported instead of Python's own module of that name; rename it.")


def fills_in(workspace: Workspace, uri: str | None = None) -> None:
    workspace.environment |= {"GLIDER_INPUTS_MARK": "0f9d", "GLIDER_INPUTS_URI": uri or str(workspace.folder / "inputs.pb")}


def test_inputs_stand_in_the_tasks_command_line(workspace: Workspace, bundle: Path, bare_python: str) -> None:
    workspace.write("def main(x: int, y: str) -> str:\n    return y\n")
    workspace.inputs(x=5, y="out/x 5")
    fills_in(workspace)
    command = workspace.command("main", output_prefix=str(workspace.folder / "{{0f9d.inputs.y}}"))
    ended = workspace.run(command=[bare_python, str(bundle / "start.py"), *command])
    assert ended.exit_code == 0, ended.stderr
    assert (workspace.folder / "out" / "x 5" / "outputs.pb").exists()


def test_inputs_stand_in_the_command_line_of_any_program_once(workspace: Workspace, bundle: Path, bare_python: str) -> None:
    workspace.inputs(x=5, y="{{0f9d.inputs.x}} $(HOME) 'q'\n", unused=1)
    fills_in(workspace)
    words = [
        "sh",
        "-c",
        'printf "%s|" "$@"; env | grep -c GLIDER_INPUTS_URI',
        "sh",
        "a{{0f9d.inputs.y}}b",
        "{{.inputs.x}}",
        "{{0f9d.inputs.x}}",
    ]
    ended = workspace.run(command=[bare_python, str(bundle / "start.py"), *words])
    assert ended.stdout == "a{{0f9d.inputs.x}} $(HOME) 'q'\nb|{{.inputs.x}}|5|0\n", ended.stderr


@pytest.mark.parametrize("program", ["task", "any program"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "there is no such file", id="no file"),
        pytest.param(b"\xff\xff", "expected a serialised flyteidl LiteralMap, found 2 other bytes", id="other bytes"),
        pytest.param(b"", "x: expected this input to be in the file, found nothing", id="other inputs"),
    ],
)
def test_inputs_that_cannot_be_had_end_the_attempt_with_why(
    workspace: Workspace, bundle: Path, bare_python: str, program: str, content: bytes | None, message: str
) -> None:
    inputs = workspace.folder / "inputs.pb"
    if content is None:
        inputs.unlink(missing_ok=True)
    else:
        inputs.write_bytes(content)
    fills_in(workspace)
    words = ["sh", "-c", "echo ran", "sh"] if program == "any program" else []
    command = [bare_python, str(bundle / "start.py"), *words, *workspace.command("main"), "{{0f9d.inputs.x}}"]
    ended = workspace.run(command=command)
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.summary is not None and ended.summary.error is not None and ended.error is not None
    assert (ended.summary.error.code, ended.summary.error.origin.value) == ("SYSTEM", "SYSTEM")
    assert message in ended.summary.error.message and message in ended.error.message
