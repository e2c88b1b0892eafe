"""flyteidl's servicers, made of the handlers: an RPC without one is UNIMPLEMENTED, with a message that names it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import grpc
from flyteidl.service import admin_pb2, auth_pb2, dataproxy_pb2, identity_pb2, signal_pb2
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass

from glider_admin.front import Front
from glider_admin.handlers import (
    auth,
    downloads,
    executions,
    identity,
    launch_plans,
    launches,
    lists,
    names,
    nodes,
    projects,
    tasks,
    uploads,
    values,
    versions,
    workflows,
)
from glider_admin.handlers.handler import Handler
from glider_admin.rpc import health
from glider_admin.rpc.answering import Context, answer

#: By service. An RPC's name is its method's.
HANDLERS: Mapping[str, Mapping[str, Handler]] = {
    "AdminService": {
        **executions.HANDLERS,
        **launches.HANDLERS,
        **launch_plans.HANDLERS,
        **lists.HANDLERS,
        **names.HANDLERS,
        **nodes.HANDLERS,
        **projects.HANDLERS,
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
    "AdminService": admin_pb2,
    "DataProxyService": dataproxy_pb2,
    "IdentityService": identity_pb2,
    "SignalService": signal_pb2,
    "AuthMetadataService": auth_pb2,
}


class Services(grpc.GenericRpcHandler):
    """All of flyteidl's services by `front`, and gRPC's own check of health."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._methods = {health.METHOD: health.method(front)}
        for service, module in _MODULES.items():
            descriptor = module.DESCRIPTOR.services_by_name[service]
            for method in descriptor.methods:
                self._methods[f"/{descriptor.full_name}/{method.name}"] = self._method(HANDLERS[service].get(method.name), method)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any]:
        """What answers a call; one that flyteidl doesn't have, either, is refused with words."""
        name = handler_call_details.method
        return self._methods.get(name) or self._refused(name.strip("/").rpartition("/")[2][:100])

    def _method(self, handler: Handler | None, method: MethodDescriptor) -> grpc.RpcMethodHandler[Any, Any]:
        async def answered(requests: AsyncIterator[Any], context: Context) -> Any:
            return await answer(self._front, handler, requests, context, name=method.name, is_open=method.name in OPEN)

        return grpc.stream_unary_rpc_method_handler(
            answered,
            request_deserializer=GetMessageClass(method.input_type).FromString,
            response_serializer=GetMessageClass(method.output_type).SerializeToString,
        )

    def _refused(self, name: str) -> grpc.RpcMethodHandler[Any, Any]:
        async def answered(requests: AsyncIterator[Any], context: Context) -> Any:
            return await answer(self._front, None, requests, context, name=name, is_open=True)

        return grpc.stream_unary_rpc_method_handler(answered)
