"""glider-fast-execute from outside: the code comes first, and the task runs in the same process."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest

from tests.unit.glider.support import BIN, Ended, Workspace, literal

SOURCE = """
import os, pathlib, subprocess, sys
def main() -> str:
    return open(os.path.join(os.path.dirname(__file__), "data.txt")).read()
def found() -> list[str]:
    return [__file__, os.getcwd(), os.environ["PYTHONPATH"], *sys.path]
def child() -> str:
    return subprocess.check_output([sys.executable, "-c", "import app; print(app.__file__, end='')"], text=True)
def process() -> int:
    supervisor = pathlib.Path("/proc", str(os.getppid()), "stat").read_text()
    return int(supervisor.rpartition(")")[2].split()[1])
"""


@pytest.fixture
def bundle(workspace: Workspace) -> Path:
    return pack(workspace.folder / "fast123.tar.gz", {"app.py": SOURCE, "data.txt": "from the bundle"})


def pack(path: Path, files: dict[str, str]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    return path


def fast(workspace: Workspace, uri: object, *, task: str = "main", destination: str | None = None, inner: list[str] | None = None) -> Ended:
    destination = destination or str(workspace.folder / "deep" / "code")
    command = inner or ["pyflyte-execute", *workspace.command(task)[1:]]
    options = ["--additional-distribution", str(uri), "--dest-dir", destination]
    return workspace.run(command=[str(BIN / "glider-fast-execute"), *options, "--", *command])


def strings(ended: Ended) -> list[str]:
    assert ended.outputs is not None, ended.stderr
    return [item.scalar.primitive.string_value for item in ended.outputs.literals["o0"].collection.literals]


def test_the_code_is_unpacked_into_a_folder_that_is_made_and_runs(workspace: Workspace, bundle: Path) -> None:
    ended = fast(workspace, bundle)
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"] == literal("from the bundle")
    assert sorted(path.name for path in (workspace.folder / "deep" / "code").iterdir() if path.suffix) == ["app.py", "data.txt"]


def test_an_archive_that_flytectl_has_unzipped_under_its_old_name_runs(workspace: Workspace, bundle: Path) -> None:
    bundle.write_bytes(gzip.decompress(bundle.read_bytes()))
    ended = fast(workspace, bundle)
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"] == literal("from the bundle")


def test_it_runs_in_the_one_process_that_the_supervisor_forks(workspace: Workspace, bundle: Path) -> None:
    ended = fast(workspace, bundle, task="process")
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"] == literal(os.getpid())


@pytest.mark.parametrize("inherited", [None, "/one:/two"], ids=["no PYTHONPATH", "a PYTHONPATH"])
def test_modules_are_found_as_in_flytekit_s_second_process(workspace: Workspace, bundle: Path, inherited: str | None) -> None:
    if inherited:
        workspace.environment["PYTHONPATH"] = inherited
    code = workspace.folder / "code"
    code.mkdir()
    pack(bundle, {"app.py": "from flytekit import task\n" + SOURCE.replace("def found", "@task\ndef found")})
    theirs_command = [str(BIN / "pyflyte-fast-execute"), "--additional-distribution", str(bundle), "--dest-dir", str(code), "--"]
    theirs = strings(workspace.run(command=[*theirs_command, *workspace.command("found", program="pyflyte-execute")]))
    ours = strings(fast(workspace, bundle, task="found", destination=str(code)))
    assert ours == theirs


def test_a_task_s_children_find_the_code_too(workspace: Workspace, bundle: Path) -> None:
    ended = fast(workspace, bundle, task="child")
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"] == literal(str(workspace.folder / "deep" / "code" / "app.py"))


def test_the_bundle_wins_over_what_lies_in_the_current_folder(workspace: Workspace, bundle: Path) -> None:
    workspace.write("def main() -> str:\n    return 'old'\n")
    ended = fast(workspace, bundle)
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"] == literal("from the bundle")


def test_no_destination_is_the_current_folder(workspace: Workspace, bundle: Path) -> None:
    ended = fast(workspace, bundle, destination="{{ .dest_dir }}")
    assert ended.exit_code == 0, ended.stderr
    assert (workspace.folder / "data.txt").exists()


def test_dynamic_tasks_pass_the_code_on_to_their_nodes(workspace: Workspace, bundle: Path) -> None:
    source = "from flytekit import dynamic, task\n@task(container_image='app:1')\ndef one() -> int:\n    return 1\n"
    pack(bundle, {"app.py": source + "@dynamic\ndef main() -> int:\n    return one()\n"})
    ended = fast(workspace, bundle)
    futures = (workspace.folder / "out" / "futures.pb").read_bytes()
    assert (ended.exit_code, ended.outputs, ended.error) == (0, None, None)
    assert ended.summary is not None
    assert (ended.summary.error, ended.summary.outputs) == (None, None)
    assert str(bundle).encode() in futures
    assert str(workspace.folder / "deep" / "code").encode() in futures


def broken(workspace: Workspace, name: str) -> Path:
    path = workspace.folder / name
    path.write_bytes(b"no archive")
    return path


def escaping(workspace: Workspace, name: str) -> Path:
    return pack(workspace.folder / name, {"good.py": "", "../escaped.py": ""})


@pytest.mark.parametrize(
    ("make", "name", "code", "says"),
    [
        pytest.param(lambda space, name: space.folder / name, "a.tar.gz", "CodeNotFound", "the task's code is missing", id="missing"),
        pytest.param(broken, "a.tar.gz", "InvalidCode", "expected a whole gzipped tar archive", id="broken"),
        pytest.param(escaping, "a.tar.gz", "InvalidCode", "../escaped.py: expected a name below", id="leading out"),
        pytest.param(broken, "a.zip", "InvalidCode", 'expected code in a .tar.gz or as pkl.gz, found "a.zip"', id="of another kind"),
        pytest.param(lambda *_: "{{ .remote_package_path }}", "", "InvalidCode", "the variable was never replaced", id="never registered"),
    ],
)
def test_code_that_can_not_be_used_is_told_in_error_pb(workspace: Workspace, make: object, name: str, code: str, says: str) -> None:
    ended = fast(workspace, make(workspace, name))  # type: ignore[operator]
    assert ended.error is not None, ended.stderr
    assert (ended.exit_code, ended.error.code, ended.error.kind.value, ended.error.origin.value) == (1, code, "NON_RECOVERABLE", "USER")
    assert says in ended.error.message
    folder = workspace.folder / "deep" / "code"
    assert not folder.exists() or not list(folder.iterdir())


def test_a_store_that_can_not_be_reached_is_the_system_s_failure(workspace: Workspace) -> None:
    workspace.environment |= {"FLYTE_AWS_ENDPOINT": "http://127.0.0.1:9", "FLYTE_AWS_RETRIES": "0"}
    error = fast(workspace, "s3://bucket/code.tar.gz").error
    assert error is not None
    assert (error.code, error.kind.value, error.origin.value) == ("SYSTEM", "RECOVERABLE", "SYSTEM")


def test_a_destination_that_can_not_be_written_is_the_system_s_failure(workspace: Workspace, bundle: Path) -> None:
    error = fast(workspace, bundle, destination="/proc/nowhere").error
    assert error is not None
    assert (error.code, error.kind.value, error.origin.value) == ("SYSTEM", "RECOVERABLE", "SYSTEM")
    assert "can't be put into /proc/nowhere" in error.message


def test_a_current_folder_that_can_not_be_written_is_replaced_by_one_that_can(workspace: Workspace, bundle: Path) -> None:
    """As in an image whose files belong to another user than the task's."""
    workspace.environment["GLIDER_SCRATCH"] = str(workspace.folder / "scratch")
    options = ["--additional-distribution", str(bundle), "--dest-dir", "."]
    command = [str(BIN / "glider-fast-execute"), *options, "--", "pyflyte-execute", *workspace.command("found")[1:]]
    ended = workspace.run(command=command, folder=Path("/proc"))
    place = str(workspace.folder / "scratch" / "distribution")
    assert strings(ended)[:3] == [f"{place}/app.py", place, place]


