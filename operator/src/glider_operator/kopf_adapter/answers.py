"""The API server's answers as kopf gets them: without what its decoder doesn't bear.

kopf decodes each line of a watch and each page of a list with the standard library, and what that raises ends the watch and with it
the process. A single object that is nested 1,500 deep raises RecursionError, in each page and again after each restart.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from glider_core.kube.jsonbytes import without_depths
from glider_core.kube.pages import decoded_page


class Answer(aiohttp.ClientResponse):
    """An answer to one of kopf's calls."""

    async def start(self, connection: Any) -> Answer:
        """As aiohttp does, with a body that kopf can read line by line."""
        await super().start(connection)
        self.content: Any = Lines(self.content)
        return self

    async def json(self, **_: Any) -> Any:
        """The document, decoded as everywhere else: kopf keeps all objects of its first lists until it has seen all kinds."""
        return decoded_page(await self.read())


class Lines:
    """The body of a response; `iter_chunked` gives whole lines, each of which can be decoded."""

    def __init__(self, content: aiohttp.StreamReader) -> None:
        self._content = content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._content, name)

    async def iter_chunked(self, size: int) -> AsyncIterator[bytes]:
        """Whole lines; the last may have no end."""
        rest = b""
        async for piece in self._content.iter_chunked(size):
            *lines, rest = (rest + piece).split(b"\n")
            if lines:
                yield b"".join(without_depths(line) + b"\n" for line in lines)
        if rest:
            yield without_depths(rest)
