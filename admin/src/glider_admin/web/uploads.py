"""Uploads through the front, where there is no store.

The address of an upload is a capability: it has the sender's token, sealed, and is never logged. A body is read into memory up to its
bound, only so many at a time, and kept once its MD5 is right.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from glider_admin.data import files
from glider_admin.data.keeping import keep
from glider_admin.data.seals import Capability, SealError
from glider_admin.errors import RefusedError, words_of
from glider_admin.front import Front
from glider_admin.web.turns import BusyError, Turns
from glider_client.cluster.errors import ClusterError, ConflictError, ForbiddenError, InvalidObjectError, NotFoundError, UnauthorizedError

logger = logging.getLogger(__name__)

#: Seconds between two pieces of a body, and for all of it.
_PAUSE, _BODY = 15.0, 180.0
#: Of a body that is refused, so much is still read, so that its sender reads the answer.
_DRAINED = 64 << 20
#: The first that fits counts.
_STATUSES: Mapping[type[ClusterError], int] = {
    UnauthorizedError: 403,
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    InvalidObjectError: 422,
}


class UnfitError(Exception):
    """A request is refused; the message is a sentence."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


async def upload(request: Request) -> Response:
    """Keep the body, if it is what the address is for."""
    try:
        await _upload(request)
    except UnfitError as error:
        return await _refused(request, error.status, str(error))
    except RefusedError as error:  # too many callers are being checked, or the front can't check any
        return await _refused(request, 503, str(error))
    except ClusterError as error:
        return await _refused(request, status_of(error), f"The API server doesn't take the file: {words_of(error)}")
    headers = {"Connection": "close"} if request.headers.get("content-length") == "0" else {}  # its body wasn't read
    return PlainTextResponse("kept\n", headers=headers)


def status_of(error: ClusterError) -> int:
    """The status for what the API server refuses; 503 for what may go well another time."""
    return next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), 503)


async def _upload(request: Request) -> None:
    front: Front = request.app.state.front
    try:
        capability = front.files.seals.open(request.path_params["sealed"], Capability, now=time.time())
    except SealError as error:
        raise UnfitError(403, f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    try:
        caller = await front.identities.caller_of(capability.token)
    except UnauthorizedError as error:
        raise UnfitError(403, f"Whoever asked for this address isn't known any more: {error}") from error
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > capability.most:
        raise _too_large(capability, f"{int(length):,} bytes")
    turns: Turns = request.app.state.uploads
    try:
        async with turns.turn(caller.user):  # however many tokens they have
            # requests announces a stream of an empty file, with a length of 0, and then sends nothing, not even the stream's end
            body = checked(bytearray(), capability) if length == "0" else await _body(request, capability)
            namespace, identity = capability.namespace, capability.identity
            await front.clusters.ask(caller, lambda cluster: keep(cluster, body, namespace=namespace, identity=identity))
    except BusyError as error:
        raise UnfitError(503, str(error)) from error


async def _body(request: Request, capability: Capability) -> bytearray:
    body, pieces = bytearray(), request.stream()
    try:
        async with asyncio.timeout(_BODY):
            while True:
                async with asyncio.timeout(_PAUSE):
                    piece = await anext(pieces, None)
                if piece is None:
                    break
                if len(body) + len(piece) > capability.most:
                    raise _too_large(capability, "more")
                body += piece
    except TimeoutError:
        raise UnfitError(408, "The body of the upload didn't come in time. Try it again.") from None
    except ClientDisconnect:
        raise UnfitError(400, "The upload broke off.") from None
    return checked(body, capability)


def checked(body: bytearray, capability: Capability) -> bytearray:
    """`body`, if it is what the address is for.

    Raises:
        UnfitError: its MD5 is another one.
    """
    found = hashlib.md5(body, usedforsecurity=False).hexdigest()
    if capability.md5 and found != capability.md5:
        raise UnfitError(422, f"The MD5 of the body is wrong: expected {capability.md5}, found {found}. Upload it again.")
    return body


def _too_large(capability: Capability, found: str) -> UnfitError:
    return UnfitError(
        413,
        f"The file is too large: expected at most {capability.most:,} bytes, since the front has no store for it, found {found}. "
        "Leave out what isn't code, or have an administrator configure a store (storage.rawOutputDataPrefix in the operator's "
        "configuration) and give the front its keys; limits.uploadBytes in the front's configuration is the bound without one.",
    )


async def _refused(request: Request, status: int, message: str) -> Response:
    """The answer, once most of the body has been read: a client that is still sending reads none."""
    left = _DRAINED
    try:
        async with asyncio.timeout(_PAUSE):
            async for piece in request.stream():
                left -= len(piece)
                if left < 0:
                    break
    except (TimeoutError, ClientDisconnect, RuntimeError):  # RuntimeError: it was read before
        pass
    return PlainTextResponse(f"{message}\n", status_code=status, headers={"Connection": "close"})


def turns_of_uploads() -> Turns:
    """So many bodies are in memory at the same time."""
    return Turns(at_once=6, each=2, waiting=30, seconds=60)


ROUTES = [Route(f"{files.UPLOAD_PATH}{{sealed}}", upload, methods=["PUT"])]