def test_a_destination_that_nobody_may_write_is_replaced_by_one_that_can(workspace: Workspace, bundle: Path) -> None:
    """As /root, where flytekit registers by default, is for a user that isn't root. The current folder stays."""
    workspace.environment["GLIDER_SCRATCH"] = str(workspace.folder / "scratch")
    place = str(workspace.folder / "scratch" / "distribution")
    found = strings(fast(workspace, bundle, task="found", destination="/sys/nowhere"))
    assert (found[0], found[2]) == (f"{place}/app.py", place)


def test_a_command_that_is_not_ours_takes_over_once_the_code_is_there(workspace: Workspace, bundle: Path) -> None:
    ended = fast(workspace, bundle, inner=["sh", "-c", "cat deep/code/data.txt; echo; echo $PYTHONPATH", "pyflyte-execute"])
    assert ended.stdout.splitlines() == ["from the bundle", str(workspace.folder / "deep" / "code")]


def test_a_launcher_s_command_tells_where_a_missing_bundle_is_told(workspace: Workspace) -> None:
    ended = fast(workspace, workspace.folder / "no.tar.gz", inner=["env", "pyflyte-execute", *workspace.command("main")[1:]])
    assert ended.error is not None
    assert ended.error.code == "CodeNotFound"


def test_a_bundle_for_an_unknown_command_is_told_in_the_summary(workspace: Workspace) -> None:
    ended = fast(workspace, workspace.folder / "no.tar.gz", inner=["sh", "-c", "true"])
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert ended.summary.error.code == "CodeNotFound"


def test_no_command_is_a_usage_error(workspace: Workspace) -> None:
    ended = workspace.run(command=[str(BIN / "glider-fast-execute"), "--dest-dir", "."])
    assert ended.exit_code == 2
    assert "expected the command to run after `--`, found nothing" in ended.stderr
