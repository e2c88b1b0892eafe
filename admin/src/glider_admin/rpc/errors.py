"""A failure as a gRPC status. Each has an explicit code: UNKNOWN would start the client's login, and hide the error."""

from __future__ import annotations

from collections.abc import Mapping

import grpc

from glider.storage.errors import StorageError
from glider.wire.jsonform import FieldError
from glider_client.cluster import errors

#: The first that fits counts.
_CODES: Mapping[type[Exception], grpc.StatusCode] = {
    errors.UnauthorizedError: grpc.StatusCode.UNAUTHENTICATED,
    errors.CredentialsError: grpc.StatusCode.UNAUTHENTICATED,
    errors.ForbiddenError: grpc.StatusCode.PERMISSION_DENIED,
    errors.NotFoundError: grpc.StatusCode.NOT_FOUND,
    errors.AlreadyExistsError: grpc.StatusCode.ALREADY_EXISTS,
    errors.ConflictError: grpc.StatusCode.ABORTED,
    errors.InvalidObjectError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.UnavailableError: grpc.StatusCode.UNAVAILABLE,
    errors.UnreachableError: grpc.StatusCode.UNAVAILABLE,
    errors.ClusterError: grpc.StatusCode.INTERNAL,
    StorageError: grpc.StatusCode.UNAVAILABLE,
    FieldError: grpc.StatusCode.INVALID_ARGUMENT,
}


def status_of(error: Exception) -> tuple[grpc.StatusCode, str] | None:
    """The code and the message for `error`; None for one that nobody foresaw."""
    code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), None)
    return None if code is None else (code, str(error))
