"""Whose folder a URI leads into, by what its folders are called:

    <metadata prefix>/<namespace>/<name>-<uid8>/…                       metadata of an execution, and the logs of its attempts
    <raw prefix>/<shard>/<namespace>-<name>-<uid8>-<attempt>/…          raw data of one of its attempts

A name alone proves little: whatever is deleted, or shown to others, is compared with the configured prefixes too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from glider_core.resolve.storage import shard

#: The parts of the names, for patterns.
NAMED = r"(?P<name>[a-z0-9][a-z0-9.-]*)-(?P<uid>[0-9a-f]{8})"
NAMESPACE = r"[a-z0-9-]+"
ATTEMPT = r"0|[1-9][0-9]{0,4}"

_METADATA = re.compile(NAMED)
_RAW = re.compile(rf"(?P<unique>{NAMED})-(?:{ATTEMPT})")
_NAMESPACE = re.compile(NAMESPACE)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>|,;]+")


def key_of(*, namespace: str, name: str, uid: str) -> str:
    """What the names of an execution's folders have in common: `<namespace>-<name>-<uid8>`."""
    return f"{namespace}-{name}-{uid[:8]}"


def folder_of(uri: str) -> str | None:
    """The folder of an execution, of its metadata or of an attempt's raw data, that `uri` is, or leads into; None where it is none."""
    parts = uri.split("/")
    for place in range(4, len(parts)):  # after the scheme, the empty part and the bucket one folder is above
        if _key(parts[place - 1], parts[place]) is not None:
            return "/".join(parts[: place + 1])
    return None


def key_of_folder(folder: str) -> str | None:
    """The `key_of` of the execution whose folder it is."""
    above, _, name = folder.rstrip("/").rpartition("/")
    return _key(above.rpartition("/")[2], name)


def folders_in(documents: Iterable[Any]) -> Iterator[str]:
    """The folders of executions that texts within JSON documents lead into, each once, in the order of the texts."""
    found = dict[str, None]()
    for text in _texts(list(documents)):
        if "://" in text:
            for uri in _URI.findall(text):
                if (folder := folder_of(uri)) is not None:
                    found[folder] = None
    yield from found


def _key(above: str, name: str) -> str | None:
    if len(above) == 2 and (raw := _RAW.fullmatch(name)) and above == shard(name):
        return raw["unique"]
    return f"{above}-{name}" if _METADATA.fullmatch(name) and _NAMESPACE.fullmatch(above) else None


def _texts(document: Any) -> Iterator[str]:
    waiting = [document]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, Mapping):
            waiting += reversed(list(one.values()))
        elif isinstance(one, (list, tuple)):
            waiting += reversed(one)
