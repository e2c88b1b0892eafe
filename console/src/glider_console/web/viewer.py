"""Who uses the console, how they get in, and out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from glider.version import __version__
from glider.wire.jsonform import FieldError, words
from glider_client.cluster.errors import ClusterError
from glider_console.access import cookies
from glider_console.access.claims import TokenClaim, is_token
from glider_console.access.entrances import ClusterEntrance
from glider_console.context import console_of, viewer_of
from glider_console.web.launching import body_of
from glider_console.web.problems import problem
from glider_core.api.fields import Fields

_LONGEST = f"{cookies.LONGEST} characters"
_REFUSED = "The API server refuses this token: it is wrong, has expired, or is another cluster's. Create a new one."


async def viewer(request: Request) -> JSONResponse:
    """The viewer's name and way in, and what pages begin with."""
    console, who = console_of(request), viewer_of(request)
    try:
        name = await console.clusters.identities.name_of(who)
    except ClusterError:  # the name in the kubeconfig does, for as long as the API server doesn't answer
        name = None
    return JSONResponse(
        {
            "name": name or who.name,
            "entrance": who.entrance,
            "server": who.config.server,
            "version": __version__,
            "namespace": console.settings.namespace,
            "history": console.history.is_kept,
        }
    )


async def entrances(request: Request) -> JSONResponse:
    """Which ways in there are: the sign-in page shows them."""
    console = console_of(request)
    settings, local = console.settings, console.entrance.local
    proxy = not local and bool(settings.proxy_token.header or settings.impersonation.proxies)
    return JSONResponse({"local": local, "token": not local and settings.token.enabled, "proxy": proxy})


async def sign_in(request: Request) -> Response:
    """Keeps the token in the body in the browser, if the API server takes it."""
    console = console_of(request)
    entrance = console.entrance
    if not isinstance(entrance, ClusterEntrance) or not console.settings.token.enabled:
        return problem(404, "NotFound", "Nobody signs in by a token here.")
    token = _token_in(await body_of(request))
    who = await entrance.viewer_for(TokenClaim(token=token, entrance="token"))
    if who is None:
        return problem(401, "Unauthorized", _REFUSED, field="token")
    answer = JSONResponse({"name": who.name})
    cookies.keep(answer, token, host=request.headers.get("host", ""))
    return answer


async def sign_out(request: Request) -> JSONResponse:
    """Has the browser forget the token."""
    answer = JSONResponse({})
    cookies.keep(answer, "", host=request.headers.get("host", ""))
    return answer


def _token_in(document: object) -> str:
    fields = Fields(document, path="")
    token = fields.required_text("token").strip().removeprefix("Bearer ").strip()
    fields.done()
    if not is_token(token):
        expected = f"a bearer token of at most {_LONGEST}, as `kubectl create token` prints it"
        raise FieldError("token", expected=expected, found=words("something else"))
    return token


ROUTES = [
    Route("/api/entrances", entrances),
    Route("/api/sign-in", sign_in, methods=["POST"]),
    Route("/api/sign-out", sign_out, methods=["POST"]),
    Route("/api/viewer", viewer),
]
