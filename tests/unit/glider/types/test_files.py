from __future__ import annotations

import copy
import os
import pickle
import re
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Annotated, Any

import pytest
from flytekit.core.type_engine import TypeEngine
from flytekit.types.file import FileExt as TheirFileExt
from flytekit.types.file import FlyteFile as FlytekitFile

from glider import FileExt, FlyteDirectory, FlyteFile
from glider.settings.model import StorageSettings
from glider.storage.access import DataAccess, use_access
from glider.storage.errors import StorageNotConfiguredError
from glider.storage.store import Storage
from glider.types.errors import ConversionError
from glider.types.registry import transformer_of
from glider.wire.jsonform import Literal
from tests.unit.glider.types.oracle import our_type, ours, read_by_ours, read_by_theirs, their_type, theirs

Csv = FlyteFile.__class_getitem__("csv")  # what FlyteFile["csv"] is, in words that a type checker takes


def blob(uri: str) -> Literal:
    return Literal(scalar={"blob": {"uri": uri, "metadata": {"type": {}}}})


def out(value: object, hint: type[FlyteFile] = FlyteFile) -> Literal:
    return transformer_of(hint).to_literal(value, hint, "f")


@pytest.mark.parametrize(("ours", "theirs"), [(FlyteFile, FlytekitFile), (Csv, FlytekitFile["csv"])], ids=["plain", "with a format"])
def test_the_literal_type_is_flytekits(ours: type[FlyteFile], theirs: type) -> None:
    assert transformer_of(ours).literal_type(ours) == TypeEngine.to_literal_type(theirs).to_flyte_idl()


def test_an_input_is_downloaded_when_it_is_opened_and_not_before(tmp_path: Path) -> None:
    source = tmp_path / "data.txt"
    source.write_text("content")
    file = transformer_of(FlyteFile).to_python(blob(f"file://{source}"), FlyteFile, "f")
    assert file.remote_source == f"file://{source}"
    assert not Path(file.path).exists()
    assert Path(file.path).name == "data.txt"
    with file.open() as opened:
        assert opened.read() == "content"
    assert file.downloaded
    source.unlink()
    assert Path(file).read_text() == "content"


@pytest.mark.parametrize("mode", ["a", "ab", "x", "r+", "r+b"])
def test_what_is_stored_is_not_opened_to_be_changed(tmp_path: Path, mode: str) -> None:
    (tmp_path / "log").write_text("first")
    with pytest.raises(ValueError, match=rf"file://.*/log: expected the mode r or w, found '{re.escape(mode)}'"):
        FlyteFile(f"file://{tmp_path}/log").open(mode)
    assert (tmp_path / "log").read_text() == "first"


