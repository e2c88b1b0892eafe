"""What the front keeps of executions and templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from glider_admin.cache.executions import Executions
from glider_admin.cache.templates import Templates
from glider_core.api.template_names import template_name

Json = Mapping[str, Any]


def execution(name: str, *, namespace: str = "lab", at: str = "10:00:00", version: int = 1, **spec: Any) -> dict[str, Any]:
    metadata = {
        "namespace": namespace,
        "name": name,
        "uid": f"uid-of-{namespace}-{name}",
        "resourceVersion": str(version),
        "creationTimestamp": f"2026-11-29T{at}Z",
    }
    return {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": metadata, "spec": {"taskRef": {"name": "t"}, **spec}}


def template(task: str, version: str, *, name: str = "", namespace: str = "lab", at: str = "10:00:00") -> dict[str, Any]:
    made = name or template_name(task=task, version=version)
    document = execution(made, namespace=namespace, at=at)
    identifier = {"project": "p", "domain": "development", "name": task, "version": version}
    return {**document, "kind": "TaskTemplate", "spec": {"id": identifier, "container": {"image": "i"}}}


def names(rows: list[Any]) -> list[str]:
    return [row.name for row in rows]


@pytest.fixture
def executions() -> Executions:
    return Executions()


@pytest.fixture
def templates() -> Templates:
    return Templates()


def test_an_object_is_found_by_its_name_and_read_as_it_was(executions: Executions) -> None:
    executions.saw(execution("a", inputs={"x": 1}))
    assert executions.get("lab", "a") == execution("a", inputs={"x": 1})
    assert executions.get("other", "a") is None


def test_what_nobody_reads_isnt_kept(executions: Executions) -> None:
    document = execution("a")
    document["metadata"] |= {
        "managedFields": [{"manager": "kubectl"}],
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "team": "blue"},
    }
    executions.saw(document)
    kept = executions.get("lab", "a")
    assert kept is not None
    assert "managedFields" not in kept["metadata"]
    assert kept["metadata"]["annotations"] == {"team": "blue"}
    assert document["metadata"]["managedFields"], "what the watch delivered stays as it is"


def test_a_large_document_takes_less_than_it_does_on_the_wire(executions: Executions) -> None:
    inputs = {f"x{number}": "the same text once more" for number in range(1000)}
    executions.saw(execution("a", inputs=inputs))
    assert executions.document_bytes < 10_000
    found = executions.get("lab", "a")
    assert found is not None
    assert found["spec"]["inputs"] == inputs


def test_a_namespaces_objects_come_in_the_order_in_which_they_were_created(executions: Executions) -> None:
    for name, at in (("c", "10:00:01"), ("b", "10:00:02"), ("a", "10:00:02"), ("d", "10:00:00")):
        executions.saw(execution(name, at=at))
    executions.saw(execution("e", namespace="other"))
    assert names(executions.of("lab")) == ["d", "c", "a", "b"]
    assert names(executions.of("lab", newest_first=True)) == ["b", "a", "c", "d"]
    assert executions.namespaces() == {"lab", "other"}


def test_a_change_is_seen_wherever_the_object_is_found(executions: Executions) -> None:
    executions.saw(execution("a"))
    executions.saw({**execution("a", version=2), "status": {"phase": "Running", "startTime": "2026-11-29T10:00:05Z"}})
    [row] = executions.of("lab")
    assert (row.phase, row.resource_version, row.started) == ("Running", "2", "2026-11-29T10:00:05Z")
    assert len(executions) == 1


def test_what_was_deleted_is_nowhere(executions: Executions) -> None:
    executions.saw(execution("a"))
    executions.deleted(execution("a"))
    assert executions.get("lab", "a") is None
    assert executions.of("lab") == []
    assert (len(executions), executions.document_bytes, executions.namespaces()) == (0, 0, frozenset())


def test_an_object_that_was_made_anew_under_its_name_is_the_one_of_that_name(executions: Executions) -> None:
    executions.saw(execution("a"))
    again = execution("a")
    again["metadata"]["uid"] = "another"
    executions.saw(again)
    executions.deleted(execution("a"))
    found = executions.row("lab", "a")
    assert found is not None
    assert found.uid == "another"
    assert names(executions.of("lab")) == ["a"]


def test_who_wrote_reads_it_before_the_watch_has_it(executions: Executions) -> None:
    executions.saw(execution("a", version=5))
    executions.remember(execution("a", version=7, cancel=True))
    executions.saw(execution("a", version=6))
    row = executions.row("lab", "a")
    assert row is not None
    assert (row.resource_version, row.cancelled) == ("7", True)
    executions.saw(execution("a", version=8))
    row = executions.row("lab", "a")
    assert row is not None
    assert row.resource_version == "8"


def test_the_late_answer_of_a_write_changes_nothing(executions: Executions) -> None:
    executions.saw(execution("a", version=9))
    executions.remember(execution("a", version=8))
    executions.saw(execution("b"))
    executions.deleted(execution("b"))
    executions.remember(execution("b"))
    row = executions.row("lab", "a")
    assert row is not None
    assert row.resource_version == "9"
    assert executions.get("lab", "b") is None


def test_what_the_watch_delivers_counts_even_if_it_is_older(executions: Executions) -> None:
    """As after etcd was restored from a backup."""
    executions.saw(execution("a", version=9))
    executions.saw(execution("a", version=3))
    row = executions.row("lab", "a")
    assert row is not None
    assert row.resource_version == "3"


def test_a_version_of_a_task_is_found(templates: Templates) -> None:
    templates.saw(template("flows.add", "v1"))
    templates.saw(template("flows.add", "v2"))
    found = templates.version("lab", task="flows.add", version="v1")
    assert found is not None
    assert found.name == template_name(task="flows.add", version="v1")
    assert templates.version("lab", task="flows.add", version="v3") is None
    assert templates.version("other", task="flows.add", version="v1") is None


def test_of_two_templates_of_one_version_the_one_that_tools_write_counts(templates: Templates) -> None:
    templates.saw(template("flows.add", "v1", name="by-hand", at="11:00:00"))
    by_hand = templates.version("lab", task="flows.add", version="v1")
    assert by_hand is not None
    assert by_hand.name == "by-hand"
    templates.saw(template("flows.add", "v1"))
    written = templates.version("lab", task="flows.add", version="v1")
    assert written is not None
    assert written.name == template_name(task="flows.add", version="v1")


def test_versions_come_newest_first(templates: Templates) -> None:
    templates.saw(template("flows.add", "v1", at="10:00:00"))
    templates.saw(template("flows.add", "v3", at="10:00:02"))
    templates.saw(template("flows.add", "v2", at="10:00:01"))
    templates.saw(template("flows.abs", "v1"))
    templates.saw(template("flows.other", "v1", namespace="other"))
    assert [row.version for row in templates.versions("lab", task="flows.add")] == ["v3", "v2", "v1"]


def test_a_template_whose_time_of_registration_changes_is_found_in_its_new_order(templates: Templates) -> None:
    for version, at in (("v1", "10:00:00"), ("v2", "10:00:01"), ("v3", "10:00:02")):
        templates.saw(template("flows.add", version, at=at))
    templates.saw(template("flows.add", "v1", at="10:00:05"))
    assert [row.version for row in templates.versions("lab", task="flows.add")] == ["v1", "v3", "v2"]
    templates.deleted(template("flows.add", "v1"))
    assert [row.version for row in templates.versions("lab", task="flows.add")] == ["v3", "v2"]


def test_a_template_without_an_id_is_a_task_of_its_own_name(templates: Templates) -> None:
    templates.saw({**execution("plain"), "spec": {"container": {"image": "i"}}})
    found = templates.version("lab", task="plain", version="unversioned")
    assert found is not None
    assert found.name == "plain"


def test_an_execution_was_updated_when_a_condition_last_changed(executions: Executions) -> None:
    status = {"phase": "Succeeded", "completionTime": "2026-11-29T10:00:09Z"}
    conditions = [{"type": "Finished", "lastTransitionTime": "2026-11-29T10:00:10Z"}]
    executions.saw({**execution("a"), "status": {**status, "conditions": conditions}})
    executions.saw(execution("b", at="09:00:00"))
    a, b = executions.row("lab", "a"), executions.row("lab", "b")
    assert a is not None
    assert b is not None
    assert (a.completed, a.updated) == ("2026-11-29T10:00:09Z", "2026-11-29T10:00:10Z")
    assert b.updated == b.created


def test_what_is_being_deleted_is_filtered_as_it_is_shown(executions: Executions) -> None:
    document = execution("a")
    document["metadata"]["deletionTimestamp"] = "2026-11-29T11:00:00Z"
    executions.saw(document)
    assert [row.cancelled for row in executions.of("lab")] == [True]
