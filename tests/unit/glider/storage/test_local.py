"""What a file system may hold that an object store doesn't: links, pipes, names that are no text, files that change, full disks."""

from __future__ import annotations

import os
import resource
import threading
from pathlib import Path

import pytest

from glider.settings.model import StorageSettings
from glider.storage import local
from glider.storage.errors import ChangedError, NoSpaceError, StorageError
from glider.storage.folders import download_folder, upload_folder
from glider.storage.local import unchanged, write_new
from glider.storage.store import Storage


@pytest.fixture
def storage() -> Storage:
    return Storage(StorageSettings())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "folder"
    path.mkdir()
    return path


def test_links_are_uploaded_as_what_they_point_at(storage: Storage, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x").write_text("x")
    (folder / "file").write_text("file")
    (folder / "link").symlink_to("file")
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    upload_folder(storage, str(folder), str(tmp_path / "copy"))
    assert {str(path.relative_to(tmp_path / "copy")): path.read_text() for path in (tmp_path / "copy").rglob("*") if path.is_file()} == {
        "file": "file",
        "link": "file",
        "linked/x": "x",
    }
    assert not (tmp_path / "copy" / "link").is_symlink()


def test_a_folder_that_two_links_point_at_is_no_loop(storage: Storage, folder: Path) -> None:
    (folder / "a").mkdir()
    (folder / "a" / "x").touch()
    (folder / "b").symlink_to("a")
    assert storage.files(str(folder)) == ["a/x", "b/x"]


@pytest.mark.parametrize(
    ("name", "target", "told"),
    [
        pytest.param("loop", "..", 'the link "sub/loop" leads back to', id="a loop"),
        pytest.param("self", "self", 'the link "sub/self" points at self, which is not there', id="a link to itself"),
        pytest.param("dangling", "nowhere", 'the link "sub/dangling" points at nowhere, which is not there', id="a dangling link"),
    ],
)
def test_links_that_lead_nowhere_are_named(storage: Storage, folder: Path, tmp_path: Path, name: str, target: str, told: str) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / name).symlink_to(target)
    with pytest.raises(StorageError, match=told):
        upload_folder(storage, str(folder), str(tmp_path / "copy"))


def test_a_pipe_is_refused_and_not_waited_for(storage: Storage, folder: Path, tmp_path: Path) -> None:
    os.mkfifo(folder / "pipe")
    with pytest.raises(StorageError, match=r"expected a regular file to upload, found .*/pipe, which is a pipe"):
        upload_folder(storage, str(folder), str(tmp_path / "copy"))


def test_empty_files_and_odd_names_come_back_and_an_empty_folder_is_none(storage: Storage, folder: Path, tmp_path: Path) -> None:
    names = ["empty", ".hidden", "a b", "ü/ñ", "100%", "a%20b", "#1", "what?", "a+b", "x" * 200, "new\nline", "emoji 😀"]
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("" if name == "empty" else name)
    (folder / "nothing in it").mkdir()
    upload_folder(storage, str(folder), str(tmp_path / "store"))
    download_folder(storage, str(tmp_path / "store"), str(tmp_path / "back"))
    found = {str(path.relative_to(tmp_path / "back")): path.read_text() for path in (tmp_path / "back").rglob("*") if path.is_file()}
    assert found == {name: "" if name == "empty" else name for name in names}
    assert not (tmp_path / "back" / "nothing in it").exists()


def test_a_folder_without_files_is_there_for_whoever_lists_it(storage: Storage, folder: Path, tmp_path: Path) -> None:
    upload_folder(storage, str(folder), f"file://{tmp_path}/store/empty")
    assert list((tmp_path / "store" / "empty").iterdir()) == []


def test_a_file_that_grows_while_it_is_uploaded_is_told(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a")
    with (
        pytest.raises(ChangedError, match=r"log changed while it was being uploaded \(1 bytes at first, 2 at the end\)"),
        unchanged(str(tmp_path / "log"), "s3://b/k"),
    ):
        (tmp_path / "log").write_text("ab")


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_file_that_vanishes_is_told(tmp_path: Path, when: str) -> None:
    (tmp_path / "x").touch()
    if when == "before":
        (tmp_path / "x").unlink()
    with (
        pytest.raises(StorageError, match=r"s3://b/k: expected a file to upload, but there is no file .*/x"),
        unchanged(str(tmp_path / "x"), "s3://b/k"),
    ):
        (tmp_path / "x").unlink()


def test_a_download_that_does_not_fit_the_disk_is_told_before_it_begins(tmp_path: Path) -> None:
    with pytest.raises(NoSpaceError, match=r"s3://b/k: the disk is full: expected \d+ bytes of free disk space in .*, found \d+"):
        local.check_space(str(tmp_path / "not" / "yet" / "there"), 1 << 60, "s3://b/k")


def test_a_small_file_is_made_with_its_folders(tmp_path: Path) -> None:
    write_new(str(tmp_path / "a" / "b" / "x"), b"data")
    assert (tmp_path / "a" / "b" / "x").read_bytes() == b"data"


def test_a_small_file_takes_the_place_of_one_that_is_open_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"a longer one")
    with (tmp_path / "x").open("rb") as reader:
        write_new(str(tmp_path / "x"), b"new")
        assert (tmp_path / "x").read_bytes() == b"new"
        assert reader.read() == b"a longer one"


def test_a_small_file_that_can_not_be_written_to_its_end_is_not_left(tmp_path: Path) -> None:
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, former[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_new(str(tmp_path / "x"), b"x" * 200)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
    assert list(tmp_path.iterdir()) == []


def test_what_goes_wrong_with_one_file_of_many_is_told(storage: Storage, folder: Path, tmp_path: Path) -> None:
    for number in range(100):
        (folder / f"{number}").touch()
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "50").mkdir()
    with pytest.raises(StorageError, match=r"copy/50: IsADirectoryError"):
        upload_folder(storage, str(folder), str(tmp_path / "copy"))


def test_readers_never_see_half_a_file(storage: Storage, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"x" * (4 << 20))
    sizes: set[int] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            if target.exists():
                sizes.add(target.stat().st_size)

    looking = threading.Thread(target=look)
    looking.start()
    for _ in range(20):
        storage.download(str(source), str(target))
    done.set()
    looking.join()
    assert sizes <= {4 << 20}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source", "target"]


def test_the_folders_in_a_folder(storage: Storage, folder: Path) -> None:
    (folder / "b" / "c").mkdir(parents=True)
    (folder / "a").mkdir()
    (folder / "file").write_text("x")
    assert storage.folders(f"file://{folder}") == ["a", "b"]
    assert storage.folders(f"{folder}/absent") == []
    with pytest.raises(StorageError):
        storage.folders(f"{folder}/file")
