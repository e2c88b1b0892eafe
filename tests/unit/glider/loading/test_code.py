"""Code that travels apart from the image: how a task finds itself with it, and what is wrong with it where it can't be used."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

import pytest

from tests.unit.glider.support import BIN, Ended, Workspace, literal

START = Path(__file__).parents[4] / "executor/src/glider/bundle/start.py"
SOURCE = """
import os, subprocess, sys
import helper
def main() -> str:
    return open("data.csv").read()
def found() -> list[str]:
    return [__file__, os.getcwd(), sys.path[0], os.environ["PYTHONPATH"].split(":")[0], helper.WHERE]
def child() -> str:
    return subprocess.check_output([sys.executable, "-c", "import helper; print(helper.WHERE, end='')"], text=True, cwd="/")
def asked() -> list[str]:
    return [name for name in os.environ if name.startswith("GLIDER_CODE")]
"""
FILES = {"app.py": SOURCE, "helper.py": "WHERE = 'beside'\n", "data.csv": "a,b\n", "package/deep/data.txt": "deep\n"}


def archive_of(files: dict[str, str], *, name: str = "") -> bytes:
    """A .tar.gz of `files`, one of which may have a `name` that leads elsewhere."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        for path, text in files.items():
            info = tarfile.TarInfo(name or path)
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    return data.getvalue()


