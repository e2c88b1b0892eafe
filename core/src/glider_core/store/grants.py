"""What the operator may read and write in object stores on behalf of a namespace: the one rule.

A tenant names URIs, and the operator has rights that the tenant hasn't. So it only follows those URIs that its administrator has
granted to the tenant's namespace, independent of their author: below `<prefix>/<namespace>/` of a prefix that several namespaces share,
below all of a prefix that is configured for this namespace alone, and below what `storageAccess` lists. A prefix that a tenant
chose is for the pod, which has rights of its own. Files are places like others where the administrator has named the folder of a volume
that the operator shares with pods, and the prefix is below it. The history of executions is nobody's part, whatever is granted around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from glider.wire.jsonform import FieldError
from glider_core.api.places import FILE, Place, folder_place, parse_place
from glider_core.api.task import Storage
from glider_core.config import Config
from glider_core.config.history_prefix import history_place

_ALLOW = "an administrator allows more by storageAccess.read and storageAccess.write in the operator's configuration"


@dataclass(frozen=True, kw_only=True, slots=True)
class Grants:
    """The places below which the operator may write and read, those below which it may only read, whether it may ask the
    node's metadata service who it is, and the folder below which all its files are, if it may use any. `history`: nothing below it.
    """

    write: tuple[Place, ...] = ()
    read: tuple[Place, ...] = ()
    node_identity: bool = False
    files: Place | None = None
    history: Place | None = None

    def check_read(self, uri: str, *, field: str) -> None:
        """Raises a FieldError about `field` unless the operator may read at `uri`."""
        self._check(uri, (*self.write, *self.read), field=field, verb="read")

    def check_write(self, uri: str, *, field: str) -> None:
        """Raises a FieldError about `field` unless the operator may write at `uri`."""
        self._check(uri, self.write, field=field, verb="write")

    def _check(self, uri: str, places: tuple[Place, ...], *, field: str, verb: str) -> None:
        try:
            place = parse_place(uri, files=self.files is not None)
        except ValueError as error:
            raise FieldError(field, expected=f"{error}, since the operator itself has to {verb} there", found=uri) from None
        if self.history is not None and self.history.is_above(place):
            raise FieldError(field, expected=f"a place outside of the history of all executions, {self.history}", found=uri)
        if not any(allowed.is_above(place) for allowed in places):
            where = f"a place below {' or '.join(map(str, places))}" if places else "nothing, since no place is configured"
            expected = f"{where}, where the operator itself may {verb} for this namespace ({_ALLOW})"
            raise FieldError(field, expected=expected, found=uri)


def grants_of(config: Config, namespace: str) -> Grants:
    """What `config`, which is that for all namespaces, gives to `namespace`.

    Raises:
        FieldError: what is configured for `namespace` doesn't fit together.
    """
    own = config.for_namespace(namespace)
    access = own.storage_access
    files = folder_place(access.files_root) if access.files_root else None
    prefixes = (place for place in _prefixes(config, own.storage, namespace) if place.scheme != FILE or (files and files.is_above(place)))
    return Grants(
        write=tuple(dict.fromkeys((*prefixes, *_places(access.write)))),
        read=_places(access.read),
        node_identity=access.node_identity,
        files=files,
        history=history_place(config),
    )


def _prefixes(config: Config, storage: Storage, namespace: str) -> Iterator[Place]:
    others = _places(_prefixes_of_others(config, namespace))
    for prefix in _places(_given(storage.metadata_prefix, storage.raw_output_data_prefix)):
        alone = not any(prefix.is_above(other) for other in others)
        yield prefix if alone else prefix.below(namespace)


def _prefixes_of_others(config: Config, namespace: str) -> Iterator[str]:
    """The prefixes that namespaces other than `namespace` may have."""
    yield from _given(config.storage.metadata_prefix, config.storage.raw_output_data_prefix)
    for entry in config.namespace_defaults:
        if entry.namespaces != (namespace,):
            yield from _given(*(entry.settings.get("storage") or {}).values())


def _given(*prefixes: str | None) -> Iterator[str]:
    return (prefix for prefix in prefixes if prefix)


def _places(uris: Iterable[str]) -> tuple[Place, ...]:
    """Those of `uris` that are places. Others are prefixes for pods alone."""
    found = []
    for uri in uris:
        try:
            found.append(parse_place(uri, files=True))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))
