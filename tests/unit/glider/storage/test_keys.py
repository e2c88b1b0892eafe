"""Keys are plain strings, of which file systems and obstore's paths know only some: nothing of a folder gets lost silently."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from glider.settings.reading import read_settings
from glider.storage import access, filesystems
from glider.storage.access import DataAccess, use_access
from glider.storage.errors import StorageError
from glider.storage.folders import download_folder, files_beneath
from glider.storage.objectfiles import CLASSES
from glider.storage.store import Storage
from glider.storage.uris import basename
from glider.types.flytedirectory import Directories, FlyteDirectory
from glider.types.flytefile import Files, FlyteFile
from tests.stores.s3 import S3Server, running_s3

ENGINES = pytest.mark.parametrize("engine", ["obstore", "fsspec"])


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with running_s3() as server:
        yield server


@pytest.fixture(autouse=True)
def s3(server: S3Server) -> Iterator[S3Server]:
    server.objects.clear()
    server.requests.clear()
    use_access(DataAccess(storage=storage_of(server)))
    yield server
    access._current = None


def storage_of(server: S3Server, *, engine: str = "obstore") -> Storage:
    return Storage(read_settings({**server.env, "GLIDER_STORAGE_ENGINE": engine}).storage)


def content(folder: Path) -> dict[str, bytes | None]:
    """By relative path; None for a folder without files."""
    found = {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*") if path.is_file() or not any(path.iterdir())}
    return {str(path.relative_to(folder)): data for path, data in found.items()}


FOLDERS = pytest.mark.parametrize(
    ("objects", "expected"),
    [
        pytest.param({"d/": b"", "d/a.txt": b"A"}, {"a.txt": b"A"}, id="an empty object stands for the folder itself"),
        pytest.param({"d/sub/": b"", "d/sub/x": b"X"}, {"sub/x": b"X"}, id="an empty object stands for a folder with files"),
        pytest.param({"d/sub/": b"", "d/x": b"X"}, {"sub": None, "x": b"X"}, id="an empty object stands for a folder without files"),
        pytest.param({"d/": b""}, {}, id="nothing but the folder's own object"),
        pytest.param({"d/_SUCCESS": b"", "d/x": b"X"}, {"_SUCCESS": b"", "x": b"X"}, id="an empty file"),
        pytest.param({"d//x": b"X", "d/a//b": b"B"}, {"x": b"X", "a/b": b"B"}, id="empty parts"),
        pytest.param({"d/./x": b"X"}, {"x": b"X"}, id="a part that is one dot"),
        pytest.param({"d/a\nb": b"X", "d/c\x01d": b"Y"}, {"a\nb": b"X", "c\x01d": b"Y"}, id="control characters"),
        pytest.param({"d//x": b"X", "d/sub/": b"", "d/": b""}, {"x": b"X", "sub": None}, id="empty parts beside empty objects"),
        pytest.param(
            {
                f"d/{name}": name.encode()
                for name in ("a%20b", "what?.csv", "h#.csv", "a b+c", "b\\c", "caf\u00e9", "cafe\u0301", "x" * 255)
            },
            {name: name.encode() for name in ("a%20b", "what?.csv", "h#.csv", "a b+c", "b\\c", "caf\u00e9", "cafe\u0301", "x" * 255)},
            id="characters that have a meaning elsewhere",
        ),
    ],
)


@ENGINES
@FOLDERS
def test_a_folder_comes_whole(s3: S3Server, tmp_path: Path, engine: str, objects: dict[str, bytes], expected: dict[str, bytes]) -> None:
    s3.objects.update(objects)
    download_folder(storage_of(s3, engine=engine), "s3://bucket/d", str(tmp_path))
    assert content(tmp_path) == expected


@FOLDERS
def test_a_folder_comes_whole_to_flytekit_tasks(
    s3: S3Server, tmp_path: Path, objects: dict[str, bytes], expected: dict[str, bytes]
) -> None:
    s3.objects.update(objects)
    storage = storage_of(s3)
    assert storage.objects is not None
    CLASSES["s3"](storage=storage, objects=storage.objects).get("s3://bucket/d/", f"{tmp_path}/", recursive=True)
    assert content(tmp_path) == expected


@FOLDERS
def test_a_folder_s_files_are_listed(s3: S3Server, objects: dict[str, bytes], expected: dict[str, bytes | None]) -> None:
    s3.objects.update(objects)
    assert {name.strip("/").replace("//", "/").removeprefix("./") for name in files_beneath(storage_of(s3), "s3://bucket/d")} == {
        name for name, data in expected.items() if data is not None
    }


@pytest.mark.parametrize(
    ("objects", "told"),
    [
        pytest.param({"d/a": b"1234", "d/a/b": b"B"}, r'"a" is an object of 4 bytes, and a folder', id="a file and a folder of one name"),
        pytest.param(
            {"d/a": b"", "d/a/b": b"B"}, r'"a" is an object of 0 bytes, and a folder', id="an empty file and a folder of one name"
        ),
        pytest.param({"d/x": b"1", "d//x": b"2"}, r'"/x" and "x" would be one file', id="two keys for one path"),
        pytest.param({"d/../x": b"1"}, r'expected files beneath the folder, found "../x"', id="a key that leads out of the folder"),
        pytest.param({"d/x/": b"12"}, r"d/x", id="a file with a folder's name"),
        pytest.param({f"d/{'x' * 300}": b"1"}, r"File name too long", id="a name longer than file systems have"),
    ],
)
def test_what_can_not_be_on_this_machine_is_named(s3: S3Server, tmp_path: Path, objects: dict[str, bytes], told: str) -> None:
    s3.objects.update(objects)
    with pytest.raises(StorageError, match=told) as raised:
        download_folder(storage_of(s3), "s3://bucket/d", str(tmp_path))
    assert not raised.value.transient


def test_a_file_and_a_folder_of_one_name_are_both_listed(s3: S3Server) -> None:
    s3.objects.update({"coll/a": b"1234", "coll/a/b": b"B", "coll/": b"", "coll/c/": b""})
    folder = FlyteDirectory.from_source("s3://bucket/coll")
    assert [(type(entry), entry.remote_source) for entry in FlyteDirectory.listdir(folder)] == [
        (FlyteFile, "s3://bucket/coll/a"),
        (FlyteDirectory, "s3://bucket/coll/a"),
    ]
    assert [path for _, path in folder.crawl()] == ["a", "a/b"]


def test_a_file_and_a_folder_of_one_name_are_both_listed_for_flytekit_tasks(s3: S3Server) -> None:
    s3.objects.update({"coll/a": b"1234", "coll/a/b": b"B", "coll/": b""})
    storage = storage_of(s3)
    assert storage.objects is not None
    files = CLASSES["s3"](storage=storage, objects=storage.objects)
    assert files.find("s3://bucket/coll") == ["bucket/coll/a", "bucket/coll/a/b"]
    assert [(entry["name"], entry["type"]) for entry in files.ls("s3://bucket/coll")] == [
        ("bucket/coll/a", "directory"),
        ("bucket/coll/a", "file"),
    ]


def test_what_obstore_and_this_image_can_not_say_is_named(s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(filesystems.Filesystems, "_filesystem", missing)
    s3.objects["d//x"] = b"X"
    with pytest.raises(StorageError, match=r'Path "d//x" contained empty path segment.*needs a package.*Install s3fs'):
        download_folder(storage_of(s3), "s3://bucket/d", str(tmp_path))


def test_a_folder_costs_one_listing_and_a_request_for_each_file(s3: S3Server, tmp_path: Path) -> None:
    s3.objects.update({f"d/{number}": b"x" for number in range(5)})
    download_folder(storage_of(s3), "s3://bucket/d", str(tmp_path))
    assert sorted(s3.requests) == ["GET /bucket", *[f"GET /bucket/d/{number}" for number in range(5)]]


@pytest.mark.parametrize("scheme", ["s3://b", "file://", "", "gs://b"])
@pytest.mark.parametrize("name", ["what?.csv", "h#.csv", "a%20b+c", "a b"])
def test_a_name_is_taken_literally(scheme: str, name: str) -> None:
    assert basename(f"{scheme}/x/{name}") == name


@pytest.mark.parametrize(("uri", "name"), [("https://h/x.csv?a=b/c#d", "x.csv"), ("s3://b/x/..", "file"), ("s3://b/x/.", "file")])
def test_a_name_that_no_file_can_have(uri: str, name: str) -> None:
    assert basename(uri) == name


def test_a_file_with_a_question_mark_is_stored_by_its_name(s3: S3Server, tmp_path: Path) -> None:
    use_access(DataAccess(storage=storage_of(s3), raw_prefix="s3://bucket/raw"))
    (tmp_path / "what?.csv").write_text("1")
    literal = Files().to_literal(FlyteFile(str(tmp_path / "what?.csv")), FlyteFile, "o0")
    assert [key.rpartition("/")[2] for key in s3.objects] == ["what?.csv"]
    file = Files().to_python(literal, FlyteFile, "f")
    assert Path(os.fspath(file)).name == "what?.csv"


# --- data that the task names itself, by its URI


def test_a_file_named_by_the_task_is_downloaded(s3: S3Server) -> None:
    s3.objects["a.txt"] = b"A"
    file = FlyteFile("s3://bucket/a.txt")
    assert not file.downloaded
    with open(file) as opened:  # noqa: PTH123
        assert opened.read() == "A"
    assert file.downloaded
    assert file.path == "s3://bucket/a.txt"
    assert file.download() == os.fspath(file)
    with file.open() as opened:
        assert opened.read() == "A"
    assert s3.requests == ["GET /bucket/a.txt"]


def test_a_folder_named_by_the_task_is_downloaded(s3: S3Server) -> None:
    s3.objects.update({"d/a.txt": b"A", "d/b/c": b"C"})
    folder = FlyteDirectory("s3://bucket/d")
    assert sorted(os.listdir(folder)) == ["a.txt", "b"]  # noqa: PTH208
    assert [str(entry) for entry in FlyteDirectory.listdir(folder)] == ["s3://bucket/d/a.txt", "s3://bucket/d/b"]
    assert [path for _, path in folder.crawl()] == ["a.txt", "b/c"]


def test_what_is_named_and_downloaded_is_passed_on_as_its_uri(s3: S3Server) -> None:
    s3.objects.update({"d/a.txt": b"A"})
    file, folder = FlyteFile("s3://bucket/d/a.txt"), FlyteDirectory("s3://bucket/d")
    assert Path(file.download()).read_bytes() == b"A"
    assert Path(folder.download(), "a.txt").read_bytes() == b"A"
    assert Files().to_literal(file, FlyteFile, "o0").scalar.blob.uri == "s3://bucket/d/a.txt"
    assert Directories().to_literal(folder, FlyteDirectory, "o0").scalar.blob.uri == "s3://bucket/d"


def test_a_new_remote_folder_stays_a_uri(s3: S3Server) -> None:
    use_access(DataAccess(storage=storage_of(s3), raw_prefix="s3://bucket/raw"))
    folder = FlyteDirectory.new_remote("out")
    assert os.fspath(folder) == folder.path
    assert s3.requests == []


def test_a_long_name_is_no_reason_to_fail_where_the_disk_has_it(s3: S3Server, tmp_path: Path) -> None:
    name = "x" * 250
    s3.objects[name] = bytes(3 << 20)
    storage_of(s3).download(f"s3://bucket/{name}", str(tmp_path / name))
    assert (tmp_path / name).stat().st_size == 3 << 20
