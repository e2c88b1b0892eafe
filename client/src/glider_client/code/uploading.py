"""Puts an archive into a store, once for each content, with the user's own rights there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from glider.settings.reading import read_settings
from glider.storage.errors import StorageError
from glider.storage.store import Storage, problem_of
from glider.storage.uris import is_local, join
from glider.telemetry.progress import show_progress
from glider_client.code.archive import Archive
from glider_client.code.parts import VARIABLE
from glider_client.code.tree import ArchiveError


def problem_with(storage: str) -> str | None:
    """Why pods can't use the prefix `storage`; None where that isn't known beforehand. A folder of this machine they don't have."""
    if is_local(storage):
        return f"expected the URI of a store that pods reach, such as s3://bucket/prefix, found {storage!r}"
    return problem_of(storage, writing=True)


def upload(archive: Archive, *, storage: str, dry_run: bool = False) -> str:
    """The URI of the archive below the prefix `storage`; what is there already isn't uploaded again.

    Args:
        archive: the archive.
        storage: the prefix, such as s3://bucket/glider.
        dry_run: nothing is uploaded.

    Raises:
        ArchiveError: the store can't be used.
    """
    if problem := problem_with(storage):
        raise ArchiveError(f"--storage: {problem}")
    store = Storage(read_settings(os.environ).storage)
    uri = join(storage.rstrip("/"), "code", f"{archive.sha256}.tar.gz")
    if dry_run:
        return uri
    show_progress(store.traffic)
    try:
        if not store.exists(uri):
            with tempfile.TemporaryDirectory(prefix="glider-") as folder:
                file = Path(folder) / "code.tar.gz"
                file.write_bytes(archive.data)
                store.upload(str(file), uri)
    except StorageError as error:
        raise ArchiveError(f"the code can't be stored: {error}; without --storage and {VARIABLE} it travels in ConfigMaps") from error
    return uri
