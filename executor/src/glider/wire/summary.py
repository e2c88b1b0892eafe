"""The summary that a pod leaves in its termination message: the operator learns the result without the object store.

The kubelet keeps 4096 bytes of it; we stay below 3.5 KiB so that nothing is cut in the middle. What doesn't fit is left
out and said to be left out: outputs.pb and error.pb hold the whole.
"""

from __future__ import annotations

import bisect
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glider.wire.errors import Kind, Origin, TaskError

VERSION = 1
MAX_BYTES = 3584
_CUT = "[…]\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What an attempt took. Timings in milliseconds by phase (start, load, download, convert, execute, upload), sizes in bytes.

    Peak memory and CPU seconds are those of the whole process tree.
    """

    timings: Mapping[str, int] = field(default_factory=dict)
    peak_memory_bytes: int = 0
    cpu_seconds: float = 0.0
    bytes_in: int = 0
    bytes_out: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """How one attempt ended: with `error`, or well, and then with `outputs` as plain JSON (None: too large, see outputs.pb).

    `futures`: it was a dynamic task, which leaves futures.pb (nodes for a workflow engine to run) in place of outputs.
    """

    error: TaskError | None = None
    outputs: Mapping[str, Any] | None = None
    futures: bool = False
    usage: Usage = field(default_factory=Usage)


def encode_summary(summary: Summary, *, limit: int = MAX_BYTES) -> bytes:
    """`summary` as compact JSON of at most `limit` bytes: outputs that don't fit are left out, a long message loses its beginning."""
    if summary.error is not None:
        return _encode_failure(summary, summary.error, limit)
    data = _dump(_success(summary, summary.outputs))
    return data if len(data) <= limit else _dump(_success(summary, None))


def fits(outputs: Mapping[str, Any]) -> bool:
    """Whether `outputs` can travel in a summary."""
    return len(_dump(_success(Summary(usage=_LARGEST_USAGE), outputs))) <= MAX_BYTES


def decode_summary(text: str) -> Summary | None:
    """The summary in a termination message, or None where the message is something else (a log tail, nothing at all)."""
    try:
        document = json.loads(text)
        if document["v"] != VERSION:
            return None
        usage = Usage(
            timings=document.get("timings", {}),
            peak_memory_bytes=document.get("peakMemoryBytes", 0),
            cpu_seconds=document.get("cpuSeconds", 0.0),
            bytes_in=document.get("bytesIn", 0),
            bytes_out=document.get("bytesOut", 0),
        )
        if document["outcome"] == "Succeeded":
            return Summary(outputs=document.get("outputs"), futures=document.get("futures", False), usage=usage)
        error = TaskError(
            code=document["code"],
            kind=Kind(document["kind"]),
            origin=Origin(document["origin"]),
            message=document["message"],
            worker=document.get("worker", ""),
        )
    except (ValueError, TypeError, KeyError):
        return None
    return Summary(error=error, usage=usage)


_LARGEST_USAGE = Usage(
    timings=dict.fromkeys(("start", "load", "download", "convert", "execute", "upload"), 10**9),
    peak_memory_bytes=10**15,
    cpu_seconds=10**9 + 0.123,
    bytes_in=10**15,
    bytes_out=10**15,
)


def _encode_failure(summary: Summary, error: TaskError, limit: int) -> bytes:
    def with_last(characters: int) -> bytes:
        cut = characters < len(error.message)
        return _dump(_failure(summary, error, _CUT * cut + error.message[len(error.message) - characters :]))

    whole = with_last(len(error.message))
    if len(whole) <= limit:
        return whole
    too_many = bisect.bisect_right(range(len(error.message)), limit, key=lambda characters: len(with_last(characters)))
    return with_last(max(0, too_many - 1))


def _success(summary: Summary, outputs: Mapping[str, Any] | None) -> dict[str, Any]:
    document: dict[str, Any] = {"v": VERSION, "outcome": "Succeeded"}
    if outputs is not None:
        document["outputs"] = dict(outputs)
    if summary.futures:
        document["futures"] = True
    return document | _usage(summary.usage)


def _failure(summary: Summary, error: TaskError, message: str) -> dict[str, Any]:
    document = {
        "v": VERSION,
        "outcome": "Failed",
        "code": error.code,
        "kind": error.kind.value,
        "origin": error.origin.value,
        "message": message,
        "worker": error.worker,
    }
    return document | _usage(summary.usage)


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "timings": dict(usage.timings),
        "peakMemoryBytes": usage.peak_memory_bytes,
        "cpuSeconds": round(usage.cpu_seconds, 3),
        "bytesIn": usage.bytes_in,
        "bytesOut": usage.bytes_out,
    }


def _dump(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode(errors="backslashreplace")
