"""Where a client may upload a file: a place of the store by a URL that is signed for this one content, or else the front itself."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Mapping
from typing import TypeAlias
from urllib.parse import quote

from flyteidl.service import dataproxy_pb2

from glider.wire.jsonform import FieldError, words
from glider_admin.data import files
from glider_admin.data.names import Upload, upload_of
from glider_admin.data.seals import Address, Capability
from glider_admin.front import Call
from glider_admin.handlers.handler import Handler
from glider_client.access.rights import Right
from glider_client.cluster.errors import AlreadyExistsError
from glider_core.api.labels import EXECUTIONS, TEMPLATES
from glider_core.api.places import Place

#: Requests for an address that expires.
Expiring: TypeAlias = (
    dataproxy_pb2.CreateUploadLocationRequest | dataproxy_pb2.CreateDownloadLinkRequest | dataproxy_pb2.CreateDownloadLocationRequest
)
_RANDOM_BYTES = 12
#: Metadata of the object, by the name that FlyteAdmin has for it.
_MD5_METADATA = "x-amz-meta-flytecontentmd5"
_AZURE = frozenset({"az", "abfs", "abfss"})


async def create_upload_location(
    call: Call, request: dataproxy_pb2.CreateUploadLocationRequest
) -> dataproxy_pb2.CreateUploadLocationResponse:
    """A place for one file of a namespace in which the caller may run or register something."""
    namespace = call.namespace(request.project, request.domain)
    await require_upload(call, namespace)
    upload = upload_of(request, random=lambda: secrets.token_hex(_RANDOM_BYTES))
    seconds = seconds_of(request, most=call.front.files.expiry)
    place = call.front.files.uploads(namespace)
    if place is None:
        return await _through_front(call, namespace, upload, seconds)
    return await _to_store(call, place, upload, seconds, metadata=request.add_content_md5_metadata)


async def require_upload(call: Call, namespace: str) -> None:
    """Nothing, if the caller may make something of a file there.

    Raises:
        ForbiddenError: they may neither create executions nor templates.
    """
    execution = Right(verb="create", resource=EXECUTIONS, namespace=namespace)
    template = Right(verb="create", resource=TEMPLATES, namespace=namespace)
    if not await call.front.reviews.allowed(call.caller, template):
        await call.require(execution)


def seconds_of(request: Expiring, *, most: int) -> int:
    """For how many seconds the address is to be good: as long as is asked for, and `most` at most.

    Raises:
        FieldError: it is asked for no time at all.
    """
    if not request.HasField("expires_in"):
        return most
    seconds = request.expires_in.seconds
    if seconds < 1:
        raise FieldError("expires_in", expected="a second or more", found=words(f"{seconds} seconds"))
    return min(seconds, most)


async def _to_store(
    call: Call, uploads: files.Uploads, upload: Upload, seconds: int, *, metadata: bool
) -> dataproxy_pb2.CreateUploadLocationResponse:
    store, place = call.front.files.store, uploads.folder
    for part in upload.parts:
        place = place.below(part)
    there = await store.content(place, node_identity=uploads.node_identity) if upload.root and upload.md5 else frozenset()
    digest = base64.b64encode(bytes.fromhex(upload.md5)).decode()
    if there and not there & {upload.md5, digest}:
        raise AlreadyExistsError(f"there is another file at {place}. Upload it with another filename_root.")
    headers = _headers(place, digest, metadata=metadata, new=bool(upload.root and upload.md5) and not there, binds=store.binds(place))
    url = await store.signed(place, method="PUT", seconds=seconds, node_identity=uploads.node_identity, headers=headers)
    answer = dataproxy_pb2.CreateUploadLocationResponse(signed_url=url, native_url=str(place), headers=headers)
    answer.expires_at.FromSeconds(int(time.time()) + seconds)
    return answer


def _headers(place: Place, digest: str, *, metadata: bool, new: bool, binds: bool) -> Mapping[str, str]:
    """What the upload has to have. flytekit sends these headers; flytectl ignores them, and sends Content-MD5 by itself."""
    if place.scheme in _AZURE:
        return {"x-ms-blob-type": "BlockBlob"}
    if not binds:
        return {}
    return {
        **({"Content-MD5": digest} if digest else {}),
        **({_MD5_METADATA: digest} if digest and metadata else {}),
        **({"If-None-Match": "*"} if new else {}),
    }


async def _through_front(call: Call, namespace: str, upload: Upload, seconds: int) -> dataproxy_pb2.CreateUploadLocationResponse:
    await call.require(Right(verb="create", group="", resource="configmaps", namespace=namespace))
    front, expires = call.front.files, int(time.time()) + seconds
    capability = Capability(
        token=call.caller.config.user.token or "",
        namespace=namespace,
        identity=upload.identity,
        md5=upload.md5,
        most=front.most_upload,
        expires=expires,
    )
    address = Address(namespace=namespace, identity=upload.identity, name=quote(upload.name, safe=""))
    answer = dataproxy_pb2.CreateUploadLocationResponse(
        signed_url=f"{front.url}{files.UPLOAD_PATH}{front.seals.seal(capability)}",
        native_url=f"{front.url}{files.FILE_PATH}{front.seals.signed(address)}",
    )
    answer.expires_at.FromSeconds(expires)
    return answer


HANDLERS: Mapping[str, Handler] = {"CreateUploadLocation": create_upload_location}
