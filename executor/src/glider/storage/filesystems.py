"""Every protocol that fsspec knows: the fallback, and the engine of choice with GLIDER_STORAGE_ENGINE=fsspec.

fsspec costs 50 ms to import and s3fs four times that, so nothing here loads before a URI asks for it.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, TypeVar

from glider.settings.model import StorageSettings
from glider.storage.clients import ca_file, credentials_of
from glider.storage.errors import (
    AccessDeniedError,
    BucketNotFoundError,
    MissingPackageError,
    NoSpaceError,
    ObjectNotFoundError,
    StorageError,
    causes,
    check_size,
)
from glider.storage.local import check_space, is_full, is_lasting, is_same_again, temporary_beside, unchanged
from glider.storage.localremoval import PAGE, Listed
from glider.storage.retrying import retrying_of, seconds_to_wait
from glider.storage.traffic import Transfer
from glider.storage.uris import split

T = TypeVar("T")

#: botocore's own, for a part of an upload; `retrying` repeats the whole.
_RETRIES = 2
#: What botocore raises for settings and names that no server would be asked with.
_HOPELESS = frozenset({"EndpointResolutionError", "ParamValidationError", "ProfileNotFound", "UnknownRegionError"})


class Filesystems:
    """Remote stores through fsspec.

    Args:
        settings: endpoints and credentials.
        patience: how long a failing request is tried again, in seconds.
        metadata: what every object that is written carries as its metadata, on S3.
    """

    def __init__(self, settings: StorageSettings, *, patience: float, metadata: Mapping[str, str] | None = None) -> None:
        self._settings = settings
        self._retrying = retrying_of(settings, patience=patience)
        self._metadata = dict(metadata or {})

    @property
    def endpoint(self) -> str | None:
        """The custom S3 endpoint, for messages."""
        return self._settings.s3.endpoint

    def read(self, uri: str, *, most: int | None = None) -> bytes:
        """The whole object."""
        if most is None:
            return bytes(self._repeated(uri, lambda: self._filesystem(uri).cat_file(uri)))

        def fetch() -> bytes:
            filesystem = self._filesystem(uri)
            check_size(uri, filesystem.info(uri).get("size") or 0, most=most)
            return bytes(filesystem.cat_file(uri, start=0, end=most + 1))

        data = self._repeated(uri, fetch)
        check_size(uri, len(data), most=most)
        return data

    def write(self, uri: str, data: bytes, *, attributes: Mapping[str, str] | None = None) -> None:
        """All of `data`."""
        self._repeated(uri, lambda: self._filesystem(uri).pipe_file(uri, data, **self._attributes(uri, attributes)))

    def download(self, uri: str, path: str, *, transfer: Transfer) -> None:
        """The object as the file `path`."""
        transfer.advance(self._repeated(uri, lambda: self._download(uri, path)))

    def _download(self, uri: str, path: str) -> int:
        temporary = temporary_beside(path)
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)  # noqa: PTH103, PTH120
        filesystem = self._filesystem(uri)
        expected = filesystem.info(uri).get("size")
        if expected is not None:  # web servers may not report it
            check_space(path, expected, uri)
        try:
            filesystem.get_file(uri, temporary)
            size = os.path.getsize(temporary)  # noqa: PTH202
            if expected is not None and size != expected:
                raise StorageError(uri, f"expected {expected} bytes, found {size}", endpoint=self._endpoint(uri), transient=True)
            os.replace(temporary, path)  # noqa: PTH105
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
            raise
        return size

    def upload(self, path: str, uri: str, *, transfer: Transfer, attributes: Mapping[str, str] | None = None) -> None:
        """The file `path` as an object."""
        with unchanged(path, uri) as (_, size):
            self._repeated(uri, lambda: self._filesystem(uri).put_file(path, uri, **self._attributes(uri, attributes)))
        transfer.advance(size)

    def delete(self, uri: str) -> None:
        """Removes the object, if there is one."""
        with contextlib.suppress(ObjectNotFoundError):
            self._repeated(uri, lambda: self._filesystem(uri).rm_file(uri))

    def exists(self, uri: str) -> bool:
        """Whether there is such an object."""

        def exists() -> bool:
            filesystem = self._filesystem(uri)
            filesystem.invalidate_cache()
            return bool(filesystem.exists(uri))

        return self._repeated(uri, exists)

    def sizes(self, uri: str, *, most: int | None = None) -> dict[str, int]:
        """All files beneath the folder, by relative path. fsspec lists all of them at once."""

        def find() -> dict[str, int]:
            filesystem = self._filesystem(uri)
            root = str(filesystem._strip_protocol(uri)).rstrip("/") + "/"
            filesystem.invalidate_cache()  # it would answer with what it saw the last time
            found = filesystem.find(root, detail=True)
            check_size(uri, len(found), most=most, what="files")
            beneath = [path for path in sorted(found) if path.startswith(root) and path != root]
            return {path.removeprefix(root): found[path].get("size") or 0 for path in beneath}

        return self._repeated(uri, find)

    def pages(self, uri: str) -> Iterator[list[Listed]]:
        """All files beneath the folder, sorted, in pages. fsspec lists all of them at once."""

        def find() -> list[Listed]:
            filesystem = self._filesystem(uri)
            root = str(filesystem._strip_protocol(uri)).rstrip("/") + "/"
            filesystem.invalidate_cache()
            found = filesystem.find(root, detail=True)
            beneath = [path for path in sorted(found) if path.startswith(root) and path != root]
            return [Listed(path.removeprefix(root), found[path].get("size") or 0, _modified(found[path])) for path in beneath]

        found = self._repeated(uri, find)
        for start in range(0, len(found), PAGE):
            yield found[start : start + PAGE]

    def remove(self, uri: str, paths: Sequence[str]) -> None:
        """Removes files beneath the folder one by one: fsspec's `rm` of many takes a `*` in a name for others' names too."""
        for path in paths:
            self.delete(f"{uri.rstrip('/')}/{path}")

    def folders(self, uri: str) -> list[str]:
        """The names of the folders directly beneath."""

        def find() -> list[str]:
            filesystem = self._filesystem(uri)
            root = str(filesystem._strip_protocol(uri)).rstrip("/") + "/"
            filesystem.invalidate_cache()
            found = [one["name"].rstrip("/") for one in filesystem.ls(root, detail=True) if one["type"] == "directory"]
            return sorted(path.removeprefix(root) for path in found if path.startswith(root))

        with contextlib.suppress(ObjectNotFoundError):
            return self._repeated(uri, find)
        return []

    def _repeated(self, uri: str, action: Callable[[], T]) -> T:
        def once() -> T:
            with self._explained(uri):
                return action()

        return self._retrying.run(once)

    def _endpoint(self, uri: str) -> str | None:
        return self.endpoint if uri.startswith("s3") else None

    def _attributes(self, uri: str, own: Mapping[str, str] | None) -> dict[str, Any]:
        """In s3fs' words, which are boto's: ContentType, Metadata. Other filesystems have words of their own, and get none."""
        if split(uri)[0] not in ("s3", "s3a"):
            return {}
        named: dict[str, Any] = {name.replace("-", ""): value for name, value in (own or {}).items()}
        return {**named, "Metadata": self._metadata} if self._metadata else named

    def _filesystem(self, uri: str) -> Any:
        import fsspec

        scheme, _ = split(uri)
        options = _options(scheme, self._settings, patience=self._retrying.patience)
        if self._settings.anonymous:
            options = {"token": "anon"} if scheme == "gs" else {**options, "anon": True}
        return fsspec.filesystem(scheme, **options)

    @contextlib.contextmanager
    def _explained(self, uri: str) -> Iterator[None]:
        endpoint = self._endpoint(uri)
        try:
            yield
        except FileNotFoundError as error:
            kind = BucketNotFoundError if "bucket does not exist" in str(error) else ObjectNotFoundError
            what = "bucket" if kind is BucketNotFoundError else "object"
            raise kind(uri, f"there is no such {what} ({error})", endpoint=endpoint, lasting=kind is BucketNotFoundError) from error
        except PermissionError as error:
            denied = AccessDeniedError(uri, str(error), endpoint=endpoint, lasting=True)
            raise denied.with_hint(credentials_of(uri, self._settings)) from error
        except ImportError as error:
            missing = f"its protocol needs a package that this image hasn't got: {error}"
            raise MissingPackageError(uri, missing, lasting=True) from error
        except StorageError:
            raise
        except Exception as error:  # every filesystem has exceptions of its own (botocore's, aiohttp's, …)
            if is_full(error):
                raise NoSpaceError(uri, f"the disk is full: {type(error).__name__}: {error}", endpoint=endpoint) from error
            if "XAdminUserNotFound" in str(error):  # versitygw's answer to an unknown key is a 404
                denied = AccessDeniedError(uri, str(error), endpoint=endpoint, lasting=True)
                raise denied.with_hint(credentials_of(uri, self._settings)) from error
            status, asked = _answer(error)
            no_host = _is_no_host(error)
            words = f"{type(error).__name__}: {error}{': there is no such host' if no_host else ''}"
            transient = _may_pass(error, status)
            lasting = no_host or not (transient or (isinstance(error, OSError) and status is None and not is_lasting(error)))
            raise StorageError(uri, words, endpoint=endpoint, transient=transient, retry_after=asked, lasting=lasting) from error


def _modified(info: Mapping[str, Any]) -> datetime | None:
    """When a file was modified, by the name that its filesystem has for that: s3fs', gcsfs', adlfs', that of local files."""
    for name in ("LastModified", "last_modified", "updated", "mtime", "created"):
        found = info.get(name)
        if isinstance(found, str):
            with contextlib.suppress(ValueError):
                found = datetime.fromisoformat(found.replace("Z", "+00:00"))
        if isinstance(found, (int, float)):
            found = datetime.fromtimestamp(found, timezone.utc)
        if isinstance(found, datetime):
            return found if found.tzinfo else found.replace(tzinfo=timezone.utc)
    return None


