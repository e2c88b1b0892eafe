"""Files that were uploaded through the front, as pods get them: by its own right to read ConfigMaps, which it mostly hasn't. Who runs a
task with such an input learns that at once, and not by the pod that fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from flyteidl.core import literals_pb2, types_pb2

from glider.wire.jsonform import FieldError, LiteralMap, nothing
from glider_admin.data.files import Files
from glider_admin.data.parts import Kept, kept_of, name_of
from glider_admin.data.seals import Address, SealError
from glider_admin.errors import Code, RefusedError
from glider_client.cluster import paths
from glider_client.cluster.errors import ForbiddenError, NotFoundError
from glider_core.kube.requests import METADATA_OF_ONE

_STORE = "storage.rawOutputDataPrefix in the operator's configuration"
#: Each is a request of the front's own.
_MOST_CHECKED = 20
#: What of a scalar has a URI.
_SCALARS = ("blob", "schema", "structured_dataset")


async def kept_at(files: Files, address: Address) -> Kept | None:
    """What is kept at `address`; None where nothing is.

    Raises:
        RefusedError: the front may not read it.
        ClusterError: the API server doesn't answer.
    """
    path = paths.config_maps(address.namespace, name_of(address.identity, part=0))
    try:
        first = await files.own(lambda cluster: cluster.get(path, accept=METADATA_OF_ONE))
    except NotFoundError:
        return None
    except ForbiddenError as error:
        raise RefusedError(
            Code.FAILED_PRECONDITION,
            f"The front may not read ConfigMaps in {address.namespace}, so pods get no files from it. Without a store, files as inputs "
            f"need that right: the chart's admin.uploads.readConfigMaps. With a store ({_STORE}) they need nothing.",
        ) from error
    return kept_of(first, identity=address.identity)


async def check_files(files: Files, literals: LiteralMap) -> None:
    """Nothing, if pods get all files of these inputs that are the front's.

    Raises:
        FieldError: one was never uploaded, or is a folder.
        RefusedError: the front may not serve them.
        ClusterError: the API server doesn't answer.
    """
    named = {found: name for name in sorted(literals.literals) for found in _uris(literals.literals[name])}
    ours = ((path, found) for found in named if (path := files.path_in(found.uri)) is not None)
    for path, found in islice(ours, _MOST_CHECKED):
        await _check(files, path, found, field=f"inputs.{named[found]}")


async def _check(files: Files, path: str, found: _Found, *, field: str) -> None:
    uri = found.uri
    try:
        if found.is_folder:  # of one file: flytekit then names that
            raise SealError("a folder isn't a file")
        address = files.seals.address_in(path)
    except SealError as error:
        expected = f"the address of one file that was uploaded to this front; folders need a store ({_STORE})"
        raise FieldError(field, expected=expected, found=uri) from error
    if await kept_at(files, address) is None:
        raise FieldError(field, expected=f"a file that was uploaded whole to {uri}; upload it again", found=nothing())


class _Found(NamedTuple):
    """Where the data of a value is."""

    uri: str
    is_folder: bool


def _uris(literal: literals_pb2.Literal) -> Iterator[_Found]:
    match literal.WhichOneof("value"):
        case "collection":
            for item in literal.collection.literals:
                yield from _uris(item)
        case "map":
            for item in literal.map.literals.values():
                yield from _uris(item)
        case "scalar":
            kind = literal.scalar.WhichOneof("value")
            if kind == "union":
                yield from _uris(literal.scalar.union.value)
            elif kind in _SCALARS:
                multipart = literal.scalar.blob.metadata.type.dimensionality == types_pb2.BlobType.MULTIPART
                yield _Found(uri=getattr(literal.scalar, kind).uri, is_folder=multipart)
