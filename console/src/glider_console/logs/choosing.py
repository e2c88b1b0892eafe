"""Which log of an execution is meant, whether there is one, and why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from glider_client.following.progress import progress_of
from glider_client.views.logs import (
    Wanted,
    choose,
    containers_of,
    has_ended,
    has_finished,
    links_of,
    pod_of,
    unknown_container,
    why_missing,
)
from glider_console.logs.positions import Asked
from glider_core.api.execution import is_finished
from glider_core.api.observed_pod import parse_pod

Json = Mapping[str, Any]

#: What a container is called of which no pod is known.
_TASK = "task"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What there is of an execution, and which log of it is meant. `pods` are in the order of their attempts; `gone`: those of a record."""

    execution: Json
    pods: Sequence[Json]
    asked: Asked
    gone: Sequence[Json] = ()

    @property
    def number(self) -> int | None:
        """The attempt; None where there is none yet."""
        return choose(self.execution, self.pods, self._wanted)

    @property
    def pod(self) -> Json | None:
        """The attempt's pod, if there is one."""
        return pod_of(self.pods, self.number)

    @property
    def settled(self) -> Asked:
        """The same with the attempt that is meant now: later ones are others."""
        return self.asked if self.number is None else replace(self.asked, attempt=self.number)

    @property
    def readable(self) -> bool:
        """Whether there is a log: the container runs, or did."""
        pod = self.pod
        if pod is None or self.wrong:
            return False
        return has_ended(pod, self.container) is not None or has_finished(pod)

    @property
    def hopeless(self) -> bool:
        """Whether there will never be one."""
        if self.pod is not None:
            return bool(self.wrong)
        recorded = (self.execution.get("status") or {}).get("attempts") or ()
        ended = any(one.get("number") == self.number and one.get("completionTime") for one in recorded)
        return ended or is_finished(self.execution)

    @property
    def container(self) -> str:
        """The container's name; empty without a pod."""
        return containers_of(self.pod, self._wanted)[0] if self.pod is not None else ""

    @property
    def wrong(self) -> str:
        """What is wrong with the container's name; empty if nothing is."""
        pod = self.pod or pod_of(self.gone, self.number)
        words = unknown_container(pod, self._wanted) if pod is not None else ""
        return words.removeprefix("--")

    @property
    def recorded_container(self) -> str:
        """The name of the task's container in a pod that is gone, whose log alone the store keeps."""
        pod = pod_of(self.gone, self.number)
        return containers_of(pod, Wanted())[0] if pod is not None else _TASK

    @property
    def source(self) -> dict[str, Any]:
        """Whose log it is, for the page. Of a pod that is gone it is what the store has."""
        if self.pod is None:
            name = self.recorded_container
            return {"attempt": self.number, "pod": "", "container": name, "containers": [name], "archived": True}
        return {
            "attempt": self.number,
            "pod": self.pod["metadata"]["name"],
            "container": self.container,
            "containers": containers_of(self.pod, Wanted(all_containers=True)),
        }

    def why_not(self) -> dict[str, Any]:
        """Why there is no log, or not yet; and links that may lead to one elsewhere."""
        if self.wrong:
            return {"message": self.wrong, "links": []}
        if self.hopeless:
            why = why_missing(self.execution, self.number, self._wanted)
            return {"message": why[:1].upper() + why[1:], "links": links_of(self.execution)}
        progress = progress_of(self.execution, parse_pod(self.pod) if self.pod is not None else None, waited=timedelta())
        remark = f": {progress.remark}" if progress.remark else ""
        return {"message": f"The container hasn't started yet. {progress.phase}{remark}", "links": []}

    @property
    def _wanted(self) -> Wanted:
        return Wanted(attempt=self.asked.attempt, container=self.asked.container)
