"""What a call is refused with: gRPC's codes by their names, without gRPC, so that pure modules can refuse, too.

Every failure has an explicit code here. UNKNOWN is none of them: it would start the client's login, and hide the error.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from glider.loading.archives import ArchiveError as UnreadableArchiveError
from glider.storage import errors as storage
from glider.types.errors import ConversionError
from glider.wire.jsonform import FieldError
from glider.wire.structs import UnreadableMsgpackError
from glider_client.cluster import errors as cluster
from glider_client.code.tree import ArchiveError
from glider_client.registration.errors import RegistrationError
from glider_core.api.execution import UnreadableError
from glider_core.store import access as store

#: More of a message would be lost, and its code with it: clients take 8 KiB of headers, where a byte that isn't printable ASCII has three.
_LONGEST, _MOST_BYTES = 2000, 6 << 10


class Code(StrEnum):
    """gRPC's status codes that the front answers with."""

    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    RESOURCE_EXHAUSTED = "RESOURCE_EXHAUSTED"
    FAILED_PRECONDITION = "FAILED_PRECONDITION"
    ABORTED = "ABORTED"
    UNIMPLEMENTED = "UNIMPLEMENTED"
    INTERNAL = "INTERNAL"
    UNAVAILABLE = "UNAVAILABLE"
    UNAUTHENTICATED = "UNAUTHENTICATED"


class RefusedError(Exception):
    """A call is refused with `code`. The message is for people: what was expected, what was found, and a next step."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code


#: The first that fits counts.
_CODES: Mapping[type[Exception], Code] = {
    FieldError: Code.INVALID_ARGUMENT,
    ConversionError: Code.INVALID_ARGUMENT,
    UnreadableMsgpackError: Code.INVALID_ARGUMENT,
    ArchiveError: Code.INVALID_ARGUMENT,
    UnreadableArchiveError: Code.INVALID_ARGUMENT,
    RegistrationError: Code.INVALID_ARGUMENT,
    UnreadableError: Code.FAILED_PRECONDITION,
    cluster.UnauthorizedError: Code.UNAUTHENTICATED,
    cluster.ForbiddenError: Code.PERMISSION_DENIED,
    cluster.NotFoundError: Code.NOT_FOUND,
    cluster.AlreadyExistsError: Code.ALREADY_EXISTS,
    cluster.ConflictError: Code.ABORTED,
    cluster.ExpiredError: Code.ABORTED,
    cluster.InvalidObjectError: Code.INVALID_ARGUMENT,
    cluster.UnavailableError: Code.UNAVAILABLE,
    cluster.UnreachableError: Code.UNAVAILABLE,
    # the caller's credential is a token, as it came: files and programs are the front's own
    cluster.CredentialsError: Code.UNAVAILABLE,
    cluster.ClusterError: Code.INTERNAL,
    storage.ObjectNotFoundError: Code.NOT_FOUND,
    storage.AccessDeniedError: Code.PERMISSION_DENIED,
    storage.ChangedError: Code.ABORTED,
    storage.OddKeyError: Code.INVALID_ARGUMENT,
    storage.TooLargeError: Code.RESOURCE_EXHAUSTED,
    storage.StorageNotConfiguredError: Code.FAILED_PRECONDITION,
    storage.StorageError: Code.UNAVAILABLE,
    store.StoreDenied: Code.PERMISSION_DENIED,
    store.StoreUnfit: Code.FAILED_PRECONDITION,
    store.StoreError: Code.UNAVAILABLE,
    TimeoutError: Code.DEADLINE_EXCEEDED,
}


#: What errors of the cluster advise those who use Glider's command line, and what those do who use Flyte's.
_ADVICE: Mapping[str, str] = {
    "Choose another with -n": "Correct the project and the domain",
    "Log in to the cluster again, or choose another context with --context.": "Get another token, such as by kubectl create token.",
}


def words_of(error: Exception) -> str:
    """The message of `error`, for users of Flyte's clients."""
    message = str(error)
    for theirs, ours in _ADVICE.items():
        message = message.replace(theirs, ours)
    return message


def refusal_of(error: Exception) -> RefusedError | None:
    """The refusal for `error`; None for one that nobody foresaw, whose text isn't for people."""
    if isinstance(error, RefusedError):
        return error
    code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), None)
    return None if code is None else RefusedError(code, words_of(error) or "The call took too long. Try again.")


def shortened(message: str) -> str:
    """`message`, or as much of it as a header can carry."""
    message, room = message.encode(errors="replace").decode(), _MOST_BYTES  # halves of surrogate pairs are no text for gRPC
    for place, character in enumerate(message[: _LONGEST + 1]):
        room -= 1 if " " <= character <= "~" and character != "%" else 3 * len(character.encode())
        if room < 0 or place == _LONGEST:
            return f"{message[:place]}…"
    return message
