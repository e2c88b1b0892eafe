"""What can go wrong with a store. Every message names the URI and, where there is one, the endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from glider.wire.masking import masked


class StorageError(Exception):
    """A store that doesn't do what it should: unreachable, forbidden, full, unknown.

    Args:
        uri: what was to be read or written.
        problem: what happened.
        endpoint: where, if it isn't the protocol's own.
        transient: whether it may pass, so that another try is worth it.
        retry_after: how many seconds the store asks to be left alone.
        lasting: whether it stays until somebody changes something, so that another attempt would meet the same.
    """

    def __init__(
        self,
        uri: str,
        problem: str,
        *,
        endpoint: str | None = None,
        transient: bool = False,
        retry_after: float | None = None,
        lasting: bool = False,
    ) -> None:
        self.uri = uri
        self.problem = problem
        self.endpoint = endpoint
        self.transient = transient
        self.retry_after = retry_after
        self.lasting = lasting
        at = f" (endpoint {endpoint})" if endpoint else ""
        super().__init__(masked(f"{uri}{at}: {problem}"))

    def given_up(self, *, tries: int, seconds: float) -> StorageError:
        """The same, with how much was tried; transient no longer."""
        if not self.transient:
            return self
        asked = f"; the store asks to wait {self.retry_after:.0f} s" if self.retry_after is not None else ""
        times = "once" if tries == 1 else f"{tries} times in {seconds:.0f} s"
        return type(self)(self.uri, f"{self.problem} (tried {times}{asked})", endpoint=self.endpoint, lasting=self.lasting)

    def with_hint(self, hint: str) -> StorageError:
        """The same, with what people need besides."""
        if not hint:
            return self
        hinted = type(self)(self.uri, f"{self.problem} ({hint})", endpoint=self.endpoint, transient=self.transient, lasting=self.lasting)
        hinted.retry_after = self.retry_after
        return hinted

    def __reduce__(self) -> Any:
        return _again, (type(self), self.uri, self.problem, self.endpoint, self.transient, self.retry_after, self.lasting)


class ObjectNotFoundError(StorageError):
    """There is no such object, bucket or file."""


class BucketNotFoundError(ObjectNotFoundError):
    """There is no such bucket."""


class AccessDeniedError(StorageError):
    """The store knows us, and refuses; or there is nobody to be known as."""


class ChangedError(StorageError):
    """What was being moved became something else meanwhile."""


class UnfitSourceError(StorageError):
    """What the task would have stored can't be: a link that points at nothing, a pipe, a file that mustn't be read."""


class TimedOutError(StorageError):
    """No answer in time."""


class SlowError(StorageError):
    """No answer in time from a store that is there: the way to it is slow."""


class OddKeyError(StorageError):
    """An object has a key that the engine has no words for."""


class MissingPackageError(StorageError):
    """The image lacks the package that knows this protocol."""


class TooLargeError(StorageError):
    """More than whoever reads it is willing to take."""


class NoSpaceError(StorageError):
    """What is to be stored on a disk of this machine doesn't fit it."""


class StorageNotConfiguredError(Exception):
    """Something would have to be offloaded, and there is no object store to offload it to."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} needs an object store, and none is configured. Set spec.storage.rawOutputDataPrefix and "
            "spec.storage.metadataPrefix of the execution or its template, or config.storage.rawOutputDataPrefix "
            "and config.storage.metadataPrefix in the chart's values."
        )


def check_size(uri: str, found: int, *, most: int | None, what: str = "bytes") -> None:
    """Raises TooLargeError where `found` is more than `most`; None is no limit."""
    if most is not None and found > most:
        raise TooLargeError(uri, f"expected at most {most} {what}, found {found if what == 'bytes' else 'more'}")


def causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and what is behind it, each once: an exception may well be behind itself."""
    seen = set[int]()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _again(
    kind: type[StorageError],
    uri: str,
    problem: str,
    endpoint: str | None,
    transient: bool,
    retry_after: float | None,
    lasting: bool,
) -> StorageError:
    return kind(uri, problem, endpoint=endpoint, transient=transient, retry_after=retry_after, lasting=lasting)
