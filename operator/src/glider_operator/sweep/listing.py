"""All objects of a kind as they are now, page by page, with pauses in between: only their metadata where that is enough.

The lists are not those of resourceVersion=0: they might be older than the operator's caches, and what is missing in them would count
as gone. Where a cache on the way returns an old list nevertheless, it is refused. All pages show the state at the first one's time.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from glider_core.api.labels import execution_of
from glider_core.api.versions import version_number
from glider_core.kube import requests
from glider_core.kube.errors import Expired, KubeError, Unavailable
from glider_core.kube.transport import Transport
from glider_operator.sweep.kinds import Kind, Unwatched

logger = logging.getLogger(__name__)

_PAGE = 500
#: Of whole objects fewer: each may have 1.5 MB.
_PAGE_OF_OBJECTS = 100
#: A page is followed by a pause of so many times its own duration, so that a sweep takes a fifth of one server thread at most.
_PAUSES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """An object that is there, in a list that is as of version `as_of` (0: the list doesn't state it)."""

    namespace: str
    name: str
    uid: str
    version: int
    as_of: int = 0


class OlderList(Unavailable):
    """A list is older than something that is known already: a cache on the way returned it, or the API server's data are older now."""


async def list_all(transport: Transport, kind: Kind, *, namespace: str | None, hurry: bool, newest: int) -> AsyncIterator[Listed]:
    """Every object; without pauses where there is `hurry`.

    Raises:
        OlderList: the list is older than `newest`, the version of something that is known already.
    """
    first = requests.list_metadata(kind.resource, namespace=namespace, selector=kind.selector, fields=kind.fields, limit=_PAGE)
    async for page in pages(transport, first, pauses=0 if hurry else _PAUSES, newest=newest):
        as_of = _as_of(page)
        for item in page.get("items") or ():
            yield _listed(item["metadata"], as_of=as_of)


async def list_objects(transport: Transport, unwatched: Unwatched, *, namespace: str | None, newest: int) -> AsyncIterator[dict[str, Any]]:
    """Every object, as a whole; not all of the same time, where the API server has forgotten the first page's.

    Raises:
        OlderList: the list is older than `newest`, the version of something that is known already.
    """
    selectors = {"selector": unwatched.selector, "fields": unwatched.fields}
    first = requests.list_objects(unwatched.resource, namespace=namespace, limit=_PAGE_OF_OBJECTS, **selectors)
    async for page in pages(transport, first, newest=newest, goes_on=True):
        for item in page.get("items") or ():
            yield item


async def pages(
    transport: Transport, first: requests.Request, *, pauses: float = _PAUSES, newest: int = 0, goes_on: bool = False
) -> AsyncIterator[dict[str, Any]]:
    """All pages of a list. `goes_on`: continue with the present state where the API server has forgotten the first page's.

    Raises:
        OlderList: the list is older than `newest`, the version of something that is known already.
    """
    after = ""
    while True:
        began = time.monotonic()
        request = replace(first, query=(*first.query, ("continue", after))) if after else first
        try:
            page = await transport.send(request)
        except Expired as error:
            if not (goes_on and error.go_on):
                raise
            after = error.go_on
            continue
        if 0 < (version := _as_of(page)) < newest:
            raise OlderList(f"the list of {first.resource} is as of version {version}, and version {newest} is known already")
        yield page
        after = (page.get("metadata") or {}).get("continue") or ""
        if not after:
            return
        if pauses:
            await asyncio.sleep(pauses * (time.monotonic() - began))


async def problem_of(listing: Awaitable[None], *, what: str) -> str:
    """Why `listing`, which is `what`, did not finish; empty if it did. The reason is logged, too."""
    try:
        await listing
    except KubeError as error:
        logger.warning("%s did not finish: %s", what, error)
        return str(error) or repr(error)
    except Exception as error:
        logger.exception("%s did not finish", what)
        return repr(error)
    return ""


def deliver(saw: Callable[[Mapping[str, Any]], None], body: Mapping[str, Any], resource: str) -> None:
    """Call `saw` with an object. If that fails, log it: the other objects must still be delivered."""
    try:
        saw(body)
    except Exception:
        about = {"execution": execution} if (execution := execution_of(body)) else None
        metadata = body["metadata"]
        logger.exception("%s: an unexpected error, about %s/%s", resource, metadata["namespace"], metadata["name"], extra=about)


def _as_of(page: Mapping[str, Any]) -> int:
    version = (page.get("metadata") or {}).get("resourceVersion", "")
    return int(version) if version.isdigit() else 0


def _listed(metadata: dict[str, Any], *, as_of: int) -> Listed:
    return Listed(
        as_of=as_of,
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata["uid"],
        version=version_number(metadata["resourceVersion"]),
    )
