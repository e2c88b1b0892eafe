"""Decks: pages that tasks have made, so anybody's scripts. They are shown in a frame without an origin, which has neither cookies nor any
way to the console, to web servers or out of its frame. The headers make it so, also where a deck's address is opened by itself. Only
WebRTC is beyond them, since browsers have no directive for it yet.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from glider.storage.errors import ObjectNotFoundError
from glider.wire.contract import DECK_FILE
from glider_client.stored.store import Head
from glider_console.data.media import disposition
from glider_console.web.data import Subject, UnfitError, answered, attempt_of, subject_of
from glider_core.api.places import Place

#: As `glider deck` reads at most; more than a browser shows.
MOST_BYTES = 256 << 20

#: What flytekit's decks need: scripts and styles that are in the page, and pictures and fonts, too.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "sandbox allow-scripts",
        "default-src 'none'",
        "script-src 'unsafe-inline'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "font-src data:",
        "media-src data:",
        "connect-src 'none'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "X-Frame-Options": "SAMEORIGIN",
}


async def deck(request: Request) -> Response:
    """The deck of an attempt, for the frame of its page. Whoever opens its address by itself gets to that page."""
    download, attempt = "download" in request.query_params, attempt_of(request)
    if request.headers.get("Sec-Fetch-Dest") == "document" and not download:
        namespace, name = (quote(request.path_params[part], safe="") for part in ("namespace", "name"))
        return RedirectResponse(f"/executions/{namespace}/{name}?tab=deck&attempt={attempt}", status_code=303)
    subject = await subject_of(request)
    place, head = await _found(subject, attempt)
    shown = disposition(str(place), inline=not download)
    headers = {**HEADERS, "Content-Length": str(head.size), "Content-Disposition": shown}
    pieces = subject.console.data.store.pieces(place, 0, head.size, etag=head.etag, node_identity=subject.reach.node_identity)
    return StreamingResponse(pieces, media_type="text/html; charset=utf-8", headers=headers)


async def about(request: Request) -> Response:
    """Whether an attempt has a deck, and how large it is: a frame has no words for what it can't show."""
    attempt = attempt_of(request)
    _, head = await _found(await subject_of(request), attempt)
    return JSONResponse({"size": head.size})


async def _found(subject: Subject, attempt: int) -> tuple[Place, Head]:
    name = subject.document["metadata"]["name"]
    if (uri := subject.left(DECK_FILE, attempt=attempt)) is None:
        raise UnfitError(404, "There is no deck: decks are kept in a store, and this execution has none on record.")
    place = await subject.place(uri, named=True)
    try:
        head = await subject.console.data.store.head(place, count=1, node_identity=subject.reach.node_identity)
    except ObjectNotFoundError:
        words = f"Attempt {attempt} has no deck. Tasks make one with enable_deck=True; it is stored when the attempt ends."
        raise UnfitError(404, words) from None
    if head.size > MOST_BYTES:
        raise UnfitError(413, f"The deck has {head.size:,} bytes, more than a browser shows. `glider deck {name} -o FILE` saves it.")
    return place, head


ROUTES = [
    Route("/decks/{namespace}/{name}/{attempt}", answered(deck)),
    Route("/api/executions/{namespace}/{name}/decks/{attempt}", answered(about)),
]
