"""A failure as a gRPC status. Each has an explicit code: UNKNOWN would start the client's login, and hide the error."""

from __future__ import annotations

import logging

import grpc

from glider_admin.errors import Code, refusal_of, shortened

logger = logging.getLogger(__name__)

_UNFORESEEN = "The front failed at {name}. Its log has the details."


def status_of(error: Exception, *, name: str) -> tuple[grpc.StatusCode, str]:
    """The code and the message for `error` of the RPC `name`. What is the front's own fault is logged."""
    refusal = refusal_of(error)
    if refusal is None or refusal.code is Code.INTERNAL:
        logger.error("%s: an unexpected error", name, exc_info=error)
    if refusal is None:
        return grpc.StatusCode.INTERNAL, _UNFORESEEN.format(name=name)
    return grpc.StatusCode[refusal.code], shortened(str(refusal))
