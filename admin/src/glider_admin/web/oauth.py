"""What clients get that take the front for an authorization server: an error with what to set instead. See `handlers.auth`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from glider_admin.access.advice import WORDS
from glider_admin.front import Front
from glider_admin.handlers.auth import AUTHORIZE_PATH, DEVICE_PATH, TOKEN_PATH

_HEADERS = {"Cache-Control": "no-store"}


async def authorize(request: Request) -> Response:
    """For people, in a browser."""
    return PlainTextResponse(f"There is nobody to sign in to. {WORDS}\n", status_code=400, headers=_HEADERS)


async def token(request: Request) -> Response:
    """No token. flytectl shows `error` alone, flytekit all of it."""
    return JSONResponse({"error": WORDS, "error_description": WORDS}, status_code=400, headers=_HEADERS)


async def device(request: Request) -> Response:
    """A code that leads to the error of the token endpoint: flytekit shows no words of an error here."""
    front: Front = request.app.state.front
    url = f"{front.files.url}{AUTHORIZE_PATH}"
    code = {"device_code": "none", "user_code": "none", "verification_uri": url, "expires_in": 60, "interval": 1}
    return JSONResponse(code, headers=_HEADERS)


ROUTES = [
    Route(AUTHORIZE_PATH, authorize),
    Route(TOKEN_PATH, token, methods=["POST"]),
    Route(DEVICE_PATH, device, methods=["POST"]),
]
