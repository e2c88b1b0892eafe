"""The results of a diagnosis."""

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
    """The attempt is in progress. `reason` is the phase, or what the pod waits for, in Kubernetes' word.

    `until`: when this will have lasted too long. `silent`: the pod doesn't show what it waits for, its Events may.
    """

    phase: Phase
    reason: str
    message: str = ""
    started: datetime | None = None
    until: datetime | None = None
    silent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """The attempt has ended, and its outcome depends on what it left in the store."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The attempt has ended: with a `failure`, or with `outputs` (None: too large for the summary, see outputs.pb).

    `futures`: it left futures.pb, the nodes of a dynamic task, in place of outputs.
    """

    failure: Failure | None = None
    outputs: Mapping[str, Any] | None = None
    futures: bool = False
    usage: Usage | None = None
    started: datetime | None = None
    finished: datetime | None = None
    exit_code: int | None = None


Finding: TypeAlias = Progress | Unread | Outcome
