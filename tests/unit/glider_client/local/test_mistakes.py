"""A document is checked to its end, although its parser stops at the first mistake."""

from __future__ import annotations

from typing import Any

import pytest

from glider_client.local.mistakes import every_error
from glider_core.api.task import TaskId, parse_task
from tests.unit.glider_core.builders import task_document


def check(spec: Any) -> None:
    parse_task(spec, path="spec", default_id=TaskId.of(namespace="default", name="name"))


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        pytest.param({}, [], id="none"),
        pytest.param({"retries": {"user": "many"}}, ["spec.retries.user"], id="one"),
        pytest.param(
            {"retries": {"user": "many", "system": -1}, "timeouts": {"total": "soon"}, "interruptible": "no"},
            ["spec.interruptible", "spec.retries.system", "spec.retries.user", "spec.timeouts.total"],
            id="several, deep and shallow",
        ),
        pytest.param({"imputs": {}, "retris": {}, "retries": {"usr": 1}}, ["spec", "spec", "spec.retries"], id="fields that there aren't"),
        pytest.param(
            {"interface": {"inputs": {"a": "int", "b": "strng"}}}, ["spec.interface.inputs.a", "spec.interface.inputs.b"], id="types"
        ),
        pytest.param({"labels": {"app.kubernetes.io/name": 1, "x": 2}}, ["spec.labels.app.kubernetes.io/name", "spec.labels.x"], id="dots"),
        pytest.param(
            {"env": [{"name": 1}, {"name": 2}], "priority": "high"}, ["spec.env[0].name", "spec.priority"], id="of a list its first"
        ),
        pytest.param(
            {"container": {"image": 3, "args": ["x"]}}, ["spec.container.image"], id="what is missing since it was wrong is no second"
        ),
        pytest.param(
            {"id": {"nam": "x"}, "retries": {"user": -1}, "timeout": "x"},
            ["spec", *(f"spec.id{one}" for one in ("", ".domain", ".name", ".project", ".version")), "spec.retries.user"],
            id="what is missing, and all else",
        ),
        pytest.param({"container": None}, ["spec.container"], id="what is missing"),
    ],
)
def test_every_error(changes: dict[str, Any], fields: list[str]) -> None:
    assert sorted(error.field for error in every_error(task_document(**changes), check, root="spec")) == sorted(fields)


def test_the_document_stays_as_it_is() -> None:
    document = task_document(retries={"user": "many"})
    list(every_error(document, check, root="spec"))
    assert document == task_document(retries={"user": "many"})


@pytest.mark.parametrize("document", ["text", 7, [1]], ids=["text", "a number", "a list"])
def test_what_is_no_object_is_one_error(document: Any) -> None:
    assert [error.field for error in every_error(document, check, root="spec")] == ["spec"]
