"""The front's files: the store with the front's own credentials, as far as the operator's configuration reaches, and what replaces it."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from anyio import Semaphore

from glider.wire.jsonform import FieldError, words
from glider_admin.data.names import UPLOADS
from glider_admin.data.seals import LEAST_KEY, Link, Seals
from glider_admin.data.store import WritingStore
from glider_admin.errors import Code, RefusedError
from glider_admin.settings import Settings
from glider_client.stored.source import Source
from glider_client.stored.subject import Ask
from glider_core.api.code import MOST_BYTES_IN_CONFIG_MAPS
from glider_core.api.places import Place, parse_place
from glider_core.store.grants import grants_of

logger = logging.getLogger(__name__)

FRONT = "the front"
_READ_AT_ONCE = 4
#: Below the front's URL.
UPLOAD_PATH, FILE_PATH, LINK_PATH = "/upload/", "/files/", "/stored/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Uploads:
    """Where a namespace's uploads go in the store."""

    folder: Place
    node_identity: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Files:
    """What files are served with.

    Attributes:
        source: the store, and the operator's configuration.
        store: the same store, for writing.
        seals: what makes addresses of files without a store.
        own: asks with the front's own credential.
        url: where clients and pods reach the front.
        most_upload: how many bytes an upload through the front may have.
        most_literals: how many bytes inputs or outputs may have in an answer.
        expiry: how many seconds an address is good for, at most.
        reading: limits how many files of values are in memory at the same time, which decoded take several times their size.
    """

    source: Source
    store: WritingStore
    seals: Seals
    own: Ask
    url: str
    most_upload: int
    most_literals: int
    expiry: int
    reading: Semaphore = field(default_factory=lambda: Semaphore(_READ_AT_ONCE))

    def uploads(self, namespace: str) -> Uploads | None:
        """Where the uploads of `namespace` go in the store; None where it has none, or none that the front has credentials for.

        Raises:
            RefusedError: the operator's configuration can't be used.
        """
        try:
            config = self.source.config()
            if config is None:
                return None
            storage, grants = config.for_namespace(namespace).storage, grants_of(config, namespace)
        except (FieldError, OSError) as error:
            message = f"The operator's configuration can't be used: {error}. Ask whoever administers the cluster to mend it."
            raise RefusedError(Code.FAILED_PRECONDITION, message) from error
        prefix = storage.raw_output_data_prefix or storage.metadata_prefix
        try:
            place = parse_place(prefix) if prefix else None
        except ValueError:  # a prefix for pods alone, such as a volume's
            place = None
        if place is None:
            return None
        if not self.reaches(place, node_identity=grants.node_identity):
            return None
        return Uploads(folder=place.below(namespace).below(UPLOADS), node_identity=grants.node_identity)

    def reaches(self, place: Place, *, node_identity: bool) -> bool:
        """Whether the front has credentials for the store of `place`."""
        return node_identity or self.store.knows(place)

    def link(self, place: Place, *, node_identity: bool) -> str:
        """A URL of the front's own, without a query, from which whoever has it can read the object for a while."""
        sealed = self.seals.seal(Link(uri=str(place), node_identity=node_identity, expires=int(time.time()) + self.expiry))
        return f"{self.url}{LINK_PATH}{sealed}/{quote(place.parts[-1], safe='')}"

    def path_in(self, uri: str) -> str | None:
        """The path of `uri` below that of the front's files; None where it is none of them."""
        prefix = f"{self.url}{FILE_PATH}"
        return uri.removeprefix(prefix) if uri.startswith(prefix) else None


def files_of(settings: Settings, *, own: Ask, url: str) -> Files:
    """The files of a front that is reached at `url`.

    Raises:
        FieldError: the key can't be read, or is too short.
    """
    store = WritingStore(os.environ, reader=FRONT, public_endpoint=settings.uploads.store_endpoint)
    return Files(
        source=Source(config_file=settings.operator_config_file, store=store, reader=FRONT),
        store=store,
        seals=Seals(_key(settings.uploads.key_file)),
        own=own,
        url=(settings.url or url).rstrip("/"),
        most_upload=min(settings.limits.upload_bytes, MOST_BYTES_IN_CONFIG_MAPS),
        most_literals=settings.limits.message_bytes // 2 - (64 << 10),
        expiry=settings.uploads.expiry_seconds,
    )


def _key(path: Path | None) -> bytes:
    if path is not None:
        return read_key(path)
    logger.warning(
        "uploads.keyFile isn't set: addresses of files without a store are good for this process alone. "
        "Set it to a file with %d random bytes, the same for all replicas",
        LEAST_KEY,
    )
    return os.urandom(LEAST_KEY)


def read_key(path: Path) -> bytes:
    """The key in the file at `path`.

    Raises:
        FieldError: it can't be read, or is too short.
    """
    try:
        key = path.read_bytes()
    except OSError as error:
        raise FieldError("uploads.keyFile", expected="a file that can be read", found=str(path)) from error
    if len(key) < LEAST_KEY:
        expected = f"a file with at least {LEAST_KEY} random bytes"
        raise FieldError("uploads.keyFile", expected=expected, found=words(f"{len(key)} bytes in {path}"))
    return key