def in_parts(workspace: Workspace, archive: bytes, *, count: int = 2, sha256: str | None = None) -> Workspace:
    """Lets the executor find `archive` in as many parts, as a pod finds those of ConfigMaps."""
    folder = workspace.folder / "parts"
    folder.mkdir()
    size = -(-len(archive) // count)
    for i in range(count):
        (folder / str(i)).write_bytes(archive[i * size : (i + 1) * size])
    workspace.environment |= {
        "GLIDER_CODE_SHA256": sha256 or hashlib.sha256(archive).hexdigest(),
        "GLIDER_CODE_PARTS": str(folder),
        "GLIDER_SCRATCH": str(workspace.folder / "scratch"),
    }
    return workspace


def strings(ended: Ended) -> list[str]:
    assert ended.outputs is not None, ended.stderr
    return [item.scalar.primitive.string_value for item in ended.outputs.literals["o0"].collection.literals]


@pytest.mark.parametrize("count", [1, 2, 12], ids=["in one part", "in two parts", "in twelve parts"])
def test_a_file_beside_the_code_is_opened_by_its_name(workspace: Workspace, count: int) -> None:
    ended = in_parts(workspace, archive_of(FILES), count=count).run()
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"] == literal("a,b\n")


def test_it_may_be_an_archive_that_flytectl_has_unzipped(workspace: Workspace) -> None:
    ended = in_parts(workspace, gzip.decompress(archive_of(FILES))).run()
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"] == literal("a,b\n")


@pytest.mark.parametrize("scheme", ["", "file://"], ids=["a path", "a file:// URI"])
def test_it_may_be_an_object_of_the_store(workspace: Workspace, scheme: str) -> None:
    archive = archive_of(FILES)
    (workspace.folder / "code.tar.gz").write_bytes(archive)
    workspace.environment |= {
        "GLIDER_CODE_SHA256": hashlib.sha256(archive).hexdigest(),
        "GLIDER_CODE_URI": f"{scheme}{workspace.folder / 'code.tar.gz'}",
    }
    ended = workspace.run()
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"] == literal("a,b\n")


def test_it_starts_as_a_script_in_that_folder_does(workspace: Workspace) -> None:
    (workspace.folder / "helper.py").write_text("WHERE = 'elsewhere'\n")
    workspace.environment["PYTHONPATH"] = str(workspace.folder)
    folder = str(workspace.folder / "scratch" / "code")
    assert strings(in_parts(workspace, archive_of(FILES)).run("found")) == [f"{folder}/app.py", folder, folder, folder, "beside"]


def test_a_process_that_the_task_starts_finds_its_modules(workspace: Workspace) -> None:
    ended = in_parts(workspace, archive_of(FILES)).run("child")
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"] == literal("beside")


def test_no_process_that_the_task_starts_is_asked_to_do_it_again(workspace: Workspace) -> None:
    assert strings(in_parts(workspace, archive_of(FILES)).run("asked")) == []


def test_nothing_is_left_beside_it(workspace: Workspace) -> None:
    in_parts(workspace, archive_of(FILES)).run()
    assert [path.name for path in (workspace.folder / "scratch").iterdir()] == ["code"]


def test_code_of_a_fast_registration_comes_on_top(workspace: Workspace) -> None:
    in_parts(workspace, archive_of(FILES))
    fast = workspace.folder / "fast.tar.gz"
    fast.write_bytes(archive_of({"fast.py": "import app\ndef main() -> str:\n    return 'fast ' + app.main()\n"}))
    command = ["pyflyte-execute", *("fast" if word == "app" else word for word in workspace.command("main")[1:])]
    options = ["--additional-distribution", str(fast), "--dest-dir", "."]
    ended = workspace.run(command=[str(BIN / "glider-fast-execute"), *options, "--", *command])
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"] == literal("fast a,b\n")


def test_a_program_that_is_not_ours_starts_there_too(workspace: Workspace) -> None:
    in_parts(workspace, archive_of(FILES | {"train.py": "import helper, os\nprint(helper.WHERE, open('data.csv').read(), os.getcwd())\n"}))
    ended = workspace.run(command=[sys.executable, str(START), sys.executable, "train.py"])
    assert ended.stdout == f"beside a,b\n {workspace.folder / 'scratch' / 'code'}\n", ended.stderr


def test_a_program_that_is_not_ours_fails_with_the_code(workspace: Workspace) -> None:
    in_parts(workspace, archive_of(FILES), sha256="0" * 64)
    ended = workspace.run(command=[sys.executable, str(START), sys.executable, "-c", "print('never')"])
    assert (ended.exit_code, ended.stdout) == (2, "")
    summary = json.loads((workspace.folder / "termination-log").read_text())
    assert (summary["code"], summary["origin"], summary["kind"]) == ("CodeMismatch", "SYSTEM", "NON_RECOVERABLE")


def error_of(ended: Ended) -> tuple[str, str, str, str]:
    assert ended.error is not None, ended.stdout
    return ended.error.code, ended.error.origin.value, ended.error.kind.value, ended.error.message


def test_another_archive_than_the_template_names(workspace: Workspace) -> None:
    archive = archive_of(FILES)
    found = hashlib.sha256(archive).hexdigest()
    code, origin, kind, message = error_of(in_parts(workspace, archive, sha256="ab" * 32).run())
    assert (code, origin, kind) == ("CodeMismatch", "SYSTEM", "NON_RECOVERABLE")
    assert f"expected an archive with the SHA-256 {'ab' * 32}, found {found}" in message
    assert list((workspace.folder / "scratch" / "code").iterdir()) == []


def test_a_last_part_that_is_missing(workspace: Workspace) -> None:
    in_parts(workspace, archive_of(FILES))
    (workspace.folder / "parts" / "1").unlink()
    assert error_of(workspace.run())[0] == "CodeMismatch"


def test_no_part_at_all(workspace: Workspace) -> None:
    in_parts(workspace, archive_of(FILES))
    (workspace.folder / "parts" / "0").unlink()
    code, origin, kind, message = error_of(workspace.run())
    assert (code, origin, kind) == ("SYSTEM", "SYSTEM", "RECOVERABLE")
    assert f"expected the first part at {workspace.folder / 'parts' / '0'}, found nothing" in message


@pytest.mark.parametrize(
    ("archive", "message"),
    [
        pytest.param(b"no archive", "expected a whole gzipped tar archive", id="no archive"),
        pytest.param(archive_of(FILES)[:-20], "expected a whole gzipped tar archive", id="one that is cut off"),
        pytest.param(archive_of({"x": "1"}, name="../x"), "../x: expected a name below the archive's own folder", id="one that leads out"),
    ],
)
def test_an_archive_that_can_not_be_unpacked(workspace: Workspace, archive: bytes, message: str) -> None:
    code, origin, kind, found = error_of(in_parts(workspace, archive).run())
    assert (code, origin, kind) == ("InvalidCode", "USER", "NON_RECOVERABLE")
    assert message in found
    assert list((workspace.folder / "scratch" / "code").iterdir()) == []


def test_an_object_that_is_not_there(workspace: Workspace) -> None:
    workspace.environment |= {"GLIDER_CODE_SHA256": "0" * 64, "GLIDER_CODE_URI": str(workspace.folder / "nothing.tar.gz")}
    code, origin, kind, message = error_of(workspace.run())
    assert (code, origin, kind) == ("CodeNotFound", "USER", "NON_RECOVERABLE")
    assert "nothing.tar.gz" in message


def test_a_place_without_a_sha_256(workspace: Workspace) -> None:
    workspace.environment |= {"GLIDER_CODE_URI": str(workspace.folder / "code.tar.gz")}
    code, _, _, message = error_of(workspace.run())
    assert code == "InvalidSettings"
    assert "GLIDER_CODE_SHA256: expected the SHA-256 of the task's code, found nothing" in message
