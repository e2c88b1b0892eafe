"""How a client gets a token: by a command of its own. Clients of every authType ask before their first call, without a token.

The front is no authorization server. Whoever takes it for one has to learn what to set instead:

| authType | what the client does | where it shows the words |
|---|---|---|
| Pkce, the default | opens a browser, and waits for it at the redirect URI | at once: that URI has them for a port, so it can't be used |
| DeviceFlow | shows an address and a code, and asks the token endpoint | at once: the error of the token endpoint |
| ClientSecret | asks the token endpoint | the same; flytectl tries it for a minute first |
"""

from __future__ import annotations

from collections.abc import Mapping

from flyteidl.service import auth_pb2

from glider_admin.access.advice import WORDS
from glider_admin.front import Call
from glider_admin.handlers.handler import Handler

#: Below the front's URL.
AUTHORIZE_PATH, TOKEN_PATH, DEVICE_PATH = "/oauth2/authorize", "/oauth2/token", "/oauth2/device"


async def get_public_client_config(
    call: Call, request: auth_pb2.PublicClientAuthConfigRequest
) -> auth_pb2.PublicClientAuthConfigResponse:  # fmt: skip
    """The header that the token is expected in, and a redirect URI that clients refuse with its words."""
    return auth_pb2.PublicClientAuthConfigResponse(
        client_id="glider", authorization_metadata_key="authorization", redirect_uri=f"http://localhost: {WORDS}"
    )


async def get_oauth2_metadata(call: Call, request: auth_pb2.OAuth2MetadataRequest) -> auth_pb2.OAuth2MetadataResponse:
    """Addresses that answer with the words."""
    url = call.front.files.url
    return auth_pb2.OAuth2MetadataResponse(
        issuer=url,
        authorization_endpoint=f"{url}{AUTHORIZE_PATH}",
        token_endpoint=f"{url}{TOKEN_PATH}",
        device_authorization_endpoint=f"{url}{DEVICE_PATH}",
    )


HANDLERS: Mapping[str, Handler] = {"GetPublicClientConfig": get_public_client_config, "GetOAuth2Metadata": get_oauth2_metadata}
