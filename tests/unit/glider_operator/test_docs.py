"""The docs tell every field, phase, reason and setting that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from glider_operator.config.loading import read_config
from glider_operator.model import reasons
from glider_operator.model.phases import Phase
from tests.reference.chart import SCHEMA, current_schema
from tests.reference.crds import fields
from tests.reference.pages import PAGES, current

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "api.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_generated_is_current(page):
    assert current(page) == page.read_text(), "run 'make generate'"


def test_the_charts_schema_is_current():
    assert current_schema() == SCHEMA.read_text(), "run 'make generate'"


@pytest.mark.parametrize("plural", ["tasktemplates", "taskexecutions"])
@pytest.mark.parametrize("top", ["spec", "status"])
def test_every_field_says_what_it_is(plural, top):
    if (plural, top) != ("tasktemplates", "status"):
        assert [path for path, node in fields(plural, top) if not node.get("description", "").strip().endswith(".")] == []


def test_the_examples_of_a_configuration_are_good_ones():
    examples = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "configuration.md").read_text(), re.DOTALL)
    assert examples
    for example in examples:
        config = read_config(example.encode(), name="example")
        assert config.for_namespace("team-blue").task_pod.spec["serviceAccountName"] == "blue-and-green"


@pytest.mark.parametrize("phase", Phase)
def test_every_phase(phase):
    assert f"| `{phase}` |" in TEXT


WAYS = {"CONTAINER_CREATING", "POD_INITIALIZING", "ERR_IMAGE_PULL"}


@pytest.mark.parametrize("name", [name for name in dir(reasons) if name.isupper() and not name.startswith("_") and name not in WAYS])
def test_every_reason(name):
    assert f"`{getattr(reasons, name)}`" in TEXT


def test_every_setting_that_is_named_for_people_from_flyte_is_there():
    """The second column of docs/from-flyte.md names settings by their paths, in configuration.md or in api.md."""
    there = "\n".join((ROOT / "docs" / page).read_text() for page in ("configuration.md", "api.md"))
    known = set(re.findall(r"^\| `([^`]+)`", there, re.MULTILINE)) | {"storage.secretRef"}
    named = set()
    for row in re.findall(r"^\|(?:[^|\\]|\\.)*\|((?:[^|\\]|\\.)*)\|$", (ROOT / "docs" / "from-flyte.md").read_text(), re.MULTILINE):
        named |= set(re.findall(r"`([a-z][A-Za-z]+(?:\.[a-z][A-Za-z]+)*)`", row))
    fields = known | {f"taskPod.{name}" for name in known} | {"optional", "valueFrom", "dataConfig", "env"}
    assert named - fields == set()
