"""The summary that a pod leaves in its termination message: the operator learns the result without the object store.

The kubelet keeps 4096 bytes of it; we stay below 3.5 KiB so that nothing is cut in the middle. What doesn't fit is left
out, and named as left out: outputs.pb and error.pb hold the whole.
"""

from __future__ import annotations

import bisect
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from glider.wire.errors import Kind, Origin, TaskError
from glider.wire.masking import masked

VERSION = 1
MAX_BYTES = 3584
#: Outputs that go deeper are left out, like those that are too large: encoders of JSON have limits of their own.
_MAX_LEVELS = 200
_MAX_SECONDS = 1e12

T = TypeVar("T")


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
    """`summary` as compact JSON of at most `limit` bytes: outputs that don't fit are left out, a long message is shortened."""
    if summary.error is not None:
        return _encode_failure(summary, replace(summary.error, message=masked(summary.error.message)), limit)
    data = _dump(_success(summary, summary.outputs))
    return data if len(data) <= limit else _dump(_success(summary, None))


def fits(outputs: Mapping[str, Any]) -> bool:
    """Whether `outputs` can travel in a summary."""
    return len(_dump(_success(Summary(usage=_LARGEST_USAGE), outputs))) <= MAX_BYTES


def decode_summary(text: str) -> Summary | None:
    """The summary in a termination message, or None where the message is something else: a log tail, nothing at all, somebody's joke.

    What the task's container wrote goes into the status and decides how the attempt ended, so everything must be of its type.
    """
    try:
        document = json.loads(text, parse_constant=_refuse)
        if type(document) is not dict or _of(int, document, "v") != VERSION:
            return None
        usage = Usage(
            timings={phase: _number(milliseconds) for phase, milliseconds in _of(dict, document, "timings", {}).items()},
            peak_memory_bytes=_number(document.get("peakMemoryBytes", 0)),
            cpu_seconds=_seconds(document.get("cpuSeconds", 0.0)),
            bytes_in=_number(document.get("bytesIn", 0)),
            bytes_out=_number(document.get("bytesOut", 0)),
        )
        if document["outcome"] == "Succeeded":
            outputs = None if document.get("outputs") is None else _of(dict, document, "outputs")
            shallow = outputs if _levels(outputs) <= _MAX_LEVELS else None
            return Summary(outputs=shallow, futures=_of(bool, document, "futures", False), usage=usage)
        if document["outcome"] != "Failed":
            return None
        error = TaskError(
            code=_of(str, document, "code"),
            kind=Kind(_of(str, document, "kind")),
            origin=Origin(_of(str, document, "origin")),
            message=_of(str, document, "message"),
            worker=_of(str, document, "worker", ""),
        )
    except (ValueError, KeyError, RecursionError):
        return None
    return Summary(error=error, usage=usage)


def _of(kind: type[T], document: Mapping[str, Any], name: str, *default: T) -> T:
    value = document.get(name, *default) if default else document[name]
    if type(value) is not kind:  # True isn't 1 here
        raise ValueError(f"{name}: expected {kind.__name__}")
    return value


def _number(value: Any) -> int:
    """What the status has as an int64."""
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError("expected an integer of 64 bits")
    return value


def _seconds(value: Any) -> float:
    if type(value) not in (int, float) or not abs(value) <= _MAX_SECONDS:  # 1e999 is infinite to Python
        raise ValueError("expected a number of seconds")
    return float(value)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} isn't JSON")


def _levels(value: Any) -> int:
    """How deep `value` goes."""
    levels, row = 0, [value]
    while row:
        levels += 1
        row = [inner for one in row if isinstance(one, (dict, list)) for inner in (one.values() if isinstance(one, dict) else one)]
    return levels


_LARGEST_USAGE = Usage(
    timings=dict.fromkeys(("start", "load", "download", "convert", "execute", "upload"), 10**9),
    peak_memory_bytes=10**15,
    cpu_seconds=10**9 + 0.123,
    bytes_in=10**15,
    bytes_out=10**15,
)


def _encode_failure(summary: Summary, error: TaskError, limit: int) -> bytes:
    from glider.wire.errors import shortened  # what only failures need, others needn't load

    def with_most(characters: int) -> bytes:
        return _dump(_failure(summary, error, shortened(error.message, characters)))

    whole = with_most(len(error.message))
    if len(whole) <= limit:
        return whole
    characters = bisect.bisect_right(range(len(error.message)), limit, key=lambda most: len(with_most(most)))
    while characters > 0 and len(with_most(characters)) > limit:
        characters -= 1
    return with_most(characters)


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