def _answer(error: BaseException) -> tuple[int | None, float | None]:
    """The answer's status and Retry-After, where an exception behind `error` has them: botocore's has, and aiohttp's."""
    for cause in causes(error):
        response = getattr(cause, "response", None)
        metadata = response.get("ResponseMetadata") if isinstance(response, dict) else None
        if metadata:
            return metadata.get("HTTPStatusCode"), seconds_to_wait(metadata.get("HTTPHeaders", {}).get("retry-after"))
        if isinstance(status := getattr(cause, "status", None), int):
            return status, seconds_to_wait((getattr(cause, "headers", None) or {}).get("Retry-After"))
    return None, None


def _is_no_host(error: BaseException) -> bool:
    """Whether the resolver knows that nobody has that name."""
    return any(isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_NONAME for cause in causes(error))


def _may_pass(error: Exception, status: int | None) -> bool:
    if status is not None:
        return status in (408, 425, 429) or (status >= 500 and status not in (501, 505))
    if isinstance(error, OSError) and is_same_again(error):
        return False
    never = (ValueError, TypeError, NotImplementedError, RecursionError)
    return not isinstance(error, never) and type(error).__name__ not in _HOPELESS


def _options(scheme: str, settings: StorageSettings, *, patience: float) -> Mapping[str, Any]:
    if scheme in ("s3", "s3a"):
        return _s3_options(settings, patience=patience)
    if scheme in ("abfs", "abfss", "az"):
        return settings.azure.options()
    return {}


def _s3_options(settings: StorageSettings, *, patience: float) -> dict[str, Any]:
    s3 = settings.s3
    retries = {"retries": {"max_attempts": 1 + (_RETRIES if s3.retries is None else s3.retries), "mode": "standard"}}
    options: dict[str, Any] = {
        "client_kwargs": {"region_name": s3.region},
        "config_kwargs": {"connect_timeout": 5, "read_timeout": max(2.0, patience), **retries},
    }
    if s3.endpoint:
        options["client_kwargs"]["endpoint_url"] = s3.endpoint
    if path := ca_file():
        options["client_kwargs"]["verify"] = path
    if s3.access_key_id and s3.secret_access_key:
        options |= {"key": s3.access_key_id, "secret": s3.secret_access_key}
    if s3.endpoint or s3.addressing_style in ("virtual", "path"):
        options["config_kwargs"]["s3"] = {"addressing_style": "virtual" if s3.addressing_style == "virtual" else "path"}
    return options
