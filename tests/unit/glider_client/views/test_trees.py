"""The tree of templates, executions, attempts and reruns."""

from __future__ import annotations

from typing import Any

from glider_client.views.trees import chosen, lines, trees_of
from tests.unit.glider_core.builders import execution_body


def execution(name: str, *, template: str = "t", rerun_of: str = "", **status: Any) -> dict[str, Any]:
    spec = {"taskRef": {"name": template}} if template else {}
    body = execution_body(name=name, uid=f"uid-{name}", status=status, **spec)
    body["metadata"]["labels"] = {"glider.dev/rerun-of": f"uid-{rerun_of}"} if rerun_of else {}
    return body


def pod(name: str, *, of: str, attempt: int) -> dict[str, Any]:
    return {"metadata": {"name": name, "labels": {"glider.dev/execution-uid": f"uid-{of}", "glider.dev/attempt": str(attempt)}}}


def test_reruns_are_below_what_they_repeat_and_attempts_below_their_execution():
    attempts = [{"number": 0, "reason": "OOMKilled", "podName": "a-0"}, {"number": 1, "podName": "a-1"}]
    trees = trees_of(
        ["t", "unused"],
        [
            execution("a", phase="Failed", duration="5s", attempts=attempts),
            execution("b", rerun_of="a", phase="Running"),
            execution("c", rerun_of="b", phase="Succeeded"),
            execution("d", template="gone", phase="Aborted"),
            execution("e", template="", rerun_of="deleted"),
        ],
        [pod("a-1", of="a", attempt=1), pod("b-0", of="b", attempt=0)],
    )
    assert list(lines(trees)) == [
        "gone (deleted)",
        "└── d  Aborted",
        "t",
        "└── a  Failed, 5s, 2 attempts",
        "    ├── attempt 0  OOMKilled  a-0 (gone)",
        "    ├── attempt 1  a-1",
        "    └── rerun b  Running",
        "        ├── attempt 0  b-0",
        "        └── rerun c  Succeeded",
        "unused",
        "(tasks that are written out in their executions)",
        "└── e  Pending",
    ]
    assert [tree.name for tree in chosen(trees, "unused")] == ["unused"]
    assert [one.name for tree in chosen(trees, "c") for one in tree.executions] == ["a"]
    assert chosen(trees, "x") == []
