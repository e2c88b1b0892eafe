"""A folder in place of an S3 server, for tests of what the operator reads and writes; S3's own words are in tests/integration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from glider.storage.local import LocalFiles
from glider.storage.store import Storage
from glider_core.api.places import parse_place
from glider_core.store.access import StoreAccess
from glider_core.store.grants import Grants

#: What makes the operator somebody to the store.
KEYS = {"FLYTE_AWS_ACCESS_KEY_ID": "key", "FLYTE_AWS_SECRET_ACCESS_KEY": "secret"}
BUCKET = "s3://bucket"
#: All of the bucket.
ALL = Grants(write=(parse_place(BUCKET),))


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = LocalFiles()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        action = getattr(self._files, name)
        return lambda uri, *args, **kwargs: action(str(local(self._folder, uri)), *args, **kwargs)


def local(folder: Path, uri: str) -> Path:
    """The file that stands for the object."""
    return folder / uri.removeprefix(f"{BUCKET}/")


def folder_access(folder: Path) -> StoreAccess:
    """The operator's access to a store of which `folder` is the bucket."""

    class InFolder(Storage):
        def _engine(self, uri: str) -> Any:
            assert uri.startswith(f"{BUCKET}/"), f"asked for {uri}"
            return _Folder(folder)

    return StoreAccess(KEYS, open_storage=InFolder)
