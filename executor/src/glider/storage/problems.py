"""What obstore's errors mean: it has few types, and puts the rest into words.

`asked_to_wait` asks a busy store when to come back. obstore drops the headers of an answer, and Retry-After with them, so a
store that answered 429 or 503 is asked once more, for an object's head by a signed URL, in a way that shows them.
"""

from __future__ import annotations

import re
import ssl
import urllib.error
import urllib.request
from datetime import timedelta
from typing import Any

import obstore
from obstore import exceptions

from glider.storage.clients import ca_file
from glider.storage.errors import (
    AccessDeniedError,
    BucketNotFoundError,
    ChangedError,
    ObjectNotFoundError,
    OddKeyError,
    StorageError,
    TimedOutError,
)
from glider.storage.local import is_lasting
from glider.storage.retrying import seconds_to_wait

_STATUS = re.compile(r"status code: (\d{3})|Client error with status (\d{3})")
#: Requests that arrived damaged, or out of time: the same one again may arrive well.
_DAMAGED = ("BadDigest", "InvalidDigest", "ContentSHA256Mismatch", "RequestTimeout", "IncompleteBody")
#: versitygw's is a 404.
_UNKNOWN_KEYS = ("InvalidAccessKeyId", "XAdminUserNotFound")
#: What the same keys may meet no more on another node, or with a new token.
_PASSING_REFUSALS = ("RequestTimeTooSkewed", "ExpiredToken", "TokenRefreshRequired")
_METADATA_SERVICE = "169.254.169.254"
#: What resolvers report for a name that doesn't exist; a resolver that can't be asked at the moment reports something else.
_NO_HOST = ("Name or service not known", "Name does not resolve", "nodename nor servname", "No address associated with hostname")
#: What no other answer is to be expected for: a region that is wrong, a URL that can't be built.
_HOPELESS = ("redirect without LOCATION", "builder error")
_LASTING = (
    exceptions.AlreadyExistsError,
    exceptions.NotSupportedError,
    exceptions.UnknownConfigurationKeyError,
    NotImplementedError,
    ValueError,
)


def storage_error(error: BaseException, uri: str, *, endpoint: str | None) -> StorageError:
    """`error`, which obstore raised, in our words."""
    words, text = first_words(error), str(error)
    if is_panic(error):
        return StorageError(uri, f"obstore can't work with the settings of this store: {words}", endpoint=endpoint, lasting=True)
    if _has_code(text, _UNKNOWN_KEYS):
        return AccessDeniedError(uri, _answer(words), endpoint=endpoint, lasting=True)
    if "<Code>NoSuchBucket<" in text:
        return BucketNotFoundError(uri, f"there is no such bucket ({words})", endpoint=endpoint, lasting=True)
    if isinstance(error, FileNotFoundError):
        return ObjectNotFoundError(uri, f"there is no such object ({words})", endpoint=endpoint)
    if _METADATA_SERVICE in text:
        problem = f"no credentials are set, and the machine's metadata service gives none ({words})"
        return AccessDeniedError(uri, problem, endpoint=endpoint)
    if is_refusal(error):
        return AccessDeniedError(uri, _answer(words), endpoint=endpoint, lasting=not _has_code(text, _PASSING_REFUSALS))
    if isinstance(error, exceptions.InvalidPathError):
        return OddKeyError(uri, words, endpoint=endpoint)
    if isinstance(error, exceptions.PreconditionError):
        return ChangedError(uri, "the object was replaced while it was being read", endpoint=endpoint)
    if isinstance(error, OSError) and not isinstance(error, exceptions.BaseError):
        return StorageError(uri, f"{type(error).__name__}: {error}", endpoint=endpoint, lasting=is_lasting(error))
    if "InvalidCertificate(" in text:
        words = f"{words}: the server's certificate isn't trusted; AWS_CA_BUNDLE names a file of authorities that are"
        return StorageError(uri, words, endpoint=endpoint, lasting=True)
    if "TimedOut" in text:
        return TimedOutError(uri, f"{words} (timed out)", endpoint=endpoint, transient=True)
    if any(sign in text for sign in _NO_HOST):
        return StorageError(uri, f"{words}: there is no such host", endpoint=endpoint, transient=True, lasting=True)
    transient = _may_pass(error)
    return StorageError(uri, words, endpoint=endpoint, transient=transient, lasting=not transient and not _differs(text))


def _answer(words: str) -> str:
    """The store's own answer, without obstore's text about the request."""
    _, found, answer = words.partition("status code: ")
    return f"the store answers {answer.rstrip(': ')}" if found else words


def is_panic(error: BaseException) -> bool:
    """Whether Rust code gave up. The class is none that can be imported, and no Exception."""
    return type(error).__name__ == "PanicException"


def is_answer(error: BaseException) -> bool:
    """Whether the store answered, if only with a refusal."""
    return isinstance(error, FileNotFoundError) or is_refusal(error) or _status(str(error)) is not None


def is_throttled(text: str) -> bool:
    """Whether the store answered that it is too busy, perhaps with a Retry-After."""
    return _status(text) in (429, 503)


def is_refusal(error: BaseException) -> bool:
    """Without credentials obstore asks the machine's metadata service for some, and fails when that is silent.

    Of a listing that is refused obstore only reports the status.
    """
    refusals = (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError)
    return isinstance(error, refusals) or _METADATA_SERVICE in str(error) or _status(str(error)) in (401, 403)


def first_words(error: BaseException) -> str:
    """What people need of obstore's message: not its Rust debug dump, and of the store's XML only code and message."""
    text = str(error).partition("Debug source")[0].partition("\nDebug")[0]
    words, _, body = text.partition("<?xml")
    parts = [match.group(1) for tag in ("Code", "Message") if (match := re.search(f"<{tag}>(.*?)</{tag}>", body))]
    return " ".join(f"{words} {': '.join(parts)}".split()) or type(error).__name__


def _has_code(text: str, codes: tuple[str, ...]) -> bool:
    return any(f"<Code>{code}<" in text for code in codes)


def _differs(text: str) -> bool:
    """Whether the answer may be another one next time, with no need for us to ask again now."""
    silent = _status(text) == 400 and "<Code>" not in text  # a HEAD's, which has nothing but that
    return silent or _has_code(text, _PASSING_REFUSALS) or _status(text) in (404, 409, 412, 416)


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, _LASTING) or any(sign in str(error) for sign in _HOPELESS):
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


_SECONDS = 5


def asked_to_wait(store: Any, key: str) -> float | None:
    """Seconds; None where the store gives none, is well again, or can't be asked: Google's wants a service account to sign."""
    try:
        url = obstore.sign(store, "HEAD", key or "-", timedelta(seconds=60))
        request = urllib.request.Request(url, method="HEAD")
        context = ssl.create_default_context(cafile=ca_file()) if url.startswith("https:") else None
        with urllib.request.urlopen(request, timeout=_SECONDS, context=context):
            return None
    except urllib.error.HTTPError as error:
        return seconds_to_wait(error.headers.get("Retry-After")) if error.code in (429, 503) else None
    except Exception:  # the store has failed already; this is only a question
        return None
    except BaseException as error:
        if is_panic(error):
            return None
        raise