@pytest.mark.parametrize("kind", [FlyteFile, FlyteDirectory])
def test_threads_that_ask_during_a_download_get_a_path_that_is_there(tmp_path: Path, kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data" / "sub").mkdir(parents=True)
    (tmp_path / "data" / "sub" / "x").write_text("x")
    wanted = kind(f"file://{tmp_path}/data" if kind is FlyteDirectory else f"file://{tmp_path}/data/sub/x")
    download, begun, second_began, first_returned = Storage.download, list[str](), threading.Event(), threading.Event()

    def one_after_the_other(storage: Storage, uri: str, path: str) -> None:
        begun.append(path)
        if len(begun) == 2:
            second_began.set()
            first_returned.wait(timeout=20)
        else:
            second_began.wait(timeout=20)
        download(storage, uri, path)

    monkeypatch.setattr(Storage, "download", one_after_the_other)
    with ThreadPoolExecutor(2) as pool:
        for asked in as_completed([pool.submit(os.fspath, wanted) for _ in range(2)]):
            assert any(path.is_file() for path in (Path(asked.result()), Path(asked.result()) / "sub" / "x"))
            first_returned.set()


def test_a_local_path_is_used_where_it_is(tmp_path: Path) -> None:
    file = transformer_of(FlyteFile).to_python(blob(str(tmp_path / "x")), FlyteFile, "f")
    assert (file.path, file.remote_source) == (str(tmp_path / "x"), None)


@pytest.mark.parametrize("as_value", [str, Path, FlyteFile], ids=["a str", "a Path", "a FlyteFile"])
def test_a_returned_local_file_is_uploaded_below_the_raw_prefix(tmp_path: Path, raw: Path, as_value: type) -> None:
    path = tmp_path / "result.csv"
    path.write_text("a,b")
    literal = out(as_value(path), Csv)
    assert re.fullmatch(rf"{raw}/[0-9a-f]{{32}}/result\.csv", literal.scalar.blob.uri)
    assert Path(literal.scalar.blob.uri).read_text() == "a,b"
    assert literal.scalar.blob.metadata.type.format == "csv"


def test_an_input_that_is_returned_goes_back_as_its_own_uri() -> None:
    file = transformer_of(FlyteFile).to_python(blob("s3://bucket/a.txt"), FlyteFile, "f")
    assert out(file).scalar.blob.uri == "s3://bucket/a.txt"


@pytest.mark.parametrize("uri", ["s3://bucket/x", "https://example.org/x?y=1", "file:///etc/hosts"])
def test_a_remote_uri_is_passed_on_uncopied(uri: str, raw: Path) -> None:
    assert out(FlyteFile(uri)).scalar.blob.uri == uri
    assert out(uri).scalar.blob.uri == uri
    assert not raw.exists()


def test_remote_path_says_where_to_upload(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("x")
    target = tmp_path / "elsewhere" / "y"
    assert out(FlyteFile(path, remote_path=str(target))).scalar.blob.uri == str(target)
    assert target.read_text() == "x"


def test_a_new_remote_file_is_uploaded_when_it_is_closed(raw: Path) -> None:
    file = FlyteFile.new_remote_file("n.txt")
    with file.open("w") as opened:
        opened.write("hello")
        assert not Path(file.path).exists()
    assert re.fullmatch(rf"{raw}/[0-9a-f]{{32}}/n\.txt", file.path)
    assert Path(file.path).read_text() == "hello"
    assert out(file).scalar.blob.uri == file.path


def test_a_path_that_is_no_file_is_told() -> None:
    with pytest.raises(ConversionError, match=r'f: expected a file that exists, found the path "/no/where"'):
        out("/no/where")


def test_without_a_raw_prefix_nothing_can_be_uploaded(tmp_path: Path) -> None:
    use_access(DataAccess(storage=Storage(StorageSettings())))
    (tmp_path / "x").touch()
    with pytest.raises(StorageNotConfiguredError, match=r"storage\.rawOutputDataPrefix"):
        out(str(tmp_path / "x"))


def test_formats_are_one_class_each() -> None:
    assert FlyteFile.__class_getitem__(".csv") is Csv
    assert Csv.extension() == "csv"


def test_metadata_travels_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    literal = out(FlyteFile(tmp_path / "x", metadata={"a": "b"}))
    assert dict(literal.metadata) == {"a": "b"}
    assert read_by_ours(literal, FlyteFile).metadata == {"a": "b"}
    assert read_by_theirs(literal, FlytekitFile).metadata == {"a": "b"}
    assert dict(ours(read_by_ours(literal, FlyteFile), FlyteFile).metadata) == {"a": "b"}


@pytest.mark.parametrize("hint", [os.PathLike, os.PathLike[str]], ids=["bare", "of str"])
def test_a_path_is_never_uploaded(hint: Any, raw: Path, tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    literal = ours(tmp_path / "x", hint)
    assert literal == theirs(tmp_path / "x", os.PathLike)
    assert our_type(hint) == their_type(os.PathLike)
    assert read_by_ours(literal, hint).path == str(tmp_path / "x")
    assert not raw.exists()


def test_a_new_local_file_is_written_and_uploaded() -> None:
    file = FlyteFile.new("sub/x.txt")
    with file.open("w") as opened:
        opened.write("x")
    assert Path(out(file).scalar.blob.uri).read_text() == "x"


def test_a_format_with_a_dot() -> None:
    assert FlyteFile.__class_getitem__(Annotated[str, FileExt("tar.gz")]).extension() == "tar.gz"
    assert FlytekitFile[Annotated[str, TheirFileExt("tar.gz")]].extension() == "tar.gz"


def test_what_flytekit_uploaded_is_read(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    literal = theirs(FlytekitFile(str(tmp_path / "x")), FlytekitFile)
    assert Path(read_by_ours(literal, FlyteFile)).read_text() == "x"
    assert Path(read_by_theirs(out(str(tmp_path / "x")), FlytekitFile)).read_text() == "x"


@pytest.mark.parametrize("kind", [kind.__class_getitem__(ext) for kind in (FlyteFile, FlyteDirectory) for ext in ("", "csv")], ids=str)
def test_a_file_goes_from_process_to_process(kind: type[FlyteFile]) -> None:
    file = kind.from_source("s3://bucket/x.csv")
    for copied in (pickle.loads(pickle.dumps(file)), copy.copy(file), copy.deepcopy(file)):
        assert type(copied) is kind
        assert vars(copied) == vars(file)
