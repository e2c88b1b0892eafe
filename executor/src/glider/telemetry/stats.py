"""The statsd handle of a task.

Names are flytekit's (interfaces/stats): the prefix `<task project>.<task domain>.<task name>.user_stats`, lower-cased, and
tags serialised into the name, sorted, as `.__key=value`. flytekit's get_stats() raises TypeError; here it works.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from glider.settings.model import Identity, StatsdSettings

_FORBIDDEN_IN_TAGS = re.compile("[|.:]")


class Stats:
    """Sends metrics over UDP. `stats.incr("hits")`, `.decr`, `.timing`, `.timer`, `.gauge`, `.set`, as in the statsd package.

    Each takes `tags={…}` besides its own arguments; `per_host` adds flytekit's tag for that.
    """

    def __init__(self, client: Any, *, prefix: str, tags: Mapping[str, str] | None) -> None:
        self._client = client
        self._prefix = prefix
        self._tags = None if tags is None else dict(tags)

    @property
    def full_prefix(self) -> str:
        """What stands before every name."""
        return self._prefix

    def incr(self, stat: str, count: int = 1, rate: float = 1, *, tags: Mapping[str, str] | None = None, per_host: bool = False) -> None:
        """Counts up by `count`."""
        self._client.incr(self._name(stat, tags, per_host), count, rate)

    def decr(self, stat: str, count: int = 1, rate: float = 1, *, tags: Mapping[str, str] | None = None, per_host: bool = False) -> None:
        """Counts down by `count`."""
        self._client.decr(self._name(stat, tags, per_host), count, rate)

    def gauge(
        self,
        stat: str,
        value: float,
        rate: float = 1,
        delta: bool = False,
        *,
        tags: Mapping[str, str] | None = None,
        per_host: bool = False,
    ) -> None:
        """Sets a gauge, or moves it by `value` if `delta`."""
        self._client.gauge(self._name(stat, tags, per_host), value, rate, delta)

    def set(self, stat: str, value: Any, rate: float = 1, *, tags: Mapping[str, str] | None = None, per_host: bool = False) -> None:
        """Adds `value` to a set."""
        self._client.set(self._name(stat, tags, per_host), value, rate)

    def timing(self, stat: str, delta: Any, rate: float = 1, *, tags: Mapping[str, str] | None = None, per_host: bool = False) -> None:
        """Reports a duration: milliseconds, or a timedelta."""
        self._client.timing(self._name(stat, tags, per_host), delta, rate)

    def timer(self, stat: str, rate: float = 1, *, tags: Mapping[str, str] | None = None, per_host: bool = False) -> Any:
        """Times a `with` block or a decorated function."""
        return self._client.timer(self._name(stat, tags, per_host), rate)

    def get_stats(self, name: str, copy_tags: bool = True) -> Stats:
        """A handle for names below `name`."""
        tags = self._tags if copy_tags or self._tags is None else {}
        return Stats(self._client, prefix=f"{self._prefix}.{name}", tags=tags)

    scope = get_stats

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

    def __getattr__(self, name: str) -> Any:
        """What else the statsd package's client has, such as close()."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._client, name)

    def _name(self, stat: str, tags: Mapping[str, str] | None, per_host: bool) -> str:
        name = f"{self._prefix}.{stat}"
        if self._tags is None:
            return name
        return tagged(name, {**(tags or {}), **self._tags, **({"_f": "i"} if per_host else {})})


def user_stats(settings: StatsdSettings, identity: Identity, *, api_version: str) -> Stats:
    """The handle that a task gets as `current_context().stats`."""
    from glider.telemetry.client import client  # 20 ms, and few tasks send metrics

    tags = None if settings.tags_disabled else identity_tags(identity, api_version=api_version)
    return Stats(client(settings), prefix=prefix(identity, scope="user_stats"), tags=tags)


def prefix(identity: Identity, *, scope: str) -> str:
    """What stands before every metric's name."""
    return f"{identity.task_project}.{identity.task_domain}.{identity.task_name}.{scope}".lower()


def identity_tags(identity: Identity, *, api_version: str) -> dict[str, str]:
    """What every metric carries."""
    return {
        "exec_project": identity.execution_project,
        "exec_domain": identity.execution_domain,
        "exec_workflow": identity.workflow,
        "exec_launchplan": identity.launch_plan,
        "api_version": api_version,
    }


def tagged(name: str, tags: Mapping[str, Any]) -> str:
    """`name` with the tags in it, sorted; one key that isn't ASCII drops them all, as in flytekit."""
    if not all(str(key).isascii() for key in tags):
        return name
    for key in sorted(tags):
        if value := _FORBIDDEN_IN_TAGS.sub("_", str(tags[key])):
            name += f".__{key}={value}"
    return name
