"""Keys that obstore has no words for: our test servers can't hold any, so the engines are fakes here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from glider.storage import removal
from glider.storage.errors import MissingPackageError, OddKeyError, StorageError
from glider.storage.localremoval import Listed
from glider.storage.removal import Removal

URI = "s3://b/prefix/own"


class Fsspec:
    """Lists everything, and removes by name."""

    def __init__(self) -> None:
        self.removed: list[str] = []

    def pages(self, uri: str) -> Iterator[list[Listed]]:
        yield [Listed(name, 1, None) for name in ("a", "b", "c//d", "e")]

    def remove(self, uri: str, paths: Sequence[str]) -> None:
        self.removed += paths


def test_the_rest_of_a_folder_comes_from_fsspec(monkeypatch: pytest.MonkeyPatch) -> None:
    def pages(objects: Any, uri: str) -> Iterator[list[Listed]]:
        yield [Listed("a", 1, None), Listed("b", 1, None)]
        raise OddKeyError(uri, "odd")

    monkeypatch.setattr(removal, "object_pages", pages)
    found: Any = Removal(objects=lambda: object(), filesystems=Fsspec)  # type: ignore[arg-type, return-value]  # fakes
    assert [[one.path for one in page] for page in found.pages("s3://b/prefix", "own")] == [["a", "b"], ["c//d", "e"]]


def test_without_fsspecs_package_the_folder_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def pages(objects: Any, uri: str) -> Iterator[list[Listed]]:
        raise OddKeyError(uri, "odd")
        yield

    class Missing(Fsspec):
        def pages(self, uri: str) -> Iterator[list[Listed]]:
            raise MissingPackageError(uri, "no s3fs")

    monkeypatch.setattr(removal, "object_pages", pages)
    with pytest.raises(StorageError, match="odd: no s3fs"):
        list(Removal(objects=lambda: object(), filesystems=Missing).pages("s3://b/prefix", "own"))  # type: ignore[arg-type, return-value]  # fakes


def test_each_engine_removes_what_it_has_words_for(monkeypatch: pytest.MonkeyPatch) -> None:
    removed: list[str] = []
    monkeypatch.setattr(removal, "remove_objects", lambda objects, uri, paths: removed.extend(paths))
    fsspec = Fsspec()
    both: Any = Removal(objects=lambda: object(), filesystems=lambda: fsspec)  # type: ignore[arg-type, return-value]  # fakes
    both.remove("s3://b/prefix", "own", ["a", "c//d", "/e", "f/.."])
    assert (removed, fsspec.removed) == (["a"], ["c//d", "/e", "f/.."])
