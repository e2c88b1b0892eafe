"""Whole folders, file by file: a few at once, so that many small files don't take a round trip each."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence

from glider.storage.errors import StorageError
from glider.storage.local import check_space, names_beneath
from glider.storage.store import Storage
from glider.storage.uris import join

#: Files in flight where nobody says otherwise.
_AT_ONCE = 8


def download_folder(storage: Storage, uri: str, path: str, *, at_once: int | None = None) -> int:
    """Every file beneath `uri` as a file beneath the local folder `path`, which exists afterwards in any case: an object
    store can't tell an empty folder from none. The number of files.

    Raises:
        StorageError: a file can't be read, or its name would leave the folder.
    """
    os.makedirs(path, exist_ok=True)  # noqa: PTH103

    def download(name: str) -> None:
        storage.download(join(uri, name), os.path.join(path, *_parts(uri, name)))  # noqa: PTH118

    sizes = storage.sizes(uri)
    check_space(os.path.join(path, "x"), sum(sizes.values()), uri)  # noqa: PTH118
    _each(download, list(sizes), at_once)
    return len(sizes)


def upload_folder(
    storage: Storage,
    path: str,
    uri: str,
    *,
    at_once: int | None = None,
    attributes: Callable[[str], Mapping[str, str]] | None = None,
) -> None:
    """Every file beneath the local folder `path` as an object beneath `uri`, with what `attributes` says for its name. A link is
    uploaded as what it points at; empty folders have no object.

    Raises:
        StorageError: a file can't be read or written, or a link points at nothing or at a folder above it.
    """

    def upload(name: str) -> None:
        storage.upload(os.path.join(path, name), join(uri, name), attributes=attributes(name) if attributes else None)  # noqa: PTH118

    _each(upload, names_beneath(path), at_once)


def _parts(uri: str, name: str) -> list[str]:
    parts = name.split("/")
    if ".." in parts:
        raise StorageError(uri, f'expected files beneath the folder, found "{name}"')
    return parts


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
