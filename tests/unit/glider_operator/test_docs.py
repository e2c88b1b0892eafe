"""The docs tell every field, phase, reason and setting that there is."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
import yaml

from glider.wire.jsonform import FieldError
from glider_operator.config.loading import read_config
from glider_operator.model import reasons
from glider_operator.model.phases import Phase
from tests.reference.chart import SCHEMA, current_schema
from tests.reference.crds import fields
from tests.reference.pages import PAGES, current

ROOT = Path(__file__).parents[3]
OPERATOR = (ROOT / "docs" / "operator.md").read_text()
TESTS = [
    path.read_text()
    for folder in ("unit/glider_operator", "integration", "e2e")
    for path in (ROOT / "tests" / folder).rglob("test_*.py")
    if path != Path(__file__)
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_generated_is_current(page):
    assert current(page) == page.read_text(), "run 'make generate'"


def test_the_charts_schema_is_current():
    assert current_schema() == SCHEMA.read_text(), "run 'make generate'"


def test_the_chart_restarts_the_operator_for_all_that_it_reads_at_start():
    """Of a setting with † only the chart can take up a change."""
    helpers = (ROOT / "charts" / "glider" / "templates" / "_helpers.tpl").read_text()
    picked = re.search(r'define "glider.startConfiguration".*?pick (.*?) -?\}\}', helpers, re.DOTALL)
    assert picked is not None
    marked = re.findall(r"^\| `(\w+)[\w.]*`†", (ROOT / "docs" / "configuration.md").read_text(), re.MULTILINE)
    assert set(re.findall(r'"(\w+)"', picked[1])) == set(marked)


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


def test_the_example_of_an_error_is_what_is_said():
    with pytest.raises(FieldError) as refused:
        read_config(b"{apiVersion: glider.dev/v1alpha1, kind: Configuration, retires: {system: 1}}", name="config.yaml")
    assert f"\n    Error: config.yaml: {refused.value}\n" in (ROOT / "docs" / "configuration.md").read_text()


def test_the_operators_rights_are_those_of_the_chart():
    """The table in docs/install.md has the rule about Secrets too, which is only there where somebody wants it."""
    table = (ROOT / "docs" / "install.md").read_text().partition("## Least access")[2].partition("- **Secrets.**")[0]
    rows = re.findall(r"^\| (?:`([\w.]+)`)? ?\| (`[^|]*) \| (\w[^|]*) \|", table, re.MULTILINE)
    told = {
        (group, resource, verb)
        for group, cell, verbs in rows
        for resource in re.findall(r"`([a-z/]+)`", cell)
        for verb in verbs.split(", ")
    }
    documents = yaml.safe_load_all((ROOT / "manifests" / "install" / "glider.yaml").read_text())
    rules = [rule for one in documents if one and one["kind"] == "ClusterRole" for rule in one["rules"]]
    granted = {(group, *pair) for rule in rules for group in rule["apiGroups"] for pair in product(rule["resources"], rule["verbs"])}
    assert told == granted | {("", "secrets", "get")}


@pytest.mark.parametrize("phase", Phase)
def test_every_phase(phase):
    assert f"| `{phase}` |" in OPERATOR


#: Two of Kubernetes' words for a container that is on its way, and one that is told as another.
UNTOLD = {"CONTAINER_CREATING", "POD_INITIALIZING", "ERR_IMAGE_PULL"}
CODE = {getattr(reasons, name) for name in dir(reasons) if name.isupper() and name[0] != "_" and name not in UNTOLD}
#: Words of Kubernetes' that the operator passes on without knowing them.
PASSED_ON = {
    "PreemptionByScheduler",
    "EvictionByEvictionAPI",
    "DeletionByTaintManager",
    "TerminationByKubelet",
    "ContainerStatusUnknown",
    "Evicted",
}


def documented_reasons() -> set[str]:
    """The words in the first column of the tables of reasons and Events."""
    tables = OPERATOR.partition("## Reasons")[2]
    cells = [line.split("|")[1] for line in tables.splitlines() if line.startswith("| `")]
    return {word for cell in cells for word in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize("reason", sorted(CODE))
def test_every_reason_of_the_code_is_documented(reason):
    assert f"`{reason}`" in OPERATOR


def test_every_documented_reason_is_one_of_the_code():
    assert documented_reasons() - CODE - PASSED_ON - {phase.value for phase in Phase} == set()


@pytest.mark.parametrize("reason", sorted(documented_reasons()))
def test_every_documented_reason_is_what_some_test_expects(reason):
    assert any(re.search(rf"[\"/:]{reason}[\"/]", text) for text in TESTS), f"no test of the operator expects {reason}"


def test_every_setting_that_is_named_for_people_from_flyte_is_there():
    """The second column of docs/from-flyte.md names settings by their paths, in configuration.md or in api.md."""
    there = "\n".join((ROOT / "docs" / page).read_text() for page in ("configuration.md", "api.md"))
    known = set(re.findall(r"^\| `([^`]+)`", there, re.MULTILINE)) | {"storage.secretRef"}
    named = set()
    for row in re.findall(r"^\|(?:[^|\\]|\\.)*\|((?:[^|\\]|\\.)*)\|$", (ROOT / "docs" / "from-flyte.md").read_text(), re.MULTILINE):
        named |= set(re.findall(r"`([a-z][A-Za-z]+(?:\.[a-z][A-Za-z]+)*)`", row))
    fields = known | {f"taskPod.{name}" for name in known} | {"optional", "valueFrom", "dataConfig", "env"}
    assert named - fields == set()
