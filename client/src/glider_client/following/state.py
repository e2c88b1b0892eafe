"""What is known of an execution that is followed, and what there is to show about each event. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias

from glider_client.following.progress import Progress, has_started, phase_of, progress_of
from glider_client.following.records import for_people
from glider_core.api.observed_pod import Pod
from glider_core.api.versions import version_number

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ExecutionChanged:
    """The execution, as it is now."""

    document: Json


@dataclass(frozen=True, slots=True)
class ExecutionDeleted:
    """It isn't there any more."""


@dataclass(frozen=True, slots=True)
class PodChanged:
    """One of its pods, as it is now; or as it was last, if it has `vanished`."""

    pod: Pod


@dataclass(frozen=True, slots=True)
class LogRead:
    """The task printed a line."""

    line: str


@dataclass(frozen=True, slots=True)
class LogEnded:
    """A pod's log was read to its end; or can't be, and this is why."""

    pod: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """Nothing comes from the API server, for that reason."""

    why: str


@dataclass(frozen=True, slots=True)
class ConnectionRestored:
    """It answers again."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Something about the following itself."""

    note: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


Event: TypeAlias = (
    ExecutionChanged | ExecutionDeleted | PodChanged | LogRead | LogEnded | ConnectionLost | ConnectionRestored | Noted | Tick
)


@dataclass(frozen=True, slots=True)
class StepShown:
    """The execution has reached a step."""

    progress: Progress


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of the task's."""

    line: str


@dataclass(frozen=True, slots=True)
class NoteShown:
    """Something about the following itself."""

    note: str


Shown: TypeAlias = StepShown | LineShown | NoteShown


@dataclass(frozen=True, kw_only=True, slots=True)
class Followed:
    """One execution.

    `began`: since when it has been followed. `pods`: by their names. `logs`: the pods whose log has been read. `lost`: why nothing
    comes from the API server. `traced`: the log has shown the task's traceback.
    """

    execution: Json
    began: datetime
    pods: Mapping[str, Pod] = field(default_factory=dict)
    logs: frozenset[str] = frozenset()
    progress: Progress | None = None
    deleted: bool = False
    lost: str = ""
    traced: bool = False

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.execution["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """Where it runs."""
        return str(self.execution["metadata"]["namespace"])

    @property
    def finished(self) -> bool:
        """Whether it has ended, or is gone."""
        return self.deleted or phase_of(self.execution).terminal

    @property
    def complete(self) -> bool:
        """Whether it has ended and all of its logs are read."""
        return self.finished and self.next_log is None

    @property
    def latest(self) -> Pod | None:
        """The pod of its latest attempt."""
        return max(self.pods.values(), key=_order, default=None)

    @property
    def next_log(self) -> Pod | None:
        """The pod whose log is to be read now: they are read one after the other, so that their lines don't mix."""
        return min((pod for pod in self.pods.values() if pod.name not in self.logs and has_started(pod)), key=_order, default=None)

    def log_is_complete(self, pod: str) -> bool:
        """Whether nothing more will be in the log of the pod of that name."""
        known = self.pods.get(pod)
        return self.deleted or known is None or known.vanished or (known.primary is not None and known.primary.terminated)


def _order(pod: Pod) -> tuple[int, datetime, str]:
    return pod.attempt, pod.created, pod.name


#: How the executor begins what it writes about a failure.
_FAILED = "[glider] the task failed"


def follow(state: Followed, event: Event, *, now: datetime) -> tuple[Followed, tuple[Shown, ...]]:
    """The state after `event`, and what there is to show."""
    match event:
        case ExecutionChanged(document):
            if _version(document) < _version(state.execution):  # from an API server that lags behind
                return state, ()
            return _moved(replace(state, execution=document), now)
        case ExecutionDeleted():
            if state.finished:
                return state, ()
            return replace(state, deleted=True), (NoteShown("the execution was deleted"),)
        case PodChanged(pod):
            return _moved(replace(state, pods={**state.pods, pod.name: pod}), now)
        case LogRead(line):
            return replace(state, traced=state.traced or line.startswith(_FAILED)), tuple(map(LineShown, for_people(line)))
        case LogEnded(name, problem):
            return replace(state, logs=state.logs | {name}), (NoteShown(f"no log of pod {name}: {problem}"),) if problem else ()
        case ConnectionLost(why):
            return replace(state, lost=why), () if state.lost else (NoteShown(f"no connection; trying again: {why}"),)
        case ConnectionRestored():
            return replace(state, lost=""), (NoteShown("connected again"),) if state.lost else ()
        case Noted(note):
            return state, (NoteShown(note),)
        case Tick():
            return _moved(state, now)


def _version(document: Json) -> int:
    return version_number(str(document["metadata"].get("resourceVersion", "")))


def _moved(state: Followed, now: datetime) -> tuple[Followed, tuple[Shown, ...]]:
    before = state.progress
    progress = progress_of(state.execution, state.latest, waited=now - state.began)
    if before is not None and before.phase.terminal:
        return state, ()
    if before is not None and before.step == progress.step:
        return replace(state, progress=progress), ()
    return replace(state, progress=progress), (StepShown(progress),)
