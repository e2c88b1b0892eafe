"""Who the caller is, as the API server knows them."""

from __future__ import annotations

from collections.abc import Mapping

from flyteidl.service import identity_pb2

from glider_admin.front import Call
from glider_admin.handlers.handler import Handler


async def user_info(call: Call, request: identity_pb2.UserInfoRequest) -> identity_pb2.UserInfoResponse:
    """The user that the API server's TokenReview names; of a claim such as email it has nothing."""
    caller = call.caller
    info = identity_pb2.UserInfoResponse(subject=caller.user, name=caller.user, preferred_username=caller.user)
    info.additional_claims.update({"groups": list(caller.groups)})
    return info


HANDLERS: Mapping[str, Handler] = {"UserInfo": user_info}
