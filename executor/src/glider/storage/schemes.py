"""Which URIs any store can have at all; told before somebody waits for one."""

from __future__ import annotations

import re

from glider.storage.store import OBJECT_SCHEMES
from glider.storage.uris import LOCAL_SCHEMES, WEB_SCHEMES, split

_OURS = ("s3", "gs", "az", "abfs", "abfss", "file")
#: A scheme and one slash, which would count as a path of this machine.
_ONE_SLASH = re.compile(r"([a-z][a-z0-9+.-]+):/(?!/)", re.IGNORECASE)


def problem_of(uri: str, *, writing: bool) -> str | None:
    """Why nothing can be read from `uri`, or written to it; None where that isn't known beforehand."""
    scheme, rest = split(uri)
    if (found := _ONE_SLASH.match(uri)) and found[1].lower() in (*OBJECT_SCHEMES, *WEB_SCHEMES, "file"):
        return f'expected {found[1]}://…, found "{uri}"'
    if scheme in LOCAL_SCHEMES:
        return None
    if scheme in OBJECT_SCHEMES:
        return None if rest.partition("/")[0].strip() else f'expected {scheme}:// and a bucket, found "{uri}"'
    if scheme in WEB_SCHEMES:
        return f'expected a store that can be written to, found a web server in "{uri}"' if writing else None
    others = _others()
    if scheme in others:
        return None
    known = f"a path, {', '.join(f'{name}://' for name in _OURS)}"
    return f'found the scheme "{scheme}" in "{uri}", expected {known} or a protocol of fsspec\'s: {", ".join(others)}'


def _others() -> list[str]:
    """fsspec's, those of installed packages among them. 50 ms, which only unusual schemes take."""
    from fsspec import available_protocols

    return sorted(available_protocols())
