"""The events of a watch on their way through the proxy: some are lost, late, doubled or overtaken."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from tests.faults.apiserver.rules import Cut, Drop, EventFault, Gone, Late, Overtaken, Repeat, Torn

#: How long an event waits for the one that is to overtake it.
PATIENCE = 1.0
_GONE = {
    "type": "ERROR",
    "object": {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": "too old resource version: injected by the test",
        "reason": "Expired",
        "code": 410,
    },
}


class WatchCutError(Exception):
    """The watch is to be cut here."""


async def pass_events(
    lines: AsyncIterator[bytes], *, decide: Callable[[dict[str, Any]], EventFault | None], write: Callable[[bytes], Any]
) -> None:
    """Writes the events, one a line, as `decide` has it.

    Raises:
        WatchCutError: the connection is to be reset.
    """
    held = b""
    source = aiter(lines)
    coming = asyncio.ensure_future(anext(source, None))
    try:
        while True:
            await asyncio.wait([coming], timeout=PATIENCE if held else None)
            line = coming.result() if coming.done() else b""
            if line is None:
                break
            if coming.done():
                coming = asyncio.ensure_future(anext(source, None))
                fault = decide(json.loads(line))
                if isinstance(fault, Overtaken) and not held:
                    held = line
                    continue
                if not await _pass(line, fault, write):
                    return
            if held:
                await write(held)
                held = b""
        if held:
            await write(held)
    finally:
        coming.cancel()


async def _pass(line: bytes, fault: EventFault | None, write: Callable[[bytes], Any]) -> bool:
    """Whether the watch goes on."""
    match fault:
        case Drop():
            return True
        case Repeat():
            await write(line)
        case Late(seconds=seconds):
            await asyncio.sleep(seconds)
        case Gone():
            await write(json.dumps(_GONE).encode() + b"\n")
            return False
        case Cut():
            raise WatchCutError
        case Torn():
            await write(line[: len(line) // 2])
            raise WatchCutError
    await write(line)
    return True
