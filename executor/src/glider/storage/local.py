"""Files of this machine by the standard library, written to a temporary name and renamed: a full disk or a kill in the
middle leaves nothing half-written under the real name (flytekit's leaves half an outputs.pb).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import IO

from glider.storage.errors import ObjectNotFoundError, StorageError
from glider.storage.traffic import Transfer
from glider.storage.uris import local_path

_CHUNK_BYTES = 1 << 20


class LocalFiles:
    """Local paths and `file://`."""

    def read(self, uri: str) -> bytes:
        """The whole file."""
        with _explained(uri), open(local_path(uri), "rb") as file:  # noqa: PTH123 - pathlib is 5 ms of start-up
            return file.read()

    def write(self, uri: str, data: bytes, *, attributes: Mapping[str, str] | None = None) -> None:
        """All of `data`, or nothing. Files have no attributes."""
        with _explained(uri), written_whole(local_path(uri)) as file:
            file.write(data)

    def download(self, uri: str, path: str, *, transfer: Transfer) -> None:
        """Copies to `path`."""
        self._copy(uri, source=local_path(uri), target=path, transfer=transfer)

    def upload(self, path: str, uri: str, *, transfer: Transfer, attributes: Mapping[str, str] | None = None) -> None:
        """Copies from `path`."""
        self._copy(uri, source=path, target=local_path(uri), transfer=transfer)

    def exists(self, uri: str) -> bool:
        """Whether there is such a file."""
        return os.path.exists(local_path(uri))  # noqa: PTH110

    def files(self, uri: str) -> list[str]:
        """All files beneath the folder, by relative path."""
        root = local_path(uri)
        found = [os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names]  # noqa: PTH118
        return sorted(os.path.relpath(path, root) for path in found)

    def _copy(self, uri: str, *, source: str, target: str, transfer: Transfer) -> None:
        with _explained(uri), open(source, "rb") as reader, written_whole(target) as writer:  # noqa: PTH123
            transfer.total = os.fstat(reader.fileno()).st_size
            while data := reader.read(_CHUNK_BYTES):
                writer.write(data)
                transfer.advance(len(data))


@contextlib.contextmanager
def written_whole(path: str) -> Iterator[IO[bytes]]:
    """A file open for writing that gets its name `path` only when all went well."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)  # noqa: PTH103, PTH120
    temporary = f"{path}.{os.getpid()}.{os.urandom(4).hex()}.tmp"
    try:
        with open(temporary, "wb") as file:  # noqa: PTH123
            yield file
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise


@contextlib.contextmanager
def _explained(uri: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ObjectNotFoundError(uri, f"there is no such file: {error.filename}") from error
    except OSError as error:
        raise StorageError(uri, f"{type(error).__name__}: {error}") from error
