"""ConfigMaps that hold an archive, in parts, and what a TaskTemplate has about them in `spec.code`."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from glider_client.code.archive import Archive, megabytes, too_large
from glider_core.api.code import MOST_BYTES_IN_CONFIG_MAPS, MOST_PART_BYTES, PART_KEY, config_map_name
from glider_core.api.labels import GROUP

#: Where a store is that the user can write to; `--storage` wins.
VARIABLE = "GLIDER_STORAGE_PREFIX"
#: Of a ConfigMap: the SHA-256 of the archive that it is a part of.
SHA256 = f"{GROUP}/code-sha256"


def code_in_config_maps(archive: Archive) -> dict[str, Any]:
    """`spec.code` where the archive is in ConfigMaps.

    Raises:
        ArchiveError: it is too large for that; the message names the largest files.
    """
    if archive.size > MOST_BYTES_IN_CONFIG_MAPS:
        raise too_large(
            archive.root,
            archive.files,
            expected=f"an archive of at most {megabytes(MOST_BYTES_IN_CONFIG_MAPS)} for ConfigMaps",
            found=archive.size,
            instead=f", or put it into a store with --storage or {VARIABLE}",
        )
    return {"sha256": archive.sha256, "configMaps": names_of(archive), "pythonVersion": python_version()}


def code_in_store(archive: Archive, *, uri: str) -> dict[str, Any]:
    """`spec.code` where the archive is an object in a store."""
    return {"sha256": archive.sha256, "uri": uri, "pythonVersion": python_version()}


def names_of(archive: Archive) -> list[str]:
    """The names of the archive's ConfigMaps, in order."""
    return [config_map_name(sha256=archive.sha256, part=number) for number in range(-(-archive.size // MOST_PART_BYTES))]


def config_maps(archive: Archive, *, namespace: str, owners: Sequence[Mapping[str, Any]] = ()) -> Iterator[dict[str, Any]]:
    """The ConfigMaps of the archive; without `owners` they stay when the templates go."""
    for number, name in enumerate(names_of(archive)):
        part = archive.data[number * MOST_PART_BYTES : (number + 1) * MOST_PART_BYTES]
        metadata: dict[str, Any] = {"name": name, "namespace": namespace, "annotations": {SHA256: archive.sha256}}
        if owners:
            metadata["ownerReferences"] = [dict(owner) for owner in owners]
        yield {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata,
            "immutable": True,
            "binaryData": {PART_KEY: base64.b64encode(part).decode()},
        }


def part_of(config_map: Mapping[str, Any]) -> bytes:
    """The part that a ConfigMap holds; empty where it holds none."""
    try:
        return base64.b64decode((config_map.get("binaryData") or {}).get(PART_KEY) or "")
    except ValueError:
        return b""


def python_version() -> str:
    """That of this machine, for which the code has been written."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"
