"""gRPC's own check of health, grpc.health.v1, as load balancers and kubelets ask it: whether calls can be answered now.

Its one message has one field, so that it needs no distribution of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc

from glider_admin.front import Front
from glider_admin.rpc.answering import Context

METHOD = "/grpc.health.v1.Health/Check"
#: HealthCheckResponse: field 1 is 1 for SERVING, 2 for NOT_SERVING.
_SERVING, _NOT_SERVING = b"\x08\x01", b"\x08\x02"


def method(front: Front) -> grpc.RpcMethodHandler[Any, Any]:
    """Checks the health of `front`, whichever service is asked about; anybody may."""

    async def answered(requests: AsyncIterator[bytes], context: Context) -> bytes:
        return _NOT_SERVING if front.problem() else _SERVING

    return grpc.stream_unary_rpc_method_handler(answered)
