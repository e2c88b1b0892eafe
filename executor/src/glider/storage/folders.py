"""Whole folders, file by file: a few at once, so that many small files don't take a round trip each."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from glider.storage.errors import ObjectNotFoundError, StorageError
from glider.storage.local import check_space, make_folder, names_beneath
from glider.storage.store import Storage
from glider.storage.uris import is_local, join

#: Files in flight where the caller gives no number.
_AT_ONCE = 8


def download_folder(storage: Storage, uri: str, path: str, *, at_once: int | None = None) -> int:
    """Every file beneath `uri` as a file beneath the local folder `path`, which exists afterwards in any case: an object
    store has no empty folders. The number of objects.

    Raises:
        StorageError: a file can't be read, its name would leave the folder, or it has the name of another one or of a folder.
    """
    os.makedirs(path, exist_ok=True)  # noqa: PTH103
    sizes = storage.sizes(uri)
    places = _places(uri, sizes)
    folders = _folders(places.values())

    def download(name: str) -> None:
        source, target = join(uri, name), os.path.join(path, places[name])  # noqa: PTH118
        if places[name] in folders or (name.endswith("/") and not sizes[name]):
            if not storage.is_folder_marker(source, has_files=True):
                raise _clash(uri, name, sizes[name])
            os.makedirs(target, exist_ok=True)  # noqa: PTH103
            return
        try:
            storage.download(source, target)
        except ObjectNotFoundError:
            if sizes[name]:
                raise
            os.makedirs(target, exist_ok=True)  # noqa: PTH103 - an empty object that stood for a folder

    for name, size in sizes.items():
        if size and places[name] in folders:
            raise _clash(uri, name, size)
    check_space(os.path.join(path, "x"), sum(sizes.values()), uri)  # noqa: PTH118
    _each(download, list(sizes), at_once)
    return len(sizes)


def files_beneath(storage: Storage, uri: str) -> list[str]:
    """The paths, relative to the folder `uri`, of all files beneath it, sorted, without empty objects that stand for folders."""
    sizes = storage.sizes(uri)
    folders, markers = _folders(sizes), set[str]()

    def check(name: str) -> None:
        if storage.is_folder_marker(join(uri, name), has_files=name in folders):
            markers.add(name)

    _each(check, [name for name, size in sizes.items() if not size], None)
    return [name for name in sizes if name not in markers]


def upload_folder(
    storage: Storage,
    path: str,
    uri: str,
    *,
    at_once: int | None = None,
    attributes: Callable[[str], Mapping[str, str]] | None = None,
) -> None:
    """Every file beneath the local folder `path` as an object beneath `uri`, with what `attributes` returns for its name. A link is
    uploaded as what it points at; empty folders have no object. On a disk the folder `uri` exists afterwards, for whoever lists it.

    Raises:
        StorageError: a file can't be written.
        UnfitSourceError: a file can't be read, or a link points at nothing or at a folder above it.
    """

    def upload(name: str) -> None:
        storage.upload(os.path.join(path, name), join(uri, name), attributes=attributes(name) if attributes else None)  # noqa: PTH118

    names = names_beneath(path)
    if not names and is_local(uri):
        make_folder(uri)
    _each(upload, names, at_once)


def _places(uri: str, names: Iterable[str]) -> dict[str, str]:
    """Where each file belongs in the local folder: there `x//y` and `x/./y` are `x/y`.

    Raises:
        StorageError: a name would leave the folder, or two have the same place.
    """
    places, taken = dict[str, str](), dict[str, str]()
    for name in names:
        parts = [part for part in name.split("/") if part not in ("", ".")]
        place = "/".join(parts)
        if ".." in parts or not parts:
            raise StorageError(uri, f'expected files beneath the folder, found "{name}"')
        if place in taken:
            raise StorageError(uri, f'"{taken[place]}" and "{name}" would be one file on this machine: "{place}"')
        places[name], taken[place] = place, name
    return places


def _folders(paths: Iterable[str]) -> set[str]:
    """Everything that has something beneath it."""
    return {"/".join(parts[:length]) for path in paths for parts in [path.split("/")] for length in range(1, len(parts))}


def _clash(uri: str, name: str, size: int) -> StorageError:
    problem = f'"{name}" is an object of {size} bytes, and a folder in which there are others: on this machine it can\'t be both'
    return StorageError(uri, f"{problem}; FlyteDirectory.listdir() shows both")


def _each(action: Callable[[str], None], names: Sequence[str], at_once: int | None) -> None:
    """Threads that take the next name themselves: to hand each file over, and its end back, took as long as the file."""
    count = min(at_once or _AT_ONCE, len(names))
    if count <= 1:
        for name in names:
            action(name)
        return
    left, problems = iter(names), list[BaseException]()

    def work() -> None:
        for name in left:
            if problems:  # two thousand files don't each wait for a dead store
                return
            try:
                action(name)
            except BaseException as problem:
                problems.append(problem)

    threads = [threading.Thread(target=work, name=f"glider-folder-{number}") for number in range(count)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except BaseException as problem:  # a signal's, or a thread too many
        problems.insert(0, problem)
        for thread in threads:
            if thread.ident is not None:
                thread.join()
    if problems:
        raise problems[0]
