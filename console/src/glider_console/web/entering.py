"""The address that `glider console` prints: it opens one session, once."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from glider_console.access.entrances import LocalEntrance

_PATH = "/enter"


def address_of(port: int, token: str) -> str:
    """The address to print."""
    return f"http://127.0.0.1:{port}{_PATH}?token={token}"


def entering(entrance: LocalEntrance) -> list[Route]:
    """The route of that address. Where it was used already, the page explains that, unless this browser has the session."""

    async def enter(request: Request) -> Response:
        if request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")):
            return PlainTextResponse("This address can be opened once: by a viewer.\n", status_code=503)
        session = entrance.session_for(request.query_params.get("token", ""))
        if session is None:
            return RedirectResponse("/" if await entrance.viewer_of(request) else "/sign-in", status_code=303)
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(entrance.cookie, session, httponly=True, samesite="strict")
        return answer

    return [Route(_PATH, enter)]
