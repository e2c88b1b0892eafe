"""All objects of a kind as they are now, page by page, with pauses in between: only their metadata where that is enough.

The lists are not those that resourceVersion=0 gives: they might be older than what memory knows, and what is missing in them
would count as gone. Where a cache on the way gives us an old one all the same, it is refused. All pages show the state at the first
one's time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

from glider_operator.kube import requests
from glider_operator.kube.errors import Unavailable
from glider_operator.kube.transport import Transport
from glider_operator.model.versions import version_number
from glider_operator.sweep.kinds import Kind, Unwatched

_PAGE = 500
#: A page is followed by a pause of so many times its own duration, so that a sweep takes a fifth of one server thread at most.
_PAUSES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """An object that is there."""

    namespace: str
    name: str
    uid: str
    version: int


async def list_all(transport: Transport, kind: Kind, *, namespace: str | None, hurry: bool, newest: int) -> AsyncIterator[Listed]:
    """Every object; without pauses where there is `hurry`.

    Raises:
        Unavailable: the list is older than `newest`, the version of something that is known already.
    """
    first = requests.list_metadata(kind.resource, namespace=namespace, selector=kind.selector, fields=kind.fields, limit=_PAGE)
    async for page in _pages(transport, first, pauses=0 if hurry else _PAUSES):
        version = (page.get("metadata") or {}).get("resourceVersion", "")
        if version.isdigit() and int(version) < newest:
            raise Unavailable(f"the list of {kind.resource} is as of version {version}, and version {newest} is known already")
        for item in page.get("items") or ():
            yield _listed(item["metadata"])


async def list_unwatched(transport: Transport, unwatched: Unwatched, *, namespace: str | None) -> AsyncIterator[dict[str, Any]]:
    """Every object, as a whole."""
    for fields in unwatched.fields:
        first = requests.list_objects(unwatched.resource, namespace=namespace, selector=unwatched.selector, fields=fields, limit=_PAGE)
        async for page in _pages(transport, first, pauses=_PAUSES):
            for item in page.get("items") or ():
                yield item


async def _pages(transport: Transport, first: requests.Request, *, pauses: float) -> AsyncIterator[dict[str, Any]]:
    request = first
    while True:
        began = time.monotonic()
        page = await transport.send(request)
        yield page
        after = (page.get("metadata") or {}).get("continue")
        if not after:
            return
        request = replace(first, query=(*first.query, ("continue", after)))
        if pauses:
            await asyncio.sleep(pauses * (time.monotonic() - began))


def _listed(metadata: dict[str, Any]) -> Listed:
    return Listed(
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata["uid"],
        version=version_number(metadata["resourceVersion"]),
    )
