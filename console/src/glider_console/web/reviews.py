"""What the viewer may, so that pages disable what would be refused, with the reason."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from glider.wire.jsonform import FieldError
from glider_console.access.reviews import refusal_of
from glider_console.access.rights import Right
from glider_console.context import console_of, viewer_of
from glider_core.api.fields import Fields
from glider_core.api.labels import EXECUTIONS, GROUP

_MOST = 50


async def reviews(request: Request) -> JSONResponse:
    """For each of the `rights` in the body whether the viewer has it, and why not."""
    console, viewer = console_of(request), viewer_of(request)
    answers = []
    for right in rights_in(await json_in(request)):
        allowed = await console.reviews.allowed(viewer, right)
        answers.append({"allowed": True} if allowed else {"allowed": False, "reason": refusal_of(viewer, right)})
    return JSONResponse({"allowed": answers})


def rights_in(document: Any) -> list[Right]:
    """The rights that `document` asks about.

    Raises:
        FieldError: it is of another form.
    """
    fields = Fields(document, path="")
    rights = [_right(one) for one in fields.each("rights", most=_MOST, what="rights")]
    fields.done()
    return rights


def _right(fields: Fields) -> Right:
    right = Right(
        verb=fields.required_text("verb"),
        resource=fields.text("resource") or EXECUTIONS,
        group=fields.text("group") or ("" if fields.has("resource") else GROUP),
        subresource=fields.text("subresource") or "",
        namespace=fields.text("namespace") or "",
        name=fields.text("name") or "",
    )
    fields.done()
    return right


async def json_in(request: Request) -> Any:
    """The JSON document in the body of `request`.

    Raises:
        FieldError: there is none.
    """
    try:
        return await request.json()
    except (ValueError, RecursionError) as error:
        raise FieldError("the request", expected="JSON", found="something else") from error


ROUTES = [Route("/api/reviews", reviews, methods=["POST"])]
