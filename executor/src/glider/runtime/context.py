"""What a native task may ask for: current_context(), with the names of flytekit's ExecutionParameters."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cached_property
from typing import Any

from glider.settings.model import Identity, StatsdSettings
from glider.telemetry.logs import USER_LOGGER
from glider.telemetry.stats import Stats, user_stats


@dataclass(frozen=True, kw_only=True, slots=True)
class ExecutionId:
    """Which execution."""

    project: str
    domain: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskId:
    """Which task."""

    project: str
    domain: str
    name: str
    version: str


@dataclass(frozen=True, kw_only=True)
class ExecutionContext:
    """The surroundings of a running task."""

    identity: Identity = field(default_factory=Identity)
    statsd: StatsdSettings = field(default_factory=lambda: StatsdSettings(disabled=True))
    raw_output_prefix: str = ""
    output_metadata_prefix: str = ""
    execution_date: datetime = field(default_factory=lambda: datetime.now(timezone.utc))

    @property
    def execution_id(self) -> ExecutionId:
        """The execution's project, domain and name."""
        identity = self.identity
        return ExecutionId(project=identity.execution_project, domain=identity.execution_domain, name=identity.execution_name)

    @property
    def task_id(self) -> TaskId:
        """The task's project, domain, name and version."""
        identity = self.identity
        return TaskId(project=identity.task_project, domain=identity.task_domain, name=identity.task_name, version=identity.task_version)

    @property
    def attempt(self) -> int:
        """Which try this is, from 0."""
        return self.identity.attempt

    @property
    def logging(self) -> logging.Logger:
        """The task's logger."""
        return USER_LOGGER

    @cached_property
    def stats(self) -> Stats:
        """The task's statsd handle, made when first needed."""
        from glider import __version__

        return user_stats(self.statsd, self.identity, api_version=__version__.replace(".", "_"))

    @cached_property
    def working_directory(self) -> str:
        """A folder for the task's temporary files, made when first needed."""
        import tempfile

        return tempfile.mkdtemp(prefix="glider-work-")


_current: ExecutionContext | None = None


def use_context(context: ExecutionContext) -> None:
    """Makes `context` the process' own."""
    global _current
    _current = context


def current_context() -> Any:
    """The running task's context: a flytekit task gets flytekit's own. Outside of a task it is one that sends no metrics."""
    if _current is not None:
        return _current
    if (flytekit := sys.modules.get("flytekit")) is not None and hasattr(flytekit, "current_context"):
        return flytekit.current_context()
    return ExecutionContext()
