"""The tree of templates, executions, attempts and reruns."""

from __future__ import annotations

from typing import Any

from glider_client.views.trees import lines, of_template, trees_of, with_execution
from tests.unit.glider_core.builders import execution_body


def execution(name: str, *, template: str = "t", rerun_of: str = "", parent: str = "", **status: Any) -> dict[str, Any]:
    spec = {"taskRef": {"name": template}} if template else {}
    body = execution_body(name=name, uid=f"uid-{name}", status=status, **spec)
    body["metadata"]["labels"] = {"glider.dev/rerun-of": f"uid-{rerun_of}"} if rerun_of else {}
    if parent:
        owner = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "name": parent, "uid": f"uid-{parent}", "controller": True}
        body["metadata"]["ownerReferences"] = [owner]
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
    assert [tree.name for tree in of_template(trees, "unused")] == ["unused"]
    assert of_template(trees, "x") == []
    assert [one.name for tree in with_execution(trees, "uid-c") for one in tree.executions] == ["a"]
    assert with_execution(trees, "uid-x") == []


def test_children_are_below_their_parent_and_below_their_own_template():
    attempts = [{"number": 0, "podName": "one-0"}]
    trees = trees_of(
        None,
        [
            execution("fan", template="eager", phase="Running"),
            execution("one", parent="fan", phase="Succeeded", duration="2s", attempts=attempts),
            execution("deep", parent="one", phase="Failed"),
        ],
        [],
    )
    assert list(lines(trees)) == [
        "eager",
        "└── fan  Running",
        "    └── child one  Succeeded, 2s",
        "        └── child deep  Failed",
        "t",
        "├── one  Succeeded, 2s",
        "│   ├── attempt 0  one-0 (gone)",
        "│   └── child deep  Failed",
        "└── deep  Failed",
    ]
    [found] = with_execution(trees, "uid-one")
    assert (found.name, found.exists, [one.name for one in found.executions]) == ("t", None, ["one"])
    assert found.document()["executions"][0]["children"][0]["name"] == "deep"


def test_owners_in_a_circle_end():
    trees = trees_of([], [execution("a", parent="b"), execution("b", parent="a")], [])
    assert list(lines(trees)) == [
        "t (deleted)", "├── a  Pending", "│   └── child b  Pending", "└── b  Pending", "    └── child a  Pending"
    ]  # fmt: skip
