"""Where the operator may delete the data of executions, and may look for what others refer to: within its grants, and no further.

A tenant may have set any prefix, and the operator has rights that the tenant hasn't. Its administrator's own prefixes count as a whole
here: raw data of all namespaces are below one of them, each in a folder that is called by its namespace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from glider.wire.jsonform import FieldError
from glider_core.api.places import FILE, Place, parse_place
from glider_core.config import Config
from glider_core.history.own import OwnFolder
from glider_core.store.grants import Grants, grants_of

#: The folder as it is to be opened, for a namespace; it raises a FieldError where nothing may be deleted there.
Granted = Callable[[str, OwnFolder], OwnFolder]
_FIELD = "the folder of its data"


def granted_by(config: Config, *, has_identity: Callable[[str], bool]) -> Granted:
    """What `config`, which is that for all namespaces, grants. `has_identity`: whether the operator has keys for the store of a URI."""

    def granted(namespace: str, folder: OwnFolder) -> OwnFolder:
        grants = grants_of(config, namespace)
        uri = folder.uri.removesuffix("/")
        if not _is_configured(config, namespace, folder):
            grants.check_write(uri, field=_FIELD)
        return _reachable(folder, grants, has_identity=has_identity)

    return granted


def _reachable(folder: OwnFolder, grants: Grants, *, has_identity: Callable[[str], bool]) -> OwnFolder:
    if folder.place.scheme != FILE:
        if not (grants.node_identity or has_identity(folder.uri)):
            raise FieldError(_FIELD, expected="a store for which the operator has credentials of its own", found=folder.uri)
        return folder
    root = grants.files
    if root is None or not root.is_above(folder.place):
        raise FieldError(_FIELD, expected="a place below storageAccess.filesRoot", found=folder.uri)
    # no link is followed from the volume's root on: tasks may put some anywhere below it
    return replace(folder, base=f"{FILE}:///{'/'.join(root.parts)}", name="/".join(folder.place.parts[len(root.parts) :]))


def _is_configured(config: Config, namespace: str, folder: OwnFolder) -> bool:
    """Whether it is below a prefix that is configured for the namespace, as all of its executions' folders are."""
    storage = config.for_namespace(namespace).storage
    base = Place(folder.place.scheme, folder.place.bucket, folder.place.parts[:-2])
    return any(_place(prefix) == base for prefix in (storage.metadata_prefix, storage.raw_output_data_prefix) if prefix)


def _place(prefix: str) -> Place | None:
    try:
        return parse_place(prefix, files=True)
    except ValueError:
        return None


def check_reading(config: Config, namespace: str, uri: str, *, has_identity: Callable[[str], bool]) -> None:
    """Raises a FieldError unless the operator may read at `uri`, in an object store, for the namespace."""
    grants = grants_of(config, namespace)
    grants.check_read(uri, field="its inputs")
    if parse_place(uri, files=True).scheme == FILE or not (grants.node_identity or has_identity(uri)):
        raise FieldError("its inputs", expected="an object store for which the operator has credentials of its own", found=uri)
