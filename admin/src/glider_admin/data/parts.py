"""ConfigMaps that hold a file that was uploaded through the front, in immutable parts: the first is written last, so that a file whose
first part is there is there as a whole. Pure.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from glider_client.code.parts import SHA256
from glider_core.api.code import MOST_BYTES_IN_CONFIG_MAPS, MOST_PART_BYTES, PART_KEY
from glider_core.api.labels import GROUP

Json = Mapping[str, Any]

#: Of a ConfigMap: that it is a part of an upload.
UPLOAD = f"{GROUP}/upload"
_DIGITS = len(str(MOST_BYTES_IN_CONFIG_MAPS))
#: Of the first part: the size of the whole.
SIZE = f"{GROUP}/upload-size"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A file that is kept: the names of its ConfigMaps in order, its size and its SHA-256."""

    names: tuple[str, ...]
    size: int
    sha256: str


def name_of(identity: str, *, part: int) -> str:
    """The name of the ConfigMap with the part of that number, from 0."""
    return f"glider-upload-{identity}-{part}"


def config_maps(data: bytes | bytearray, *, namespace: str, identity: str) -> Iterator[dict[str, Any]]:
    """The ConfigMaps of a file, in the order in which they are to be written, one by one: together they take more than twice its memory."""
    sha256 = hashlib.sha256(data).hexdigest()
    for number in reversed(range(_count(len(data)))):
        yield {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": name_of(identity, part=number),
                "namespace": namespace,
                "labels": {UPLOAD: "true"},
                "annotations": {SHA256: sha256, SIZE: str(len(data))},
            },
            "immutable": True,
            "binaryData": {PART_KEY: base64.b64encode(data[number * MOST_PART_BYTES : (number + 1) * MOST_PART_BYTES]).decode()},
        }


def kept_of(first: Json, *, identity: str) -> Kept | None:
    """The file of which `first` is the first part; None where it is none. Whoever may write ConfigMaps may have written any size."""
    annotations = first["metadata"].get("annotations") or {}
    size, sha256 = annotations.get(SIZE, ""), annotations.get(SHA256, "")
    if not (size.isascii() and size.isdecimal() and len(size) <= _DIGITS and int(size) <= MOST_BYTES_IN_CONFIG_MAPS and sha256):
        return None
    names = tuple(name_of(identity, part=number) for number in range(_count(int(size))))
    return Kept(names=names, size=int(size), sha256=sha256)


def _count(size: int) -> int:
    return max(1, -(-size // MOST_PART_BYTES))
