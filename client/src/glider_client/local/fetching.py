"""The code that an execution ran, from the cluster's ConfigMaps or from a store, unpacked on this machine."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from glider.loading.archives import ArchiveError, unpack
from glider.settings.reading import read_settings
from glider.storage.errors import StorageError
from glider.storage.store import Storage
from glider.wire.jsonform import FieldError, words
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import NotFoundError
from glider_client.code.parts import part_of

Json = Mapping[str, Any]

#: Of an archive, which is in memory, and of what comes out of it.
_MOST_BYTES = 1 << 30


def fetch_code(cluster: Cluster | None, code: Json, folder: Path, *, namespace: str) -> None:
    """Unpack what `spec.code` of a TaskTemplate names into `folder`.

    Raises:
        ClusterError: a ConfigMap may not be read.
        FieldError: it isn't the code that ran, or can't be read from the store with this user's rights.
    """
    if uri := code.get("uri"):
        data = _read(str(uri))
    else:
        data = b"".join(_part(cluster, str(name), namespace=namespace) for name in code.get("configMaps") or ())
    if (found := hashlib.sha256(data).hexdigest()) != code.get("sha256"):
        raise FieldError("code.sha256", expected=f"an archive with the SHA-256 {code.get('sha256')}", found=words(f"one with {found}"))
    _unpack(data, folder, where=str(uri or "ConfigMaps"))


def _part(cluster: Cluster | None, name: str, *, namespace: str) -> bytes:
    expected = "the code that ran; --code names a folder with it"
    if cluster is None:
        raise FieldError("code", expected=expected, found=words(f"the ConfigMap {name} in its place, and no cluster was asked for it"))
    try:
        return part_of(cluster.get(paths.config_maps(namespace, name)))
    except NotFoundError as error:
        raise FieldError("code", expected=expected, found=words(f"that the ConfigMap {name}, which held it, was deleted")) from error


def fetch_archive(uri: str, folder: Path) -> None:
    """Unpack the archive of a fast-registered task into `folder`.

    Raises:
        FieldError: it can't be read with this user's rights, or is no archive.
    """
    _unpack(_read(uri), folder, where=uri)


def _read(uri: str) -> bytes:
    try:
        return Storage(read_settings(os.environ).storage).read(uri, most=_MOST_BYTES)
    except StorageError as error:
        raise FieldError("code", expected="code that you may read; --code names a folder with it", found=words(str(error))) from error


def _unpack(data: bytes, folder: Path, *, where: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".glider-", dir=folder) as scratch:
        archive = Path(scratch) / "code.tar.gz"
        archive.write_bytes(data)
        try:
            unpack(str(archive), str(folder), staging=str(Path(scratch) / "unpacked"), most_bytes=_MOST_BYTES)
        except ArchiveError as error:
            raise FieldError(f"the code in {where}", expected="an archive", found=words(str(error))) from error
