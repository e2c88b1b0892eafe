"""One call: whose it is, its turn, its message, its answer. In this order: a message is only received from those who may send one.

To gRPC every call is a stream of requests, of which one is read. A unary one would have been received before anybody asked whose it is,
and 20 MiB of anybody's would stand in memory.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import Any, NamedTuple, TypeAlias

import grpc
import grpc.aio

from glider_admin.errors import Code, RefusedError
from glider_admin.front import Call, Front
from glider_admin.handlers.handler import Handler
from glider_admin.rpc.credentials import token_of, without_credentials
from glider_admin.rpc.errors import status_of

logger = logging.getLogger(__name__)

#: What RPCs that aren't served are counted as: their names are anybody's.
UNSERVED = "other"
#: The seconds that a message may take to arrive.
_MESSAGE = 60.0

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


async def answer(
    front: Front, handler: Handler | None, requests: AsyncIterator[Any], context: Context, *, name: str, is_open: bool
) -> Any:  # fmt: skip
    """The answer of the RPC `name`, or the end of the call by a status. `is_open`: a caller without a token gets one, too."""
    began, code = time.monotonic(), grpc.StatusCode.CANCELLED
    try:
        answered = await _answered(front, handler, requests, context, name=name, is_open=is_open)
        code = answered.code if isinstance(answered, Refusal) else grpc.StatusCode.OK
    finally:
        seconds = time.monotonic() - began
        front.measures.answered(name if handler else UNSERVED, code.name, seconds)
        logger.debug("%s: %s after %.1f ms", name, code.name, seconds * 1000)
    if isinstance(answered, Refusal):
        await context.abort(*answered)
    return answered


class Refusal(NamedTuple):
    """What a call is refused with."""

    code: grpc.StatusCode
    message: str


async def _answered(
    front: Front, handler: Handler | None, requests: AsyncIterator[Any], context: Context, *, name: str, is_open: bool
) -> Any:  # fmt: skip
    """The handler's answer, or a Refusal."""
    try:
        if handler is None:
            raise RefusedError(Code.UNIMPLEMENTED, f"Glider doesn't serve {name}. docs/flyte-clients.md has what it serves.")
        headers = tuple((key, value) for key, value in context.invocation_metadata() or ())
        if is_open:  # without a turn, which anybody could hold, and without a message, which these have nothing in
            return await handler(Call(front=front, caller=front.identities.nobody), None)
        caller = await front.identities.caller_of(token_of(headers))
        async with front.turns.turn(caller.user):
            request = await _received(requests, name=name)
            return await handler(Call(front=front, caller=caller, metadata=without_credentials(headers)), request)
    except Exception as error:
        return Refusal(*status_of(error, name=name))


async def _received(requests: AsyncIterator[Any], *, name: str) -> Any:
    try:
        async with asyncio.timeout(_MESSAGE):
            return await anext(requests)
    except TimeoutError as error:
        raise RefusedError(Code.DEADLINE_EXCEEDED, f"The message of {name} didn't arrive within {_MESSAGE:.0f} s. Try again.") from error
    except StopAsyncIteration as error:
        raise RefusedError(Code.INVALID_ARGUMENT, f"The call of {name} has no message.") from error
