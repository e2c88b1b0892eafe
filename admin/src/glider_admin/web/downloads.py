"""Files for whoever has their address: uploads through the front, and objects of the store that an answer has no room for."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from glider.storage.errors import ObjectNotFoundError, StorageError
from glider_admin.data import files
from glider_admin.data.attached import kept_at
from glider_admin.data.parts import Kept
from glider_admin.data.seals import Address, Link, SealError
from glider_admin.errors import RefusedError
from glider_admin.front import Front
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError
from glider_client.code.parts import part_of
from glider_core.api.places import parse_place

_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "attachment",
}


async def file(request: Request) -> Response:
    """A file that was uploaded through the front, for whoever has its address."""
    front: Front = request.app.state.front
    namespace, mac, identity, name = (request.path_params[part] for part in ("namespace", "mac", "identity", "name"))
    try:
        address = front.files.seals.address_in(f"{namespace}/{mac}/{identity}/{quote(name, safe='')}")
        kept = await kept_at(front.files, address)
    except SealError as error:
        return _sealed(error)
    except RefusedError as error:
        return PlainTextResponse(f"{error}\n", status_code=403)
    except ClusterError as error:
        return PlainTextResponse(f"The API server doesn't answer: {error}\n", status_code=503)
    if kept is None:
        return PlainTextResponse("There is no such file: it was never uploaded whole, or was deleted.\n", status_code=404)
    return _answer(request, _pieces(front, address, kept), size=kept.size)


async def _pieces(front: Front, address: Address, kept: Kept) -> AsyncIterator[bytes]:
    for name in kept.names:
        yield await front.files.own(partial(_part, namespace=address.namespace, name=name))


def _part(cluster: Cluster, *, namespace: str, name: str) -> bytes:
    return part_of(cluster.get(paths.config_maps(namespace, name)))


async def stored(request: Request) -> Response:
    """An object of the store, piece by piece."""
    front: Front = request.app.state.front
    try:
        link = front.files.seals.open(request.path_params["sealed"], Link, now=time.time())
        place, store = parse_place(link.uri), front.files.store
        head = await store.head(place, count=1, node_identity=link.node_identity)
    except SealError as error:
        return _sealed(error)
    except ObjectNotFoundError:
        return PlainTextResponse("There is no such object in the store any more.\n", status_code=404)
    except StorageError as error:
        return PlainTextResponse(f"The store can't be read: {error}.\n", status_code=502)
    pieces = store.pieces(place, 0, head.size, etag=head.etag, node_identity=link.node_identity)
    return _answer(request, pieces, size=head.size)


def _sealed(error: SealError) -> Response:
    return PlainTextResponse(f"{str(error)[:1].upper()}{str(error)[1:]}.\n", status_code=403)


def _answer(request: Request, pieces: AsyncIterator[bytes], *, size: int) -> Response:
    headers = {**_HEADERS, "Content-Length": str(size)}
    if request.method == "HEAD":
        return Response(headers=headers, media_type="application/octet-stream")
    return StreamingResponse(pieces, headers=headers, media_type="application/octet-stream")


ROUTES = [
    Route(f"{files.FILE_PATH}{{namespace}}/{{mac}}/{{identity}}/{{name}}", file),
    Route(f"{files.LINK_PATH}{{sealed}}/{{name}}", stored),
]
