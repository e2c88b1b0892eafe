"""S3, Google Cloud Storage and Azure through obstore, which starts in a tenth of s3fs' time.

Small objects move in one request. Large ones move in parts, a few at once, so that memory stays bounded whatever their
size: a download's ranges are pinned to one version of the object by its ETag, and an upload's part size grows with the
file, since S3 takes at most 10 000 parts.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any

import obstore

from glider.settings.model import StorageSettings
from glider.storage.errors import AccessDeniedError, ObjectNotFoundError, StorageError
from glider.storage.local import written_whole
from glider.storage.traffic import Transfer
from glider.storage.uris import split

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_PART_BYTES = 8 << 20
_MOST_PARTS = 9_000
_CONCURRENCY = 4
#: The time limit ends retrying before this does: back-off has full jitter, so that ten retries may be over in two seconds.
_MOST_RETRIES = 40


class Objects:
    """The remote stores that obstore knows.

    Args:
        settings: endpoints and credentials.
        patience: how long a failing request is tried again, in seconds.
        metadata: what every object that is written carries as its metadata.
    """

    def __init__(self, settings: StorageSettings, *, patience: float, metadata: Mapping[str, str] | None = None) -> None:
        self._settings = settings
        self._patience = patience
        self._metadata = {name: value for name, value in (metadata or {}).items() if value and value.isascii() and value.isprintable()}
        self._stores: dict[str, ObjectStore] = {}

    @property
    def endpoint(self) -> str | None:
        """The custom S3 endpoint, for messages."""
        return self._settings.s3.endpoint

    def read(self, uri: str) -> bytes:
        """The whole object."""
        store, key = self.locate(uri)
        with self.explained(uri):
            return bytes(obstore.get(store, key).bytes())

    def write(self, uri: str, data: bytes, *, attributes: Mapping[str, str] | None = None) -> None:
        """All of `data`; the store shows nothing before the end."""
        store, key = self.locate(uri)
        with self.explained(uri):
            obstore.put(
                store,
                key,
                data,
                attributes=self.attributes(attributes),
                use_multipart=len(data) > _PART_BYTES,
                chunk_size=_part_size(len(data)),
            )

    def download(self, uri: str, path: str, *, transfer: Transfer) -> None:
        """The object as the file `path`, in bounded memory."""
        store, key = self.locate(uri)
        with self.explained(uri), written_whole(path) as file:
            meta = obstore.head(store, key)
            transfer.total = size = meta["size"]
            if size <= _PART_BYTES:
                file.write(obstore.get(store, key).bytes())
                transfer.advance(file.tell())
                return
            os.truncate(file.fileno(), size)
            _download_parts(store, key, size=size, etag=meta["e_tag"], descriptor=file.fileno(), transfer=transfer)

    def upload(self, path: str, uri: str, *, transfer: Transfer, attributes: Mapping[str, str] | None = None) -> None:
        """The file `path` as an object, in bounded memory."""
        store, key = self.locate(uri)
        with self.explained(uri), open(path, "rb") as file:  # noqa: PTH123
            transfer.total = size = os.fstat(file.fileno()).st_size
            obstore.put(
                store,
                key,
                _Counted(file, transfer),  # type: ignore[arg-type]  # all that obstore calls is there
                attributes=self.attributes(attributes),
                use_multipart=size > _PART_BYTES,
                chunk_size=_part_size(size),
                max_concurrency=_CONCURRENCY,
            )

    def exists(self, uri: str) -> bool:
        """Whether there is such an object."""
        store, key = self.locate(uri)
        try:
            with self.explained(uri):
                obstore.head(store, key)
        except ObjectNotFoundError:
            return False
        return True

    def files(self, uri: str) -> list[str]:
        """All objects beneath the folder, by relative key. Consoles make an empty object for a folder, which is none of its files."""
        store, key = self.locate_prefix(uri)
        prefix = f"{key.rstrip('/')}/" if key else ""
        with self.explained(uri):
            names = [meta["path"].removeprefix(prefix) for batch in obstore.list(store, prefix or None) for meta in batch]
        folders = {"/".join(parts[:length]) for name in names for parts in [name.split("/")] for length in range(1, len(parts))}
        return sorted(name for name in names if name not in folders)

    def attributes(self, own: Mapping[str, str] | None = None) -> dict[str, str]:
        """What an object is to carry: `own` (Content-Type and the like), and everybody's metadata."""
        return {**self._metadata, **(own or {})}

    def locate(self, uri: str) -> tuple[ObjectStore, str]:
        """The store and the key of an object."""
        store, key = self.locate_prefix(uri)
        if not key:
            raise StorageError(uri, "expected a bucket and a key")
        return store, key

    def locate_prefix(self, uri: str) -> tuple[ObjectStore, str]:
        """The store, and a prefix of keys, which is empty for the whole bucket."""
        scheme, rest = split(uri)
        bucket, _, key = rest.partition("/")
        if not bucket:
            raise StorageError(uri, "expected a bucket and a key")
        root = f"{'s3' if scheme == 's3a' else scheme}://{bucket}"
        if root not in self._stores:
            with self.explained(uri):
                self._stores[root] = self._open(root)
        return self._stores[root], key

    def _open(self, root: str) -> ObjectStore:
        from obstore.store import from_url

        config: Any = _s3_config(self._settings) if root.startswith("s3:") else self._settings.azure.options()
        client: Any = {"connect_timeout": timedelta(seconds=5), "timeout": timedelta(minutes=5)}
        if (self.endpoint or "").startswith("http://"):
            client["allow_http"] = True
        if root.startswith("gs:"):
            config = {}
        if self._settings.anonymous:
            config = {**config, "skip_signature": True}
        return from_url(root, config=config or None, client_options=client, retry_config=self._retries())

    def _retries(self) -> Any:
        s3 = self._settings.s3
        first = timedelta(seconds=s3.backoff_seconds) if s3.backoff_seconds else timedelta(milliseconds=100)
        return {
            "max_retries": _MOST_RETRIES if s3.retries is None else s3.retries,
            "retry_timeout": timedelta(seconds=self._patience),
            "backoff": {"init_backoff": first, "max_backoff": max(first, timedelta(seconds=3)), "base": 2},
        }

    @contextlib.contextmanager
    def explained(self, uri: str) -> Iterator[None]:
        """Turns what obstore raises into StorageError."""
        endpoint = self.endpoint if uri.startswith("s3") else None
        try:
            yield
        except FileNotFoundError as error:
            raise ObjectNotFoundError(uri, f"there is no such object ({_first_words(error)})", endpoint=endpoint) from None
        except (OSError, ValueError, obstore.exceptions.BaseError) as error:
            kind = AccessDeniedError if _is_refusal(error) else StorageError
            raise kind(uri, _first_words(error), endpoint=endpoint) from None


