"""The statsd handle of a task, and the executor's own metrics.

Names are flytekit's (interfaces/stats): the prefix `<task project>.<task domain>.<task name>.user_stats`, lower-cased, and
tags serialised into the name, sorted, as `.__key=value`. The executor's own stand under `….executor`, with the same tags.
flytekit's get_stats() raises TypeError; here it works. A sink that can't be resolved never fails a task.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from glider.settings.model import Identity, StatsdSettings
from glider.telemetry.logs import LOGGER

_FORBIDDEN_IN_TAGS = re.compile("[|.:]")


class Stats:
    """Sends metrics over UDP. `stats.incr("hits")`, `.decr`, `.timing`, `.timer`, `.gauge`, `.set`, as in the statsd package.

    Each takes `tags={…}` besides its own arguments.
    """

    def __init__(self, client: Any, *, prefix: str, tags: Mapping[str, str] | None) -> None:
        self._client = client
        self._prefix = prefix
        self._tags = None if tags is None else dict(tags)

    @property
    def full_prefix(self) -> str:
        """What stands before every name."""
        return self._prefix

    def incr(self, stat: str, count: int = 1, rate: float = 1, *, tags: Mapping[str, str] | None = None) -> None:
        """Counts up by `count`."""
        self._client.incr(self._name(stat, tags), count, rate)

    def decr(self, stat: str, count: int = 1, rate: float = 1, *, tags: Mapping[str, str] | None = None) -> None:
        """Counts down by `count`."""
        self._client.decr(self._name(stat, tags), count, rate)

    def gauge(self, stat: str, value: float, rate: float = 1, delta: bool = False, *, tags: Mapping[str, str] | None = None) -> None:
        """Sets a gauge, or moves it by `value` if `delta`."""
        self._client.gauge(self._name(stat, tags), value, rate, delta)

    def set(self, stat: str, value: Any, rate: float = 1, *, tags: Mapping[str, str] | None = None) -> None:
        """Adds `value` to a set."""
        self._client.set(self._name(stat, tags), value, rate)

    def timing(self, stat: str, delta: Any, rate: float = 1, *, tags: Mapping[str, str] | None = None) -> None:
        """Reports a duration: milliseconds, or a timedelta."""
        self._client.timing(self._name(stat, tags), delta, rate)

    def timer(self, stat: str, rate: float = 1, *, tags: Mapping[str, str] | None = None) -> Any:
        """Times a `with` block or a decorated function."""
        return self._client.timer(self._name(stat, tags), rate)

    def get_stats(self, name: str, copy_tags: bool = True) -> Stats:
        """A handle for names below `name`."""
        tags = self._tags if copy_tags or self._tags is None else {}
        return Stats(self._client, prefix=f"{self._prefix}.{name}", tags=tags)

    def pipeline(self) -> Stats:
        """A handle that collects metrics and sends them together, at the end of its `with` block or at send()."""
        return Stats(self._client.pipeline(), prefix=self._prefix, tags=self._tags)

    def send(self) -> None:
        """Sends what a pipeline has collected."""
        self._client.send()

    def extend_tags(self, tags: Mapping[str, str]) -> None:
        """Adds tags to everything that follows."""
        if self._tags is not None:
            self._tags.update(tags)

    def clear_tags(self) -> None:
        """Takes all tags away."""
        if self._tags is not None:
            self._tags = {}

    def __enter__(self) -> Stats:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if hasattr(self._client, "send"):
            self.send()

    def _name(self, stat: str, tags: Mapping[str, str] | None) -> str:
        name = f"{self._prefix}.{stat}"
        if self._tags is None:
            return name
        merged = {**(tags or {}), **self._tags}
        if not all(str(key).isascii() for key in merged):
            return name
        for key in sorted(merged):
            if value := _FORBIDDEN_IN_TAGS.sub("_", str(merged[key])):
                name += f".__{key}={value}"
        return name


def user_stats(settings: StatsdSettings, identity: Identity, *, api_version: str) -> Stats:
    """The handle that a task gets as `current_context().stats`."""
    return _stats(settings, identity, scope="user_stats", api_version=api_version)


def send_timings(settings: StatsdSettings, identity: Identity, timings: Mapping[str, int], *, api_version: str) -> None:
    """The executor's own metrics: `….executor.<phase>`, in milliseconds. Only to a sink that somebody named."""
    if not settings.configured or settings.disabled:
        return
    stats = _stats(settings, identity, scope="executor", api_version=api_version)
    for phase, milliseconds in timings.items():
        stats.timing(phase, milliseconds)


def _stats(settings: StatsdSettings, identity: Identity, *, scope: str, api_version: str) -> Stats:
    prefix = f"{identity.task_project}.{identity.task_domain}.{identity.task_name}.{scope}".lower()
    tags = {
        "exec_project": identity.execution_project,
        "exec_domain": identity.execution_domain,
        "exec_workflow": identity.workflow,
        "exec_launchplan": identity.launch_plan,
        "api_version": api_version,
    }
    return Stats(_client(settings), prefix=prefix, tags=None if settings.tags_disabled else tags)


def _client(settings: StatsdSettings) -> Any:
    import statsd

    if settings.disabled:
        return _silent(statsd)
    try:
        return statsd.StatsClient(settings.host, settings.port)
    except OSError as error:
        LOGGER.warning("statsd at %s:%d can't be resolved, so no metrics are sent: %s", settings.host, settings.port, error)
        return _silent(statsd)


def _silent(statsd: Any) -> Any:
    """A client that sends nothing."""
    client = statsd.StatsClient("127.0.0.1")
    send: Callable[[str], None] = lambda data: None  # noqa: E731
    client._send = send
    return client
