"""Files that tasks may write, too: the operator reads regular files below its root, and follows nothing that leads elsewhere."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

import pytest

from glider.storage.errors import AccessDeniedError, ObjectNotFoundError, OddKeyError, StorageError, TooLargeError
from glider_core.api.places import folder_place
from glider_core.store.access import StoreAccess, StoreDenied, StoreUnfit
from glider_core.store.files import SharedFiles
from glider_core.store.grants import Grants

SECRET = b"the operator's token"


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """The volume, with a file of the namespace; beside it something secret."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "token").write_bytes(SECRET)
    (tmp_path / "volume" / "team").mkdir(parents=True)
    (tmp_path / "volume" / "team" / "in.pb").write_bytes(b"inputs")
    return tmp_path / "volume"


@pytest.fixture
def files(volume: Path) -> SharedFiles:
    return SharedFiles(folder_place(str(volume)))


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def link(volume: Path) -> None:
    (volume / "team" / "x").symlink_to(volume.parent / "secret" / "token")


def link_of_a_folder(volume: Path) -> None:
    (volume / "team" / "folder").symlink_to(volume.parent / "secret")


def link_within(volume: Path) -> None:
    (volume / "other").mkdir()
    (volume / "other" / "x").write_bytes(b"another team's")
    (volume / "team" / "x").symlink_to("../other/x")


def link_to_a_device(volume: Path) -> None:
    (volume / "team" / "x").symlink_to("/dev/zero")


def pipe(volume: Path) -> None:
    os.mkfifo(volume / "team" / "x")


def folder(volume: Path) -> None:
    (volume / "team" / "x").mkdir()


