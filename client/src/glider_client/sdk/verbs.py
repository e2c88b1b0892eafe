"""What cancel, suspend, resume and delete come to for an execution as it is. Pure.

A verb whose end is reached already changes nothing, and is no error: who cancels what has finished has what they want.
Who suspends it hasn't. A patch names the UID, so that it never acts on another execution that has the name by now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from glider_core.api.execution import is_finished
from glider_core.api.phases import Phase

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verb:
    """Something that is asked of an execution. `spec`: what is changed for it; `participle` and `done` are for messages."""

    name: str
    participle: str
    done: str
    spec: Json | None = None


CANCEL = Verb(name="cancel", participle="cancelled", done="is being cancelled", spec={"cancel": True})
SUSPEND = Verb(name="suspend", participle="suspended", done="is being suspended", spec={"suspend": True})
RESUME = Verb(name="resume", participle="resumed", done="is being resumed", spec={"suspend": False})
DELETE = Verb(name="delete", participle="deleted", done="is being deleted")


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """It is to be patched; deleted where there is no patch. `result` continues its name in a message, as below."""

    patch: dict[str, Any] | None
    result: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """It is as it is asked to be."""

    result: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It can't become what it is asked to be."""

    why: str


Decision: TypeAlias = Change | Unchanged | Refused


def phase_of(execution: Json) -> str:
    """Its phase; Pending before the operator has written one."""
    return str((execution.get("status") or {}).get("phase") or Phase.PENDING.value)


def decide(verb: Verb, execution: Json) -> Decision:
    """What `verb` comes to for `execution`."""
    spec = execution.get("spec") or {}
    if "deletionTimestamp" in execution["metadata"]:
        reached = verb in (CANCEL, DELETE)
        return Unchanged("is being deleted already") if reached else _refused(verb, "it is being deleted")
    if verb is DELETE:
        return _change(verb, execution)
    if is_finished(execution):
        phase = phase_of(execution)
        return Unchanged(f"has finished already: {phase}") if verb is CANCEL else _refused(verb, f"it has finished: {phase}")
    if spec.get("cancel"):
        return Unchanged("is being cancelled already") if verb is CANCEL else _refused(verb, "it is being cancelled")
    if verb is not CANCEL and bool(spec.get("suspend")) is (verb is SUSPEND):
        return Unchanged("is suspended already" if verb is SUSPEND else "isn't suspended")
    return _change(verb, execution)


def _change(verb: Verb, execution: Json) -> Change:
    patch = None if verb.spec is None else {"metadata": {"uid": execution["metadata"]["uid"]}, "spec": dict(verb.spec)}
    return Change(patch=patch, result=verb.done)


def _refused(verb: Verb, why: str) -> Refused:
    return Refused(f"can't be {verb.participle}, since {why}")


def is_done(verb: Verb, execution: Json | None, *, uid: str) -> bool:
    """Whether `verb` has taken effect on the execution of that `uid`, or never will: it is gone, or it has finished."""
    if execution is None or execution["metadata"]["uid"] != uid:
        return True
    return _EFFECTS[verb.name](execution)


def _suspended(execution: Json) -> bool:
    return phase_of(execution) == Phase.SUSPENDED


_EFFECTS: Mapping[str, Callable[[Json], bool]] = {
    CANCEL.name: is_finished,
    SUSPEND.name: lambda execution: _suspended(execution) or is_finished(execution),
    RESUME.name: lambda execution: not _suspended(execution),
    DELETE.name: lambda _: False,
}
