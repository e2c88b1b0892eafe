"""Folders of files that somebody else may write to: what is listed and removed of them, and that no link is ever followed."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path

import pytest

from glider.settings.model import StorageSettings
from glider.storage.errors import OddKeyError, StorageError
from glider.storage.removal import Removal
from glider.storage.store import Storage


@pytest.fixture
def removal() -> Removal:
    return Storage(StorageSettings()).removal


def paths(removal: Removal, base: Path, folder: str) -> list[str]:
    return [one.path for page in removal.pages(f"file://{base}", folder) for one in page]


def test_all_beneath_a_folder_is_listed_with_its_size_and_time(removal: Removal, tmp_path: Path) -> None:
    (tmp_path / "a" / "b" / "deep").mkdir(parents=True)
    (tmp_path / "a" / "b" / "deep" / "x").write_text("four")
    (tmp_path / "a" / "b-c").mkdir()
    (tmp_path / "a" / "b-c" / "another's").touch()
    ((found,),) = removal.pages(f"file://{tmp_path}", "a/b")
    assert (found.path, found.size) == ("deep/x", 4)
    assert found.modified is not None and abs((found.modified - datetime.now(timezone.utc)).total_seconds()) < 60


def test_a_file_whose_time_was_set_back_is_as_new_as_that(removal: Removal, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").touch()
    os.utime(tmp_path / "a" / "x", (0, 0))
    ((found,),) = removal.pages(str(tmp_path), "a")
    assert found.modified is not None and found.modified.year > 2000


def test_there_is_nothing_in_a_folder_that_is_not_there(removal: Removal, tmp_path: Path) -> None:
    assert paths(removal, tmp_path, "a/b") == []
    removal.remove(str(tmp_path), "a/b", ["x"])
    removal.remove_empty_folders(str(tmp_path), "a/b")


def test_of_a_link_only_the_link_is_removed(removal: Removal, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "kept").touch()
    own = tmp_path / "ns" / "own"
    own.mkdir(parents=True)
    (own / "folder").symlink_to(other)
    (own / "file").symlink_to(other / "kept")
    (own / "nowhere").symlink_to("nothing")
    assert paths(removal, tmp_path, "ns/own") == ["file", "folder", "nowhere"]
    removal.remove(str(tmp_path), "ns/own", ["file", "folder", "nowhere"])
    removal.remove_empty_folders(str(tmp_path), "ns/own")
    assert not own.exists() and (other / "kept").exists()


@pytest.mark.parametrize("where", ["ns", "ns/own"])
def test_a_link_in_the_place_of_a_folder_is_refused(removal: Removal, tmp_path: Path, where: str) -> None:
    other = tmp_path / "other"
    (other / "own").mkdir(parents=True)
    (other / "own" / "kept").touch()
    (other / "kept").touch()
    (tmp_path / where).parent.mkdir(exist_ok=True)
    (tmp_path / where).symlink_to(other)
    for act in (
        lambda: paths(removal, tmp_path, "ns/own"),
        lambda: removal.remove(str(tmp_path), "ns/own", ["kept"]),
        lambda: removal.remove_empty_folders(str(tmp_path), "ns/own"),
    ):
        with pytest.raises(OddKeyError, match="found a link or something else in the place of one"):
            act()
    assert (other / "kept").exists() and (other / "own" / "kept").exists()


def test_a_link_that_took_the_place_of_a_folder_after_it_was_listed_is_not_followed(removal: Removal, tmp_path: Path) -> None:
    other, own = tmp_path / "other", tmp_path / "own"
    for folder in (other, own / "sub"):
        folder.mkdir(parents=True)
        (folder / "x").touch()
    assert paths(removal, tmp_path, "own") == ["sub/x"]
    (own / "sub" / "x").unlink()
    (own / "sub").rmdir()
    (own / "sub").symlink_to(other)
    with pytest.raises(OddKeyError):
        removal.remove(str(tmp_path), "own", ["sub/x"])
    assert (other / "x").exists()


def test_links_above_the_folders_of_executions_are_the_administrators(removal: Removal, tmp_path: Path) -> None:
    (tmp_path / "disk" / "own").mkdir(parents=True)
    (tmp_path / "disk" / "own" / "x").touch()
    (tmp_path / "data").symlink_to(tmp_path / "disk")
    assert paths(removal, tmp_path / "data", "own") == ["x"]


def test_folders_go_once_they_are_empty(removal: Removal, tmp_path: Path) -> None:
    (tmp_path / "own" / "a" / "b").mkdir(parents=True)
    (tmp_path / "own" / "c").mkdir()
    (tmp_path / "own" / "c" / "x").touch()
    removal.remove_empty_folders(str(tmp_path), "own")
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["c"]
    removal.remove(str(tmp_path), "own", ["c/x"])
    removal.remove_empty_folders(str(tmp_path), "own")
    assert not (tmp_path / "own").exists()


def test_a_web_server_has_no_folders_to_delete(removal: Removal) -> None:
    with pytest.raises(StorageError, match="expected a store with folders, found a web server"):
        list(removal.pages("https://example.com/data", "a"))