def listening(volume: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        here = Path.cwd()
        os.chdir(volume / "team")  # a socket's path may have a hundred characters
        try:
            one.bind("x")
        finally:
            os.chdir(here)


def endless(volume: Path) -> None:
    with (volume / "team" / "x").open("wb") as file:
        file.truncate(1 << 40)


@pytest.mark.parametrize(
    ("plant", "path", "error", "found"),
    [
        pytest.param(link, "team/x", OddKeyError, "found a link", id="a link to somebody's secret"),
        pytest.param(link_of_a_folder, "team/folder/token", OddKeyError, "found a link", id="a link in place of a folder"),
        pytest.param(link_within, "team/x", OddKeyError, "found a link", id="a link to another namespace's file"),
        pytest.param(link_to_a_device, "team/x", OddKeyError, "found a link", id="a link to a device without end"),
        pytest.param(pipe, "team/x", OddKeyError, "expected a regular file, found a pipe", id="a pipe that nobody writes to"),
        pytest.param(folder, "team/x", OddKeyError, "expected a regular file, found a folder", id="a folder"),
        pytest.param(listening, "team/x", OddKeyError, "found a link or something else", id="a socket"),
        pytest.param(folder, "team/in.pb/x", OddKeyError, "something else in their place", id="a file in place of a folder"),
        pytest.param(endless, "team/x", TooLargeError, "expected at most 100 bytes, found 1099511627776", id="a terabyte of nothing"),
        pytest.param(folder, "team/nothing", ObjectNotFoundError, "there is no such file", id="nothing"),
    ],
)
def test_what_is_no_small_regular_file_is_not_read(volume: Path, files: SharedFiles, plant, path, error, found):
    plant(volume)
    with pytest.raises(error, match=found):
        files.read(f"file://{volume}/{path}", most=100)


@pytest.mark.parametrize("path", ["../secret/token", "team/../../secret/token", "team/%2e%2e/x", "team//x", "team/./x", "..", "team\\x"])
def test_no_path_leads_out_of_the_volume(volume: Path, files: SharedFiles, path: str):
    with pytest.raises(ValueError, match="a key without empty parts"):
        files.read(f"file://{volume}/{path}", most=100)


def test_no_other_folder_is_read(volume: Path, files: SharedFiles):
    for path in (f"{volume.parent}/secret/token", f"{volume}-too/token", "/etc/passwd"):
        with pytest.raises(AccessDeniedError, match="expected a file below"):
            files.read(f"file://{path}", most=100)


def test_a_regular_file_is_read_and_written(volume: Path, files: SharedFiles):
    assert files.read(f"file://{volume}/team/in.pb", most=100) == b"inputs"
    files.write(f"file://{volume}/team/run/0/out.pb", b"outputs")
    files.write(f"file://{volume}/team/run/0/out.pb", b"again")
    assert (volume / "team/run/0/out.pb").read_bytes() == b"again"
    assert names_in(volume / "team/run/0") == ["out.pb"]


def test_a_link_in_place_of_what_is_written_is_replaced(volume: Path, files: SharedFiles):
    link(volume)
    files.write(f"file://{volume}/team/x", b"new")
    assert (volume.parent / "secret" / "token").read_bytes() == SECRET
    assert not (volume / "team" / "x").is_symlink() and (volume / "team" / "x").read_bytes() == b"new"


def test_nothing_is_written_through_a_link(volume: Path, files: SharedFiles):
    link_of_a_folder(volume)
    with pytest.raises(OddKeyError, match="found a link"):
        files.write(f"file://{volume}/team/folder/x", b"new")
    assert names_in(volume.parent / "secret") == ["token"]


def test_a_listing_has_the_regular_files_and_no_others(volume: Path, files: SharedFiles):
    link(volume)
    link_of_a_folder(volume)
    (volume / "team" / "a" / "b").mkdir(parents=True)
    (volume / "team" / "a" / "b" / "c").write_bytes(b"123")
    os.mkfifo(volume / "team" / "a" / "pipe")
    assert files.sizes(f"file://{volume}/team", most=100) == {"a/b/c": 3, "in.pb": 6}
    assert files.sizes(f"file://{volume}/nobody", most=100) == {}
    with pytest.raises(OddKeyError, match="found a link"):
        files.sizes(f"file://{volume}/team/folder", most=100)


def test_a_listing_has_the_others_where_a_file_goes_meanwhile(volume: Path, files: SharedFiles, monkeypatch: pytest.MonkeyPatch):
    (volume / "team" / "going").touch()
    scandir = os.scandir

    def scanned_before_it_goes(folder: int) -> contextlib.nullcontext[list[os.DirEntry[str]]]:
        with scandir(folder) as entries:
            found = list(entries)
        os.unlink("going", dir_fd=folder)
        return contextlib.nullcontext(found)

    monkeypatch.setattr(os, "scandir", scanned_before_it_goes)
    assert files.sizes(f"file://{volume}/team", most=100) == {"in.pb": 6}


def test_a_listing_is_bounded(volume: Path, files: SharedFiles):
    deep = volume / "team"
    for number in range(20):
        (deep / f"file-{number}").touch()
        deep = deep / "d"
        deep.mkdir()
    with pytest.raises(TooLargeError, match="expected at most 10 files, found more"):
        files.sizes(f"file://{volume}/team", most=10)
    assert max(name.count("/") for name in files.sizes(f"file://{volume}/team", most=100)) == 8


def test_a_volume_that_is_not_there_is_reported_as_that(tmp_path: Path):
    with pytest.raises(AccessDeniedError, match=r"storageAccess\.filesRoot, found no such folder"):
        SharedFiles(folder_place(f"{tmp_path}/missing")).read(f"file://{tmp_path}/missing/x", most=1)


def test_a_full_volume_is_an_error_of_storage(volume: Path, files: SharedFiles, monkeypatch):
    monkeypatch.setattr(os, "rename", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(StorageError, match="the volume is full"):
        files.write(f"file://{volume}/team/x", b"new")
    assert names_in(volume / "team") == ["in.pb"]


async def test_the_operator_uses_them_where_they_are_granted_and_needs_no_keys(volume: Path):
    access = StoreAccess({})
    place, root = folder_place(f"{volume}/team"), folder_place(str(volume))
    try:
        granted = access.of("team", Grants(write=(place,), files=root))
        assert await granted.read(f"file://{volume}/team/in.pb", bytes, most=100) == b"inputs"
        assert await granted.read(f"file://{volume}/team/nothing", bytes, most=100) is None
        link(volume)
        with pytest.raises(StoreUnfit, match="found a link"):
            await granted.read(f"file://{volume}/team/x", bytes, most=100)
        with pytest.raises(StoreDenied, match="expected a place below"):
            await granted.read(f"file://{volume}/other/x", bytes, most=100)
        with pytest.raises(StoreDenied, match=r"expected the URI of an object store"):
            await access.of("team", Grants(write=(place,))).read(f"file://{volume}/team/in.pb", bytes, most=100)
    finally:
        access.close()
