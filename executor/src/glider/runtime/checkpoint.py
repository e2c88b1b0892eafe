"""A task's checkpoints: what an attempt saves, the next one restores. Files lie where flytekit's SyncCheckpoint puts them, so
that either reads the other's.
"""

from __future__ import annotations

import io
import os
from functools import cached_property
from pathlib import Path
from typing import IO

from glider.storage.access import current_access
from glider.storage.folders import download_folder, upload_folder
from glider.storage.uris import join

#: The object for bytes that have no file name.
_UNNAMED = "_dst_cp"


class Checkpoint:
    """Not for use from several threads at once.

    Args:
        target: where this attempt's checkpoint goes.
        source: where the previous attempt's is; None in the first.
    """

    def __init__(self, *, target: str, source: str | None) -> None:
        self._target = target
        self._source = source
        self._restored: Path | None = None

    def prev_exists(self) -> bool:
        """Whether there was a previous attempt. It may have saved nothing."""
        return self._source is not None

    def save(self, cp: str | os.PathLike[str] | IO[bytes]) -> None:
        """Stores a file, a folder's content, or what a reader yields.

        Raises:
            ValueError: `cp` is neither.
            StorageError: it can't be stored.
        """
        storage = current_access().storage
        if isinstance(cp, (str, os.PathLike)):
            path = Path(cp)
            if path.is_dir():
                upload_folder(storage, str(path), self._target)
            else:
                storage.upload(str(path), join(self._target, path.name))
        elif isinstance(cp, io.IOBase) or hasattr(cp, "read"):
            self.write(cp.read())
        else:
            raise ValueError(f"a checkpoint: expected a path or a reader, found {type(cp).__name__}")

    def write(self, b: bytes) -> None:
        """Stores bytes; read() gives them back."""
        current_access().storage.write(join(self._target, _UNNAMED), bytes(b))

    def restore(self, path: str | os.PathLike[str] | None = None) -> Path | None:
        """The folder with the previous attempt's checkpoint, or None where it saved none. It is downloaded once.

        Args:
            path: a folder that exists; None for one of our own.

        Raises:
            ValueError: `path` is no folder.
            StorageError: the checkpoint can't be read.
        """
        if self._source is None or self._restored is not None:
            return self._restored
        folder = self._folder if path is None else Path(path)
        if not folder.is_dir():
            raise ValueError(f"a checkpoint is restored to a folder that exists, found {folder}")
        storage = current_access().storage
        if not storage.files(self._source):
            return None
        download_folder(storage, self._source, str(folder))
        self._restored = folder
        return folder

    def read(self) -> bytes | None:
        """The previous attempt's checkpoint, if it is a single file; None where there is none.

        Raises:
            ValueError: there are several files.
            StorageError: it can't be read.
        """
        folder = self.restore()
        files = [] if folder is None else list(folder.iterdir())
        if len(files) > 1:
            raise ValueError(f"Expected exactly one checkpoint - found {len(files)}: use restore()")
        return files[0].read_bytes() if files else None

    @cached_property
    def _folder(self) -> Path:
        import tempfile

        return Path(tempfile.mkdtemp(prefix="glider-checkpoint-"))
