"""`glider diff` against a real API server: what an apply would change, and nothing changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from glider_client.cluster import paths
from tests.integration.cli import Cli, glider
from tests.resources import divider, execution

pytestmark = pytest.mark.cluster
__all__ = ["glider"]


def template(**fields: Any) -> dict[str, Any]:
    return {
        "apiVersion": "glider.dev/v1alpha1",
        "kind": "TaskTemplate",
        "metadata": {"name": "divider", "labels": {"team": "a"}},
        "spec": divider() | fields,
    }


CONFIG_MAP: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "notes"}, "data": {"a": "1", "b": "2"}}


@pytest.fixture
def diff(glider: Cli, tmp_path: Path):
    def diff(*documents: Any, options: tuple[str, ...] = (), color: bool = False) -> Result:
        file = tmp_path / "objects.yaml"
        file.write_text("---\n".join(map(yaml.safe_dump, documents)))
        return glider("diff", "-f", str(file), *options, color=color)

    return diff


def changes(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_what_is_there_already_does_not_differ(glider: Cli, diff: Any) -> None:
    glider.cluster.apply(paths.templates(glider.namespace, "divider"), template())
    result = diff(template())
    assert (result.exit_code, result.output) == (0, "")


def test_a_new_object_is_all_added_and_stays_new(glider: Cli, diff: Any) -> None:
    result = diff(template())
    assert result.exit_code == 1
    assert result.stdout.startswith("--- live/TaskTemplate/")
    assert f"+++ applied/TaskTemplate/{glider.namespace}/divider" in result.stdout
    assert all(line.startswith("+") for line in changes(result))
    assert "+  name: divider" in changes(result)
    assert "managedFields" not in result.stdout
    assert not list(glider.cluster.items(paths.templates(glider.namespace)))


def test_a_change_is_a_line_away_and_one_for_each_object(glider: Cli, diff: Any) -> None:
    glider.cluster.create(paths.config_maps(glider.namespace), CONFIG_MAP)
    glider.cluster.apply(paths.templates(glider.namespace, "divider"), template())
    changed = CONFIG_MAP | {"data": {"a": "1", "b": "3"}}
    result = diff(changed, template())
    assert result.exit_code == 1
    assert changes(result) == ["-  b: '2'", "+  b: '3'"]
    assert glider.cluster.get(paths.config_maps(glider.namespace, "notes"))["data"]["b"] == "2"


def test_what_somebody_else_has_written_is_kept(glider: Cli, diff: Any) -> None:
    glider.create("divide")
    glider.cluster.patch(paths.executions(glider.namespace, "divide"), {"metadata": {"annotations": {"by": "hand"}}})
    document = execution("divide", task=divider(), inputs={"a": 10, "b": 2})
    assert diff(document).exit_code == 0
    result = diff(document | {"spec": document["spec"] | {"suspend": True}})
    assert changes(result) == ["+  suspend: true"]


def test_what_would_be_refused_is_shown_and_an_error(glider: Cli, diff: Any) -> None:
    glider.cluster.apply(paths.templates(glider.namespace, "divider"), template())
    result = diff(template(retries={"user": 7}))
    assert result.exit_code == 2
    assert "+    user: 7" in changes(result)
    assert "is immutable: create another TaskTemplate for a changed task" in result.stderr


def test_a_generated_name_is_always_new(diff: Any) -> None:
    document = execution("ignored", task=divider(), inputs={"a": 10, "b": 2})
    document["metadata"] = {"generateName": "nightly-"}
    result = diff(document)
    assert result.exit_code == 1
    assert "+  generateName: nightly-" in changes(result)


def test_json_has_both_sides(glider: Cli, diff: Any) -> None:
    glider.cluster.create(paths.config_maps(glider.namespace), CONFIG_MAP)
    result = diff(CONFIG_MAP | {"data": {"a": "2"}}, template(), options=("-o", "json"))
    assert result.exit_code == 1
    changed, new = json.loads(result.stdout)
    assert (changed["kind"], changed["name"], changed["namespace"], changed["outcome"]) == (
        "ConfigMap",
        "notes",
        glider.namespace,
        "changed",
    )
    assert (changed["before"]["data"]["a"], changed["after"]["data"]["a"]) == ("1", "2")
    assert (new["outcome"], new["before"]) == ("created", {})


def test_on_a_terminal_it_is_in_colour(diff: Any) -> None:
    assert "\x1b[32m+  name: divider\x1b[0m" in diff(template(), color=True).stdout
    assert "\x1b" not in diff(template()).stdout


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(
            {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskTemplat", "metadata": {"name": "x"}}, "doesn't have this kind", id="kind"
        ),
        pytest.param({"apiVersion": "example.org/v1", "kind": "X", "metadata": {"name": "x"}}, "doesn't have this kind", id="API group"),
        pytest.param({"kind": "Pod", "metadata": {"name": "x"}}, "apiVersion: expected such as glider.dev/v1alpha1", id="no apiVersion"),
        pytest.param({"apiVersion": "v1", "kind": "Pod"}, "Pod: metadata.name: expected the name of the object", id="no name"),
        pytest.param(template() | {"spec": {"retris": {}}}, "retris", id="a field that there isn't"),
    ],
)
def test_errors_exit_with_two(diff: Any, document: dict[str, Any], message: str) -> None:
    result = diff(document)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_without_a_way_to_the_cluster_it_exits_with_two_as_well(glider: Cli, tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(yaml.safe_dump(template()))
    result = glider("diff", "-f", str(tmp_path / "t.yaml"), "--context", "nowhere")
    assert result.exit_code == 2
    assert "nowhere" in result.stderr
