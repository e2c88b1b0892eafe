"""What an attempt left in the store, where its pod left no summary: images with flytekit, and without Glider's executor.

Flyte's rule: an error.pb is a failure, whatever the exit code; outputs.pb alone, with exit code 0, is success.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glider.wire.errors import TaskError


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What was found below the attempt's output prefix.

    Args:
        error: the error in error.pb.
        outputs: outputs.pb as plain JSON, where it is small enough for a status.
        outputs_found: whether there is an outputs.pb.
        futures_found: whether there is a futures.pb.
        problem: why the store couldn't be read; then nothing is known.
    """

    error: TaskError | None = None
    outputs: Mapping[str, Any] | None = None
    outputs_found: bool = False
    futures_found: bool = False
    problem: str = ""
