"""How large a specification may be, and how little of one is kept while nobody needs it.

JSON of `[{},{},…]` takes thirty times its size in memory, and executions that are suspended or wait may be many. So what is large in a
specification is kept as compressed JSON and decoded when somebody asks for it; of one that is too large to ever run nothing large is kept.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from glider.wire.jsonform import FieldError, words

#: Inputs of 96 KiB once encoded take some 600 KB as JSON at the very most, where each character is an escape. etcd takes objects of 1.5
#: MiB, of which the status needs some; one at that limit can neither get a status nor be cancelled.
MAX_BYTES = 1_000_000
#: A field of less is kept as it is.
_LARGE = 8_192


class OversizedError(FieldError):
    """Too large, or nested too deep, to ever run: reported at once, even while it is suspended."""


class Compact(Mapping[str, Any]):
    """A specification, of which large fields are decoded at each access. `size`: in bytes as JSON; beyond `MAX_BYTES` they are left out."""

    __slots__ = ("_large", "_small", "size")

    def __init__(self, small: Mapping[str, Any], large: Mapping[str, bytes], *, size: int) -> None:
        self._small = small
        self._large = large
        self.size = size

    def __getitem__(self, name: str) -> Any:
        if name in self._small:
            return self._small[name]
        return json.loads(zlib.decompress(self._large[name]))

    def __iter__(self) -> Iterator[str]:
        yield from self._small
        yield from self._large

    def __len__(self) -> int:
        return len(self._small) + len(self._large)

    def __contains__(self, name: object) -> bool:
        return name in self._small or name in self._large


def compact(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """`spec`, or the same in less memory where something in it is large."""
    if isinstance(spec, Compact):
        return spec
    encoded = {name: _encoded(value) for name, value in spec.items()}
    size = sum(map(len, encoded.values()))
    if size < _LARGE:
        return spec
    large = {name for name, data in encoded.items() if len(data) >= _LARGE}
    kept = {} if size > MAX_BYTES else {name: zlib.compress(encoded[name], level=1) for name in large}
    return Compact({name: value for name, value in spec.items() if name not in large}, kept, size=size)


def check_size(spec: Any, *, path: str) -> None:
    """Refuse a specification that is too large to ever run.

    Raises:
        OversizedError: it is.
    """
    if isinstance(spec, Compact) and spec.size > MAX_BYTES:
        raise OversizedError(path, expected=f"at most {MAX_BYTES} bytes as JSON", found=words(f"{spec.size} bytes"))


def _encoded(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        pass
    try:
        return json.dumps(value).encode()  # integers of any size, halves of surrogate pairs
    except RecursionError:
        return b""  # too deep to ever run, which is reported
