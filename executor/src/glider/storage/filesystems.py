"""Every protocol that fsspec knows: the fallback, and the engine of choice with GLIDER_STORAGE_ENGINE=fsspec.

fsspec costs 50 ms to import and s3fs four times that, so nothing here loads before a URI asks for it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

from glider.settings.model import StorageSettings
from glider.storage.errors import ObjectNotFoundError, StorageError
from glider.storage.traffic import Transfer
from glider.storage.uris import split

#: botocore doubles its back-off up to 20 s: four retries are over within 15 s, eight took two minutes.
_RETRIES = 4


class Filesystems:
    """Remote stores through fsspec.

    Args:
        settings: endpoints and credentials.
        metadata: what every object that is written carries as its metadata, on S3.
    """

    def __init__(self, settings: StorageSettings, *, metadata: Mapping[str, str] | None = None) -> None:
        self._settings = settings
        self._metadata = dict(metadata or {})

    @property
    def endpoint(self) -> str | None:
        """The custom S3 endpoint, for messages."""
        return self._settings.s3.endpoint

    def read(self, uri: str) -> bytes:
        """The whole object."""
        with self._explained(uri):
            data: bytes = self._filesystem(uri).cat_file(uri)
            return data

    def write(self, uri: str, data: bytes, *, attributes: Mapping[str, str] | None = None) -> None:
        """All of `data`."""
        with self._explained(uri):
            self._filesystem(uri).pipe_file(uri, data, **self._attributes(uri, attributes))

    def download(self, uri: str, path: str, *, transfer: Transfer) -> None:
        """The object as the file `path`."""
        temporary = f"{path}.{os.getpid()}.tmp"
        with self._explained(uri):
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)  # noqa: PTH103, PTH120
            self._filesystem(uri).get_file(uri, temporary)
            os.replace(temporary, path)  # noqa: PTH105
            transfer.advance(os.path.getsize(path))  # noqa: PTH202

    def upload(self, path: str, uri: str, *, transfer: Transfer, attributes: Mapping[str, str] | None = None) -> None:
        """The file `path` as an object."""
        with self._explained(uri):
            self._filesystem(uri).put_file(path, uri, **self._attributes(uri, attributes))
            transfer.advance(os.path.getsize(path))  # noqa: PTH202

    def exists(self, uri: str) -> bool:
        """Whether there is such an object."""
        with self._explained(uri):
            return bool(self._filesystem(uri).exists(uri))

    def files(self, uri: str) -> list[str]:
        """All files beneath the folder, by relative path."""
        with self._explained(uri):
            filesystem = self._filesystem(uri)
            root = str(filesystem._strip_protocol(uri)).rstrip("/") + "/"
            filesystem.invalidate_cache()  # it would answer with what was there when somebody last looked
            return sorted(path.removeprefix(root) for path in filesystem.find(root) if path.startswith(root))

    def _attributes(self, uri: str, own: Mapping[str, str] | None) -> dict[str, Any]:
        """In s3fs' words, which are boto's: ContentType, Metadata. Other filesystems have words of their own, and get none."""
        if split(uri)[0] not in ("s3", "s3a"):
            return {}
        named: dict[str, Any] = {name.replace("-", ""): value for name, value in (own or {}).items()}
        return {**named, "Metadata": self._metadata} if self._metadata else named

    def _filesystem(self, uri: str) -> Any:
        import fsspec

        scheme, _ = split(uri)
        options = _options(scheme, self._settings)
        if self._settings.anonymous:
            options = {"token": "anon"} if scheme == "gs" else {**options, "anon": True}
        return fsspec.filesystem(scheme, **options)

    @contextlib.contextmanager
    def _explained(self, uri: str) -> Iterator[None]:
        endpoint = self.endpoint if uri.startswith("s3") else None
        try:
            yield
        except FileNotFoundError as error:
            raise ObjectNotFoundError(uri, f"there is no such object ({error})", endpoint=endpoint) from error
        except ImportError as error:
            raise StorageError(uri, f"its protocol needs a package that this image hasn't got: {error}") from error
        except StorageError:
            raise
        except Exception as error:  # every filesystem has exceptions of its own (botocore's, aiohttp's, …)
            raise StorageError(uri, f"{type(error).__name__}: {error}", endpoint=endpoint) from error


def _options(scheme: str, settings: StorageSettings) -> Mapping[str, Any]:
    if scheme in ("s3", "s3a"):
        return _s3_options(settings)
    if scheme in ("abfs", "abfss", "az"):
        return settings.azure.options()
    return {}


def _s3_options(settings: StorageSettings) -> dict[str, Any]:
    s3 = settings.s3
    retries = {"retries": {"max_attempts": 1 + (_RETRIES if s3.retries is None else s3.retries), "mode": "standard"}}
    options: dict[str, Any] = {
        "client_kwargs": {"region_name": s3.region},
        "config_kwargs": {"connect_timeout": 5, "read_timeout": 60, **retries},
    }
    if s3.endpoint:
        options["client_kwargs"]["endpoint_url"] = s3.endpoint
    if s3.access_key_id and s3.secret_access_key:
        options |= {"key": s3.access_key_id, "secret": s3.secret_access_key}
    if s3.endpoint or s3.addressing_style:
        options["config_kwargs"]["s3"] = {"addressing_style": "virtual" if s3.addressing_style == "virtual" else "path"}
    return options
