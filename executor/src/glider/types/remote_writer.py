"""Writing a new remote file: to a scratch file first, uploaded whole when it is closed, and not at all when writing failed."""

from __future__ import annotations

import os
import tempfile
from types import TracebackType
from typing import IO, Any

from glider.storage.access import DataAccess, current_access


def open_for_upload(uri: str, mode: str, **options: Any) -> IO[Any]:
    """A file object; its content gets to `uri` at close(), or at the end of its `with` block if that ended well."""
    access = current_access()
    path = access.scratch_path(uri)
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
    file = open(path, mode, **options)  # noqa: PTH123, SIM115 - the caller closes it
    return _Uploading(file, path=path, uri=uri, access=access)


class _Uploading(tempfile._TemporaryFileWrapper):  # type: ignore[type-arg]
    """Delegates everything to the scratch file, and uploads it once."""

    def __init__(self, file: IO[Any], *, path: str, uri: str, access: DataAccess) -> None:
        super().__init__(file, path, delete=False)
        self._path, self._uri, self._access = path, uri, access
        self._pending = True

    def close(self) -> None:
        """Closes and uploads."""
        super().close()
        if self._pending:
            self._pending = False
            self._access.storage.upload(self._path, self._uri)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pending = self._pending and error is None
        self.close()
