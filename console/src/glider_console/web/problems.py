"""Errors as answers: one JSON form for all of them, whose message is for people."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from glider.storage.errors import StorageError
from glider.wire.jsonform import FieldError
from glider_client.cluster import errors
from glider_console.context import console_of
from glider_console.history.segments import HistoryError
from glider_console.live.scopes import LoadingError

logger = logging.getLogger(__name__)

#: The first that fits counts.
_STATUSES: Mapping[type[Exception], int] = {
    errors.UnauthorizedError: 401,
    errors.CredentialsError: 401,
    errors.ForbiddenError: 403,
    errors.NotFoundError: 404,
    errors.ConflictError: 409,
    errors.ExpiredError: 410,
    errors.InvalidObjectError: 422,
    errors.UnavailableError: 503,
    errors.UnreachableError: 503,
    errors.ClusterError: 502,
    StorageError: 502,
    HistoryError: 502,
    FieldError: 422,
}
#: Starlette sends the answer for these, and goes on; after any other error the server closes the connection.
FORESEEN = (errors.ClusterError, StorageError, HistoryError, FieldError)

_SIGN_IN_AGAIN = "The API server refuses your token: it has expired or was revoked. Sign in again."
_NO_API_SERVER = "The Kubernetes API server doesn't answer at the moment. The page goes on when it does."


def problem(status: int, reason: str, message: str, *, field: str = "") -> JSONResponse:
    """The answer to a request that failed. `reason` is one word, `message` a sentence with a next step."""
    named = {"field": field} if field else {}
    return JSONResponse({"error": {"status": status, "reason": reason, "message": message, **named}}, status_code=status)


def problem_of(error: Exception, *, local: bool) -> JSONResponse | None:
    """The answer for `error`, also where it ends a stream; None for one that nobody foresaw. `local`: on the viewer's own machine."""
    if (answer := _of_a_cluster(error, local=local)) is not None:
        return answer
    if isinstance(error, HTTPException):
        return problem(error.status_code, "HTTP", error.detail)
    status = next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), None)
    if status is None:
        return None
    field = error.field if isinstance(error, FieldError) else ""
    return problem(status, type(error).__name__.removesuffix("Error"), str(error), field=field)


async def answer_error(request: Request, error: Exception) -> Response:
    """Starlette's handler of exceptions."""
    answer = problem_of(error, local=console_of(request).entrance.local)
    if answer is not None:
        return answer
    # as ASCII: a path can neither forge a line nor steer a terminal
    logger.error("%s %a: an unexpected error", request.method, request.url.path, exc_info=error)
    return problem(500, "Internal", "The console failed. Its log has the details.")


def _of_a_cluster(error: Exception, *, local: bool) -> JSONResponse | None:
    """The answer where the credential or the API server is at fault. The client's own sentence is about a kubeconfig, which a viewer
    has on their own machine alone; there the sign-in page couldn't help.
    """
    refused = isinstance(error, errors.UnauthorizedError | errors.CredentialsError)
    if local:
        return problem(503, "Unauthorized", str(error)) if refused else None
    if refused:
        return problem(401, "Unauthorized", _SIGN_IN_AGAIN)
    if isinstance(error, errors.UnreachableError | errors.UnavailableError) and not isinstance(error, LoadingError):
        return problem(503, "Unavailable", _NO_API_SERVER)
    return None
