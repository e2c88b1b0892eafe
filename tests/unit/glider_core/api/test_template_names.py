"""Names of TaskTemplates that tools write: readable, valid, and different for different versions."""

from __future__ import annotations

import re

import pytest

from glider_core.api.template_names import TASK_HASH, task_selector, template_labels, template_name


@pytest.mark.parametrize(
    ("task", "slug"),
    [
        pytest.param("app.workflows.divider", "divider", id="the last part of the name"),
        pytest.param("app.Train_Model", "train-model", id="in lower case, with dashes"),
        pytest.param("app." + "x" * 90, "x" * 40, id="cut"),
        pytest.param("app._", "task", id="a word where nothing is left"),
        pytest.param("ünïcode.größe", "gr-e", id="other letters become dashes"),
    ],
)
def test_a_name_begins_with(task: str, slug: str) -> None:
    name = template_name(task=task, version="1")
    assert name.startswith(f"{slug}-")
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", name)
    assert len(name) <= 63


def test_another_version_and_another_module_have_other_names() -> None:
    names = {template_name(task=task, version=version) for task in ("a.f", "b.f") for version in ("1", "2")}
    assert len(names) == 4


def test_parts_do_not_run_into_each_other() -> None:
    assert template_name(task="a.f1", version="2") != template_name(task="a.f", version="12")


def test_versions_of_a_task_share_a_label() -> None:
    one, two = (template_labels(task="a.f", version=version) for version in ("1", "2"))
    assert one[TASK_HASH] == two[TASK_HASH]
    assert one != two
    assert task_selector("a.f") == f"{TASK_HASH}={one[TASK_HASH]}"
