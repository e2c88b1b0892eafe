"""The docs tell every field, phase, reason and setting that there is."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
import yaml

from glider.wire.contract import MAX_ARGUMENT_BYTES, MAX_INLINE_INPUTS_BYTES
from glider.wire.jsonform import FieldError
from glider_core.api import nesting, reasons, restrictions, sizes
from glider_core.api.moments import words
from glider_core.api.phases import Phase
from glider_core.api.policies import Patience
from glider_core.config.loading import read_config
from glider_core.resolve import variables
from glider_core.store import inputs, results
from glider_operator.server.probes import STUCK_DEAD, STUCK_UNREADY
from tests.reference.chart import current_schema
from tests.reference.crds import CRDS, current_crd, fields
from tests.reference.dashboard import DASHBOARD, current_dashboard
from tests.reference.pages import PAGES, current
from tests.reference.values import SCHEMA

ROOT = Path(__file__).parents[3]
OPERATOR = (ROOT / "docs" / "operator.md").read_text()
TESTS = [
    path.read_text()
    for folder in ("unit/glider_core", "unit/glider_operator", "unit/glider_client", "integration", "e2e")
    for path in (ROOT / "tests" / folder).rglob("test_*.py")
    if path != Path(__file__)
]


def page(name: str) -> str:
    """The text of a page."""
    return (ROOT / "docs" / f"{name}.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_generated_is_current(page):
    assert current(page) == page.read_text(), "run 'make generate'"


@pytest.mark.parametrize("plural", CRDS)
def test_the_crds_are_what_the_model_declares(plural):
    assert current_crd(plural) == CRDS[plural].read_text(), "run 'make generate'"


def test_the_charts_schema_is_current():
    assert current_schema() == SCHEMA.read_text(), "run 'make generate'"


def test_the_charts_dashboard_is_current():
    assert current_dashboard() == DASHBOARD.read_text(), "run 'make generate'"


def test_the_chart_restarts_the_operator_for_all_that_it_reads_at_start():
    """Of a setting with † only the chart can take up a change."""
    helpers = (ROOT / "charts" / "glider" / "templates" / "_configuration.tpl").read_text()
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
    assert f"\n    Error: {refused.value}\n" in (ROOT / "docs" / "configuration.md").read_text()


def test_the_operators_rights_are_those_of_the_chart():
    """The table in docs/install.md has the rules about Secrets, templates and logs too, which are only there where somebody wants them."""
    table = (ROOT / "docs" / "install.md").read_text().partition("## Least access")[2].partition("- **Secrets.**")[0]
    rows = re.findall(r"^\| (?:`([\w.]+)`)? ?\| (`[^|]*) \| (\w[^|]*) \|", table, re.MULTILINE)
    told = {
        (group, resource, verb)
        for group, cell, verbs in rows
        for resource in re.findall(r"`([a-z/]+)`", cell)
        for verb in verbs.split(", ")
    }
    documents = yaml.safe_load_all((ROOT / "manifests" / "overlays" / "cluster" / "rbac.yaml").read_text())
    roles = [one for one in documents if one and (one["kind"], one["metadata"]["name"]) == ("ClusterRole", "glider")]
    rules = [rule for one in roles for rule in one["rules"]]
    granted = {(group, *pair) for rule in rules for group in rule["apiGroups"] for pair in product(rule["resources"], rule["verbs"])}
    wanted = {
        ("", "secrets", "get"),
        ("", "pods/log", "get"),
        ("glider.dev", "tasktemplates", "patch"),
        ("glider.dev", "tasktemplates", "delete"),
    }
    assert told == granted | wanted


def test_every_variable_of_command_lines_and_no_other():
    text = page("pods").partition("## Variables")[2].partition("Case doesn't matter")[0]
    assert {name.lower() for name in re.findall(r"\{\{\.(\w+)\}\}", text)} == {name.lower() for name in variables.VARIABLES}


def test_what_an_execution_may_say_under_restrictions():
    text = page("configuration").partition("An execution there needs")[2].partition("is another list")[0]
    assert set(re.findall(r"`(\w+)`", text)) == set(restrictions.ALLOWED_FIELDS)


def kib(size: int) -> str:
    """A size as people write it."""
    return f"{size >> 20} MiB" if size >= 1 << 20 else f"{size >> 10} KiB"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("security", f"{kib(inputs.MAX_INPUTS_BYTES)} of inputs", id="inputs that the operator reads"),
        pytest.param("security", f"{kib(results.MAX_OUTPUTS_BYTES)} of outputs", id="outputs that it reads"),
        pytest.param("security", f"{kib(results.MAX_ERROR_BYTES)} of an error file", id="an error file"),
        pytest.param("security", f"{kib(results.MAX_ERRORS_BYTES)} of an attempt's", id="all error files"),
        pytest.param("operations", f"{sizes.MAX_BYTES:,} bytes as JSON", id="a specification's size"),
        pytest.param("operations", f"{nesting.MAX_LEVELS} levels", id="a specification's depth"),
        pytest.param("pods", f"{MAX_ARGUMENT_BYTES - 1:,} bytes", id="an argument's size"),
        pytest.param("api", f"{MAX_INLINE_INPUTS_BYTES:,} bytes", id="inline inputs"),
        pytest.param("operations", f"for {STUCK_UNREADY:.0f} s", id="a queue that doesn't move, for readiness"),
        pytest.param("operations", f"for {STUCK_DEAD:.0f} s", id="a queue that doesn't move, for liveness"),
    ],
)
def test_bounds_are_those_of_the_code(name, said):
    assert said in " ".join(page(name).split())  # a line may end anywhere


def test_how_long_a_pod_may_wait():
    text = page("operator").partition("`patience` allows")[2].partition("\n\n")[0]
    patience = Patience()
    told = {"imagePull": patience.image_pull, "config": patience.config, "create": patience.create, "mount": patience.mount}
    assert re.findall(r"`(\w+)` (\w+)", text) == [(name, words(value)) for name, value in {**told, "other": patience.other}.items()]


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