def _is_refusal(error: Exception) -> bool:
    """Without credentials obstore asks the machine's metadata service for some, and fails when that is silent."""
    refusals = (obstore.exceptions.PermissionDeniedError, obstore.exceptions.UnauthenticatedError)
    return isinstance(error, refusals) or "169.254.169.254" in str(error)


def _s3_config(settings: StorageSettings) -> dict[str, Any]:
    s3 = settings.s3
    config: dict[str, Any] = {"region": s3.region}
    if s3.endpoint:
        config["endpoint"] = s3.endpoint
    if s3.access_key_id and s3.secret_access_key:
        config |= {"access_key_id": s3.access_key_id, "secret_access_key": s3.secret_access_key}
    if s3.endpoint or s3.addressing_style:
        config["virtual_hosted_style_request"] = s3.addressing_style == "virtual"
    return config


class _Counted:
    """A file that tells how much of it obstore has taken; read() and seek() are all that obstore calls."""

    def __init__(self, file: IO[bytes], transfer: Transfer) -> None:
        self._file = file
        self._transfer = transfer
        self.seek = file.seek

    def read(self, size: int = -1) -> bytes:
        """The next part."""
        data = self._file.read(size)
        self._transfer.advance(len(data))
        return data


def _part_size(size: int) -> int:
    return max(_PART_BYTES, -(-size // _MOST_PARTS))


def _download_parts(store: ObjectStore, key: str, *, size: int, etag: str | None, descriptor: int, transfer: Transfer) -> None:
    from concurrent.futures import ThreadPoolExecutor  # only large objects need it

    def fetch(start: int) -> None:
        options: Any = {"range": (start, min(start + _PART_BYTES, size))}
        if etag:
            options["if_match"] = etag
        part = obstore.get(store, key, options=options).bytes()
        os.pwrite(descriptor, part, start)
        transfer.advance(len(part))

    with ThreadPoolExecutor(_CONCURRENCY) as pool:
        for _ in pool.map(fetch, range(0, size, _PART_BYTES)):
            pass


def _first_words(error: Exception) -> str:
    """What people need of obstore's message: not its Rust debug dump, and of the store's XML only code and message."""
    text = str(error).partition("Debug source")[0].partition("\nDebug")[0]
    words, _, body = text.partition("<?xml")
    told = [match.group(1) for tag in ("Code", "Message") if (match := re.search(f"<{tag}>(.*?)</{tag}>", body))]
    return " ".join(f"{words} {': '.join(told)}".split()) or type(error).__name__
