"""The ASGI application for data and probes."""

from __future__ import annotations

from starlette.applications import Starlette

from glider_admin.front import Front
from glider_admin.web import downloads, metrics, oauth, probes, uploads


def create_app(front: Front) -> Starlette:
    """The application that serves `front`'s HTTP port."""
    app = Starlette(routes=[*probes.ROUTES, *metrics.ROUTES, *oauth.ROUTES, *uploads.ROUTES, *downloads.ROUTES])
    app.state.front = front
    app.state.uploads = uploads.turns_of_uploads()
    return app
