"""What flytekit's tools leave in files is recognised by its content; anything else is refused by what it holds."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from flyteidl.core import errors_pb2, literals_pb2
from flytekit import workflow
from flytekit.core.launch_plan import LaunchPlan
from google.protobuf import json_format

from glider.wire.jsonform import FieldError
from glider_client.conversion.files import read_package
from tests.unit.glider_client.conversion.registered import full, registered, square


@workflow
def squares(x: int) -> int:
    return square(x=x)


SQUARE = registered(square)
PARTS = {
    "0_square_1.pb": SQUARE.SerializeToString(),
    "1_squares_2.pb": registered(squares).SerializeToString(),
    "2_squares_3.pb": registered(LaunchPlan.get_or_create(squares)).SerializeToString(),
    "10_full_1.pb": registered(full).SerializeToString(),
}
NAMES = [("task", SQUARE.template.id.name), ("workflow", f"{__name__}.squares"), ("launch plan", f"{__name__}.squares")]
NAMES.append(("task", registered(full).template.id.name))


def archive(parts: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, data in reversed(list(parts.items())):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return file.getvalue()


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_an_archive_has_tasks_workflows_and_launch_plans_in_the_order_in_which_they_were_serialized(tmp_path: Path) -> None:
    package = read_package(write(tmp_path / "app.tgz", archive(PARTS)))
    assert [(found.kind, found.name) for found in package.found] == NAMES
    assert package.found[0].task == SQUARE
    assert package.found[0].source == f"{tmp_path / 'app.tgz'}: 0_square_1.pb"


def test_a_folder_is_as_good_as_an_archive(tmp_path: Path) -> None:
    for name, data in PARTS.items():
        write(tmp_path / name, data)
    assert [(found.kind, found.name) for found in read_package(tmp_path).found] == NAMES


def test_the_code_of_fast_registration_is_beside_the_tasks(tmp_path: Path) -> None:
    parts = {**PARTS, "fast0123.tar.gz": b"\x1f\x8bcode"}
    package = read_package(write(tmp_path / "app.tgz", archive(parts)))
    assert (package.bundle, len(package.found)) == (b"\x1f\x8bcode", 4)


def test_the_code_may_be_large(tmp_path: Path) -> None:
    """As where a model lies beside it."""
    code = bytes(9 << 20)
    package = read_package(write(tmp_path / "app.tgz", archive({**PARTS, "fast0123.tar.gz": code})))
    assert package.bundle == code


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("task.pb", SQUARE.SerializeToString(), id="a TaskSpec, as pyflyte writes it"),
        pytest.param("task.pb", SQUARE.template.SerializeToString(), id="a TaskTemplate"),
        pytest.param("task.json", json_format.MessageToJson(SQUARE).encode(), id="a TaskSpec as JSON"),
        pytest.param("task.json", json_format.MessageToJson(SQUARE.template).encode(), id="a TaskTemplate as JSON"),
        pytest.param("tasks.json", json.dumps([json_format.MessageToDict(SQUARE)]).encode(), id="a list in JSON"),
        pytest.param(
            "admin.json",
            json.dumps({"id": {}, "closure": {"compiledTask": {"template": json_format.MessageToDict(SQUARE.template)}}}).encode(),
            id="what flytectl get task prints",
        ),
    ],
)
def test_one_task(tmp_path: Path, name: str, data: bytes) -> None:
    (found,) = read_package(write(tmp_path / name, data)).found
    assert found.task is not None
    assert found.task.template == SQUARE.template


LITERALS = literals_pb2.LiteralMap(literals={"a": literals_pb2.Literal(scalar={"primitive": {"integer": 1}})})
WHOLE = archive(PARTS)


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        pytest.param("a.pb", LITERALS.SerializeToString(), "inputs or outputs, a LiteralMap", id="inputs.pb"),
        pytest.param(
            "a.pb",
            errors_pb2.ErrorDocument(error={"code": "X", "message": "boom"}).SerializeToString(),
            "the error of a task, an ErrorDocument",
            id="error.pb",
        ),
        pytest.param("a.pb", b"", "an empty file", id="nothing"),
        pytest.param("a.pb", b"\xff\xfe\x00\x01", "4 bytes that are no message of flyteidl's with an identifier", id="other bytes"),
        pytest.param("a.pb", PARTS["10_full_1.pb"][:200], "is the file truncated?", id="a truncated message"),
        pytest.param("a.yaml", b"kind: TaskTemplate\n", "text; --to-flyte converts TaskTemplates", id="YAML"),
        pytest.param("a.tgz", WHOLE[: len(WHOLE) // 2], "one that is truncated or broken", id="a truncated archive"),
        pytest.param("a.tgz", b"PK\x03\x04zip", "no archive", id="a name that promises an archive"),
        pytest.param("a.tgz", archive({"readme.txt": b"x"}), "an archive or a folder with 1 other files", id="another archive"),
        pytest.param("a.tgz", archive({}), "an archive or a folder with no files", id="an empty archive"),
        pytest.param("a.json", b"{", "JSON that can't be read", id="broken JSON"),
        pytest.param("a.json", b"[1]", "found 1", id="other JSON"),
        pytest.param("a.json", b'{"kind": "Pod"}', "another document", id="another document"),
        pytest.param("a.json", b'{"type": "python-task"}', "a task without an identifier", id="a task without an identifier"),
        pytest.param(
            "a.json",
            b'{"apiVersion": "glider.dev/v1alpha1", "kind": "TaskTemplate"}',
            "a TaskTemplate already; --to-flyte converts one",
            id="a TaskTemplate",
        ),
    ],
)
def test_anything_else_is_refused_by_its_name_and_what_it_holds(tmp_path: Path, name: str, data: bytes, found: str) -> None:
    path = write(tmp_path / name, data)
    with pytest.raises(FieldError) as refused:
        read_package(path)
    message = str(refused.value)
    assert message.startswith(f"{path}: expected an archive of `pyflyte package`")
    assert found in message


def test_two_archives_of_code_are_one_too_many(tmp_path: Path) -> None:
    parts = {**PARTS, "fast1.tar.gz": b"a", "fast2.tar.gz": b"b"}
    with pytest.raises(FieldError, match="expected at most one archive of code beside the tasks"):
        read_package(write(tmp_path / "app.tgz", archive(parts)))


def test_a_few_bytes_do_not_become_a_name_of_gigabytes(tmp_path: Path):
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 16 << 20
    (tmp_path / "package.tgz").write_bytes(gzip.compress(info.tobuf() + b"\0" * info.size))
    with pytest.raises(FieldError, match="expected names of at most 8388608 bytes"):
        read_package(tmp_path / "package.tgz")


def test_a_few_bytes_do_not_become_a_file_of_gigabytes(tmp_path: Path):
    info = tarfile.TarInfo("x.pb")
    info.size = 1 << 40
    (tmp_path / "package.tgz").write_bytes(gzip.compress(info.tobuf() + b"\0" * (1 << 20)))
    with pytest.raises(FieldError, match="expected at most 256 MiB to unpack"):
        read_package(tmp_path / "package.tgz")
