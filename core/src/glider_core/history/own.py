"""Which folders are an execution's own: what may be deleted with it.

A record names them, but it was made of a status that others may have written. So a name counts only where the folder is called as the
operator calls those of this very execution, by its namespace, name and UID:

    <base>/<namespace>/<name>-<uid8>                       metadata, and the logs
    <base>/<shard>/<namespace>-<name>-<uid8>-<attempt>     raw data of an attempt

Whether the base may be deleted from is decided elsewhere: by the operator's grants, or by the user's own credentials.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from glider_core.api.names import NAME, NAMESPACE, UID
from glider_core.api.places import Place, parse_place
from glider_core.history.records import OwnFolders
from glider_core.history.rows import Row
from glider_core.resolve.storage import shard

_NAMESPACE, _NAME, _UID = re.compile(NAMESPACE), re.compile(NAME), re.compile(UID)
_ATTEMPT = re.compile(r"0|[1-9][0-9]{0,4}")


class NotOwnError(Exception):
    """A folder that is claimed for an execution, and isn't its own; the message is a sentence without its full stop."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnFolder:
    """A folder that is an execution's own.

    Attributes:
        base: the URI of the prefix.
        name: the parts from there on, with slashes in between: the last two, or more.
        place: where that is.
    """

    base: str
    name: str
    place: Place

    @property
    def uri(self) -> str:
        """The folder, with a slash at its end: nothing else begins with it."""
        return f"{self.base}{'' if self.base.endswith('/') else '/'}{self.name}/"


def folders_of(row: Row, claimed: OwnFolders) -> tuple[OwnFolder, ...]:
    """The folders in `claimed`, in the order in which they are deleted: raw data, then metadata.

    Raises:
        NotOwnError: one of them isn't the own folder of the execution that `row` is of.
    """
    if not (_NAMESPACE.fullmatch(row.namespace) and _NAME.fullmatch(row.name) and _UID.fullmatch(row.uid)):
        raise NotOwnError(
            f"expected the namespace, the name and the UID of an execution, found {row.namespace!r}, {row.name!r}, {row.uid!r}"
        )
    raw = tuple(_own(uri, row, is_raw=True) for uri in dict.fromkeys(map(str, claimed.raw)))  # a record may have anything
    return (*raw, *((_own(claimed.metadata, row, is_raw=False),) if claimed.metadata else ()))


def _own(uri: str, row: Row, *, is_raw: bool) -> OwnFolder:
    try:
        place = parse_place(str(uri), files=True)
    except ValueError as error:
        raise NotOwnError(f"expected {error}, found {uri}") from None
    above, last = place.parts[-2:] if len(place.parts) > 1 else ("", "")
    unique = f"{row.name}-{row.uid[:8]}"
    if is_raw:
        attempt = last.removeprefix(f"{row.namespace}-{unique}-")
        fits = last != attempt and _ATTEMPT.fullmatch(attempt) is not None and above == shard(last)
        expected = f"<shard>/{row.namespace}-{unique}-<attempt>"
    else:
        fits = (above, last) == (row.namespace, unique)
        expected = f"{row.namespace}/{unique}"
    if not fits:
        raise NotOwnError(f"expected a folder that ends in {expected}, found {uri}")
    name = f"{above}/{last}"
    base = uri.removesuffix("/").removesuffix(name).removesuffix("/")
    return OwnFolder(base=base if base.partition("://")[2] else f"{base}/", name=name, place=place)
