"""The ways in: each finds the viewer of a request."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import replace
from typing import Protocol

from starlette.requests import Request

from glider_client.cluster.config import ClientConfig, Impersonation, User
from glider_console.access.claims import Claim, TokenClaim, claim_of
from glider_console.access.identities import Identities
from glider_console.access.viewer import Viewer, key_of
from glider_console.settings import Settings


class Entrance(Protocol):
    """A way in. `local`: the viewer is who started the console."""

    local: bool

    async def viewer_of(self, request: Request) -> Viewer | None:
        """Who asks; None where the request has no credentials, or wrong ones.

        Raises:
            RefusedClaimError: it has some that aren't believed.
            ClusterError: the API server, which would know, doesn't answer.
        """

    async def still_serves(self, viewer: Viewer) -> bool:
        """Whether the viewer's credential is good at this moment.

        Raises:
            ClusterError: the API server, which would know, doesn't answer.
        """


class LocalEntrance:
    """On one's own machine: whoever has the session acts with the kubeconfig that the console was started with.

    Args:
        config: the cluster of the kubeconfig.
        token: opens one session, once.
        port: where the console listens. Cookies don't differ by port, so their names do.
    """

    local = True

    def __init__(self, config: ClientConfig, *, token: str, port: int) -> None:
        self._token: str | None = token
        self._session = secrets.token_urlsafe(32)
        self._viewer = Viewer(key=key_of(self._session), name=_name_in(config), entrance="local", config=config)
        self.cookie = f"glider-console-{port}"

    def session_for(self, token: str) -> str | None:
        """The session that `token` opens; None where it is wrong or was used before."""
        if self._token is None or not hmac.compare_digest(token.encode(), self._token.encode()):
            return None
        self._token = None
        return self._session

    async def viewer_of(self, request: Request) -> Viewer | None:
        """Who asks."""
        session = request.cookies.get(self.cookie, "")
        return self._viewer if hmac.compare_digest(session.encode(), self._session.encode()) else None

    async def still_serves(self, viewer: Viewer) -> bool:
        """Always: the kubeconfig's credential is renewed, and what the API server then refuses it refuses itself."""
        return True


class ClusterEntrance:
    """In a cluster: each viewer has a credential of their own, or a proxy that vouches for them.

    Args:
        server: the API server, with the console's own credential, which is for impersonation alone.
        settings: which ways are open.
        identities: whose a token is.
        secret: what an impersonating proxy has to send.
    """

    local = False

    def __init__(self, *, server: ClientConfig, settings: Settings, identities: Identities, secret: str = "") -> None:
        self._server, self._settings, self._identities, self._secret = server, settings, identities, secret

    async def viewer_of(self, request: Request) -> Viewer | None:
        """Who asks."""
        peer = request.client.host if request.client else ""
        claim = claim_of(request.headers, request.cookies, peer=peer, settings=self._settings, secret=self._secret)
        return None if claim is None else await self.viewer_for(claim)

    async def viewer_for(self, claim: Claim) -> Viewer | None:
        """The viewer with that `claim`; None where the API server refuses the token.

        Raises:
            ClusterError: the API server doesn't answer.
        """
        if isinstance(claim, TokenClaim):
            config = replace(self._server, user=User(token=claim.token), impersonation=Impersonation(), user_name="")
            viewer = Viewer(key=key_of("token", claim.token), name="", entrance=claim.entrance, config=config)
            name = await self._identities.name_of(viewer)
            return None if name is None else replace(viewer, name=name, config=replace(config, user_name=name))
        config = replace(self._server, impersonation=Impersonation(user=claim.user, groups=claim.groups))
        return Viewer(key=key_of("impersonation", claim.user, *sorted(claim.groups)), name=claim.user, entrance="proxy", config=config)

    async def still_serves(self, viewer: Viewer) -> bool:
        """Whether the API server takes the token; a user that a proxy named is who it is until the request ends."""
        return bool(viewer.config.impersonation.user) or await self._identities.name_of(viewer, fresh=True) is not None


def _name_in(config: ClientConfig) -> str:
    return config.impersonation.user or config.user_name
