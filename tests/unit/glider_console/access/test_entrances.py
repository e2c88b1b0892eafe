"""A viewer acts with their own credential alone, or as whom the console's account impersonates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from glider_client.cluster.config import ClientConfig, Impersonation, Material, Tls, User
from glider_client.cluster.errors import UnauthorizedError, UnreachableError
from glider_console.access.claims import ImpersonationClaim, TokenClaim
from glider_console.access.entrances import ClusterEntrance, LocalEntrance
from glider_console.access.identities import Identities
from glider_console.access.viewer import Viewer
from glider_console.settings import Settings

ACCOUNT = User(token_file=Path("/token"), certificate=Material(data=b"certificate"), key=Material(data=b"key"))
SERVER = ClientConfig(server="https://api", tls=Tls(authorities=Material(data=b"ca")), user=ACCOUNT, user_name="the console's account")
CLAIM = TokenClaim(token="adas-token", entrance="token")


def entrance(error: Exception | None = None) -> ClusterEntrance:
    async def ask(viewer: Viewer, question: Any) -> str:
        if error is not None:
            raise error
        return "ada"

    return ClusterEntrance(server=SERVER, settings=Settings(), identities=Identities(ask))


async def test_who_has_a_token_has_nothing_of_the_consoles():
    viewer = await entrance().viewer_for(CLAIM)
    assert viewer is not None and viewer.name == "ada"
    assert viewer.config.user == User(token="adas-token")
    assert viewer.config.impersonation == Impersonation()
    assert (viewer.config.server, viewer.config.tls) == (SERVER.server, SERVER.tls)


async def test_whom_a_proxy_names_is_impersonated_by_the_consoles_account():
    viewer = await entrance().viewer_for(ImpersonationClaim(user="ada", groups=("ml", "ops")))
    assert viewer is not None and viewer.name == "ada"
    assert viewer.config.user == ACCOUNT
    assert viewer.config.impersonation.headers() == [
        ("Impersonate-User", "ada"),
        ("Impersonate-Group", "ml"),
        ("Impersonate-Group", "ops"),
    ]


async def test_keys_of_caches_differ_by_credential_and_hold_none():
    claims = (CLAIM, ImpersonationClaim(user="ada"), ImpersonationClaim(user="ada", groups=("ml",)), ImpersonationClaim(user="ml"))
    viewers = [await entrance().viewer_for(claim) for claim in claims]
    keys = {viewer.key for viewer in viewers if viewer is not None}
    assert len(keys) == len(claims)
    assert not any("ada" in key for key in keys)
    assert "adas-token" not in repr(viewers)


async def test_a_refused_token_is_nobodys_and_its_streams_end():
    assert await entrance().viewer_for(CLAIM) is not None
    refusing = entrance(UnauthorizedError("expired"))
    viewer = await entrance().viewer_for(CLAIM)
    assert viewer is not None
    assert await refusing.viewer_for(CLAIM) is None
    assert not await refusing.still_serves(viewer)


async def test_without_an_answer_nobody_knows():
    with pytest.raises(UnreachableError):
        await entrance(UnreachableError("down")).viewer_for(CLAIM)


def test_on_ones_own_machine_the_token_opens_one_session():
    local = LocalEntrance(SERVER, token="once", port=8585)
    assert local.session_for("twice") is None
    session = local.session_for("once")
    assert session is not None and len(session) > 40
    assert local.session_for("once") is None
