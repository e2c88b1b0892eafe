"""flyteidl's servicers, made of the handlers: an RPC without one is UNIMPLEMENTED, with a message that names it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import grpc
import grpc.aio
from flyteidl.service import admin_pb2_grpc, auth_pb2_grpc, dataproxy_pb2_grpc, identity_pb2_grpc, signal_pb2_grpc

from glider_admin.access.caller import Caller
from glider_admin.front import Call, Front
from glider_admin.handlers import versions
from glider_admin.handlers.handler import Handler
from glider_admin.rpc.errors import status_of
from glider_client.cluster.errors import UnauthorizedError

logger = logging.getLogger(__name__)

#: By service. An RPC's name is its method's.
HANDLERS: Mapping[str, Mapping[str, Handler]] = {
    "AdminService": {**versions.HANDLERS},
    "DataProxyService": {},
    "IdentityService": {},
    "SignalService": {},
    "AuthMetadataService": {},
}
_BEARER = "bearer "
_MODULES = {
    "AdminService": admin_pb2_grpc,
    "DataProxyService": dataproxy_pb2_grpc,
    "IdentityService": identity_pb2_grpc,
    "SignalService": signal_pb2_grpc,
    "AuthMetadataService": auth_pb2_grpc,
}

Rpc = Callable[[Any, Any, "grpc.aio.ServicerContext[Any, Any]"], Awaitable[Any]]


def add_services(server: grpc.aio.Server, front: Front) -> None:
    """Serve all of flyteidl's services by `front`."""
    for service, module in _MODULES.items():
        base = getattr(module, f"{service}Servicer")
        methods = {name: _rpc(front, name, HANDLERS[service].get(name)) for name in vars(base) if not name.startswith("_")}
        servicer = type(service, (base,), methods)()
        getattr(module, f"add_{service}Servicer_to_server")(servicer, server)


def _rpc(front: Front, name: str, handler: Handler | None) -> Rpc:
    async def answer(self: Any, request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        if handler is None:
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, f"Glider doesn't serve {name}.")
        else:
            try:
                return await handler(await _call(front, context), request)
            except Exception as error:
                refusal = status_of(error) or (grpc.StatusCode.INTERNAL, "The front failed. Its log has the details.")
                if refusal[0] is grpc.StatusCode.INTERNAL:
                    logger.error("%s: an unexpected error", name, exc_info=error)
            await context.abort(*refusal)
        return None

    return answer


async def _call(front: Front, context: grpc.aio.ServicerContext[Any, Any]) -> Call:
    headers = {key.lower(): str(value) for key, value in context.invocation_metadata() or ()}
    caller = await _caller(front, headers.pop("authorization", ""))
    return Call(front=front, caller=caller, metadata=headers)


async def _caller(front: Front, authorization: str) -> Caller:
    """Who calls.

    Raises:
        UnauthorizedError: the call has no token, or one that the API server refuses.
    """
    if not authorization.lower().startswith(_BEARER):
        raise UnauthorizedError("The call has no bearer token. Set admin.authType: ExternalCommand, and a command that prints one.")
    caller = await front.identities.caller_of(authorization[len(_BEARER) :].strip())
    if caller is None:
        raise UnauthorizedError("The API server refuses the token: it is wrong, or it has expired. Get another one.")
    return caller
