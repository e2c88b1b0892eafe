"""What obstore's errors mean: it has few types, and puts the rest into words."""

from __future__ import annotations

import re

from obstore import exceptions

from glider.storage.errors import AccessDeniedError, ChangedError, ObjectNotFoundError, OddKeyError, StorageError, TimedOutError

_STATUS = re.compile(r"status code: (\d{3})|Client error with status (\d{3})")
#: Requests that arrived damaged, or out of time: the same one again may arrive well.
_DAMAGED = ("BadDigest", "InvalidDigest", "ContentSHA256Mismatch", "RequestTimeout", "IncompleteBody")
_LASTING = (
    exceptions.AlreadyExistsError,
    exceptions.NotSupportedError,
    exceptions.UnknownConfigurationKeyError,
    NotImplementedError,
    ValueError,
)


def storage_error(error: Exception, uri: str, *, endpoint: str | None) -> StorageError:
    """`error`, which obstore raised, in our words."""
    words = first_words(error)
    if isinstance(error, FileNotFoundError):
        return ObjectNotFoundError(uri, f"there is no such object ({words})", endpoint=endpoint)
    if is_refusal(error):
        return AccessDeniedError(uri, words, endpoint=endpoint)
    if isinstance(error, exceptions.InvalidPathError):
        return OddKeyError(uri, words, endpoint=endpoint)
    if isinstance(error, exceptions.PreconditionError):
        return ChangedError(uri, "the object was replaced while it was being read", endpoint=endpoint)
    if isinstance(error, OSError) and not isinstance(error, exceptions.BaseError):
        return StorageError(uri, f"{type(error).__name__}: {error}", endpoint=endpoint)
    if "InvalidCertificate(" in str(error):
        words = f"{words}: the server's certificate isn't trusted; AWS_CA_BUNDLE names a file of authorities that are"
        return StorageError(uri, words, endpoint=endpoint)
    if "TimedOut" in str(error):
        return TimedOutError(uri, f"{words} (timed out)", endpoint=endpoint, transient=True)
    return StorageError(uri, words, endpoint=endpoint, transient=_may_pass(error))


def is_answer(error: Exception) -> bool:
    """Whether the store said something, if only that it refuses."""
    return isinstance(error, FileNotFoundError) or is_refusal(error) or _status(str(error)) is not None


def is_throttled(text: str) -> bool:
    """Whether the store said that it has too much to do, and so perhaps for how long."""
    return _status(text) in (429, 503)


def is_refusal(error: Exception) -> bool:
    """Without credentials obstore asks the machine's metadata service for some, and fails when that is silent.

    Of a listing that is refused obstore only tells the status.
    """
    refusals = (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError)
    return isinstance(error, refusals) or "169.254.169.254" in str(error) or _status(str(error)) in (401, 403)


def first_words(error: Exception) -> str:
    """What people need of obstore's message: not its Rust debug dump, and of the store's XML only code and message."""
    text = str(error).partition("Debug source")[0].partition("\nDebug")[0]
    words, _, body = text.partition("<?xml")
    told = [match.group(1) for tag in ("Code", "Message") if (match := re.search(f"<{tag}>(.*?)</{tag}>", body))]
    return " ".join(f"{words} {': '.join(told)}".split()) or type(error).__name__


def _may_pass(error: Exception) -> bool:
    if isinstance(error, _LASTING):
        return False
    status = _status(str(error))
    if status is None:
        return True
    if any(word in str(error) for word in _DAMAGED):
        return True
    return status in (408, 425, 429) or (status >= 500 and status not in (501, 505))


def _status(text: str) -> int | None:
    found = _STATUS.search(text)
    return int(found.group(1) or found.group(2)) if found else None
