"""Code that was uploaded through the front, as a template's own: it stays in its ConfigMaps, and the pod gets it with `spec.code`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glider.wire.jsonform import FieldError, nothing
from glider_admin.data.calling import Calling
from glider_admin.data.parts import kept_of, name_of
from glider_admin.data.seals import SealError
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import NotFoundError
from glider_client.code.owners import add_owners, owner_of
from glider_core.kube.requests import METADATA_OF_ONE

Json = Mapping[str, Any]

_ARCHIVE_ENDING = ".tar.gz"
#: Where an uploaded bundle is named, for messages.
_FIELD = "spec.template.container.args"


async def code_of(call: Calling, *, namespace: str, uri: str) -> dict[str, Any] | None:
    """`spec.code` for the bundle at `uri`; None where the front doesn't keep it, or it is no archive: fast-execute fetches the pickled
    tasks of a notebook.

    Raises:
        FieldError: the address is somebody else's work, or of another namespace, or was never uploaded.
        ClusterError: the caller may not read ConfigMaps there, or the cluster doesn't answer.
    """
    path = call.front.files.path_in(uri)
    if path is None:
        return None
    try:
        address = call.front.files.seals.address_in(path)
    except SealError as error:
        raise FieldError(_FIELD, expected="the address of an upload of this front", found=uri) from error
    if not address.name.endswith(_ARCHIVE_ENDING):
        return None
    if address.namespace != namespace:
        raise FieldError(_FIELD, expected=f"an upload of the namespace {namespace}", found=uri)
    first = paths.config_maps(namespace, name_of(address.identity, part=0))
    try:
        kept = kept_of(await call.ask(lambda cluster: cluster.get(first, accept=METADATA_OF_ONE)), identity=address.identity)
    except NotFoundError:
        kept = None
    if kept is None:
        raise FieldError(_FIELD, expected=f"code that was uploaded whole to {uri}; upload it again", found=nothing())
    return {"sha256": kept.sha256, "configMaps": list(kept.names)}


async def own(call: Calling, *, namespace: str, code: Json, template: Json) -> None:
    """Have the ConfigMaps of `code` go when the last of their templates does, of which `template` is one.

    Raises:
        ClusterError: the caller may not change ConfigMaps there, or the cluster doesn't answer.
    """

    def give(cluster: Cluster) -> None:
        for name in code.get("configMaps") or ():
            add_owners(cluster, namespace=namespace, name=name, owners=[owner_of(template)])

    await call.ask(give)
