"""How a client gets a token: by a command of its own. Clients of every authType ask before their first call, without a token."""

from __future__ import annotations

from collections.abc import Mapping

from flyteidl.service import auth_pb2

from glider_admin.front import Call
from glider_admin.handlers.handler import Handler


async def get_public_client_config(
    call: Call, request: auth_pb2.PublicClientAuthConfigRequest
) -> auth_pb2.PublicClientAuthConfigResponse:  # fmt: skip
    """The header that the token is expected in."""
    return auth_pb2.PublicClientAuthConfigResponse(authorization_metadata_key="authorization")


async def get_oauth2_metadata(call: Call, request: auth_pb2.OAuth2MetadataRequest) -> auth_pb2.OAuth2MetadataResponse:
    """Nothing: the front is no authorization server."""
    return auth_pb2.OAuth2MetadataResponse()


HANDLERS: Mapping[str, Handler] = {"GetPublicClientConfig": get_public_client_config, "GetOAuth2Metadata": get_oauth2_metadata}
