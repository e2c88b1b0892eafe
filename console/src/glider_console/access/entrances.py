"""The ways in: each finds the viewer of a request."""

from __future__ import annotations

import hmac
import secrets
from typing import Protocol

from starlette.requests import Request

from glider_client.cluster.config import ClientConfig
from glider_console.access.viewer import Viewer, key_of

COOKIE = "glider-console"


class Entrance(Protocol):
    """A way in."""

    async def viewer_of(self, request: Request) -> Viewer | None:
        """Who asks; None where the request has no credentials, or wrong ones."""


class LocalEntrance:
    """On one's own machine: whoever has the session acts with the kubeconfig that the console was started with.

    Args:
        config: the cluster of the kubeconfig.
        token: opens one session, once.
    """

    def __init__(self, config: ClientConfig, *, token: str) -> None:
        self._token: str | None = token
        self._session = secrets.token_urlsafe(32)
        self._viewer = Viewer(key=key_of(self._session), name=config.user_name, entrance="local", config=config)

    def session_for(self, token: str) -> str | None:
        """The session that `token` opens; None where it is wrong or was used before."""
        if self._token is None or not hmac.compare_digest(token.encode(), self._token.encode()):
            return None
        self._token = None
        return self._session

    async def viewer_of(self, request: Request) -> Viewer | None:
        """Who asks."""
        session = request.cookies.get(COOKIE, "")
        return self._viewer if hmac.compare_digest(session.encode(), self._session.encode()) else None
