"""flyteidl's servicers, made of the handlers: an RPC without one is UNIMPLEMENTED, with a message that names it."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import grpc
import grpc.aio
from flyteidl.service import admin_pb2_grpc, auth_pb2_grpc, dataproxy_pb2_grpc, identity_pb2_grpc, signal_pb2_grpc

from glider_admin.front import Call, Front
from glider_admin.handlers import (
    auth,
    downloads,
    executions,
    identity,
    launch_plans,
    launches,
    lists,
    nodes,
    tasks,
    uploads,
    values,
    versions,
    workflows,
)
from glider_admin.handlers.handler import Handler
from glider_admin.rpc.credentials import token_of, without_credentials
from glider_admin.rpc.errors import status_of

logger = logging.getLogger(__name__)

#: By service. An RPC's name is its method's.
HANDLERS: Mapping[str, Mapping[str, Handler]] = {
    "AdminService": {
        **executions.HANDLERS,
        **launches.HANDLERS,
        **launch_plans.HANDLERS,
        **lists.HANDLERS,
        **nodes.HANDLERS,
        **tasks.HANDLERS,
        **values.HANDLERS,
        **versions.HANDLERS,
        **workflows.HANDLERS,
    },
    "DataProxyService": {**uploads.HANDLERS, **downloads.HANDLERS},
    "IdentityService": {**identity.HANDLERS},
    "SignalService": {},
    "AuthMetadataService": {**auth.HANDLERS},
}
#: What is answered before the client has a token: how to get one, and by whom.
OPEN = frozenset({"GetVersion", "GetPublicClientConfig", "GetOAuth2Metadata"})
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
        began, code = time.monotonic(), grpc.StatusCode.CANCELLED
        try:
            answered = await _answer(front, name, handler, request, context)
            code = answered.code if isinstance(answered, Refusal) else grpc.StatusCode.OK
        finally:
            seconds = time.monotonic() - began
            front.measures.answered(name, code.name, seconds)
            logger.debug("%s: %s after %.1f ms", name, code.name, seconds * 1000)
        if isinstance(answered, Refusal):
            await context.abort(*answered)
        return answered

    return answer


class Refusal(NamedTuple):
    """What a call is refused with."""

    code: grpc.StatusCode
    message: str


async def _answer(front: Front, name: str, handler: Handler | None, request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
    """The handler's answer, or a Refusal."""
    if handler is None:
        return Refusal(grpc.StatusCode.UNIMPLEMENTED, f"Glider doesn't serve {name}. docs/flyte-clients.md has what it serves.")
    try:
        return await handler(await _call(front, name, context), request)
    except Exception as error:
        return Refusal(*status_of(error, name=name))


async def _call(front: Front, name: str, context: grpc.aio.ServicerContext[Any, Any]) -> Call:
    headers = tuple((key, value) for key, value in context.invocation_metadata() or ())
    identities = front.identities
    caller = identities.nobody if name in OPEN else await identities.caller_of(token_of(headers))
    return Call(front=front, caller=caller, metadata=without_credentials(headers))
