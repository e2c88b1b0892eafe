"""The whole error of an attempt, from the store: the status has room for a part of it only."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from glider.storage.errors import ObjectNotFoundError
from glider.wire.contract import ERROR_FILE
from glider.wire.errors import decode_error
from glider_console.execution.errors import error_of
from glider_console.web.data import UnfitError, answered, attempt_of, subject_of
from glider_core.api.reasons import reason_of

#: More than a page shows.
MOST_BYTES = 4 << 20


async def whole_error(request: Request) -> Response:
    """What error.pb has, in the form of the status's error."""
    attempt, subject = attempt_of(request), await subject_of(request)
    if (uri := subject.left(ERROR_FILE, attempt=attempt)) is None:
        raise UnfitError(404, "There is no more of it: errors are kept in a store, and this execution has none on record.")
    place = await subject.place(uri, named=True)
    try:
        data = await subject.console.data.store.read(place, most=MOST_BYTES, node_identity=subject.reach.node_identity)
        error = decode_error(data)
    except ObjectNotFoundError:
        raise UnfitError(404, f"Attempt {attempt} has left no {ERROR_FILE} in the store. The status has all that is known.") from None
    except ValueError as problem:
        raise UnfitError(422, f"What is in the store can't be shown: {problem}.") from problem
    kinds = {"code": error.code, "kind": error.kind.value, "origin": error.origin.value}
    return JSONResponse(error_of({**kinds, "message": error.message, "reason": reason_of(error.code, error.origin)}))


ROUTES = [Route("/api/executions/{namespace}/{name}/errors/{attempt}", answered(whole_error))]
