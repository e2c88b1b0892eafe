"""What a diagnosis comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from glider.wire.summary import Usage
from glider_core.api.failure import Failure
from glider_core.api.phases import Phase


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """The attempt is on its way. `reason` is the phase, or what the pod waits for in Kubernetes' word.

    `until`: when this will have lasted too long. `silent`: the pod doesn't say what it waits for, its Events may.
    """

    phase: Phase
    reason: str
    message: str = ""
    started: datetime | None = None
    until: datetime | None = None
    silent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """The attempt is over, and how can only be told with what it left in the store."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The attempt is over: with a `failure`, or well and then with `outputs` (None: too large for the summary, see outputs.pb).

    `futures`: what it left is futures.pb, the nodes of a dynamic task, in place of outputs.
    """

    failure: Failure | None = None
    outputs: Mapping[str, Any] | None = None
    futures: bool = False
    usage: Usage | None = None
    started: datetime | None = None
    finished: datetime | None = None
    exit_code: int | None = None


Finding: TypeAlias = Progress | Unread | Outcome
