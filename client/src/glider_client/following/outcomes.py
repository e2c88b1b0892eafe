"""Exit codes of the commands that wait for executions. Documented, so that scripts can rely on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any

from glider_client.following.progress import phase_of
from glider_core.api.phases import Phase

Json = Mapping[str, Any]


class ExitCode(IntEnum):
    """How the command ends."""

    SUCCEEDED = 0
    FAILED = 1
    USAGE = 2
    TIMED_OUT = 3
    ABORTED = 4
    INTERRUPTED = 130


_OF_PHASES = {Phase.SUCCEEDED: ExitCode.SUCCEEDED, Phase.TIMED_OUT: ExitCode.TIMED_OUT, Phase.ABORTED: ExitCode.ABORTED}
#: The worst first, of several executions: a failure counts more than what somebody chose to end.
_WORST = (ExitCode.FAILED, ExitCode.TIMED_OUT, ExitCode.ABORTED, ExitCode.SUCCEEDED)


def exit_code(execution: Json | None) -> ExitCode:
    """That of a finished execution; one that was deleted, or isn't finished, has failed."""
    return _OF_PHASES.get(phase_of(execution or {}), ExitCode.FAILED)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """That of several executions together."""
    return min(codes, key=_WORST.index, default=ExitCode.SUCCEEDED)
