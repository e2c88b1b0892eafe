"""Large pages of lists, decoded item by item.

A page of a hundred objects of 1 MB comes to gigabytes once it is decoded as a whole. What is large in a specification is made compact here
before the next item is decoded, so that a page takes little more than it does on the wire.
"""

from __future__ import annotations

import json
from typing import Any

from glider_core.api.sizes import compact
from glider_core.kube.jsonbytes import decoded, end_of_value

#: A page of less is decoded as a whole, which is several times faster.
LARGE = 2**21
_WHITE = " \t\r\n"
_DECODER = json.JSONDecoder()


def decoded_page(data: bytes) -> Any:
    """The document in `data`, with compact specifications where it is a large list.

    Raises:
        ValueError: it isn't JSON.
    """
    return decoded(data) if len(data) < LARGE else _Reader(data).document()


class _Reader:
    """Reads an object, and the list `items` in it one by one."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._text = data.decode()
        self._at = 0

    def document(self) -> Any:
        if self._sign() != "{":
            return decoded(self._data)
        self._at += 1
        document: dict[str, Any] = {}
        while self._sign() != "}":
            name = self._value()
            self._expect(":")
            document[name] = self._items() if name == "items" and self._sign() == "[" else self._value()
            if self._sign() == ",":
                self._at += 1
        return document

    def _items(self) -> list[Any]:
        self._expect("[")
        items = []
        while self._sign() != "]":
            item = self._value()
            if isinstance(item, dict) and isinstance(item.get("spec"), dict):
                item["spec"] = compact(item["spec"])
            items.append(item)
            if self._sign() == ",":
                self._at += 1
        self._at += 1
        return items

    def _value(self) -> Any:
        self._sign()
        try:
            value, self._at = _DECODER.raw_decode(self._text, self._at)
        except RecursionError:
            start = len(self._text[: self._at].encode())
            piece = self._data[start : end_of_value(self._data, start)]
            value, self._at = decoded(piece), self._at + len(piece.decode())
        return value

    def _sign(self) -> str:
        """The next character that isn't white space."""
        while self._text[self._at : self._at + 1] in _WHITE and self._at < len(self._text):
            self._at += 1
        if self._at >= len(self._text):
            raise ValueError("the document is cut off")
        return self._text[self._at]

    def _expect(self, sign: str) -> None:
        if self._sign() != sign:
            raise ValueError(f"expected {sign} at {self._at}")
        self._at += 1
