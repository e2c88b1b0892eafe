"""What can go wrong with a store. Every message names the URI and, where there is one, the endpoint."""

from __future__ import annotations


class StorageError(Exception):
    """A store that doesn't do what it should: unreachable, forbidden, full, unknown."""

    def __init__(self, uri: str, problem: str, *, endpoint: str | None = None) -> None:
        self.uri = uri
        self.endpoint = endpoint
        at = f" (endpoint {endpoint})" if endpoint else ""
        super().__init__(f"{uri}{at}: {problem}")


class ObjectNotFoundError(StorageError):
    """There is no such object, bucket or file."""


class AccessDeniedError(StorageError):
    """The store knows us, and refuses; or there is nobody to be known as."""


class StorageNotConfiguredError(Exception):
    """Something would have to be offloaded, and there is no object store to offload it to."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} needs an object store, and none is configured. Set spec.storage.rawOutputDataPrefix and "
            "spec.storage.metadataPrefix of the execution or its template, or storage.rawOutputDataPrefix and "
            "storage.metadataPrefix in the chart's values."
        )
