"""Templates, their executions, these one's attempts, reruns and children: as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from glider_core.api.execution import parent_in
from glider_core.api.labels import ATTEMPT, EXECUTION_UID, RERUN_OF

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One attempt. `pod_exists`: whether its pod is still there, and so its log."""

    number: int
    reason: str
    pod: str
    pod_exists: bool

    def document(self) -> dict[str, Any]:
        """As `-o json` has it."""
        return {"number": self.number, "reason": self.reason, "pod": self.pod, "podExists": self.pod_exists}


@dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    """One execution, with those that repeat it, and those that it has started, as eager tasks do."""

    name: str
    uid: str
    phase: str
    duration: str
    attempts: tuple[Attempt, ...] = ()
    reruns: tuple[Execution, ...] = ()
    children: tuple[Execution, ...] = ()

    def document(self) -> dict[str, Any]:
        """As `-o json` has it."""
        return {
            "name": self.name,
            "uid": self.uid,
            "phase": self.phase,
            "duration": self.duration,
            "attempts": [attempt.document() for attempt in self.attempts],
            "reruns": [rerun.document() for rerun in self.reruns],
            "children": [child.document() for child in self.children],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A template with its executions; the name is empty for tasks that are written out in their executions. `exists`: whether it is on
    the cluster; None where that wasn't asked.
    """

    name: str
    exists: bool | None
    executions: tuple[Execution, ...] = field(default=())

    def document(self) -> dict[str, Any]:
        """As `-o json` has it."""
        return {
            "template": self.name or None,
            "exists": self.exists,
            "executions": [execution.document() for execution in self.executions],
        }


def trees_of(templates: Sequence[str] | None, executions: Sequence[Json], pods: Sequence[Json]) -> list[Template]:
    """All templates with their executions; a rerun is below the execution that it repeats, if that is there. What an execution has
    started is below that, and below its own template, too. `templates`: those that there are; None where that isn't known.
    """
    by_uid = {str(one["metadata"]["uid"]): one for one in executions}
    numbers: dict[str, list[Json]] = {}
    for pod in pods:
        numbers.setdefault((pod["metadata"].get("labels") or {}).get(EXECUTION_UID, ""), []).append(pod)
    reruns: dict[str, list[str]] = {}
    children: dict[str, list[str]] = {}
    roots: dict[str, list[str]] = {name: [] for name in templates or ()}
    for uid, one in by_uid.items():
        if (parent := parent_in(one["metadata"])) is not None:
            children.setdefault(parent.uid, []).append(uid)
        first = (one["metadata"].get("labels") or {}).get(RERUN_OF, "")
        if first in by_uid and first != uid:
            reruns.setdefault(first, []).append(uid)
        else:
            roots.setdefault(_template(one), []).append(uid)

    def branch(uid: str, above: tuple[str, ...] = ()) -> Execution:
        path = (*above, uid)
        repeated, started = (
            tuple(branch(one, path) for one in below.get(uid, ()) if one not in path)  # whose labels and owners anybody may edit
            for below in (reruns, children)
        )
        return _execution(by_uid[uid], numbers.get(uid, ()), reruns=repeated, children=started)

    known = None if templates is None else {"", *templates}
    return [
        Template(name=name, exists=None if known is None else name in known, executions=tuple(branch(uid) for uid in roots[name]))
        for name in sorted(roots, key=lambda name: (not name, name))
    ]


def of_template(trees: Sequence[Template], name: str) -> list[Template]:
    """The tree of that template; none where there is none."""
    return [tree for tree in trees if tree.name == name]


def with_execution(trees: Sequence[Template], uid: str) -> list[Template]:
    """The part of the trees that has this execution, with all that it repeats and that repeats it; none where it isn't there."""
    return [
        Template(name=tree.name, exists=tree.exists, executions=(root,))
        for tree in trees
        for root in tree.executions
        if any(one.uid == uid for one in _all(root))
    ]


def lines(trees: Sequence[Template]) -> Iterator[str]:
    """The trees as text."""
    for tree in trees:
        title = tree.name or "(tasks that are written out in their executions)"
        yield f"{title} (deleted)" if tree.exists is False else title
        yield from _branches([_lines_of(execution) for execution in tree.executions])


def _lines_of_child(child: Execution) -> list[str]:
    """Without its attempts, which are below its own template; a parent may have many."""
    return [_title(child, kind="child "), *_branches(list(map(_lines_of_child, child.children)))]


def _title(execution: Execution, *, kind: str) -> str:
    count = len(execution.attempts)
    return f"{kind}{execution.name}  {', '.join(filter(None, (execution.phase, execution.duration, f'{count} attempts' * (count > 1))))}"


def _lines_of(execution: Execution, *, kind: str = "") -> list[str]:
    title = _title(execution, kind=kind)
    attempts = [[_attempt(attempt)] for attempt in execution.attempts]
    reruns = (_lines_of(one, kind="rerun ") for one in execution.reruns)
    return [title, *_branches([*attempts, *map(_lines_of_child, execution.children), *reruns])]


def _attempt(attempt: Attempt) -> str:
    pod = attempt.pod if attempt.pod_exists else f"{attempt.pod} (gone)" if attempt.pod else "no pod"
    return "  ".join(filter(None, (f"attempt {attempt.number}", attempt.reason, pod)))


def _branches(blocks: Sequence[Sequence[str]]) -> Iterator[str]:
    for place, block in enumerate(blocks):
        last = place == len(blocks) - 1
        for row, line in enumerate(block):
            yield (("└── " if last else "├── ") if row == 0 else ("    " if last else "│   ")) + line


def _execution(one: Json, pods: Sequence[Json], *, reruns: tuple[Execution, ...], children: tuple[Execution, ...]) -> Execution:
    metadata, status = one["metadata"], one.get("status") or {}
    there = {pod["metadata"]["name"] for pod in pods}
    attempts = {
        attempt["number"]: Attempt(
            number=attempt["number"],
            reason=attempt.get("reason", ""),
            pod=attempt.get("podName", ""),
            pod_exists=attempt.get("podName", "") in there,
        )
        for attempt in status.get("attempts") or ()
    }
    for pod in pods:  # not on record yet
        label = pod["metadata"]["labels"].get(ATTEMPT, "")
        if label.isdecimal() and int(label) not in attempts:
            attempts[int(label)] = Attempt(number=int(label), reason="", pod=pod["metadata"]["name"], pod_exists=True)
    return Execution(
        name=metadata["name"],
        uid=metadata["uid"],
        phase=status.get("phase") or "Pending",
        duration=status.get("duration", ""),
        attempts=tuple(attempts[number] for number in sorted(attempts)),
        reruns=reruns,
        children=children,
    )


def _template(one: Json) -> str:
    return str((one["spec"].get("taskRef") or {}).get("name") or "")


def _all(execution: Execution) -> Iterator[Execution]:
    yield execution
    for rerun in execution.reruns:
        yield from _all(rerun)
